//! A run inside somebody else's page, in a frame that is shut off from everything: it gets
//! an origin of its own, no storage, no workers.

use thirtyfour::prelude::*;

use crate::browser::{Page, Theme, visit};
use crate::journey::OPEN;

/// A run is open in the frame and its first screen drawn.
const SHOWN: &str = "document.querySelectorAll('#board text').length > 5 \
    && !document.querySelector('#clock').innerText.includes('…')";

/// Everything on the board that is counted, whatever there is room for.
const COUNTED: &str = "[...document.querySelectorAll('#board text')].map(e => e.textContent)\
    .filter(text => /\\d/.test(text) && !text.includes('…')).sort()";

fn host(frame: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>A guide</title>\
         <meta name=viewport content=\"width=device-width\"><link rel=icon href=\"data:,\">\
         <style>:root {{ color-scheme: light dark }}</style>\
         <main><h1>A guide</h1>{frame}<p>And so on.</p></main>"
    )
}

/// Opens a page with a frame in it, and goes into the frame.
async fn enter(page: &Page, frame: &str) -> WebDriverResult<()> {
    let address = page.site.host(host(frame));
    page.driver.enter_default_frame().await?;
    page.driver.goto(address).await?;
    page.find("iframe").await?.enter_frame().await?;
    page.wait_until(SHOWN).await
}

/// A frame that may run scripts, and nothing else.
fn shut_off(page: &Page, behind: &str) -> String {
    format!(
        "<iframe src=\"{}\" title=\"A run\" sandbox=\"allow-scripts\" \
         style=\"width:100%;height:420px;border:0\"></iframe>",
        page.site.address(&format!("embed.html{behind}"))
    )
}

async fn at_ms(page: &Page) -> WebDriverResult<u64> {
    page.evaluate("Number(document.querySelector('#scrubber').value)").await
}

#[test]
fn a_frame_that_is_shut_off_shows_the_same_moment_as_the_playground() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        let moment = "#e=reserved-concurrency&t=0.4s";
        page.open(moment).await?;
        page.wait_until(OPEN).await?;
        let read = async || {
            let mut read: Vec<String> = page.evaluate(COUNTED).await?;
            for css in ["h1", "#clock", "#caption .step h2", "#caption .step p"] {
                read.push(page.text(css).await?);
            }
            WebDriverResult::Ok(read)
        };
        // The screen after the one that was drawn first.
        page.wait_until(&format!("{COUNTED}.includes('5 busy')")).await?;
        let there = read().await?;

        enter(page, &shut_off(page, moment)).await?;
        assert_eq!(page.evaluate::<String>("origin").await?, "null", "it is shut off");
        page.wait_until(&format!("{COUNTED}.includes('5 busy')")).await?;
        assert_eq!(read().await?, there);

        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        assert_eq!(at_ms(page).await?, 400, "nothing plays by itself");
        let link: String = page.evaluate("document.querySelector('#open').href").await?;
        assert_eq!(link, page.site.address("#e=reserved-concurrency&t=400ms"));
        page.screenshot("embed").await
    });
}

#[test]
fn it_plays_steps_and_leads_to_where_it_stands() {
    visit(async |page| {
        enter(page, &shut_off(page, "#e=reserved-concurrency")).await?;
        assert_eq!(at_ms(page).await?, 0);
        page.click("#play").await?;
        page.wait_until("document.querySelector('#scrubber').value > 0").await?;
        // The next marker pauses and explains; the first one stands at the start.
        let marked = |number: u32| {
            format!("document.querySelector('#caption .n')?.innerText === '{number}'")
        };
        page.wait_until(&marked(2)).await?;
        page.wait_until("document.querySelector('#play').ariaLabel === 'Play'").await?;

        let paused = at_ms(page).await?;
        page.click("#step-on").await?;
        page.wait_until(&format!("document.querySelector('#scrubber').value > {paused}"))
            .await?;
        page.click("#marker-on").await?;
        page.wait_until(&marked(3)).await?;

        // By keyboard alone, from wherever the focus is.
        let scrubber = page.find("#scrubber").await?;
        let marker = at_ms(page).await?;
        scrubber.send_keys(Key::Right + "").await?;
        let on = "document.querySelector('#scrubber').value";
        page.wait_until(&format!("{on} > {marker} + 2000")).await?;
        scrubber.send_keys(Key::Left + "").await?;
        page.wait_until(&format!("{on} == {marker}")).await?;
        scrubber.send_keys("[").await?;
        page.wait_until(&marked(2)).await?;
        scrubber.send_keys(" ").await?;
        page.wait_until("document.querySelector('#play').ariaLabel === 'Pause'").await?;
        scrubber.send_keys(" ").await?;
        page.wait_until("document.querySelector('#play').ariaLabel === 'Play'").await?;

        let clock = page.text("#clock").await?;
        let link: String = page.evaluate("document.querySelector('#open').href").await?;
        page.driver.enter_default_frame().await?;
        page.driver.goto(&link).await?;
        page.wait_until(OPEN).await?;
        assert_eq!(page.text("#clock").await?, clock, "the playground opens at {link}");
        Ok(())
    });
}

