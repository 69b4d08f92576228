//! The scenario as text, and what keeps it safe: what is typed becomes the run, mistakes
//! are shown where they stand, everything can be undone, the next visit goes on, a file
//! holds it all, and a worker that dies is started again.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::TypingData;
use thirtyfour::prelude::*;

use crate::browser::{ENTER, ESCAPE, Page, Theme, visit, visit_broken};
use crate::journey::OPEN;

/// The text that the pane shows.
const TEXT: &str = "document.querySelector('#editor').value";
/// The pane is open and shows the text of the run.
const READY: &str = "!!document.querySelector('#editor')?.value.includes('lambdarium')";

async fn open_text(page: &Page, behind: &str) -> WebDriverResult<()> {
    page.open(behind).await?;
    page.wait_until(OPEN).await?;
    page.tool("#open-text").await?;
    page.wait_until(READY).await
}

/// Selects a part of the text, as somebody who drags over it, and types something else.
async fn retype(page: &Page, before: &str, after: &str) -> WebDriverResult<()> {
    let select = format!(
        "(() => {{ const editor = document.querySelector('#editor'); \
           const from = editor.value.indexOf({before:?}); \
           editor.setSelectionRange(from, from + {before:?}.length); \
           editor.focus(); return from >= 0 }})()"
    );
    assert!(page.evaluate::<bool>(&select).await?, "no {before:?} in the text");
    type_in(page, after).await
}

/// Types where the keyboard is.
async fn type_in(page: &Page, keys: &str) -> WebDriverResult<()> {
    page.driver.action_chain().send_keys(keys).perform().await
}

async fn press(
    page: &Page,
    held: &[Key],
    key: impl Into<TypingData>,
) -> WebDriverResult<()> {
    let mut chain = page.driver.action_chain();
    for held in held {
        chain = chain.key_down(held.clone());
    }
    chain = chain.send_keys(key);
    for held in held {
        chain = chain.key_up(held.clone());
    }
    chain.perform().await
}

/// Puts the keyboard where nothing is typed.
async fn leave_the_editor(page: &Page) -> WebDriverResult<()> {
    page.evaluate::<bool>("(document.activeElement.blur(), true)").await.map(|_| ())
}

/// Where the playhead stands; how long the run is may change.
async fn clock(page: &Page) -> WebDriverResult<String> {
    let clock = page.text("#clock").await?;
    Ok(clock.split(" of ").next().unwrap_or_default().to_string())
}

async fn title_is(page: &Page, title: &str) -> WebDriverResult<()> {
    page.wait_until(&format!("document.querySelector('h1').innerText === {title:?}"))
        .await
}

#[test]
fn what_is_typed_becomes_the_run_at_the_same_moment() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open_text(page, "#e=cold-start&t=1:00.2&sel=thumbnail").await?;
        page.click("#tab-now").await?;
        let clock = clock(page).await?;
        assert!(page.text("#board").await?.contains("takes 120 ms"));

        retype(page, "120ms", "250ms").await?;
        page.wait_until(
            "document.querySelector('#board').textContent.includes('takes 250 ms')",
        )
        .await?;
        page.wait_until("location.hash.startsWith('#s=1.d.')").await?;
        assert_eq!(self::clock(page).await?, clock, "the playhead stays");
        page.find("#now").await?;
        assert_eq!(page.text(".insp-head h2").await?, "thumbnail", "the selection stays");
        assert!(page.evaluate::<String>(TEXT).await?.contains("\"duration\": \"250ms\""));
        assert!(page.text("#text-state").await?.contains("The board shows this text"));
        // The other way round: what is undone is seen in the text.
        page.click("#undo").await?;
        page.wait_until(&format!("{TEXT}.includes('120ms')")).await?;
        assert_eq!(self::clock(page).await?, clock);
        page.assert_no_barriers("text").await?;
        page.viewport(1440, 900).await?;
        page.screenshot("text-1440").await
    });
}

