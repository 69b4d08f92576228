//! Two variants of a scenario on one clock.

use thirtyfour::prelude::*;

use crate::browser::{ENTER, Page, visit};
use crate::editing::put;
use crate::keys::{open, press};

/// Three messages of a batch fail with one that throws, three times; then they are in a DLQ.
const LESSON: &str = "#e=sqs-partial-batch";
const TABLE: &str = "document.querySelector('.differ')";

/// The cells of a row of the table.
async fn cells(page: &Page, name: &str) -> WebDriverResult<Vec<String>> {
    page.wait_until(&format!("!!{TABLE}")).await?;
    page.evaluate(&format!(
        "[...{TABLE}.querySelectorAll('tr')].filter(row => row.querySelector('th')\
         .innerText.trim().startsWith({name:?})).flatMap(row => \
         [...row.querySelectorAll('td')].map(cell => cell.innerText))"
    ))
    .await
}

async fn start(page: &Page) -> WebDriverResult<()> {
    page.wait_until("document.querySelector('#compare-start')?.disabled === false")
        .await?;
    page.tool("#compare-start").await?;
    page.wait_until(&format!("!!{TABLE}")).await
}

/// Gives the present run another seed.
async fn reseed(page: &Page) -> WebDriverResult<()> {
    page.click("#tab-settings").await?;
    page.wait_until("!!document.getElementById('seed')").await?;
    put(page, "seed", "99").await
}

#[test]
fn a_change_is_laid_beside_what_was_before_it() {
    visit(async |page| {
        open(page, LESSON).await?;
        start(page).await?;
        page.find("#board-pinned").await?;
        page.find("#board").await?;
        // The lanes have made room, and can be had back.
        let inside = "document.querySelector('#unfold').getBoundingClientRect().bottom \
            <= innerHeight";
        page.wait_until(inside).await?;
        page.find("#unfold[aria-expanded='false']").await?;
        // Nothing is changed yet.
        assert_eq!(cells(page, "Errors").await?[2], "=");
        let was = cells(page, "Invocations").await?;
        assert_eq!(was[0], was[1]);
        page.click("#tab-settings").await?;
        page.wait_until("!!document.getElementById('seed')").await?;
        page.evaluate::<bool>(
            "([...document.querySelectorAll('.parts button')].find(part => \
             part.innerText.includes('mapping')).click(), true)",
        )
        .await?;
        let size = "document.querySelector('[id$=\".batch-size\"]')";
        page.wait_until(&format!("!!{size}")).await?;
        let id: String = page.evaluate(&format!("{size}.id")).await?;
        put(page, &id, "1").await?;
        page.click("#tab-now").await?;
        let changed = format!(
            "[...({TABLE}?.querySelectorAll('tr') ?? [])].some(row => \
             row.innerText.startsWith('Invocations') && !row.className.includes('same'))"
        );
        page.wait_until(&changed).await?;
        let now = cells(page, "Invocations").await?;
        assert_eq!(now[0], was[0], "the pinned run is as it was");
        assert!(now[1] != now[0] && now[2] != "=", "{now:?}");
        // One clock moves both.
        press(page, "5").await?;
        let at = |id: &str| format!("document.querySelector('#{id}').dataset.at");
        let same = format!("{} === {}", at("board"), at("board-pinned"));
        page.wait_until(&format!("{same} && {} > 0", at("board"))).await?;
        page.click("#compare-now").await?;
        assert_eq!(cells(page, "ConcurrentExecutions").await?.len(), 3);
        // The change can be taken back, and the comparison left.
        page.tool("#undo").await?;
        page.click("#compare-whole").await?;
        page.wait_until(&format!("!({changed})")).await?;
        page.click("#compare-stop").await?;
        page.wait_until("!document.querySelector('#board-pinned')").await?;
        page.find("#board").await.map(drop)
    });
}

