//! What a person does: opens a lesson, plays, scrubs, steps, asks why, and sends the link.

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{Page, Theme, visit};
use crate::keys::press;

/// A run is open and its first screen drawn.
pub const OPEN: &str = "!!document.querySelector('#board') \
    && !document.querySelector('#clock').innerText.includes('…') \
    && document.querySelectorAll('#story li').length > 0";

/// The playhead, in thousandths of a second.
async fn playhead(page: &Page) -> WebDriverResult<u64> {
    page.evaluate(
        "Number(document.querySelector('#scrubber').getAttribute('aria-valuenow'))",
    )
    .await
}

/// Everything a person reads off the page about the moment.
async fn moment(page: &Page) -> WebDriverResult<Vec<String>> {
    let mut read = Vec::new();
    for css in ["h1", "#clock", "#fates", "#caption"] {
        read.push(page.text(css).await?);
    }
    read.push(page.evaluate("document.querySelector('#story .now p').innerText").await?);
    let marks = "[...document.querySelectorAll('#board .tokens > g')]\
        .map(token => token.getAttribute('transform') + token.textContent).sort().join()";
    read.push(page.evaluate(marks).await?);
    Ok(read)
}

/// Waits until two looks at the page say the same: the last screen has been drawn.
async fn settled(page: &Page) -> WebDriverResult<Vec<String>> {
    let mut last = moment(page).await?;
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(120)).await;
        let next = moment(page).await?;
        if next == last {
            return Ok(next);
        }
        last = next;
    }
}

/// Puts the pointer on a share of the scrubber and presses it.
async fn scrub(page: &Page, share: f64) -> WebDriverResult<()> {
    let track = page.find("rect.scrub").await?;
    let rect = track.rect().await?;
    let x = (rect.x + rect.width * share) as i64;
    let y = (rect.y + rect.height / 2.0) as i64;
    let actions = page.driver.action_chain().move_to(x, y).click_and_hold();
    actions.release().perform().await
}

#[test]
fn play_pause_scrub_step_back_and_send_the_link() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=reserved-concurrency").await?;
        page.wait_until(OPEN).await?;
        assert_eq!(page.text("h1").await?, "A full reservation");
        assert_eq!(playhead(page).await?, 0, "nothing plays by itself");

        page.click("#play").await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow > 200").await?;
        page.click("#play").await?;
        let paused = playhead(page).await?;
        settled(page).await?;
        assert_eq!(playhead(page).await?, paused, "pausing stops the playhead");

        scrub(page, 0.3).await?;
        settled(page).await?;
        let scrubbed = playhead(page).await?;
        assert!((14_000..16_000).contains(&scrubbed), "{scrubbed} of 49 s");

        let before = settled(page).await?;
        page.click("#step-back").await?;
        page.wait_until(&format!(
            "document.querySelector('#scrubber').ariaValueNow < {scrubbed}"
        ))
        .await?;
        let stepped = settled(page).await?;
        assert_ne!(stepped, before);
        page.click("#step-back").await?;
        let back = settled(page).await?;
        page.click("#step-on").await?;
        let on = settled(page).await?;
        assert_ne!(back, on, "one event back and one on are different moments");
        assert_eq!(on, stepped, "one event back and one on again is where it was");

        page.click("#open-share").await?;
        page.wait_until("document.querySelector('#link')?.value.includes('#s=1.d.')")
            .await?;
        let link: String = page.evaluate("document.querySelector('#link').value").await?;
        page.click("#close").await?;
        let here = settled(page).await?;

        page.driver.new_tab().await?;
        let tabs = page.driver.windows().await?;
        page.driver.switch_to_window(tabs.last().expect("a second tab").clone()).await?;
        page.viewport(1440, 900).await?;
        page.driver.goto(&link).await?;
        page.wait_until(OPEN).await?;
        assert_eq!(settled(page).await?, here, "the link shows the very same moment");
        Ok(())
    });
}

#[test]
fn after_a_seek_the_story_is_soon_told_whole_with_its_newest_line_in_sight() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=deploy-canary").await?;
        page.wait_until(OPEN).await?;
        for (key, fits) in [("9", 14), ("4", 14), ("9", 14)] {
            press(page, key).await?;
            let lines = "document.querySelectorAll('.story > li').length";
            page.wait_until(&format!("{lines} > {fits}")).await?;
            let newest = "document.querySelector('#story .now').getBoundingClientRect()";
            let panel = "document.querySelector('#story').getBoundingClientRect()";
            page.wait_until(&format!(
                "{newest}.top >= {panel}.top && {newest}.bottom <= {panel}.bottom"
            ))
            .await?;
        }
        Ok(())
    });
}

