//! What single keys do, and how they are turned off.

use thirtyfour::prelude::*;

use crate::browser::{Page, visit};
use crate::journey::OPEN;

const PLAYHEAD: &str = "Number(document.querySelector('#scrubber').ariaValueNow)";

/// Opens a run where there is room for all.
pub async fn open(page: &Page, behind: &str) -> WebDriverResult<()> {
    page.viewport(1440, 900).await?;
    page.open(behind).await?;
    page.wait_until(OPEN).await
}

/// Presses a key where nothing is typed.
pub async fn press(
    page: &Page,
    keys: impl Into<thirtyfour::TypingData>,
) -> WebDriverResult<()> {
    page.driver.action_chain().send_keys(keys).perform().await
}

/// The same with Shift held down.
pub async fn shift(
    page: &Page,
    keys: impl Into<thirtyfour::TypingData>,
) -> WebDriverResult<()> {
    let chain = page.driver.action_chain().key_down(Key::Shift).send_keys(keys);
    chain.key_up(Key::Shift).perform().await
}

/// Waits until the playhead is at this thousandth of a second.
async fn is_at(page: &Page, ms: u64) -> WebDriverResult<()> {
    page.wait_until(&format!("{PLAYHEAD} == {ms}")).await
}

#[test]
fn keys_lead_through_the_run() {
    visit(async |page| {
        open(page, "#e=reserved-concurrency&t=20s").await?;
        let end: u64 = page
            .evaluate("Number(document.querySelector('#scrubber').ariaValueMax)")
            .await?;
        // In shares of the run, which lasts 49 s.
        let near = async |ms: u64| {
            page.wait_until(&format!("Math.abs({PLAYHEAD} - {ms}) <= 2")).await
        };
        press(page, Key::Right).await?;
        near(20_000 + end / 20).await?;
        press(page, Key::Left).await?;
        near(20_000).await?;
        shift(page, Key::Right).await?;
        near(20_000 + end / 10).await?;
        shift(page, Key::Left).await?;
        near(20_000).await?;
        press(page, Key::End).await?;
        is_at(page, end).await?;
        press(page, Key::Home).await?;
        is_at(page, 0).await?;
        press(page, "]").await?;
        is_at(page, 3_000).await?;
        press(page, "[").await?;
        is_at(page, 0).await?;
        press(page, "3").await?;
        near(end / 10 * 3).await?;
        let before: u64 = page.evaluate(PLAYHEAD).await?;
        press(page, ".").await?;
        page.wait_until(&format!("{PLAYHEAD} > {before}")).await?;
        Ok(())
    });
}

#[test]
fn keys_set_the_speed_and_what_the_timeline_shows() {
    visit(async |page| {
        open(page, "#e=reserved-concurrency&t=20s").await?;
        let speed = "document.querySelector('#speed').selectedIndex";
        let before: i32 = page.evaluate(speed).await?;
        press(page, "=").await?;
        page.wait_until(&format!("{speed} == {before} + 1")).await?;
        press(page, "-").await?;
        page.wait_until(&format!("{speed} == {before}")).await?;

        let left = "document.querySelector('rect.window').getBoundingClientRect().left";
        for _ in 0..3 {
            shift(page, Key::Up).await?;
        }
        page.wait_until("!!document.querySelector('rect.window')").await?;
        let zoomed: f64 = page.evaluate(left).await?;
        press(page, ">").await?;
        page.wait_until(&format!("{left} > {zoomed} + 20")).await?;
        press(page, "<").await?;
        page.wait_until(&format!("Math.abs({left} - {zoomed}) < 2")).await?;
        // On the lanes the arrows move what the lanes show, and not the playhead.
        page.driver.find(By::Css("#lanes")).await?.focus().await?;
        shift(page, Key::Right).await?;
        page.wait_until(&format!("{left} > {zoomed} + 20")).await?;
        shift(page, Key::Left).await?;
        page.wait_until(&format!("Math.abs({left} - {zoomed}) < 2")).await?;
        press(page, "w").await?;
        page.wait_until("!document.querySelector('rect.window')").await?;
        is_at(page, 20_000).await
    });
}

