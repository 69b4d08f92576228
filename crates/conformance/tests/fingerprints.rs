//! The same run gives the same trace everywhere, to the byte.
//!
//! `scenarios/fingerprints.txt` holds a fingerprint of the whole trace of every scenario
//! of the gallery and of the golden traces. This test makes them natively, the wasm test of
//! the page makes them in a browser, and both must be what the file says.
//! `UPDATE=1 cargo test -p lambdarium-conformance` writes it anew.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use lambdarium_format::{json, report};
use lambdarium_sim::record::Recording;

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

/// Every scenario below a folder, by its path from `scenarios`, in order.
fn below(folder: &str, found: &mut Vec<String>) {
    let entries = fs::read_dir(scenarios().join(folder)).expect("a folder");
    for entry in entries {
        let entry = entry.expect("an entry");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            below(&path, found);
        } else if path.ends_with(".json") {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn every_scenario_has_the_fingerprint_it_had() {
    let mut paths = Vec::new();
    below("gallery", &mut paths);
    below("rules", &mut paths);
    let mut made = String::new();
    for path in paths {
        let text = fs::read_to_string(scenarios().join(&path)).expect("a scenario");
        let run = json::read(&text).unwrap_or_else(|issues| panic!("{path}: {issues:?}"));
        let recording = Recording::of(run).expect("a plan");
        writeln!(made, "{:016x} {path}", report::fingerprint(&recording))
            .expect("a line");
    }
    let file = scenarios().join("fingerprints.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &made).expect("a file that can be written");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept.lines().count() > 50, "the file lists the scenarios");
    for (kept, made) in kept.lines().zip(made.lines()) {
        assert_eq!(kept, made, "if it should have changed: run the tests with UPDATE=1");
    }
    assert_eq!(kept.lines().count(), made.lines().count());
}
