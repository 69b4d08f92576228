//! The lists behind the fates: at any time they are as long as the numbers say.

use std::fs;
use std::path::{Path, PathBuf};

use lambdarium_format::json;
use lambdarium_sim::knob::Choices;
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::view::{Fate, Look, frame, jobs};

/// Every scenario below a folder.
fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|end| end == "json") {
            found.push(path);
        }
    }
}

/// How many moments of a run are looked at, evenly apart, besides those where much happens.
const MOMENTS: u64 = 24;

#[test]
fn each_number_is_as_large_as_the_list_behind_it() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut paths = Vec::new();
    for folder in ["gallery", "rules", "expect"] {
        below(&scenarios.join(folder), &mut paths);
    }
    let fates: Vec<Fate> = (0..).map_while(Fate::from_place).collect();
    assert!(paths.len() > 50 && fates.len() == Fate::WORDS.len());
    for path in paths {
        let text = fs::read_to_string(&path).expect("a scenario");
        let run = json::read(&text).expect("a scenario");
        let mut recording = Recording::of(run).expect("a plan");
        let end = recording.end().0;
        let evenly = (0..=MOMENTS).map(|at| Instant(end / MOMENTS * at));
        let busy = recording.log().iter().map(|entry| entry.at);
        let all: Vec<Instant> = evenly.chain(busy.take(200)).collect();
        for at in all {
            let moment = Moment::end_of(at);
            let look = Look { moment, glide: Span::ZERO, tokens_max: 0 };
            let counted = frame(&mut recording, &look).fates;
            for fate in &fates {
                let listed = jobs(&recording, *fate, moment, usize::MAX).len() as u64;
                assert_eq!(listed, counted.of(*fate), "{fate:?} at {at} in {path:?}");
            }
            let rest = fates[1..].iter().map(|fate| counted.of(*fate));
            assert_eq!(rest.sum::<u64>(), counted.entered, "{at} in {path:?}");
        }
    }
}
