//! Messages come out as they went in, and bytes that are none do no harm.

use super::*;
use crate::engine::Engine;
use crate::gallery::{LIST, at_hand, lessons};
use crate::message::{Answer, Ask, Slot, Source};
use lambdarium_sim::time::{Moment, Span};
use lambdarium_sim::view::Look;
use proptest::prelude::*;
use std::fmt::Debug;

/// Reads whatever there is: a message that breaks off is one that ends with zeros.
fn any_of<T: Pack>(bytes: &[u8]) -> T {
    T::unpack(&mut Reader { rest: bytes, is_broken: false })
}

fn comes_back<T: Pack + PartialEq + Debug>(message: &T) {
    let bytes = packed(message);
    assert_eq!(unpacked::<T>(&bytes).as_ref(), Some(message));
    assert_eq!(unpacked::<T>(&bytes[..bytes.len() - 1]), None, "{message:?}");
    assert_eq!(unpacked::<T>(&[bytes.as_slice(), &[0]].concat()), None, "{message:?}");
}

/// Bytes that are likely to be the place of a variant, a length or a letter.
fn likely() -> impl Strategy<Value = Vec<u8>> {
    let byte =
        prop_oneof![3 => 0..3_u8, 4 => 0..12_u8, 1 => 60..120_u8, 1 => any::<u8>()];
    prop::collection::vec(byte, 0..400)
}

/// The kinds of a message, by the byte they begin with.
fn kinds<T: Pack + PartialEq + Debug>() -> Vec<u8> {
    let zeros = |kind| (0..200).map(move |zeros| [&[kind][..], &vec![0; zeros]].concat());
    let is_kind = |kind: &u8| zeros(*kind).any(|bytes| unpacked::<T>(&bytes).is_some());
    (0..0x80).filter(is_kind).collect()
}

fn every_kind_comes_back<T: Pack + PartialEq + Debug>(kinds: &[u8], rest: &[u8]) {
    for kind in kinds {
        let message: T = any_of(&[&[*kind], rest].concat());
        assert_eq!(packed(&message)[0], *kind);
        comes_back(&message);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn numbers_come_back(number: u64, small in 0..70_000_u64) {
        comes_back(&number);
        comes_back(&(small, (number as u32, (number as u16, number as u8))));
        prop_assert_eq!(unpacked::<u16>(&packed(&small)), u16::try_from(small).ok());
    }

    #[test]
    fn texts_and_lists_come_back(texts: Vec<(Option<String>, bool)>, two: [Result<String, u8>; 2]) {
        comes_back(&texts);
        comes_back(&two);
    }

    #[test]
    fn every_message_comes_back(rest in likely()) {
        every_kind_comes_back::<Ask>(&kinds::<Ask>(), &rest);
        every_kind_comes_back::<Answer>(&kinds::<Answer>(), &rest);
    }

    #[test]
    fn bytes_that_are_no_message_are_none(bytes: Vec<u8>) {
        for message in [unpacked::<(Slot, Answer)>(&bytes)].into_iter().flatten() {
            comes_back(&message);
        }
        for message in [unpacked::<(Slot, Ask)>(&bytes)].into_iter().flatten() {
            comes_back(&message);
        }
    }
}

#[test]
fn every_kind_of_message_is_tried() {
    // The kinds stand one behind the other, and there are no others.
    for (kinds, least) in [(kinds::<Ask>(), 9), (kinds::<Answer>(), 10)] {
        assert!(kinds.len() >= least, "{kinds:?}");
        let places = 0..kinds.len() as u8;
        assert_eq!(kinds, places.collect::<Vec<_>>());
    }
}

#[test]
fn what_is_none_is_refused() {
    assert_eq!(unpacked::<u8>(&[]), None);
    assert_eq!(unpacked::<u8>(&[0x80, 2]), None);
    assert_eq!(unpacked::<u64>(&[0xff; 12]), None);
    assert_eq!(unpacked::<bool>(&[2]), None);
    assert_eq!(unpacked::<String>(&[1, 0xff]), None);
    assert_eq!(unpacked::<String>(&[2, b'a']), None);
    // A length that there is no memory for.
    let many = packed(&u64::from(u32::MAX));
    assert_eq!(unpacked::<Vec<u64>>(&many), None);
    assert_eq!(unpacked::<String>(&many), None);
    assert_eq!(unpacked::<Ask>(&[200]), None);
}

#[test]
fn what_the_engine_says_of_every_lesson_comes_back() {
    for lesson in lessons(LIST) {
        let mut engine = Engine::new();
        let fragment = format!("e={}", lesson.name);
        let text = at_hand(&fragment);
        let source = Source::Link(fragment);
        let open = Ask::Open { source, lesson: text, keep: false };
        comes_back(&open);
        let opened = engine.handle(Slot(0), open).expect("an answer");
        let Answer::Opened(run) = &opened else { panic!("{}", lesson.name) };
        let end = run.progress.reached;
        comes_back(&opened);
        let moment = Moment::end_of(end);
        let looks = [moment, Moment { at: end, step: 1 }]
            .map(|moment| Look { moment, glide: Span(1), tokens_max: 9 })
            .map(|look| Ask::Look { look, lines: look.moment.step });
        let form = Ask::Form { part: Some(run.functions[0].name.clone()) };
        let why = Ask::Why { entry: 1 };
        let link = Ask::Link { moment: Some(moment), selection: None };
        for ask in looks.into_iter().chain([form, why, link]) {
            comes_back(&ask);
            comes_back(&engine.handle(Slot(0), ask).expect("an answer"));
        }
    }
}
