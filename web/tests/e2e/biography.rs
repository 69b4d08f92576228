//! The life of a request: chosen on the board, on a lane and in the story, by pointer and by
//! keyboard alone, in the whole program and from the small one.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{Page, visit};
use crate::keys::{open, press};

const WHOLE: &str = "/app-whole_bg.wasm";
/// Whether a life is told.
const TOLD: &str = "document.querySelectorAll('#life .station').length > 0";
const GONE: &str = "!document.querySelector('#life')";

/// The middle of the first element that a selector finds.
async fn middle(page: &Page, css: &str) -> WebDriverResult<(f64, f64)> {
    page.wait_until(&format!("!!document.querySelector('{css}')")).await?;
    page.evaluate(&format!(
        "(r => [r.left + r.width / 2, r.top + r.height / 2])\
         (document.querySelector('{css}').getBoundingClientRect())"
    ))
    .await
}

/// Presses a point with the mouse and lets go.
async fn press_at(page: &Page, (x, y): (f64, f64)) -> WebDriverResult<()> {
    for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)]
    {
        let event = json!({
            "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons,
            "clickCount": 1,
        });
        page.devtools("Input.dispatchMouseEvent", event).await?;
    }
    Ok(())
}

async fn title(page: &Page) -> WebDriverResult<String> {
    page.text(".insp-head h2").await
}

#[test]
fn a_token_on_the_board_tells_its_life_and_its_path_lights_up() {
    visit(async |page| {
        // The second event waits to be tried again.
        open(page, "#e=dead-letter-queue&t=30s").await?;
        page.click("#tab-now").await?;
        let token = middle(page, "#board .tokens .tk").await?;
        press_at(page, token).await?;
        page.wait_until(TOLD).await?;
        assert_eq!(title(page).await?, "Request upload #2");
        page.wait_until("document.querySelectorAll('#board .tk-told').length === 1")
            .await?;
        // Caller, function and queue, and the two wires between them.
        page.wait_until("document.querySelectorAll('#board .path-p').length === 3")
            .await?;
        page.wait_until("document.querySelectorAll('#board .path-w').length === 2")
            .await?;
        page.find("#ahead").await?;
        let ahead = "document.querySelectorAll('#life .ahead').length";
        let before: u32 = page.evaluate(ahead).await?;
        assert!(before > 0);

        // A station is where the playhead goes.
        let last = "[...document.querySelectorAll('#life .station')].at(-1)";
        page.evaluate::<bool>(&format!("({last}.click(), true)")).await?;
        page.wait_until(&format!("{ahead} === 0")).await?;
        assert!(page.text("#clock").await?.starts_with("3:06"));
        let open_last =
            "([...document.querySelectorAll('#life summary')].at(-1).click(), true)";
        page.evaluate::<bool>(open_last).await?;
        let letter: String = page
            .evaluate("[...document.querySelectorAll('#life pre')].at(-1).innerText")
            .await?;
        for attribute in ["RequestID (String)", "ErrorCode (Number): 200", "ErrorMessage"]
        {
            assert!(letter.contains(attribute), "{letter}");
        }
        page.assert_no_barriers("biography").await?;

        page.viewport(1440, 900).await?;
        page.click("#close-life").await?;
        page.wait_until(GONE).await?;
        page.wait_until("!document.querySelector('#board .path-p')").await?;
        page.wait_until("document.activeElement.id === 'tab-story'").await
    });
}

#[test]
fn by_keyboard_alone_the_story_and_the_lanes_lead_to_a_life() {
    visit(async |page| {
        open(page, "#e=destinations&t=64s").await?;
        page.tab_to("#story .why").await?;
        let line = "[...document.querySelectorAll('#story li')]\
            .findLast(line => line.innerText.includes('rejected receives'))";
        page.evaluate::<bool>(&format!("({line}.querySelector('.why').focus(), true)"))
            .await?;
        press(page, Key::Enter).await?;
        page.find("#story .to-life").await?;
        page.tab_to("#story .to-life").await?;
        press(page, Key::Enter).await?;
        page.wait_until(TOLD).await?;
        page.wait_until("document.activeElement.id === 'life'").await?;
        // The record knows whose it is.
        page.tab_to("#life .life-head .relative").await?;
        press(page, Key::Enter).await?;
        page.wait_until(
            "document.querySelector('.insp-head h2').innerText === 'Request shop #2'",
        )
        .await?;
        press(page, Key::Escape).await?;
        page.wait_until(GONE).await?;

        page.driver.find(By::Css("#lanes")).await?.focus().await?;
        press(page, Key::Down).await?;
        page.find("#details").await?;
        press(page, Key::Enter).await?;
        page.wait_until(TOLD).await?;
        // What goes on as another request leads there.
        page.tab_to("#life .stations .relative").await?;
        press(page, Key::Enter).await?;
        page.wait_until(
            "document.querySelector('.insp-head h2').innerText.startsWith('Message')",
        )
        .await
    });
}

#[test]
fn a_span_that_is_pressed_tells_its_life_and_one_that_is_drawn_over_does_not() {
    visit(async |page| {
        open(page, "#e=async-retries").await?;
        // Several runs are one path: its left edge is the first of them.
        let (x, y): (f64, f64) = page
            .evaluate(
                "(r => [r.left + 6, r.top + 7])\
                 (document.querySelector('#lanes path.sp').getBoundingClientRect())",
            )
            .await?;
        press_at(page, (x, y)).await?;
        page.wait_until(TOLD).await?;
        assert!(title(page).await?.starts_with("Request upload"));
        press(page, Key::Escape).await?;
        page.wait_until(GONE).await?;
        for (kind, x, buttons) in [
            ("mousePressed", x, 1),
            ("mouseMoved", x + 60.0, 1),
            ("mouseReleased", x + 60.0, 0),
        ] {
            let event = json!({
                "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons,
                "clickCount": 1,
            });
            page.devtools("Input.dispatchMouseEvent", event).await?;
        }
        assert!(page.evaluate::<bool>(GONE).await?);
        Ok(())
    });
}

#[test]
fn the_small_program_hands_over_to_the_whole_one_to_tell_a_life() {
    visit(async |page| {
        open(page, "#e=sdk-retries&t=300ms").await?;
        assert_eq!(page.site.asked_for(WHOLE), 0, "nobody needs it yet");
        page.click("#story .now .why").await?;
        page.click("#story .to-life").await?;
        page.wait_until(TOLD).await?;
        assert_eq!(page.site.asked_for(WHOLE), 2, "the page and its worker");
        assert!(title(page).await?.starts_with("Request "));
        assert!(page.text("#clock").await?.starts_with("0.300 s"), "the playhead stays");
        page.wait_until("document.querySelectorAll('#board .path-p').length === 2").await
    });
}
