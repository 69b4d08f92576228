//! What has to hold in a browser as it does natively.
//!
//! Run by `cargo xtask test wasm`.
#![cfg(target_family = "wasm")]

use lambdarium_format::{json, report};
use lambdarium_sim::record::Recording;
use lambdarium_web::gallery::LESSONS;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// What the same scenarios give natively; a native test keeps the file true.
const FINGERPRINTS: &str = include_str!("../../scenarios/fingerprints.txt");

macro_rules! golden {
    ($($name:literal)*) => {
        &[$((
            concat!("rules/", $name, "/scenario.json"),
            include_str!(concat!("../../scenarios/rules/", $name, "/scenario.json")),
        ),)*]
    };
}

/// Golden scenarios with draws, acts, replies, provisioned concurrency and money in them.
const GOLDEN: &[(&str, &str)] = golden! {
    "concurrency/the-account-is-full"
    "concurrency/provisioned-first-then-on-demand"
    "concurrency/w12-a-scaling-burst"
    "cost/a-thousand-runs"
    "cost/provisioned-concurrency"
    "environment/a-time-out-resets-the-runtime"
    "environment/memory-buys-cpu"
    "invocation/services-have-their-own-status-codes"
    "invocation/w11-d-the-quota-runs-out-on-500"
    "versions/names-that-lead-nowhere"
    "versions/qualified-and-unqualified"
};

fn fingerprint(path: &str, text: &str) -> String {
    let run = json::read(text).unwrap_or_else(|issues| panic!("{path}: {issues:?}"));
    let recording =
        Recording::of(run).unwrap_or_else(|issues| panic!("{path}: {issues:?}"));
    assert!(!recording.log().is_empty(), "{path} says nothing");
    format!("{:016x} {path}", report::fingerprint(&recording))
}

fn assert_native(path: &str, text: &str) {
    let native = FINGERPRINTS.lines().find(|line| line.ends_with(&format!(" {path}")));
    assert_eq!(Some(fingerprint(path, text).as_str()), native);
}

#[wasm_bindgen_test]
fn every_lesson_has_the_trace_it_has_natively() {
    assert!(!LESSONS.is_empty());
    for lesson in LESSONS {
        assert_native(&format!("gallery/{}.json", lesson.name), lesson.text);
    }
}

#[wasm_bindgen_test]
fn every_golden_scenario_has_the_trace_it_has_natively() {
    for (path, text) in GOLDEN {
        assert_native(path, text);
    }
}
