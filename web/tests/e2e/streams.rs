//! Streams that are read: what the board says of shards, records and batches, and what a
//! person sets.

use crate::browser::{Theme, visit};
use crate::editing::put;
use crate::keys::open;

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
