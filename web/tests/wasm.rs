//! What has to hold in a browser as it does natively.
//!
//! Run by `cargo xtask test wasm`.
#![cfg(target_family = "wasm")]

use lambdarium_sim::record::Recording;
use lambdarium_web::gallery::LESSONS;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn every_lesson_is_recorded_to_its_end() {
    assert!(!LESSONS.is_empty());
    for lesson in LESSONS {
        let run = lambdarium_format::json::read(lesson.text).expect(lesson.name);
        let recording = Recording::of(run).expect(lesson.name);
        assert!(!recording.log().is_empty(), "{} says nothing", lesson.name);
    }
}