#[test]
fn mistakes_are_shown_where_they_stand_and_the_run_stays() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open_text(page, "#e=cold-start").await?;
        let lines: String = page.evaluate(TEXT).await?;
        let line = |words: &str| {
            let at = lines.lines().position(|line| line.contains(words));
            at.expect("a line of the lesson") + 1
        };
        let cases = [
            ("\"memory\": 512", "\"memory\": 64", "functions.thumbnail.memory", "128"),
            ("\"memory\"", "\"memroy\"", "functions.thumbnail.memroy", "did you mean"),
            (
                "\"memory\": 512",
                "\"memory\": 512 512",
                "which is not JSON here",
                "`,` or `}`",
            ),
        ];
        for (before, after, place, allowed) in cases {
            retype(page, before, after).await?;
            page.wait_until("!!document.querySelector('.mistake')").await?;
            let told = page.text(".mistake").await?;
            let expected = format!("Line {}:", line("\"memory\": 512"));
            assert!(told.contains(&expected), "{after}: {told}");
            assert!(told.contains(place) && told.contains(allowed), "{after}: {told}");
            assert!(page.text("#text-state").await?.contains("1 mistake"));
            let marks = "document.querySelector('#editor').shadowRoot\
                .querySelectorAll('.cm-lint-marker-error').length";
            page.wait_until(&format!("{marks} === 1")).await?;
            assert!(page.text("#board").await?.contains("takes 120 ms"), "the run stays");
            page.click(".mistake").await?;
            let active = "document.querySelector('#editor').shadowRoot\
                .querySelector('.cm-activeLine').textContent.trim()";
            let active: String = page.evaluate(active).await?;
            assert!(active.starts_with("\"mem"), "a click leads to the line: {active}");
            for theme in Theme::BOTH {
                page.theme(theme).await?;
                assert_eq!(page.barriers().await?, [""; 0], "{after}, {}", theme.name());
                page.screenshot(&format!("text-mistake-{}", theme.name())).await?;
            }
            page.click("#discard").await?;
            page.wait_until("!document.querySelector('.mistake')").await?;
            assert_eq!(page.evaluate::<String>(TEXT).await?, lines);
        }
        Ok(())
    });
}

#[test]
fn the_editor_is_left_by_keyboard_and_fits_a_small_screen() {
    visit(async |page| {
        page.viewport(360, 740).await?;
        open_text(page, "#e=cold-start").await?;
        page.evaluate::<bool>("(document.querySelector('#editor').focus(), true)")
            .await?;
        let here = "document.activeElement.id === 'editor'";
        page.wait_until(here).await?;
        press(page, &[], Key::Tab).await?;
        assert!(page.evaluate::<bool>(here).await?, "Tab indents");
        page.wait_until("!document.querySelector('.mistake')").await?;
        press(page, &[Key::Control], "z").await?;
        press(page, &[], Key::Escape).await?;
        press(page, &[], Key::Tab).await?;
        page.wait_until(&format!("!({here})")).await?;
        let wide: u32 = page.evaluate("document.documentElement.scrollWidth").await?;
        assert_eq!(wide, 360, "nothing has to be scrolled sideways");
        assert_eq!(page.barriers().await?, [""; 0]);
        page.screenshot("text-360").await
    });
}

#[test]
fn the_text_is_opened_written_and_closed_by_keyboard_alone() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.tab_to("#open-text").await?;
        page.keys(ENTER).await?;
        page.wait_until(READY).await?;
        page.tab_to("#editor, .cm-content").await?;
        press(page, &[Key::Control], "a").await?;
        let mine = r#"{"lambdarium": 1, "title": "Mine", "functions": {"f": {}}}"#;
        page.keys(mine).await?;
        title_is(page, "Mine").await?;
        page.keys(ESCAPE).await?;
        page.tab_to("#open-text").await?;
        page.keys(ENTER).await?;
        page.wait_until("!document.querySelector('#editor')").await?;
        page.tab_to("#undo").await?;
        page.keys(ENTER).await?;
        title_is(page, "Cold and warm").await
    });
}

