//! Odds: one scenario with many seeds, told in a dialog while it goes on.

use thirtyfour::prelude::*;

use crate::browser::{Page, visit};
use crate::keys::open;

/// A canary with its alarm: 210 requests, of which about 18 meet the version that throws.
const CANARY: &str = "#e=deploy-alarm";
/// How many runs have been played, in words.
const PLAYED: &str = "document.querySelector('#odds-played')?.innerText";
const SAYS: &str = "document.querySelector('#odds').innerText";

/// The table as it is read.
async fn table(page: &Page) -> WebDriverResult<String> {
    page.text("table.odds").await
}

#[test]
fn many_seeds_are_played_and_the_unlucky_one_is_shown() {
    visit(async |page| {
        open(page, CANARY).await?;
        page.tool("#open-odds").await?;
        page.click("#odds-100").await?;
        page.wait_until(&format!("{PLAYED} === '100 of 100 runs played'")).await?;
        let first = table(page).await?;
        assert!(first.contains("succeeded") && first.contains("failed"), "{first}");
        page.wait_until(&format!("{SAYS}.includes('100 of 100 stopped by an alarm')"))
            .await?;
        page.assert_no_barriers("odds").await?;
        page.viewport(1440, 900).await?;
        // The same seeds, the same odds, whatever was played in between.
        page.click("#odds-1000").await?;
        page.wait_until(&format!("{PLAYED}.startsWith('1\u{202f}000 of')")).await?;
        page.click("#odds-100").await?;
        page.wait_until(&format!("{PLAYED} === '100 of 100 runs played'")).await?;
        assert_eq!(table(page).await?, first);
        let unlucky = page.text("#odds-unlucky").await?;
        let seed = unlucky.rsplit(' ').next().unwrap_or_default().to_string();
        page.click("#odds-unlucky").await?;
        page.wait_until("!document.querySelector('dialog')").await?;
        page.click("#tab-settings").await?;
        page.wait_until(&format!("document.getElementById('seed')?.value === {seed:?}"))
            .await?;
        page.tool("#undo").await?;
        page.wait_until("document.getElementById('seed')?.value === '5'").await
    });
}

#[test]
fn odds_can_be_cancelled_and_keep_what_was_played() {
    visit(async |page| {
        open(page, CANARY).await?;
        page.tool("#open-odds").await?;
        page.click("#odds-1000").await?;
        page.click("#odds-cancel").await?;
        page.wait_until("!document.querySelector('#odds-cancel')").await?;
        let played: u32 =
            page.evaluate("document.querySelector('#odds progress').value").await?;
        assert!(played < 1_000, "{played} were played before that");
        // Nothing comes after that.
        page.wait_until("new Promise(done => setTimeout(() => done(true), 300))").await?;
        let later: u32 =
            page.evaluate("document.querySelector('#odds progress').value").await?;
        assert_eq!(later, played);
        Ok(())
    });
}
