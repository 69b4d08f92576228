//! Golden answers: each folder of `scenarios/expect` holds a scenario and what `check` says.
//!
//! `UPDATE=1 cargo test -p lambdarium` writes `check.txt` anew (and scenarios in the form
//! the program gives them); what changed is then read as text. `arguments.txt` holds what
//! else stands on the command line, where something does.

use std::fs;
use std::path::{Path, PathBuf};

use lambdarium_format::json;

use crate::program::{Answer, given, lambdarium};

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/expect");
    let entries = fs::read_dir(root).expect("a folder");
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    folders
}

#[test]
fn every_scenario_is_judged_as_its_file_says() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for folder in folders() {
        let path = folder.join("scenario.json");
        let text = fs::read_to_string(&path).expect("a scenario");
        let run =
            json::read(&text).unwrap_or_else(|issues| panic!("{path:?}: {issues:?}"));
        let case = folder.file_name().expect("a name").to_string_lossy();
        let file = format!("expect/{case}/scenario.json");
        let more = fs::read_to_string(folder.join("arguments.txt")).unwrap_or_default();
        let mut args = vec!["check", &file];
        args.extend(more.split_whitespace());
        let Answer { code, out, err } = lambdarium(&args);
        assert_eq!(err, "", "{case}");
        let told = [(path, json::write(&run)), {
            (folder.join("check.txt"), format!("{out}exit code {code}\n"))
        }];
        for (path, told) in told {
            if update {
                fs::write(&path, &told).expect("a file that can be written");
            }
            let written = fs::read_to_string(&path).unwrap_or_default();
            if written != told {
                wrong.push(format!("{path:?}: UPDATE=1 writes it anew\n{told}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_cannot_be_expected_is_no_scenario() {
    let scenario = r#"{ "lambdarium": 1, "functions": { "f": {} },
        "expect": ["lost silenty = 0", "Errors of g = 0", "AsyncEventAge <= 300"] }"#;
    let Answer { code, out, err } = given(scenario, &["check", "-"]);
    assert_eq!((code, err.as_str()), (2, ""));
    let expected = "\
standard input: expect.0: found \"lost silenty\", allowed is \"lost silently\" (did you mean that?) (SIM-02)
standard input: expect.2: found \"300\", allowed is a time with its unit, such as 250ms, 1.5 s, 5m or 6h, and \"throughout\" or nothing after it (SIM-02)
";
    assert_eq!(out, expected);
}

#[test]
fn the_worst_of_several_files_is_the_exit_code() {
    let code = |files: &[&str]| {
        let mut args = vec!["check"];
        args.extend(files);
        lambdarium(&args).code
    };
    let held = "expect/what-is-expected-holds/scenario.json";
    let broken = "expect/lost-silently/scenario.json";
    let none = "expect/lost-silently/check.txt";
    assert_eq!(code(&[held, "gallery/cold-start.json"]), 0);
    assert_eq!(code(&[held, broken]), 1);
    assert_eq!(code(&[none, broken, held]), 2);
    assert_eq!(code(&[broken, "nowhere.json", none]), 3);
}