#[test]
fn files_are_saved_and_opened_by_keyboard_alone() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        let folder =
            std::env::temp_dir().join(format!("lambdarium-keys-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for the test");
        let to = json!({ "behavior": "allow", "downloadPath": folder });
        page.devtools("Browser.setDownloadBehavior", to).await?;
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.tab_to("#open-gallery").await?;
        page.keys(ENTER).await?;
        page.tab_to("#save-as-file").await?;
        page.keys(ENTER).await?;
        let file = folder.join("cold-and-warm.lambdarium.json");
        assert!(saved(&file).await.contains("\"Cold and warm\""));
        // The system's own dialog cannot be seen from here; that it is asked for can.
        let asked = "(document.querySelector('#open-file').onclick = \
            (event) => { window.asked = true; event.preventDefault(); }, true)";
        page.evaluate::<bool>(asked).await?;
        page.tab_to("#open-file").await?;
        page.keys(ENTER).await?;
        page.wait_until("window.asked === true").await?;
        page.evaluate::<bool>(
            "(document.querySelector('#open-file').onclick = null, true)",
        )
        .await?;
        let field = page.driver.find(By::Css("#open-file")).await?;
        field.send_keys(file.to_str().expect("plain")).await?;
        page.wait_until("location.hash.startsWith('#s=1.d.')").await?;
        fs::remove_dir_all(&folder).expect("the folder of the test");
        Ok(())
    });
}

#[test]
fn without_the_editor_a_plain_field_does_the_same() {
    visit_broken(async |page| {
        page.site.lose("editor.js");
        page.viewport(1440, 900).await?;
        open_text(page, "#e=cold-start").await?;
        page.find("textarea#editor").await?;
        retype(page, "\"Cold and warm\"", "\"Plain\"").await?;
        title_is(page, "Plain").await?;
        retype(page, "512", "64").await?;
        page.click(".mistake").await?;
        let line = "(() => { const field = document.querySelector('#editor'); \
            return field.value.slice(field.selectionStart, field.selectionEnd) })()";
        assert_eq!(page.evaluate::<String>(line).await?, "\"memory\": 64");
        page.assert_no_barriers("text-plain").await
    });
}

#[test]
fn everything_is_undone_and_done_again_by_keys_and_buttons() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open_text(page, "#e=cold-start").await?;
        assert!(!page.find("#undo").await?.is_enabled().await?);
        retype(page, "\"Cold and warm\"", "\"One\"").await?;
        title_is(page, "One").await?;
        retype(page, "\"One\"", "\"Two\"").await?;
        title_is(page, "Two").await?;

        leave_the_editor(page).await?;
        press(page, &[Key::Control], "z").await?;
        title_is(page, "One").await?;
        press(page, &[Key::Control], "z").await?;
        title_is(page, "Cold and warm").await?;
        press(page, &[Key::Control, Key::Shift], "z").await?;
        title_is(page, "One").await?;
        page.click("#redo").await?;
        title_is(page, "Two").await?;
        assert!(!page.find("#redo").await?.is_enabled().await?);

        // Another lesson over it: undo brings the changed scenario back.
        page.click("#open-gallery").await?;
        page.click(".lesson:not(#go-on)").await?;
        page.wait_until("!document.querySelector('dialog')").await?;
        page.wait_until("document.querySelector('h1').innerText !== 'Two'").await?;
        page.click("#undo").await?;
        title_is(page, "Two").await
    });
}

#[test]
fn the_next_visit_goes_on_with_what_was_changed() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open_text(page, "#e=cold-start").await?;
        retype(page, "\"Cold and warm\"", "\"Mine\"").await?;
        title_is(page, "Mine").await?;
        // A link wins, and costs nobody their own work.
        page.open("?again#e=provisioned").await?;
        page.wait_until(OPEN).await?;
        page.click("#open-gallery").await?;
        assert!(page.text("#go-on").await?.contains("Mine"));
        page.click("#go-on").await?;
        title_is(page, "Mine").await?;
        page.open("?bare").await?;
        page.wait_until(OPEN).await?;
        title_is(page, "Mine").await
    });
}

#[test]
fn a_browser_that_keeps_nothing_says_so_once() {
    visit(async |page| {
        let full = json!({ "source": "Storage.prototype.setItem = () => { \
            throw new DOMException('full', 'QuotaExceededError') }" });
        page.devtools("Page.addScriptToEvaluateOnNewDocument", full).await?;
        open_text(page, "#e=cold-start").await?;
        retype(page, "\"Cold and warm\"", "\"One\"").await?;
        title_is(page, "One").await?;
        let quiet = page.text("#quiet").await?;
        assert!(quiet.contains("keeps nothing"), "{quiet}");
        page.click("#quiet button").await?;
        retype(page, "\"One\"", "\"Two\"").await?;
        title_is(page, "Two").await?;
        page.wait_until("!document.querySelector('#quiet')").await
    });
}

