//! Share links: short, opened for ever, and harmless whatever is in them.

mod any;
mod hostile;

use any::Numbers;
use lambdarium_format::json;
use lambdarium_format::link::{self, Link, Source};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn stored(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/links");
    let path = folder.join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// Name of the fixture, and how many characters its payload may have.
const FIXTURES: [(&str, usize); 2] =
    [("one-function-one-source", 350), ("three-functions-four-sources", 700)];

#[test]
fn links_are_short() {
    for (name, most) in FIXTURES {
        let run = json::read(&stored(&format!("{name}.json"))).expect("a run");
        let payload = link::payload(&run).expect("a link");
        assert!(payload.len() <= most, "{name} has {} characters", payload.len());
        assert_eq!(link::open(&payload), Ok(run));
    }
}

#[test]
fn links_once_made_are_opened_for_ever() {
    for (name, most) in FIXTURES {
        let run = json::read(&stored(&format!("{name}.json"))).expect("a run");
        let link = stored(&format!("{name}.txt"));
        let link = link.trim();
        assert!(link.len() <= most + "#s=".len(), "{name}");
        let read = Link::read(link);
        assert_eq!(read.problems, []);
        assert_eq!(read.source, Some(Source::Run(Box::new(run))), "{name}");
    }
}

#[test]
fn twenty_thousand_hostile_links_do_no_harm() {
    let good =
        FIXTURES.map(|(name, _)| stored(&format!("{name}.txt")).trim().to_string());
    hostile::attack(&mut Numbers(1), &good, 20_000);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_run_comes_back_from_its_link(seed: u64) {
        let run = any::run(&mut Numbers(seed));
        let payload = link::payload(&run).expect("a link");
        prop_assert_eq!(link::open(&payload), Ok(run));
    }

    #[test]
    fn noise_does_no_harm(bytes: Vec<u8>, text: String) {
        let _ = Link::read(&text);
        let _ = Link::read(&format!("#s=1.d.{text}&t={text}&sel={text}&u={text}"));
        let _ = Link::read(&String::from_utf8_lossy(&bytes));
    }
}
