//! Streams that are read: what the board says of shards, records and batches, and what a
//! person sets.

use crate::browser::{Theme, visit};
use crate::editing::put;
use crate::keys::open;
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