#[test]
fn a_saved_file_holds_the_scenario() {
    visit(async |page| {
        let folder =
            std::env::temp_dir().join(format!("lambdarium-saved-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for the test");
        let to = json!({ "behavior": "allow", "downloadPath": folder });
        page.devtools("Browser.setDownloadBehavior", to).await?;
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.click("#open-gallery").await?;
        page.click("#save-as-file").await?;
        let text = saved(&folder.join("cold-and-warm.lambdarium.json")).await;
        let file: Value = serde_json::from_str(&text).expect("it is JSON");
        let lesson = include_str!("../../../scenarios/gallery/cold-start.json");
        let lesson: Value = serde_json::from_str(lesson).expect("it is JSON");
        assert_eq!(file["functions"], lesson["functions"]);
        assert_eq!(file["title"], lesson["title"]);

        page.driver
            .find(By::Css("#open-file"))
            .await?
            .send_keys(
                folder.join("cold-and-warm.lambdarium.json").to_str().expect("plain"),
            )
            .await?;
        page.wait_until("location.hash.startsWith('#s=1.d.')").await?;
        page.tool("#open-text").await?;
        page.wait_until(READY).await?;
        assert_eq!(page.evaluate::<String>(TEXT).await?, text, "the file is the text");
        fs::remove_dir_all(&folder).expect("the folder of the test");
        Ok(())
    });
}

/// The content of a file, once the browser has put it there.
async fn saved(path: &PathBuf) -> String {
    for _ in 0..400 {
        if let Ok(text) = fs::read_to_string(path) {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no file {}", path.display());
}

/// Lets the test get at the page's worker.
const SEE_WORKERS: &str = "const Real = Worker; \
    Worker = class extends Real { constructor(...of) { super(...of); window.worker = this } }";
/// Something no build of the page sends: the worker's program traps.
const TRAP: &str = "(worker.postMessage(new Uint8Array([255, 255])), true)";

#[test]
fn a_worker_that_dies_is_started_again_with_the_scenario() {
    visit_broken(async |page| {
        page.viewport(1440, 900).await?;
        let source = json!({ "source": SEE_WORKERS });
        page.devtools("Page.addScriptToEvaluateOnNewDocument", source).await?;
        open_text(page, "#e=cold-start&t=1:00.2").await?;
        retype(page, "\"Cold and warm\"", "\"Mine\"").await?;
        title_is(page, "Mine").await?;
        let clock = page.text("#clock").await?;
        page.evaluate::<bool>(TRAP).await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains("started again; your scenario is as it was"), "{notice}");
        page.click("#dismiss").await?;
        assert_eq!(page.text("#clock").await?, clock);
        // It works: the next event is another moment.
        page.click("#step-on").await?;
        page.wait_until(&format!(
            "document.querySelector('#clock').innerText !== {clock:?}"
        ))
        .await?;
        title_is(page, "Mine").await?;

        // Again at once: it is not tried for ever.
        page.evaluate::<bool>(TRAP).await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains("stopped again"), "{notice}");
        page.click("#dismiss").await?;
        // Whoever opens something else goes on.
        page.click("#open-gallery").await?;
        page.click(".lesson:not(#go-on)").await?;
        page.wait_until("!document.querySelector('dialog')").await?;
        page.wait_until(OPEN).await?;
        page.wait_until("document.querySelector('h1').innerText !== 'Mine'").await
    });
}

#[test]
fn a_worker_that_cannot_start_is_said_and_not_tried_for_ever() {
    visit_broken(async |page| {
        page.site.lose("boot-worker.js");
        page.open("#e=cold-start").await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains("stopped again"), "{notice}");
        tokio::time::sleep(Duration::from_millis(500)).await;
        let tries = page
            .site
            .paths()
            .iter()
            .filter(|path| path.ends_with("boot-worker.js"))
            .count();
        assert!(tries <= 2, "{tries} tries");
        Ok(())
    });
}
