//! Two runs on one clock: the one that was pinned, and what has become of it since.

use lambdarium_sim::Given;
use lambdarium_sim::id::Part;
use lambdarium_sim::view;

use super::{Engine, Peaks, Player, SLICE, read};
use crate::message::{Answer, Compared, Comparing, Slot, Source, Tallies};

impl Slot {
    /// Where the run lies that the one here is compared with.
    const fn beside(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Engine {
    /// Pins the run in a slot, lets the pinned one go, or says something of it.
    pub(super) fn compare(&mut self, slot: Slot, what: Comparing) -> Option<Answer> {
        let (here, beside) = (usize::from(slot.0), usize::from(slot.beside().0));
        let what = match what {
            Comparing::Pin => {
                let recording = self.players.get(here)?.as_ref()?.recording.clone();
                let pinned = Player { recording, told: None, peaks: Peaks::default() };
                self.players.resize_with(self.players.len().max(beside + 1), || None);
                self.players[beside] = Some(pinned);
                return None;
            }
            Comparing::Open { source, lesson } => {
                self.open_beside(slot.beside(), source, lesson.as_deref())
            }
            Comparing::Unpin => {
                self.players.truncate(beside);
                return None;
            }
            Comparing::Look(look) => match self.players.get_mut(beside) {
                Some(Some(pinned)) => {
                    let frame = view::frame(&mut pinned.recording, &look);
                    Compared::Frame(Box::new(frame))
                }
                Some(None) | None => Compared::Gone,
            },
            Comparing::Tally { parts } => self.tallies([beside, here], &parts),
        };
        Some(Answer::Compared { given: Given::here(), what })
    }

    /// Opens a run to compare with, and records all of it: it is not changed any more.
    fn open_beside(
        &mut self,
        slot: Slot,
        source: Source,
        lesson: Option<&str>,
    ) -> Compared {
        let mut opened = match self.open(slot, read(source, lesson), false) {
            Answer::Opened(opened) => opened,
            Answer::Refused(refusal) => return Compared::Refused(refusal),
            other => unreachable!("opening is answered with {other:?}"),
        };
        if let Some(Some(player)) = self.players.get_mut(usize::from(slot.0)) {
            while opened.progress.stop.is_none() {
                opened.progress = player.record(SLICE);
            }
        }
        Compared::Opened(opened)
    }

    fn tallies(&mut self, slots: [usize; 2], parts: &[Option<Part>]) -> Compared {
        let mut both = Tallies::default();
        for (slot, part) in slots.into_iter().zip(parts) {
            let Some(Some(player)) = self.players.get_mut(slot) else {
                return Compared::Gone;
            };
            let recording = &mut player.recording;
            both.seeds.push(recording.run().seed);
            both.tallies.push(view::tally(recording, *part));
        }
        Compared::Tallies(both)
    }
}

#[cfg(all(test, feature = "events"))]
mod tests {
    use lambdarium_sim::id::FunctionId;
    use lambdarium_sim::time::{Instant, Moment, Span};
    use lambdarium_sim::view::{Gauge, Look};

    use super::*;
    use crate::message::{Ask, Edit, Source};

    const HERE: Slot = Slot(0);
    /// Three calls at once, for one of which there is room.
    const CROWDED: &str = r#"{"lambdarium":1,"seed":7,"settings":{"until":"9s"},
        "functions":{"f":{"duration":"1s","reserved-concurrency":1}},
        "callers":{"c":{"kind":"cli","calls":"f","retry-profile":"none","load":{"at":["0s","0.1s","0.2s"]}}}}"#;

    fn ask(engine: &mut Engine, what: Comparing) -> Option<Compared> {
        match engine.handle(HERE, Ask::Compare { given: Given::here(), what })? {
            Answer::Compared { what, .. } => Some(what),
            other => panic!("{other:?}"),
        }
    }

    fn opened() -> Engine {
        let mut engine = Engine::new();
        let source = Source::Text(CROWDED.into());
        let answer = engine.handle(HERE, Ask::Open { source, lesson: None, keep: false });
        assert!(matches!(answer, Some(Answer::Opened(_))), "{answer:?}");
        engine
    }

    fn set(engine: &mut Engine, path: &[&str], text: &str) {
        let path = path.iter().map(ToString::to_string).collect();
        let edit = Edit::Set { path, text: text.into(), from: None };
        let answer = engine.handle(HERE, Ask::Edit(edit));
        assert!(matches!(answer, Some(Answer::Opened(_))), "{answer:?}");
    }

    fn tallies(engine: &mut Engine) -> Tallies {
        match ask(
            engine,
            Comparing::Tally { parts: vec![Some(Part::Function(FunctionId(0))); 2] },
        ) {
            Some(Compared::Tallies(tallies)) => tallies,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_pinned_run_stays_as_it_was_while_the_present_one_is_changed() {
        let mut engine = opened();
        assert_eq!(ask(&mut engine, Comparing::Pin), None);
        let before = tallies(&mut engine);
        assert_eq!(before.tallies[0], before.tallies[1]);
        set(&mut engine, &["functions", "f", "reserved-concurrency"], "3");
        let after = tallies(&mut engine);
        assert_eq!(after.tallies[0], before.tallies[0]);
        let fates = after
            .tallies
            .iter()
            .map(|tally| (tally.fates.succeeded, tally.fates.throttled));
        assert_eq!(fates.collect::<Vec<_>>(), [(1, 2), (3, 0)]);
        let most = |tally: &view::Tally| tally.functions[Gauge::Concurrent as usize];
        assert_eq!(after.tallies.iter().map(most).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(after.seeds, [7, 7]);
        set(&mut engine, &["seed"], "8");
        assert_eq!(tallies(&mut engine).seeds, [7, 8]);
        // It is looked at on the same clock.
        let moment = Moment::end_of(Instant(500_000));
        let look = Look { moment, glide: Span::ZERO, tokens_max: 200 };
        let Some(Compared::Frame(frame)) = ask(&mut engine, Comparing::Look(look)) else {
            panic!("it is pinned");
        };
        assert_eq!((frame.moment, frame.fates.running), (moment, 1));
    }

    #[test]
    fn another_run_is_opened_to_compare_with_or_refused() {
        let mut engine = opened();
        let other = CROWDED.replace("\"9s\"", "\"0.5s\"");
        let open = |text: &str| Comparing::Open {
            source: Source::Text(text.into()),
            lesson: None,
        };
        let Some(Compared::Opened(other)) = ask(&mut engine, open(&other)) else {
            panic!("it is in order");
        };
        assert!(other.progress.stop.is_some() && other.address.starts_with("s="));
        let both = tallies(&mut engine);
        assert_eq!(both.tallies[0].fates.succeeded, 0, "it ends before");
        assert_eq!(both.tallies[1].fates.succeeded, 1);
        let wrong =
            ask(&mut engine, open(r#"{"lambdarium":1,"functions":{"f":{"memory":1}}}"#));
        let Some(Compared::Refused(refusal)) = wrong else { panic!("{wrong:?}") };
        assert_eq!(refusal.issues[0].place, "functions.f.memory");
        assert_eq!(tallies(&mut engine), both, "the last good one stays");
    }

    #[test]
    fn nothing_is_compared_that_is_not_pinned() {
        let mut engine = Engine::new();
        assert_eq!(ask(&mut engine, Comparing::Pin), None, "nothing is open");
        let gone = Some(Compared::Gone);
        assert_eq!(ask(&mut engine, Comparing::Tally { parts: vec![None; 2] }), gone);
        let mut engine = opened();
        assert_eq!(ask(&mut engine, Comparing::Tally { parts: vec![None; 2] }), gone);
        assert_eq!(ask(&mut engine, Comparing::Pin), None);
        assert_ne!(ask(&mut engine, Comparing::Tally { parts: vec![None; 2] }), gone);
        assert_eq!(ask(&mut engine, Comparing::Unpin), None);
        assert_eq!(ask(&mut engine, Comparing::Tally { parts: vec![None; 2] }), gone);
    }
}