#[test]
fn escape_leaves_the_selection() {
    visit(async |page| {
        open(page, "#e=reserved-concurrency&sel=checkout").await?;
        let selected = "document.querySelector('.part[aria-pressed=true]')?.innerText";
        page.wait_until(&format!("{selected} === 'checkout'")).await?;
        press(page, Key::Escape).await?;
        page.wait_until(&format!("{selected} === undefined")).await
    });
}

#[test]
fn shift_f_opens_a_copy_at_this_moment_in_a_new_tab() {
    visit(async |page| {
        open(page, "#e=reserved-concurrency&t=32s&sel=checkout").await?;
        let title = page.text("h1").await?;
        let clock = page.text("#clock").await?;
        shift(page, "f").await?;
        let started = std::time::Instant::now();
        let tabs = loop {
            let tabs = page.driver.windows().await?;
            if tabs.len() == 2 {
                break tabs;
            }
            assert!(started.elapsed().as_secs() < 20, "no other tab");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        };
        page.driver.switch_to_window(tabs[1].clone()).await?;
        page.viewport(1440, 900).await?;
        page.wait_until(OPEN).await?;
        assert_eq!(page.text("h1").await?, title);
        assert_eq!(page.text("#clock").await?, clock);
        assert!(page.evaluate::<bool>("window.opener === null").await?);
        assert_eq!(page.text(".part[aria-pressed=true]").await?, "checkout");
        page.driver.close_window().await?;
        page.driver.switch_to_window(tabs[0].clone()).await
    });
}

#[test]
fn f_takes_the_whole_screen_and_gives_it_back() {
    visit(async |page| {
        open(page, "#e=reserved-concurrency").await?;
        press(page, "f").await?;
        page.wait_until("document.fullscreenElement === document.documentElement")
            .await?;
        press(page, "f").await?;
        page.wait_until("!document.fullscreenElement").await
    });
}

#[test]
fn in_a_frame_that_may_not_be_full_screen_f_is_no_error() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        let frame = format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>A guide</title>\
             <link rel=icon href=\"data:,\"><iframe title=\"A run\" width=1200 height=800 \
             allow=\"fullscreen 'none'\" src=\"{}\"></iframe>",
            page.site.address("#e=reserved-concurrency")
        );
        let address = page.site.host(frame);
        page.driver.goto(address).await?;
        page.find("iframe").await?.enter_frame().await?;
        page.wait_until(OPEN).await?;
        page.click("h1").await?;
        press(page, "f").await?;
        press(page, "5").await?;
        page.wait_until(&format!("{PLAYHEAD} > 24000")).await?;
        assert!(!page.evaluate::<bool>("!!document.fullscreenElement").await?);
        page.driver.enter_default_frame().await
    });
}

#[test]
fn single_keys_are_turned_off_and_stay_off() {
    visit(async |page| {
        open(page, "#e=reserved-concurrency").await?;
        press(page, "?").await?;
        page.find("dialog").await?;
        let rows: u32 =
            page.evaluate("document.querySelectorAll('.keys dt').length").await?;
        assert!(rows >= 17, "{rows} keys");
        page.click("#single-keys").await?;
        page.assert_no_barriers("keys").await?;
        page.viewport(1440, 900).await?;
        page.click("#close").await?;
        page.wait_until("!document.querySelector('dialog')").await?;

        page.driver.refresh().await?;
        page.wait_until(OPEN).await?;
        press(page, "5").await?;
        press(page, "?").await?;
        press(page, "]").await?;
        // Other keys are no letters, digits or signs.
        press(page, Key::End).await?;
        page.wait_until(&format!("{PLAYHEAD} > 48000")).await?;
        press(page, Key::Home).await?;
        is_at(page, 0).await?;
        assert!(!page.evaluate::<bool>("!!document.querySelector('dialog')").await?);

        page.click("#open-help").await?;
        assert!(!page.find("#single-keys").await?.is_selected().await?);
        page.click("#single-keys").await?;
        page.click("#close").await?;
        page.wait_until("!document.querySelector('dialog')").await?;
        press(page, "]").await?;
        is_at(page, 3_000).await
    });
}