#[test]
fn a_run_that_takes_long_is_recorded_while_it_can_be_seen() {
    visit(async |page| {
        let text = r#"{"lambdarium":1,"title":"Long","settings":{"until":"2h"},
            "functions":{"f":{"duration":"50ms"}},
            "callers":{"c":{"kind":"sdk","calls":"f","load":{"constant":20}}}}"#;
        page.open("").await?;
        page.wait_until(OPEN).await?;
        let file = std::env::temp_dir().join("lambdarium-e2e-long.json");
        std::fs::write(&file, text).expect("a file for the upload");
        page.click("#open-gallery").await?;
        let input = page.driver.find(By::Id("open-file")).await?;
        input.send_keys(file.to_string_lossy()).await?;
        page.wait_until("document.querySelector('h1').innerText === 'Long'").await?;
        page.wait_until("location.hash.startsWith('#s=')").await?;
        let hash: String = page.evaluate("location.hash.split('&')[0]").await?;

        enter(page, &shut_off(page, &format!("{hash}&t=1:30:00"))).await?;
        let clock = page.text("#clock").await?;
        assert!(clock.starts_with("1:30:00.000 of "), "{clock}");
        Ok(())
    });
}

#[test]
fn the_frame_of_the_share_dialog_shows_what_was_shared() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=cold-start&t=1s&sel=thumbnail").await?;
        page.wait_until(OPEN).await?;
        let clock = page.text("#clock").await?;
        page.click("#open-share").await?;
        let value = async |id: &str| -> WebDriverResult<String> {
            page.evaluate(&format!("document.querySelector('#{id}').value")).await
        };
        page.wait_until("document.querySelector('#link')?.value.includes('&sel=')")
            .await?;
        let markdown = value("markdown").await?;
        assert_eq!(
            markdown,
            format!("[{}]({})", page.text("h1").await?, value("link").await?)
        );
        page.click("#link-selection").await?;
        page.wait_until("!document.querySelector('#link').value.includes('&sel=')")
            .await?;
        page.click("#link-moment").await?;
        page.wait_until("!document.querySelector('#link').value.includes('&t=')").await?;
        page.click("#link-moment").await?;
        page.wait_until("document.querySelector('#link').value.includes('&t=')").await?;

        page.find("#copy-iframe").await?.send_keys(Key::Enter + "").await?;
        page.wait_until("document.querySelector('#copy-iframe').innerText !== 'Copy'")
            .await?;
        let said = page.text("#copy-iframe").await?;
        let selected = "document.querySelector('#iframe').selectionEnd";
        let length: usize = page.evaluate(selected).await?;
        let frame = value("iframe").await?;
        assert!(said == "Copied" || length == frame.len(), "{said}, {length} letters");

        enter(page, &frame).await?;
        assert_eq!(page.text("#clock").await?, clock);
        Ok(())
    });
}

#[test]
fn what_cannot_be_opened_is_said_and_explained_in_the_playground() {
    visit(async |page| {
        let address = page.site.host(host(&shut_off(page, "#e=nothing-like-it")));
        page.driver.goto(address).await?;
        page.find("iframe").await?.enter_frame().await?;
        let said = page.text("[role=alert]").await?;
        assert!(said.contains("nothing-like-it"), "{said}");
        let link: String = page.evaluate("document.querySelector('#open').href").await?;
        assert_eq!(link, page.site.address("#e=nothing-like-it"));
        assert_eq!(page.barriers().await?, [""; 0]);
        assert_eq!(page.site.asked_for("lessons/nothing-like-it.json"), 1);
        Ok(())
    });
}

#[test]
fn an_embedded_run_has_no_barriers_and_loses_nothing_in_a_narrow_frame() {
    visit(async |page| {
        for theme in Theme::BOTH {
            page.theme(theme).await?;
            for width in [320, 360, 800] {
                page.viewport(width, 700).await?;
                let run = "#e=reserved-concurrency&t=0.4s";
                enter(page, &shut_off(page, run)).await?;
                let here = format!("{} {width}", theme.name());
                assert_eq!(page.barriers().await?, [""; 0], "{here}");
                let outside = "[...document.querySelectorAll('button, a, #clock, #caption')]\
                    .filter(e => { const r = e.getBoundingClientRect(); \
                        return r.left < 0 || r.right > innerWidth || r.bottom > innerHeight })\
                    .map(e => e.id)";
                let outside: Vec<String> = page.evaluate(outside).await?;
                assert_eq!(outside, [""; 0], "{here}");
                page.screenshot(&format!("embed-{width}-{}", theme.name())).await?;
            }
        }
        Ok(())
    });
}

#[test]
fn the_page_around_it_may_choose_the_theme() {
    visit(async |page| {
        page.theme(Theme::Light).await?;
        let ground = "getComputedStyle(document.querySelector('.embed')).backgroundColor";
        let mut grounds = Vec::new();
        for query in ["", "?theme=light", "?theme=dark"] {
            enter(page, &shut_off(page, &format!("{query}#e=cold-start"))).await?;
            grounds.push(page.evaluate::<String>(ground).await?);
        }
        assert_eq!(grounds[0], grounds[1]);
        assert_ne!(grounds[1], grounds[2]);
        Ok(())
    });
}
