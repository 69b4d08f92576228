//! What hands do on the timeline: acts are pulled to another moment with a mouse, with a
//! finger and by keyboard, and two fingers zoom.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{Page, visit};
use crate::journey::OPEN;

/// The second act of the lesson, at 40 s of 49.
const ACT: &str = "#flag-1";
const PLAYHEAD: &str = "Number(document.querySelector('#scrubber').ariaValueNow)";

/// Opens the lesson with the list of its acts.
async fn open(page: &Page) -> WebDriverResult<()> {
    page.viewport(1440, 900).await?;
    page.open("#e=reserved-concurrency&t=20s&sel=checkout").await?;
    page.wait_until(OPEN).await?;
    page.click("#tab-settings").await?;
    page.wait_until(&time_is(1, "40s")).await
}

/// The inspector says when an act is done.
fn time_is(act: usize, time: &str) -> String {
    format!("document.querySelector('#act-{act}')?.value === '{time}'")
}

/// The middle of a part of the picture.
async fn middle(page: &Page, css: &str) -> WebDriverResult<(f64, f64)> {
    page.evaluate(&format!(
        "(r => [r.left + r.width / 2, r.top + r.height / 2])\
         (document.querySelector('{css}').getBoundingClientRect())"
    ))
    .await
}

/// Pixels for so many seconds on the scrubber.
async fn pixels(page: &Page, seconds: f64) -> WebDriverResult<f64> {
    let each: f64 = page
        .evaluate(
            "document.querySelector('rect.scrub').getBoundingClientRect().width \
             / document.querySelector('#scrubber').ariaValueMax",
        )
        .await?;
    Ok(each * seconds * 1_000.0)
}

async fn mouse(page: &Page, kind: &str, (x, y): (f64, f64)) -> WebDriverResult<()> {
    let held = u8::from(kind != "mouseReleased");
    let event = json!({
        "type": kind, "x": x, "y": y, "button": "left", "buttons": held, "clickCount": 1,
    });
    page.devtools("Input.dispatchMouseEvent", event).await
}

async fn touch(page: &Page, kind: &str, points: &[(f64, f64)]) -> WebDriverResult<()> {
    let points: Vec<_> = points
        .iter()
        .enumerate()
        .map(|(id, (x, y))| json!({ "x": x, "y": y, "id": id }))
        .collect();
    let event = json!({ "type": kind, "touchPoints": points });
    page.devtools("Input.dispatchTouchEvent", event).await
}

/// What stands beside the act that is pulled.
const BESIDE: &str = "(document.querySelector('.act-b text')?.textContent ?? '')";

#[test]
fn an_act_is_pulled_to_another_moment_and_nothing_else_moves() {
    visit(async |page| {
        open(page).await?;
        let act = middle(page, ACT).await?;
        let to = (act.0 - pixels(page, 5.0).await?, act.1 + 40.0);
        mouse(page, "mousePressed", act).await?;
        mouse(page, "mouseMoved", ((act.0 + to.0) / 2.0, act.1)).await?;
        mouse(page, "mouseMoved", to).await?;
        page.wait_until(&format!("{BESIDE}.startsWith('35.')")).await?;
        let beside: String = page.evaluate(BESIDE).await?;
        let (x, _) = middle(page, &format!("{ACT} .act")).await?;
        assert!((x - to.0).abs() < 2.0, "it is under the pointer: {x}, {to:?}");
        assert!(page.evaluate::<bool>(&time_is(1, "40s")).await?, "not moved yet");
        page.screenshot("act-pulled").await?;
        mouse(page, "mouseReleased", to).await?;

        let moved = format!("{}s", beside.trim_end_matches('0').trim_end_matches('.'));
        page.wait_until(&time_is(1, &moved)).await?;
        page.wait_until(&format!("{BESIDE} === ''")).await?;
        assert_eq!(page.evaluate::<u32>(PLAYHEAD).await?, 20_000);
        assert!(!page.evaluate::<bool>("!!document.querySelector('rect.window')").await?);
        // It is the selected one, without a step to its moment.
        page.wait_until(&format!(
            "document.querySelector('{ACT}').ariaPressed === 'true'"
        ))
        .await?;
        page.click("#undo").await?;
        page.wait_until(&time_is(1, "40s")).await?;
        assert!(!page.find("#undo").await?.is_enabled().await?, "it was one step");
        Ok(())
    });
}