#[test]
fn the_story_says_why_with_rule_and_source() {
    visit(async |page| {
        page.open("#e=reserved-concurrency&t=0.4s").await?;
        page.wait_until(OPEN).await?;
        page.click("#story .now .why").await?;
        page.wait_until("!!document.querySelector('#story .chain .root')").await?;
        // The newest line opens at the foot of the panel: its causes come into sight.
        let root =
            "document.querySelector('#story .chain .root').getBoundingClientRect()";
        let panel = "document.querySelector('#story').getBoundingClientRect()";
        page.wait_until(&format!("{root}.bottom <= {panel}.bottom + 1")).await?;
        let rules: Vec<String> = page
            .evaluate("[...document.querySelectorAll('#story .chain .chip')].map(c => c.innerText)")
            .await?;
        assert!(
            !rules.is_empty() && rules.iter().all(|rule| rule.contains('-')),
            "{rules:?}"
        );
        let root = page.text("#story .chain .root").await?;
        assert!(root.contains("load of shop"), "{root}");
        let sources: Vec<String> = page
            .evaluate(
                "[...document.querySelectorAll('#story .chain a')].map(a => a.href)",
            )
            .await?;
        assert!(
            sources.iter().any(|href| href.starts_with("https://docs.aws.amazon.com/"))
        );
        Ok(())
    });
}

#[test]
fn quiet_time_is_skipped_and_said() {
    visit(async |page| {
        page.open("#e=cold-start&t=1s").await?;
        page.wait_until(OPEN).await?;
        page.click("#play").await?;
        page.wait_until(
            "/later/.test(document.querySelector('.later')?.innerText ?? '')",
        )
        .await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow >= 59000").await
    });
}

#[test]
fn everything_is_done_by_keyboard_alone() {
    visit(async |page| {
        page.open("#e=reserved-concurrency").await?;
        page.wait_until(OPEN).await?;
        let body = page.find("body").await?;
        body.send_keys(" ").await?;
        page.wait_until("document.querySelector('#play').ariaLabel === 'Pause'").await?;
        body.send_keys(" ").await?;
        page.wait_until("document.querySelector('#play').ariaLabel === 'Play'").await?;
        body.send_keys("5").await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow > 24000")
            .await?;
        let half = playhead(page).await?;
        body.send_keys(",").await?;
        page.wait_until(&format!(
            "document.querySelector('#scrubber').ariaValueNow < {half}"
        ))
        .await?;
        body.send_keys("[").await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow == 3000")
            .await?;
        body.send_keys("?").await?;
        let keys = page.text("dialog").await?;
        assert!(keys.contains("one event back or forward"), "{keys}");
        page.find("dialog").await?.send_keys(Key::Escape + "").await?;
        page.wait_until("!document.querySelector('dialog')").await
    });
}

/// What opens a dialog, among the tools of the bar.
const DIALOGS: [&str; 4] = ["#open-share", "#open-gallery", "#open-find", "#open-help"];

#[test]
fn no_screen_and_no_dialog_has_a_barrier() {
    visit(async |page| {
        for theme in Theme::BOTH {
            page.theme(theme).await?;
            for (width, height) in [(1440, 900), (360, 740)] {
                page.viewport(width, height).await?;
                page.open(&format!("?{width}{}#e=provisioned&t=1:20.5", theme.name()))
                    .await?;
                page.wait_until(OPEN).await?;
                settled(page).await?;
                let here = format!("{} {width}", theme.name());
                assert_eq!(page.barriers().await?, [""; 0], "board, {here}");
                page.screenshot(&format!("board-{width}-{}", theme.name())).await?;
                for dialog in DIALOGS {
                    page.tool(dialog).await?;
                    page.find("dialog").await?;
                    assert_eq!(page.barriers().await?, [""; 0], "{dialog}, {here}");
                    page.click("#close").await?;
                    page.wait_until("!document.querySelector('dialog')").await?;
                }
                page.click("#tab-now").await?;
                page.find("#now").await?;
                assert_eq!(page.barriers().await?, [""; 0], "now, {here}");
                page.click("#tab-story").await?;
                page.click(".story .now .why").await?;
                page.wait_until("!!document.querySelector('.chain .chip')").await?;
                assert_eq!(page.barriers().await?, [""; 0], "why, {here}");
                page.evaluate::<String>("location.hash = '#s=1.d.broken'").await?;
                page.find("#notice").await?;
                assert_eq!(page.barriers().await?, [""; 0], "a notice, {here}");
            }
        }
        Ok(())
    });
}

/// Pairs of controls of which one lies over the other.
const ONE_OVER_ANOTHER: &str = "(all => all.flatMap((a, i) => all.slice(i + 1)\
    .filter(b => { const [p, q] = [a, b].map(e => e.getBoundingClientRect()); \
        return p.left < q.right - 1 && q.left < p.right - 1 \
            && p.top < q.bottom - 1 && q.top < p.bottom - 1 })\
    .map(b => `${a.id || a.innerText} over ${b.id || b.innerText}`)))\
    ([...document.querySelectorAll('.transport button, .transport select, #clock, #fates')]\
        .filter(e => e.offsetParent))";

#[test]
fn no_control_lies_over_another() {
    visit(async |page| {
        for (width, height) in [(320, 640), (360, 740), (820, 1180), (1440, 900)] {
            page.viewport(width, height).await?;
            // It has expectations, and says beside the clock how many hold.
            page.open(&format!("?{width}#e=sqs-dead-letters&t=16s")).await?;
            page.wait_until(OPEN).await?;
            page.wait_until("!!document.querySelector('#held')").await?;
            settled(page).await?;
            let over: Vec<String> = page.evaluate(ONE_OVER_ANOTHER).await?;
            assert_eq!(over, [""; 0], "at {width} by {height}");
        }
        Ok(())
    });
}

