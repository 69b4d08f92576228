//! The timeline: zoomed and panned by wheel, keys and buttons, measured by time or by
//! events; its gauges, its markers and acts, and what its spans say.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{Page, Theme, visit};
use crate::journey::OPEN;

const PAINTED: &str = "document.querySelectorAll('#readings text').length == 6";

/// Opens a lesson where the timeline is drawn.
async fn open(page: &Page, behind: &str) -> WebDriverResult<()> {
    page.open(behind).await?;
    page.wait_until(OPEN).await?;
    page.wait_until(PAINTED).await
}

/// Left edge and width of a part of the picture, in CSS pixels.
async fn span(page: &Page, css: &str) -> WebDriverResult<(f64, f64)> {
    page.evaluate(&format!(
        "(r => [r.left, r.width])(document.querySelector({css:?}).getBoundingClientRect())"
    ))
    .await
}

/// The window on the scrubber; the whole run if none is marked.
async fn window(page: &Page) -> WebDriverResult<(f64, f64)> {
    let marked = page.evaluate("!!document.querySelector('rect.window')").await?;
    span(page, if marked { "rect.window" } else { "rect.scrub" }).await
}

async fn narrower_than(page: &Page, width: f64) -> WebDriverResult<(f64, f64)> {
    page.wait_until(&format!(
        "document.querySelector('rect.window')?.getBoundingClientRect().width < {width} - 5"
    ))
    .await?;
    window(page).await
}

async fn wheel(
    page: &Page,
    (x, y): (f64, f64),
    delta: (i32, i32),
) -> WebDriverResult<()> {
    let turned = json!({
        "type": "mouseWheel", "x": x, "y": y, "deltaX": delta.0, "deltaY": delta.1,
    });
    page.devtools("Input.dispatchMouseEvent", turned).await
}

/// Presses a key with Shift, on the page.
async fn shift(page: &Page, key: Key) -> WebDriverResult<()> {
    let keys = page.driver.action_chain().key_down(Key::Shift).send_keys(key);
    keys.key_up(Key::Shift).perform().await
}

async fn playhead(page: &Page) -> WebDriverResult<u64> {
    page.evaluate("Number(document.querySelector('#scrubber').ariaValueNow)").await
}

async fn readings(page: &Page) -> WebDriverResult<Vec<String>> {
    page.evaluate(
        "[...document.querySelectorAll('#readings text')].map(t => t.textContent)",
    )
    .await
}

#[test]
fn zoomed_and_panned_by_buttons_keys_and_wheel() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open(page, "#e=reserved-concurrency&t=30s").await?;
        let (left, whole) = window(page).await?;
        assert!(
            !page.find("#whole-run").await?.is_enabled().await?,
            "it is the whole run"
        );

        page.click("#zoom-in").await?;
        let (_, by_button) = narrower_than(page, whole).await?;
        shift(page, Key::Up).await?;
        let before = narrower_than(page, by_button).await?;
        let labels =
            "[...document.querySelectorAll('.head-line g text')].map(t => t.textContent)";
        let labels_before: Vec<String> = page.evaluate(labels).await?;

        // A quarter from the left: what is under the pointer stays there.
        let pointer =
            (left + whole / 4.0, page.find("#scrubber").await?.rect().await?.y + 12.0);
        wheel(page, pointer, (0, -120)).await?;
        let after = narrower_than(page, before.1).await?;
        let under = |window: (f64, f64)| window.0 + window.1 / 4.0;
        assert!((under(before) - under(after)).abs() < 3.0, "{before:?} {after:?}");
        let labels_after: Vec<String> = page.evaluate(labels).await?;
        assert_ne!(labels_before, labels_after, "the axis shows the window");

        wheel(page, pointer, (300, 0)).await?;
        page.wait_until(&format!(
            "document.querySelector('rect.window').getBoundingClientRect().left > {} + 5",
            after.0
        ))
        .await?;
        let panned = window(page).await?;
        assert!((panned.1 - after.1).abs() < 2.0, "panning keeps the length");
        page.driver.action_chain().send_keys("<").perform().await?;
        page.wait_until(&format!(
            "document.querySelector('rect.window').getBoundingClientRect().left < {} - 5",
            panned.0
        ))
        .await?;

        page.click("#whole-run").await?;
        page.wait_until("!document.querySelector('rect.window')").await?;
        assert_eq!(playhead(page).await?, 30_000, "looking moves nothing");
        Ok(())
    });
}

#[test]
fn while_it_plays_the_window_follows_the_playhead() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open(page, "#e=cold-start&t=0s").await?;
        for _ in 0..6 {
            page.click("#zoom-in").await?;
        }
        page.wait_until("!!document.querySelector('rect.window')").await?;
        let (left, _) = window(page).await?;
        page.find("body").await?.send_keys("5").await?;
        page.wait_until(&format!(
            "document.querySelector('rect.window').getBoundingClientRect().left > {left} + 100"
        ))
        .await?;
        // The playhead stands in the window, on the scrubber and on the lanes.
        page.wait_until("document.querySelector('#lanes .playhead').checkVisibility()")
            .await?;
        let (left, width) = window(page).await?;
        let (knob, _) = span(page, ".ph-knob").await?;
        assert!(knob > left - 8.0 && knob < left + width, "{knob} in {left} + {width}");
        Ok(())
    });
}