#[test]
fn escape_puts_a_pulled_act_back_and_a_press_selects_it() {
    visit(async |page| {
        open(page).await?;
        let act = middle(page, ACT).await?;
        let to = (act.0 - 100.0, act.1);
        mouse(page, "mousePressed", act).await?;
        mouse(page, "mouseMoved", to).await?;
        page.wait_until(&format!("{BESIDE} !== ''")).await?;
        page.driver.action_chain().send_keys(Key::Escape).perform().await?;
        page.wait_until(&format!("{BESIDE} === ''")).await?;
        mouse(page, "mouseMoved", (to.0 - 20.0, to.1)).await?;
        mouse(page, "mouseReleased", to).await?;
        assert_eq!(page.evaluate::<String>(BESIDE).await?, "", "it is let go of");
        assert_eq!(page.evaluate::<u32>(PLAYHEAD).await?, 20_000);
        assert!(page.evaluate::<bool>(&time_is(1, "40s")).await?);
        assert!(!page.find("#undo").await?.is_enabled().await?, "nothing has changed");

        // A hand may tremble.
        mouse(page, "mousePressed", act).await?;
        mouse(page, "mouseMoved", (act.0 + 2.0, act.1)).await?;
        mouse(page, "mouseReleased", (act.0 + 2.0, act.1)).await?;
        page.wait_until(&format!(
            "document.querySelector('{ACT}').ariaPressed === 'true'"
        ))
        .await?;
        page.wait_until(&format!("{PLAYHEAD} == 40000")).await?;
        assert!(page.evaluate::<bool>(&time_is(1, "40s")).await?);
        Ok(())
    });
}

#[test]
fn a_finger_pulls_an_act_past_another_one() {
    visit(async |page| {
        open(page).await?;
        let act = middle(page, ACT).await?;
        let pixels = pixels(page, 15.0).await?;
        touch(page, "touchStart", &[act]).await?;
        for part in 1..=10 {
            let x = act.0 - pixels * f64::from(part) / 10.0;
            touch(page, "touchMove", &[(x, act.1)]).await?;
        }
        page.wait_until(&format!(
            "{BESIDE}.startsWith('25.') || {BESIDE}.startsWith('24.')"
        ))
        .await?;
        touch(page, "touchEnd", &[]).await?;
        // Acts stand in order of time: it is the first one now, and selected.
        page.wait_until(&time_is(1, "30s")).await?;
        let first = "document.querySelector('#flag-0')";
        page.wait_until(&format!(
            "{first}.ariaLabel.includes('DeleteFunctionConcurrency')"
        ))
        .await?;
        page.wait_until(&format!("{first}.ariaPressed === 'true'")).await?;
        assert_eq!(page.evaluate::<u32>(PLAYHEAD).await?, 20_000);

        // What the browser takes over moves nothing.
        let act = middle(page, "#flag-0").await?;
        touch(page, "touchStart", &[act]).await?;
        touch(page, "touchMove", &[(act.0 + 60.0, act.1)]).await?;
        page.wait_until(&format!("{BESIDE} !== ''")).await?;
        touch(page, "touchCancel", &[]).await?;
        page.wait_until(&format!("{BESIDE} === ''")).await?;
        page.click("#undo").await?;
        page.wait_until(&time_is(1, "40s")).await?;
        assert!(!page.find("#undo").await?.is_enabled().await?, "it was one step");
        Ok(())
    });
}

