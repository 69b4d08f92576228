//! Streams that are read: what the board says of shards, records and batches, and what a
//! person sets.

use thirtyfour::prelude::*;

use crate::browser::{ENTER, TAB, Theme, visit};
use crate::editing::put;
use crate::keys::{open, press, shift};
use crate::mistakes::{dismiss, open_file};

/// What the board says.
const BOARD: &str = "document.querySelector('#board').textContent";
/// Ten records of which one is poison; the second half of a batch waits behind the first.
const SPLIT: &str = "#e=stream-bisect&t=350ms";

#[test]
fn a_shard_shows_its_records_its_iterator_and_its_batches() {
    visit(async |page| {
        open(page, SPLIT).await?;
        page.wait_until(&format!("{BOARD}.includes('shard 0')")).await?;
        let count =
            |css: &str| format!("document.querySelectorAll('#board {css}').length");
        page.wait_until(&format!("{} === 1", count(".iter"))).await?;
        // One half runs, and what comes after it waits.
        page.wait_until(&format!("{} === 1", count(".br-run"))).await?;
        page.wait_until(&format!("{} > 0", count(".br-next"))).await?;
        for theme in [Theme::Light, Theme::Dark] {
            page.theme(theme).await?;
            page.assert_no_barriers("a shard whose batch was split").await?;
        }
        Ok(())
    });
}

#[test]
fn gauges_of_a_mapping_say_what_the_panel_says() {
    visit(async |page| {
        open(page, SPLIT).await?;
        let readings = "document.querySelector('#readings').textContent";
        page.wait_until(&format!("{readings}.includes('ms now')")).await?;
        let names: Vec<String> = page
            .evaluate(
                "[...document.querySelectorAll('#readings g')].map(g => g.ariaLabel)",
            )
            .await?;
        for gauge in ["IteratorAge", "PolledEventCount", "DroppedEventCount"] {
            assert!(names.iter().any(|name| name.starts_with(gauge)), "{names:?}");
        }
        Ok(())
    });
}

#[test]
fn settings_of_a_mapping_of_a_stream_are_those_that_a_stream_takes() {
    visit(async |page| {
        open(page, &format!("{SPLIT}&sel=orders-mapping")).await?;
        page.click("#tab-settings").await?;
        let factor = "mappings.orders-mapping.parallelization-factor";
        let says = "[...document.querySelectorAll('.says')].map(s => s.innerText).join()";
        page.wait_until(&format!("!!document.getElementById('{factor}')")).await?;
        let other =
            "document.getElementById('mappings.orders-mapping.maximum-concurrency')";
        assert!(
            !page.evaluate::<bool>(&format!("!!{other}")).await?,
            "only queues take it"
        );
        put(page, factor, "11").await?;
        page.wait_until(&format!("{says}.includes('10')")).await?;
        put(page, factor, "2").await?;
        page.wait_until(&format!("{BOARD}.includes('2 lanes a shard')")).await
    });
}

/// A scenario with one mapping that reads `s`.
fn with_mapping(source: &str, mapping: &str) -> String {
    format!(
        r#"{{"lambdarium":1,"functions":{{"f":{{}}}},"services":{{"s":{source}}},
            "mappings":{{"m":{{"source":"s","calls":"f",{mapping}}}}}}}"#
    )
}