#[test]
fn while_it_plays_spans_and_curves_are_not_drawn_again() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open(page, "#e=reserved-concurrency&t=0s").await?;
        // Counts what changes in the layers that are drawn once.
        let watch = "(window.redrawn = 0, [...document.querySelectorAll('.timeline g[aria-hidden]')]\
            .forEach(g => new MutationObserver(all => { window.redrawn += all.length })\
                .observe(g, { subtree: true, childList: true, attributes: true, characterData: true })), \
            document.querySelectorAll('.timeline g[aria-hidden]').length)";
        assert_eq!(
            page.evaluate::<u32>(watch).await?,
            6,
            "scrubber, names and spans on two sheets, labels"
        );
        page.click("#play").await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow > 800").await?;
        page.click("#play").await?;
        assert_eq!(page.evaluate::<u32>("window.redrawn").await?, 0);
        // What is behind the playhead ends where the playhead is.
        let edge = "document.querySelector('#lanes .past').getBoundingClientRect().right";
        let playhead =
            "document.querySelector('#lanes .playhead').getBoundingClientRect().left";
        let (edge, playhead): (f64, f64) =
            page.evaluate(&format!("[{edge}, {playhead}]")).await?;
        assert!((edge - playhead).abs() < 2.0, "{edge} {playhead}");
        let (left, _) = span(page, "rect.scrub").await?;
        assert!(playhead > left + 4.0, "it moved");
        Ok(())
    });
}

#[test]
fn by_events_quiet_time_takes_no_room() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open(page, "#e=cold-start&t=1s").await?;
        let gap = "(m => m[1].getBoundingClientRect().left - m[0].getBoundingClientRect().left)\
            ([...document.querySelectorAll('.flag-b')].filter(b => b.ariaLabel.startsWith('Marker')).slice(-2))";
        let by_time: f64 = page.evaluate(gap).await?;
        let values = readings(page).await?;
        page.click("#by-events").await?;
        page.wait_until(&format!("{gap} < {by_time} / 2")).await?;
        assert_eq!(readings(page).await?, values, "only the axis is another");
        // Scrubber and lanes have the one axis.
        let lines = "[...document.querySelectorAll('line.ph, .playhead')].map(l => \
            (r => r.left + r.width / 2)(l.getBoundingClientRect()))";
        let lines: Vec<f64> = page.evaluate(lines).await?;
        let apart = |x: &f64| (x - lines[0]).abs() > 0.5;
        assert!(lines.len() == 3 && !lines.iter().any(apart), "{lines:?}");
        page.find("body").await?.send_keys("e").await?;
        page.wait_until(&format!("{gap} == {by_time}")).await?;
        let pressed = "document.querySelector('#by-time').ariaPressed";
        assert_eq!(page.evaluate::<String>(pressed).await?, "true");
        Ok(())
    });
}

#[test]
fn gauges_say_what_the_panel_says() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open(page, "#e=reserved-concurrency&t=33s").await?;
        page.click("#tab-now").await?;
        let now = |name: &str| {
            format!(
                "[...document.querySelectorAll('#now dt')]\
                 .find(d => d.innerText === {name:?}).nextSibling.innerText"
            )
        };
        let read = readings(page).await?;
        let order = ["ConcurrentExecutions", "Errors", "Throttles", "Invocations"];
        for (name, text) in order.into_iter().zip(&read) {
            let value: String = page.evaluate(&now(name)).await?;
            assert_eq!(text.split(' ').next(), Some(value.as_str()), "{name}");
        }
        let cost: String = page.evaluate(&now("Cost so far")).await?;
        assert_eq!(read[5], format!("{cost} so far"));
        assert_ne!(read[2], "0 so far", "somebody was throttled");
        let text: String =
            page.evaluate("document.querySelector('#lanes').textContent").await?;
        for words in
            ["All functions", "us-east-1", "November 2026", "Maximum", "Average", "Sum"]
        {
            assert!(text.contains(words), "no {words:?} in {text}");
        }

        page.click(".part[aria-pressed=false]:nth-child(1)").await?;
        let function = "[...document.querySelectorAll('.part')].find(p => p.innerText === 'checkout')";
        page.evaluate::<bool>(&format!("({function}.click(), true)")).await?;
        page.wait_until(
            "!document.querySelector('#lanes').textContent.includes('All functions')",
        )
        .await?;
        assert_eq!(readings(page).await?, read, "it is the only function");
        Ok(())
    });
}

