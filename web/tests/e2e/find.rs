//! The palette: what is found in it, by keyboard alone and by pointer.

use thirtyfour::prelude::*;

use crate::browser::{Page, Theme, visit};
use crate::journey::OPEN;
use crate::keys::{open, press};

/// Opens the palette by its key, and waits for its field to have the keyboard.
async fn by_key(page: &Page) -> WebDriverResult<()> {
    let chain = page.driver.action_chain().key_down(Key::Control).send_keys("k");
    chain.key_up(Key::Control).perform().await?;
    page.wait_until("document.activeElement?.id === 'find'").await
}

/// The names of what is shown.
async fn shown(page: &Page) -> WebDriverResult<Vec<String>> {
    page.evaluate(
        "[...document.querySelectorAll('#found li span')].map(s => s.innerText)",
    )
    .await
}

/// The name of what Enter would choose, as a screen reader is told.
async fn active(page: &Page) -> WebDriverResult<String> {
    page.evaluate(
        "(id => document.getElementById(id)?.querySelector('span').innerText ?? '')\
         (document.querySelector('#find').getAttribute('aria-activedescendant'))",
    )
    .await
}

const GONE: &str = "!document.querySelector('dialog')";

#[test]
fn by_keyboard_alone_commands_parts_markers_and_acts_are_found() {
    visit(async |page| {
        open(page, "#e=reserved-concurrency").await?;
        by_key(page).await?;
        assert_eq!(shown(page).await?.len(), 12, "no more than can be looked over");
        assert_eq!(active(page).await?, "Play");
        press(page, Key::Up).await?;
        let last = shown(page).await?.pop();
        assert_eq!(Some(active(page).await?), last, "round to the end");
        press(page, Key::Down).await?;
        assert_eq!(active(page).await?, "Play");

        // A part.
        press(page, "CHECK").await?;
        page.wait_until("document.querySelectorAll('#found li').length === 1").await?;
        press(page, Key::Enter).await?;
        page.wait_until(GONE).await?;
        assert_eq!(page.text(".part[aria-pressed=true]").await?, "checkout");

        // A marker, by two words of its title.
        by_key(page).await?;
        press(page, "stop emer").await?;
        page.wait_until("document.querySelectorAll('#found li').length === 1").await?;
        assert_eq!(active(page).await?, "Emergency stop");
        press(page, Key::Enter).await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow == 30000")
            .await?;

        // An act.
        by_key(page).await?;
        press(page, "deletefunction").await?;
        page.wait_until("document.querySelectorAll('#found li').length === 1").await?;
        press(page, Key::Enter).await?;
        page.wait_until("document.querySelector('#flag-1').ariaPressed === 'true'")
            .await?;

        // Commands, with their keys; one dialog leads to another.
        by_key(page).await?;
        press(page, "fit for nothing").await?;
        page.wait_until("document.querySelectorAll('#found li').length === 0").await?;
        assert!(page.text(".find [role=status]").await?.contains("Nothing"));
        press(page, Key::Escape).await?;
        page.wait_until(GONE).await?;
        by_key(page).await?;
        press(page, "axis").await?;
        page.wait_until("document.querySelector('#found kbd')?.innerText === 'E'")
            .await?;
        press(page, Key::Enter).await?;
        page.wait_until("document.querySelector('#by-events').ariaPressed === 'true'")
            .await?;
        by_key(page).await?;
        press(page, "share").await?;
        page.wait_until("document.querySelectorAll('#found li').length === 1").await?;
        press(page, Key::Enter).await?;
        page.wait_until(
            "(document.querySelector('#link')?.value.includes('#s=1.d.') ?? false)",
        )
        .await?;
        page.find("#link").await?;
        Ok(())
    });
}

#[test]
fn by_pointer_lessons_are_found_once_they_were_seen() {
    visit(async |page| {
        open(page, "#e=reserved-concurrency").await?;
        page.click("#open-gallery").await?;
        page.find(".lesson").await?;
        page.click("#close").await?;
        page.wait_until(GONE).await?;
        page.click("#open-find").await?;
        page.find("#find").await?.send_keys("cold").await?;
        page.wait_until("document.querySelector('#found kbd')?.innerText === 'Lesson'")
            .await?;
        let name = page.text("#found li span").await?;
        page.click("#found li").await?;
        page.wait_until(&format!("document.querySelector('h1').innerText === {name:?}"))
            .await?;
        page.wait_until(GONE).await
    });
}

#[test]
fn a_file_is_opened_and_a_theme_taken_from_the_palette() {
    visit(async |page| {
        page.theme(Theme::Light).await?;
        open(page, "#e=reserved-concurrency").await?;
        by_key(page).await?;
        press(page, "dark").await?;
        page.wait_until("document.querySelectorAll('#found li').length === 1").await?;
        press(page, Key::Enter).await?;
        page.wait_until("document.documentElement.dataset.theme === 'dark'").await?;
        by_key(page).await?;
        // The browser would ask for a file now.
        page.evaluate::<bool>(
            "(document.querySelector('#open-file').addEventListener('click', event => {\
                event.preventDefault(); window.asked = true }), true)",
        )
        .await?;
        press(page, "open a file").await?;
        page.wait_until("document.querySelectorAll('#found li').length === 1").await?;
        press(page, Key::Enter).await?;
        page.wait_until("window.asked === true").await
    });
}

#[test]
fn the_palette_fits_every_screen_without_barriers() {
    visit(async |page| {
        for theme in Theme::BOTH {
            page.theme(theme).await?;
            for (width, height) in [(1440, 900), (820, 1180), (360, 740)] {
                page.viewport(width, height).await?;
                page.open(&format!("?{width}{}#e=reserved-concurrency", theme.name()))
                    .await?;
                page.wait_until(OPEN).await?;
                page.tool("#open-find").await?;
                page.find("#find").await?;
                let here = format!("{} {width}", theme.name());
                assert_eq!(page.barriers().await?, [""; 0], "{here}");
                page.screenshot(&format!("find-{width}-{}", theme.name())).await?;
                page.find("#find").await?.send_keys("xyz").await?;
                page.wait_until("document.querySelectorAll('#found li').length === 0")
                    .await?;
                assert_eq!(page.barriers().await?, [""; 0], "nothing found, {here}");
            }
        }
        Ok(())
    });
}