#[test]
fn by_keyboard_an_act_moves_by_a_hundredth_of_what_is_seen() {
    visit(async |page| {
        open(page).await?;
        let focus = format!("(document.querySelector('{ACT}').focus(), true)");
        page.evaluate::<bool>(&focus).await?;
        let said = format!(
            "document.getElementById(document.querySelector('{ACT}')\
             .getAttribute('aria-describedby')).textContent"
        );
        assert!(page.evaluate::<String>(&said).await?.contains("Shift with ← or →"));
        let press = async |key: Key| {
            let keys = page.driver.action_chain().key_down(Key::Shift).send_keys(key);
            keys.key_up(Key::Shift).perform().await
        };
        // A hundredth of 49 s, as exactly as a pixel tells.
        press(Key::Right).await?;
        page.wait_until(&time_is(1, "40.49s")).await?;
        press(Key::Left).await?;
        page.wait_until(&time_is(1, "40s")).await?;
        assert_eq!(page.evaluate::<u32>(PLAYHEAD).await?, 20_000);
        assert!(!page.evaluate::<bool>("!!document.querySelector('rect.window')").await?);

        // Past the other one: the keyboard stays on the act that is moved.
        for _ in 0..30 {
            let before: String =
                page.evaluate("document.querySelector('#act-0').value").await?;
            let other: String =
                page.evaluate("document.querySelector('#act-1').value").await?;
            press(Key::Left).await?;
            page.wait_until(&format!(
                "document.querySelector('#act-0').value !== '{before}' \
                 || document.querySelector('#act-1').value !== '{other}'"
            ))
            .await?;
        }
        page.wait_until("document.activeElement.id === 'flag-0'").await?;
        page.wait_until(&time_is(1, "30s")).await?;
        let name: String = page.evaluate("document.activeElement.ariaLabel").await?;
        assert!(name.contains("DeleteFunctionConcurrency"), "{name}");
        assert_eq!(page.barriers().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn an_act_that_cannot_be_moved_stays_and_it_is_said_why() {
    visit(async |page| {
        open(page).await?;
        // The scenario ends at 60 s.
        let field = page.find("#act-1").await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys("60s" + Key::Tab).await?;
        page.wait_until(&time_is(1, "60s")).await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueMax == 60000")
            .await?;
        page.click("#tab-story").await?;
        page.wait_until(
            "document.querySelector('#flag-1').ariaLabel.includes('1:00.000')",
        )
        .await?;
        page.evaluate::<bool>(&format!(
            "(document.querySelector('{ACT}').focus(), true)"
        ))
        .await?;
        let keys = page.driver.action_chain().key_down(Key::Shift).send_keys(Key::Right);
        keys.key_up(Key::Shift).perform().await?;
        page.wait_until("!!document.querySelector('#settings .says')").await?;
        let says = page.text("#settings .says").await?;
        assert!(says.contains("acts.1.at") && says.contains("end of the run"), "{says}");
        page.wait_until(&format!("{BESIDE} === '' && {}", time_is(1, "60s"))).await
    });
}

#[test]
fn two_fingers_zoom_what_is_between_them() {
    visit(async |page| {
        open(page).await?;
        let track = "document.querySelector('rect.scrub').getBoundingClientRect()";
        let (left, width, y): (f64, f64, f64) = page
            .evaluate(&format!("(r => [r.left, r.width, r.top + 7])({track})"))
            .await?;
        let at = |share: f64| (left + width * share, y);
        // Apart: what was under the fingers is under them still, and is all that is seen.
        touch(page, "touchStart", &[at(0.4), at(0.6)]).await?;
        for (one, two) in [(0.35, 0.65), (0.2, 0.8), (0.0, 1.0)] {
            touch(page, "touchMove", &[at(one), at(two)]).await?;
        }
        touch(page, "touchEnd", &[]).await?;
        let window = "document.querySelector('rect.window')?.getBoundingClientRect()";
        let is_near = |left: f64, right: f64| {
            format!(
                "Math.abs(({window}?.left ?? 0) - {left}) < 4 \
                 && Math.abs(({window}?.right ?? 0) - {right}) < 4"
            )
        };
        page.wait_until(&is_near(at(0.4).0, at(0.6).0)).await?;

        // Together, on the lanes, which show the window: the whole run again.
        let lanes = page.find("#lanes").await?.rect().await?;
        let at = |share: f64| (left + width * share, lanes.y + 50.0);
        touch(page, "touchStart", &[at(0.1), at(0.9)]).await?;
        for (one, two) in [(0.2, 0.8), (0.4, 0.6), (0.45, 0.55)] {
            touch(page, "touchMove", &[at(one), at(two)]).await?;
        }
        touch(page, "touchEnd", &[]).await?;
        page.wait_until("!document.querySelector('rect.window')").await
    });
}
