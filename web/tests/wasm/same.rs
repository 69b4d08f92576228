//! The same run gives the same trace in the browser as natively, to the byte.
//!
//! What comes out natively stands in files that native tests hold to be true.

use include_dir::{Dir, include_dir};
use lambdarium::bench::Workload;
use lambdarium::bench::one_function::{CASES, simulated};
use lambdarium_format::{json, report};
use lambdarium_sim::record::Recording;
use lambdarium_web::gallery;
use wasm_bindgen_test::wasm_bindgen_test;

static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios");

#[wasm_bindgen_test]
fn every_scenario_gives_the_native_trace() {
    let fingerprints = include_str!("../../../scenarios/fingerprints.txt");
    assert!(fingerprints.lines().count() > 50);
    for line in fingerprints.lines() {
        let (expected, name) = line.split_once(' ').expect("a fingerprint and a name");
        let text = SCENARIOS.get_file(name).and_then(|file| file.contents_utf8());
        let run = json::read(text.expect(name)).expect(name);
        let recording = Recording::of(run).expect(name);
        assert!(!recording.log().is_empty(), "{name} says nothing");
        let found = format!("{:016x}", report::fingerprint(&recording));
        assert_eq!(found, expected, "{name}:\n{}", report::trace(&recording));
    }
}

#[wasm_bindgen_test]
fn every_lesson_is_among_them() {
    let fingerprints = include_str!("../../../scenarios/fingerprints.txt");
    let lessons = gallery::lessons(include_str!("../../data/gallery.txt"));
    assert!(!lessons.is_empty());
    for lesson in lessons {
        let name = format!("gallery/{}.json", lesson.name);
        assert!(fingerprints.lines().any(|line| line.ends_with(&name)), "{name}");
    }
}

#[wasm_bindgen_test]
fn workloads_come_out_as_natively() {
    let mut text = String::new();
    for case in &CASES {
        let mut work = simulated::OneFunction::untraced(case, 20_000, 1);
        while work.advance(u64::MAX) {}
        text += &format!("{} {:?}\n", case.letter, work.outcome());
    }
    assert_eq!(text, include_str!("../../../crates/cli/tests/outcomes.txt"));
}
