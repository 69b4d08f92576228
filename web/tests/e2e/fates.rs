//! What has become of everything, and whether that was expected.

use thirtyfour::prelude::*;

use crate::browser::{Page, visit};
use crate::journey::OPEN;

/// Opens a scenario with two expectations that hold and one that does not: it is pasted into
/// the text of a lesson.
async fn open_expecting(page: &Page) -> WebDriverResult<()> {
    page.viewport(1440, 900).await?;
    page.open("#e=async-retries").await?;
    page.wait_until(OPEN).await?;
    page.click("#tab-settings").await?;
    for (number, text) in
        ["entered = 3", "lost silently = 0", "Errors > 0"].iter().enumerate()
    {
        let field = format!("document.getElementById('expect.{number}')");
        page.wait_until(&format!("{field} !== null")).await?;
        let write = format!(
            "({field}.value = {text:?}, \
              {field}.dispatchEvent(new Event('change', {{ bubbles: true }})))"
        );
        page.evaluate::<bool>(&write).await?;
        let next = format!("document.getElementById('expect.{}') !== null", number + 1);
        page.wait_until(&next).await?;
    }
    page.wait_until("document.querySelector('#held')?.innerText.includes('2 of 3')").await
}

#[test]
fn expectations_have_a_sign_and_a_word_and_lead_to_where_they_broke() {
    visit(async |page| {
        open_expecting(page).await?;
        page.click("#held").await?;
        page.wait_until("document.querySelectorAll('#expectations > li').length === 3")
            .await?;
        let words = page.text("#expectations > .broken").await?;
        assert!(words.contains("lost silently = 0"), "{words}");
        assert!(words.contains("does not hold, found 1"), "{words}");
        let held: u32 = page
            .evaluate("document.querySelectorAll('#expectations > .holds').length")
            .await?;
        assert_eq!(held, 2);
        page.assert_no_barriers("expectations").await?;
        let before = page.text("#clock").await?;
        page.click("#expectations > .broken .time").await?;
        let there = format!("document.querySelector('#clock').innerText !== {before:?}");
        page.wait_until(&there).await?;
        page.wait_until(
            "document.querySelector('#fate-lost button').innerText.trim() === '1'",
        )
        .await
    });
}

#[test]
fn a_wrong_expectation_is_explained_at_its_field() {
    visit(async |page| {
        open_expecting(page).await?;
        let field = "document.getElementById('expect.3')";
        let write = format!(
            "({field}.value = 'Erors = 0', \
              {field}.dispatchEvent(new Event('change', {{ bubbles: true }})))"
        );
        page.evaluate::<bool>(&write).await?;
        page.wait_until(&format!("{field}.getAttribute('aria-invalid') === 'true'"))
            .await?;
        page.wait_until("document.querySelector('.says')?.innerText.includes('Errors')")
            .await?;
        assert!(page.text("#held").await?.contains("2 of 3"), "the last run stays");
        page.assert_no_barriers("wrong-expectation").await
    });
}

#[test]
fn the_numbers_of_the_fates_open_lists_that_lead_to_where_each_ended() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=async-retries&t=200s").await?;
        page.wait_until(OPEN).await?;
        page.click("#tab-now").await?;
        page.wait_until("document.querySelectorAll('#fates-table > li').length === 12")
            .await?;
        let sum: u32 = page
            .evaluate(
                "[...document.querySelectorAll('#fates-table > li:not(.sum) > button')] \
                 .reduce((sum, button) => sum + Number(button.innerText), 0)",
            )
            .await?;
        let entered = page.text("#fate-entered > button").await?;
        assert_eq!(entered.trim(), sum.to_string());
        page.click("#fate-entered > button").await?;
        page.wait_until(
            "document.querySelectorAll('#fate-entered .fated li').length > 0",
        )
        .await?;
        let listed: u32 = page
            .evaluate("document.querySelectorAll('#fate-entered .fated li').length")
            .await?;
        assert_eq!(listed, sum);
        page.assert_no_barriers("fates").await?;
        page.click("#fate-entered .fated .time").await?;
        page.wait_until("!document.querySelector('#clock').innerText.startsWith('3:20')")
            .await?;
        page.click("#fate-entered > button").await?;
        page.wait_until("document.querySelector('.fated') === null").await
    });
}