#[test]
fn mistakes_of_mappings_are_told_with_place_range_and_rule() {
    const QUEUE: &str = r#"{"kind":"sqs"}"#;
    const STREAM: &str = r#"{"kind":"kinesis"}"#;
    const NO_SHARDS: &str = r#"{"kind":"kinesis","shards":0}"#;
    const START: &str = r#""starting-position":"TRIM_HORIZON""#;
    let of_stream =
        |source, setting: &str| with_mapping(source, &[START, ",", setting].concat());
    let cases: [(String, [&str; 3]); 7] = [
        (
            with_mapping(QUEUE, r#""batch-size":10001"#),
            ["mappings.m.batch-size", "1 to 10000 records", "ESM-08"],
        ),
        (
            with_mapping(QUEUE, r#""batching-window":"301s""#),
            ["mappings.m.batching-window", "0 to 300 whole seconds", "ESM-09"],
        ),
        (
            with_mapping(QUEUE, r#""batch-size":11"#),
            ["mappings.m.batch-size", "at most 10 without a batching window", "ESM-11"],
        ),
        (
            of_stream(STREAM, r#""parallelization-factor":11"#),
            ["mappings.m.parallelization-factor", "1 to 10 batches per shard", "KIN-04"],
        ),
        (
            of_stream(STREAM, r#""filters":["{not json"]"#),
            ["mappings.m.filters.0", "an object of keys", "ESM-18"],
        ),
        (
            of_stream(STREAM, r#""on-failure":"nowhere""#),
            ["mappings.m.on-failure", "a standard queue", "KIN-19"],
        ),
        (
            of_stream(NO_SHARDS, r#""bisect-batch-on-function-error":true"#),
            ["services.s.shards", "1 to 200", "KIN-03"],
        ),
    ];
    visit(async |page| {
        open(page, SPLIT).await?;
        let title = page.text("h1").await?;
        for (text, wanted) in &cases {
            open_file(page, "mistaken.json", text).await?;
            let notice = page.text("#notice").await?;
            for words in wanted {
                assert!(notice.contains(words), "no {words:?} in {notice}");
            }
            assert_eq!(page.text("h1").await?, title, "the run stays");
            dismiss(page).await?;
        }
        Ok(())
    });
}

/// Answers that say neither that all was processed nor what was not.
const UNREADABLE: [(&str, &str); 8] = [
    ("another key", r#"{"foo":[]}"#),
    ("no list", r#"{"batchItemFailures":{}}"#),
    ("a text as list", r#"{"batchItemFailures":"1"}"#),
    ("no identifier", r#"{"batchItemFailures":[{}]}"#),
    ("an identifier that is null", r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#),
    ("an empty identifier", r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#),
    ("an unknown identifier", r#"{"batchItemFailures":[{"itemIdentifier":"123"}]}"#),
    ("a text", r#""done""#),
];

#[test]
fn answers_that_cannot_be_read_fail_the_whole_batch_and_it_is_said() {
    const STREAM: &str =
        r#"{"kind":"kinesis","records":[{"partition-key":"k","payload":{"n":1}}]}"#;
    const QUEUE: &str = r#"{"kind":"sqs","messages":[{"payload":{"n":1}}]}"#;
    visit(async |page| {
        open(page, SPLIT).await?;
        for (source, start) in
            [(QUEUE, ""), (STREAM, r#""starting-position":"TRIM_HORIZON","#)]
        {
            for (what, answer) in UNREADABLE {
                let text = format!(
                    r#"{{"lambdarium":1,"title":"{what}","settings":{{"until":"20s"}},
                        "functions":{{"f":{{"duration":"1s","answer":{{"value":{answer}}}}}}},
                        "services":{{"s":{source}}},"mappings":{{"m":{{"source":"s",
                        "calls":"f",{start}"report-batch-item-failures":true}}}}}}"#
                );
                open_file(page, "answer.json", &text).await?;
                let titled =
                    format!("document.querySelector('h1').innerText === '{what}'");
                page.wait_until(&titled).await?;
                // It is not there yet: what is told then is told of this run.
                let told = "document.querySelector('#story').innerText\
                    .includes('as its answer cannot be read')";
                page.wait_until(&format!("!{told}")).await?;
                press(page, Key::End).await?;
                page.wait_until(told).await?;
            }
        }
        Ok(())
    });
}

#[test]
fn keys_alone_reach_every_record() {
    visit(async |page| {
        open(page, "#e=stream-bisect&t=30s").await?;
        page.click("#tab-now").await?;
        let entered = "document.querySelector('#fate-entered > button')";
        page.wait_until(&format!("{entered}?.innerText.trim() === '10'")).await?;
        page.tab_to("#fate-entered > button").await?;
        page.keys(ENTER).await?;
        let listed = "document.querySelectorAll('#fate-entered .fated li')";
        page.wait_until(&format!("{listed}.length === 10")).await?;
        // Each has its own stop, in the order of the list, and leads to where it ended.
        let before = page.text("#clock").await?;
        for record in 1..=10 {
            page.tab_to(&format!("#fate-entered .fated li:nth-child({record}) button"))
                .await?;
        }
        for _ in 1..10 {
            shift(page, TAB).await?;
        }
        page.keys(ENTER).await?;
        page.wait_until(&format!(
            "document.querySelector('#clock').innerText !== {before:?}"
        ))
        .await
    });
}
