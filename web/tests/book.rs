//! The book that the page looks rules and settings up in.
//!
//! `UPDATE=1 cargo test -p lambdarium-web` writes it anew.

#![cfg(not(target_family = "wasm"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lambdarium_format::{report, schema};
use lambdarium_sim::caller::Kind;
use lambdarium_web::engine::Engine;
use lambdarium_web::message::{Answer, Ask, Slot, Source};
use lambdarium_web::rules;

#[test]
fn the_book_follows_from_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/book.txt");
    let fields = include_str!("../data/fields.txt");
    let book = [&report::rule_table(), &schema::help_table(), fields].concat();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &book).expect("a file that can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == book, "web/data/book.txt is old: run the tests with UPDATE=1");
    let names = book.lines().filter_map(|line| line.split('\t').next());
    let mut seen = BTreeSet::new();
    let twice: Vec<&str> = names.filter(|name| !seen.insert(*name)).collect();
    assert_eq!(twice, [""; 0], "a name with two meanings");
}

/// A scenario with a caller of each kind and a function that fails.
fn everything() -> String {
    let callers = Kind::all().into_iter().map(|kind| {
        let key = kind.card().key;
        format!("\"{key}\": {{\"kind\": \"{key}\", \"calls\": \"f\"}}")
    });
    let callers = callers.collect::<Vec<_>>().join(", ");
    format!(
        "{{\"lambdarium\": 1, \"functions\": {{\"f\": {{\"faults\": [{{\"fails\": \"throws\"}}]}}}}, \
         \"callers\": {{{callers}}}, \"services\": {{\"q\": {{\"kind\": \"sqs\"}}, \
         \"t\": {{\"kind\": \"sns\", \"receives\": {{}}, \"subscriptions\": {{\"s\": {{\"calls\": \"f\"}}}}}}, \
         \"b\": {{\"kind\": \"eventbridge\", \"rules\": {{\"r\": {{\"calls\": \"f\"}}}}}}}}}}"
    )
}

#[test]
fn every_field_of_every_form_is_explained() {
    let book = include_str!("../data/book.txt");
    let mut engine = Engine::new();
    let source = Source::Text(everything());
    let opened = engine.handle(Slot(0), Ask::Open { source, lesson: None, keep: false });
    let Some(Answer::Opened(opened)) = opened else { panic!("{opened:?}") };
    let callers = opened.callers.iter().map(|caller| caller.name.clone());
    let parts =
        callers.chain(["f", "q", "t", "b"].map(String::from)).map(Some).chain([None]);
    let mut fields = 0;
    for part in parts {
        let answer = engine.handle(Slot(0), Ask::Form { part: part.clone() });
        let Some(Answer::Form(form)) = answer else { panic!("{answer:?}") };
        for field in form.groups.iter().flat_map(|group| &group.fields) {
            // What a pattern asks for stands in its label and in what is allowed.
            if !field.help.is_empty() {
                let about = rules::about(book, &field.help);
                assert!(about.ends_with('.'), "{part:?}: {} {about:?}", field.help);
                fields += 1;
            }
        }
    }
    assert!(fields > 60, "{fields} fields");
}