#[test]
fn nothing_is_lost_on_a_narrow_screen() {
    visit(async |page| {
        // The fourth is a usual screen at 200 %.
        let sizes = [(320, 640), (820, 1180), (2560, 1440), (720, 450), (3840, 2160)];
        for (width, height) in sizes {
            page.viewport(width, height).await?;
            page.open(&format!("?{width}#e=reserved-concurrency&t=1.2s")).await?;
            page.wait_until(OPEN).await?;
            settled(page).await?;
            // Less than the width, where there is a bar to scroll the page.
            let wide: u32 = page.evaluate("document.documentElement.scrollWidth").await?;
            assert!(wide <= width, "nothing has to be scrolled sideways: {wide}");
            // Where the page is low it is scrolled.
            let outside = "[...document.querySelectorAll('button, select, #clock, #fates')]\
                .filter(e => e.offsetParent && !e.closest('.insp-body'))\
                .filter(e => { const r = e.getBoundingClientRect(); \
                    return r.left < 0 || r.right > innerWidth \
                        || r.bottom > Math.max(innerHeight, document.body.scrollHeight) })\
                .map(e => e.id || e.innerText)";
            let outside: Vec<String> = page.evaluate(outside).await?;
            assert_eq!(outside, [""; 0], "outside of {width} by {height}");
            for part in ["#board .card", "#story", "#play", "#scrubber"] {
                let seen = format!(
                    "(r => r.width > 20 && r.height > 20 && r.bottom > 0)\
                     (document.querySelector('{part}').getBoundingClientRect())"
                );
                assert!(page.evaluate::<bool>(&seen).await?, "{part} at {width}");
            }
            let stage = "document.querySelector('.stage').clientHeight";
            let stage: u32 = page.evaluate(stage).await?;
            assert!(stage > 80, "{stage} px of the board at {width} by {height}");
            page.screenshot(&format!("narrow-{width}")).await?;
            for dialog in DIALOGS {
                page.tool(dialog).await?;
                page.find("#close").await?;
                let cut = "(d => d.scrollWidth > d.clientWidth || \
                    d.getBoundingClientRect().right > innerWidth || \
                    d.getBoundingClientRect().bottom > innerHeight)\
                    (document.querySelector('dialog'))";
                let cut: bool = page.evaluate(cut).await?;
                assert!(!cut, "{dialog} is cut off at {width} by {height}");
                page.click("#close").await?;
                page.wait_until("!document.querySelector('dialog')").await?;
            }
        }
        Ok(())
    });
}

#[test]
fn above_two_hundred_requests_are_counted_and_it_is_said() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        let scenario = r#"{"lambdarium":1,"title":"Many","functions":{"f":{"duration":"1s"}},
            "callers":{"few":{"kind":"sdk","calls":"f","load":{"burst":3,"at":"30s"}},
                       "many":{"kind":"sdk","calls":"f","load":{"burst":300}}}}"#;
        let run = lambdarium_format::json::read(scenario).expect("a scenario");
        let payload = lambdarium_format::link::payload(&run).expect("it is short");
        let drawn = "document.querySelectorAll('#board .tokens circle').length";
        page.open(&format!("#s={payload}&t=0.5s")).await?;
        page.wait_until(OPEN).await?;
        let said = "document.querySelector('main').innerText.includes(\
            'More than 200 requests at once: they are counted, not drawn one by one.')";
        page.wait_until(said).await?;
        assert_eq!(page.evaluate::<u32>(drawn).await?, 0);
        // A band as wide as what is on its way, and a bar for the environments.
        page.wait_until("!!document.querySelector('#board .w-band')").await?;
        let board: String =
            page.evaluate("document.querySelector('#board').textContent").await?;
        for words in ["300 environments, counted", "300 of 1"] {
            assert!(board.contains(words), "no {words:?} in {board}");
        }
        // The three are on their way to the bar in which they will be counted.
        page.open(&format!("?few#s={payload}&t=30.05s")).await?;
        page.wait_until(OPEN).await?;
        page.wait_until(&format!("{drawn} >= 3")).await?;
        assert!(!page.evaluate::<bool>(said).await?, "three are drawn one by one");
        Ok(())
    });
}

#[test]
fn who_wants_no_motion_sees_requests_jump() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        // At 0.4 s request 8 has just been throttled for the second time.
        let waiting = "document.querySelectorAll('#board .tokens .ring-v').length";
        let opened = async |query: &str| {
            page.open(&format!("?{query}#e=reserved-concurrency&t=0.4s")).await?;
            page.wait_until(OPEN).await?;
            settled(page).await?;
            page.evaluate::<u32>(waiting).await
        };
        assert_eq!(opened("moving").await?, 2, "it is on its way back");
        let feature = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        page.devtools("Emulation.setEmulatedMedia", json!({ "features": [feature] }))
            .await?;
        assert_eq!(opened("still").await?, 3, "it waits already");
        Ok(())
    });
}