#[test]
fn markers_and_acts_are_buttons_that_lead_to_their_moment() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open(page, "#e=reserved-concurrency").await?;
        page.click(".flag-b[aria-label^='Marker 2']").await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow == 3000")
            .await?;
        let act = page.find(".flag-b[aria-label*='DeleteFunctionConcurrency']").await?;
        act.click().await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow == 40000")
            .await?;
        let pressed = "document.querySelector('.flag-b[aria-label*=DeleteFunctionConcurrency]')\
            .ariaPressed";
        assert_eq!(page.evaluate::<String>(pressed).await?, "true");

        let first = ".flag-b[aria-label*=PutFunctionConcurrency]";
        page.evaluate::<bool>(&format!(
            "(document.querySelector({first:?}).focus(), true)"
        ))
        .await?;
        page.driver.action_chain().send_keys(Key::Enter).perform().await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow == 30000")
            .await?;
        assert_eq!(page.evaluate::<String>(pressed).await?, "false", "one is selected");
        Ok(())
    });
}

#[test]
fn a_span_says_what_it_is_under_the_pointer_and_by_keyboard() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open(page, "#e=reserved-concurrency&t=2s").await?;
        page.driver.find(By::Css("#lanes")).await?.focus().await?;
        let says = |words: &str| {
            format!(
                "document.querySelector('#details')?.textContent.includes({words:?}) ?? false"
            )
        };
        page.driver.action_chain().send_keys(Key::Down).perform().await?;
        page.wait_until(&says("checkout throttles shop #6")).await?;
        // Requests 6 to 8 are throttled where the first one starts.
        for _ in 0..3 {
            page.driver.action_chain().send_keys(Key::Down).perform().await?;
        }
        page.wait_until(&says("checkout succeeds with shop #1")).await?;
        let by_key = page.text("#details").await?;
        for words in ["$LATEST", "0.000 – ", "Init 250 ms"] {
            assert!(by_key.contains(words), "no {words:?} in {by_key:?}");
        }
        page.driver.action_chain().send_keys(Key::Down).perform().await?;
        page.wait_until(&says("with shop #2")).await?;

        // The first span again, now by pointer.
        let first = "document.querySelector('#lanes .sheet path.sp')";
        let (x, y): (f64, f64) = page
            .evaluate(&format!(
                "(p => (o => [o.left + p.x + 8, o.top + p.y + 7])\
                    ({first}.ownerSVGElement.getBoundingClientRect()))({first}.getPointAtLength(0))"
            ))
            .await?;
        page.driver.action_chain().move_to(x as i64, y as i64).perform().await?;
        page.wait_until(&says("with shop #1")).await?;
        assert_eq!(page.text("#details").await?, by_key);
        assert_eq!(page.barriers().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn on_a_phone_lanes_and_gauges_are_a_press_away() {
    visit(async |page| {
        page.viewport(360, 740).await?;
        for theme in Theme::BOTH {
            page.theme(theme).await?;
            page.open(&format!("?{}#e=reserved-concurrency&t=33s", theme.name())).await?;
            page.wait_until(OPEN).await?;
            page.click("#unfold").await?;
            page.wait_until(PAINTED).await?;
            let lanes = page.find("#lanes").await?;
            let text: String =
                page.evaluate("document.querySelector('#lanes').textContent").await?;
            for words in
                ["checkout", "shop", "ConcurrentExecutions", "Errors", "us-east-1"]
            {
                assert!(text.contains(words), "no {words:?} in {text}");
            }
            let wide: u32 = page.evaluate("document.documentElement.scrollWidth").await?;
            assert_eq!(wide, 360, "nothing has to be scrolled sideways");
            assert_eq!(page.barriers().await?, [""; 0], "{}", theme.name());
            assert!(lanes.rect().await?.height > 100.0);
            page.screenshot(&format!("timeline-360-{}", theme.name())).await?;
        }
        Ok(())
    });
}

/// The moment a share of the lanes stands for is where a press puts the playhead.
#[test]
fn a_press_on_the_lanes_moves_the_playhead_inside_the_window() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        open(page, "#e=reserved-concurrency&t=30s").await?;
        page.click("#zoom-in").await?;
        page.click("#zoom-in").await?;
        let (left, width) = narrower_than(page, 600.0).await?;
        let (track, whole) = span(page, "rect.scrub").await?;
        let lanes = page.find("#lanes").await?.rect().await?;
        let middle = ((track + whole / 2.0) as i64, (lanes.y + 60.0) as i64);
        let actions = page.driver.action_chain().move_to(middle.0, middle.1);
        actions.click_and_hold().release().perform().await?;
        let end: f64 = page
            .evaluate("Number(document.querySelector('#scrubber').ariaValueMax)")
            .await?;
        let wanted = (left + width / 2.0 - track) / whole * end;
        page.wait_until(&format!(
            "Math.abs(document.querySelector('#scrubber').ariaValueNow - {wanted}) < 100"
        ))
        .await
    });
}