#[test]
fn a_link_carries_both_and_opens_them_again() {
    visit(async |page| {
        // The one in the small program, which does not compare.
        page.viewport(1440, 900).await?;
        page.open("#e=cold-start&vs=e%3Dsdk-retries").await?;
        page.find("#board-pinned").await?;
        page.wait_until(&format!("!!{TABLE}")).await?;
        page.open("?").await?;
        open(page, LESSON).await?;
        start(page).await?;
        reseed(page).await?;
        page.wait_until(
            "location.hash.startsWith('#s=') && location.hash.includes('&vs=e%3D')",
        )
        .await?;
        page.tool("#open-share").await?;
        page.wait_until("document.querySelector('#link')?.value.includes('&vs=e%3D')")
            .await?;
        let embed: String =
            page.evaluate("document.querySelector('#iframe').value").await?;
        assert!(!embed.contains("vs="), "the player shows one run");
        let link: String = page.evaluate("document.querySelector('#link').value").await?;
        let (_, fragment) = link.split_once('#').expect("it has a fragment");
        page.open("?").await?;
        page.open(&format!("#{fragment}")).await?;
        page.wait_until("!!document.querySelector('#compare-seeds')").await?;
        page.find("#board-pinned").await.map(drop)
    });
}

#[test]
fn another_link_takes_the_place_of_what_is_compared() {
    visit(async |page| {
        open(page, LESSON).await?;
        start(page).await?;
        page.click("#compare-now").await?;
        // At a moment there is nothing to make a maximum or a sum of.
        page.wait_until(&format!("!{TABLE}.innerText.includes('Maximum')")).await?;
        page.click("#compare-whole").await?;
        page.wait_until(&format!("{TABLE}.innerText.includes('Maximum')")).await?;
        page.evaluate::<bool>(
            "(location.hash = 'e=sqs-dead-letters&vs=e%3Dcold-start', true)",
        )
        .await?;
        page.wait_until(
            "document.querySelector('#board-pinned')?.textContent.includes('thumbnail') \
             ?? false",
        )
        .await?;
        page.wait_until(
            "document.querySelector('#board')?.textContent.includes('invoices') ?? false",
        )
        .await?;
        // It is still there after the playhead has moved, and is counted anew.
        press(page, "5").await?;
        let at = |id: &str| format!("document.querySelector('#{id}')?.dataset.at");
        page.wait_until(&format!("{} > 0", at("board-pinned"))).await?;
        page.wait_until(&format!("{TABLE}?.innerText.includes('in a DLQ') ?? false"))
            .await
    });
}

#[test]
fn what_cannot_be_compared_with_is_told_and_the_run_is_there() {
    visit(async |page| {
        open(page, &format!("{LESSON}&vs=s%3D1.d.nonsense")).await?;
        page.wait_until(
            "!!document.querySelector('.notice')?.innerText.includes('compare with')",
        )
        .await?;
        page.find("#board .card").await?;
        page.wait_until("!document.querySelector('#board-pinned')").await
    });
}

#[test]
fn other_seeds_are_said_to_be_luck() {
    visit(async |page| {
        open(page, LESSON).await?;
        start(page).await?;
        page.wait_until("!document.querySelector('#compare-seeds')").await?;
        reseed(page).await?;
        page.click("#tab-now").await?;
        page.wait_until("!!document.querySelector('#compare-seeds')").await
    });
}

#[test]
fn where_there_is_room_for_one_board_a_press_shows_the_other() {
    visit(async |page| {
        open(page, LESSON).await?;
        page.viewport(360, 740).await?;
        start(page).await?;
        page.wait_until("!document.querySelector('#board-pinned')").await?;
        page.click("#variant-a").await?;
        page.find("#board-pinned").await?;
        page.wait_until("!document.querySelector('#board')").await?;
        page.tab_to("#variant-b").await?;
        page.keys(ENTER).await?;
        page.find("#board").await.map(drop)
    });
}

#[test]
fn a_comparison_has_no_barriers() {
    visit(async |page| {
        open(page, LESSON).await?;
        start(page).await?;
        press(page, "5").await?;
        page.assert_no_barriers("compare").await
    });
}
