//! What is loaded only when it is wanted: the lessons, each by itself, and their list.

use std::time::Duration;

use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::{Page, visit, visit_broken};
use crate::journey::OPEN;

const FIRST: &str = "lessons/sdk-retries.json";
const COULD_NOT: &str = "The lesson could not be loaded: check the connection";

async fn title_is(page: &Page, title: &str) -> WebDriverResult<()> {
    page.wait_until(&format!("document.querySelector('h1')?.innerText === {title:?}"))
        .await
}

/// Goes to another fragment, as somebody who changes the address does.
async fn go(page: &Page, fragment: &str) -> WebDriverResult<()> {
    page.evaluate::<bool>(&format!("(location.hash = {fragment:?}, true)"))
        .await
        .map(|_| ())
}

/// What the page keeps in the address is written a moment after the playhead has come to
/// rest; a link that is opened in that moment is not overwritten.
#[test]
fn a_link_opened_while_the_page_is_busy_is_not_lost() {
    visit(async |page| {
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.evaluate::<bool>("(document.querySelector('#next-step').click(), true)")
            .await?;
        // The page is held up for longer than it waits. What was asked for meanwhile is
        // done before what it waits for, and what the browser tells of it comes after.
        let busy = "(() => { const start = performance.now(); \
            const channel = new MessageChannel(); \
            channel.port1.onmessage = () => { location.hash = '#e=function-errors'; }; \
            channel.port2.postMessage(null); \
            while (performance.now() - start < 400); return true; })()";
        page.evaluate::<bool>(busy).await?;
        title_is(page, "Errors are the client's to handle").await
    });
}

#[test]
fn a_first_visit_opens_the_first_lesson_and_loads_no_other() {
    visit(async |page| {
        page.open("").await?;
        page.wait_until(OPEN).await?;
        title_is(page, "Retries with backoff and jitter").await?;
        page.wait_until("location.hash === '#e=sdk-retries'").await?;
        // The one that was loaded early is the one that was opened.
        assert_eq!(page.site.asked_for(FIRST), 1);
        assert_eq!(page.site.asked_for(".json"), 1);
        assert_eq!(page.site.asked_for("gallery.txt"), 0);

        // The same in a player.
        page.open("embed.html").await?;
        title_is(page, "Retries with backoff and jitter").await?;
        assert_eq!(page.site.asked_for(FIRST), 2);
        page.open("embed.html?x#t=1s&e=cold-start").await?;
        title_is(page, "Cold and warm").await?;
        assert_eq!(page.site.asked_for("lessons/cold-start.json"), 1);
        assert_eq!(page.site.asked_for(".json"), 3);
        Ok(())
    });
}

#[test]
fn a_lesson_does_not_wait_for_the_program() {
    visit_broken(async |page| {
        page.site.lose(".wasm");
        page.open("#e=cold-start").await?;
        page.find("[role=alert]").await?;
        assert_eq!(page.site.asked_for("lessons/cold-start.json"), 1);
        assert_eq!(page.site.asked_for(".json"), 1);
        page.open("embed.html").await?;
        page.find("[role=alert]").await?;
        assert_eq!(page.site.asked_for(FIRST), 1);
        Ok(())
    });
}

#[test]
fn a_run_of_ones_own_needs_no_lesson() {
    visit(async |page| {
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        let kept = r#"localStorage.setItem('lambdarium.scenario', 'Mine\n\
            {"lambdarium":1,"title":"Mine","functions":{"f":{}},\
            "callers":{"c":{"kind":"sdk","calls":"f"}}}')"#;
        page.evaluate::<Option<bool>>(kept).await?;
        page.open("?again").await?;
        title_is(page, "Mine").await?;
        page.wait_until("location.hash.startsWith('#s=')").await?;
        let link: String = page.evaluate("location.hash.split('&')[0]").await?;
        page.open(&format!("?linked{link}")).await?;
        title_is(page, "Mine").await?;
        page.open(&format!("embed.html{link}")).await?;
        title_is(page, "Mine").await?;
        assert_eq!(page.site.asked_for(".json"), 1, "{:?}", page.site.paths());
        Ok(())
    });
}

#[test]
fn a_lesson_that_cannot_be_loaded_says_so_and_the_last_run_stays() {
    visit_broken(async |page| {
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.site.lose("provisioned.json");
        page.click("#open-gallery").await?;
        page.click("ul.lessons li:nth-child(6) .lesson").await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains(COULD_NOT), "{notice}");
        assert!(notice.contains("The last run that worked stays open."), "{notice}");
        assert_eq!(page.text("h1").await?, "Cold and warm");
        page.wait_until("location.hash === '#e=cold-start'").await?;
        page.assert_no_barriers("lesson-lost").await?;
        page.viewport(1440, 900).await?;

        // From the notice back to the gallery, and once more.
        page.site.find_again();
        page.click("#notice button").await?;
        page.click("ul.lessons li:nth-child(6) .lesson").await?;
        title_is(page, "Provisioned for three at once").await?;
        page.wait_until("!document.querySelector('#notice')").await?;
        page.wait_until("location.hash === '#e=provisioned'").await?;

        // What was open needs no network to be opened again.
        page.site.lose(".json");
        page.site.lose("gallery.txt");
        page.click("#undo").await?;
        title_is(page, "Cold and warm").await?;
        page.click("#redo").await?;
        title_is(page, "Provisioned for three at once").await?;
        go(page, "e=function-errors").await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains(COULD_NOT), "nobody knows whether it exists: {notice}");
        assert_eq!(page.text("h1").await?, "Provisioned for three at once");
        Ok(())
    });
}

#[test]
fn a_first_visit_without_its_lesson_can_open_another_one() {
    visit_broken(async |page| {
        page.site.lose("lessons/cold-start.json");
        page.open("#e=cold-start").await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains(COULD_NOT) && !notice.contains("stays open"), "{notice}");
        assert_eq!(page.evaluate::<String>("location.hash").await?, "#e=cold-start");
        page.screenshot("lesson-lost-first").await?;
        page.click("#notice button").await?;
        page.click("ul.lessons li:nth-child(1) .lesson").await?;
        title_is(page, "Retries with backoff and jitter").await?;
        page.wait_until("location.hash === '#e=sdk-retries'").await
    });
}

#[test]
fn a_lesson_that_there_is_not_is_told_apart() {
    visit_broken(async |page| {
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        let none = |name| {
            format!("There is no lesson called {name}. Choose one from the gallery.")
        };
        go(page, "e=not-a-lesson").await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains(&none("not-a-lesson")), "{notice}");
        assert_eq!(page.text("h1").await?, "Cold and warm");
        page.click("#dismiss").await?;
        page.wait_until("!document.querySelector('#notice')").await?;

        // Nothing is asked of the host for what cannot be a name.
        let asked = page.site.paths().len();
        go(page, "e=Not_a_lesson").await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains(&none("Not_a_lesson")), "{notice}");
        assert_eq!(page.site.paths().len(), asked, "{:?}", page.site.paths());
        Ok(())
    });
}

#[test]
fn of_two_runs_that_are_opened_the_last_one_stays() {
    visit(async |page| {
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.site.delay("lessons/provisioned.json");
        go(page, "e=provisioned").await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        go(page, "e=function-errors").await?;
        title_is(page, "Errors are the client's to handle").await?;
        assert_eq!(page.site.asked_for("lessons/provisioned.json"), 1, "it is under way");
        tokio::time::sleep(Duration::from_millis(2_000)).await;
        assert_eq!(page.text("h1").await?, "Errors are the client's to handle");
        page.wait_until("location.hash === '#e=function-errors'").await?;
        // It came all the same, and is there at once by now.
        go(page, "e=provisioned").await?;
        title_is(page, "Provisioned for three at once").await?;
        assert_eq!(page.site.asked_for("lessons/provisioned.json"), 1);

        // The same in a player.
        page.open("embed.html#e=cold-start").await?;
        title_is(page, "Cold and warm").await?;
        go(page, "e=provisioned").await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        go(page, "e=function-errors").await?;
        title_is(page, "Errors are the client's to handle").await?;
        tokio::time::sleep(Duration::from_millis(2_000)).await;
        assert_eq!(page.text("h1").await?, "Errors are the client's to handle");
        Ok(())
    });
}

#[test]
fn a_gallery_without_its_list_says_so_and_tries_again() {
    visit_broken(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.site.lose("gallery.txt");
        page.click("#open-gallery").await?;
        let said = page.text("#no-lessons").await?;
        assert!(said.contains("The list of lessons could not be loaded"), "{said}");
        page.assert_no_barriers("gallery-lost").await?;
        page.viewport(1440, 900).await?;
        // Files can be opened all the same.
        page.driver.find(By::Css("#open-file")).await?;
        page.click("#try-again").await?;
        while page.site.asked_for("gallery.txt") < 2 {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        page.find("#no-lessons").await?;

        page.site.find_again();
        page.click("#try-again").await?;
        page.find("ul.lessons .lesson").await?;
        page.wait_until("!document.querySelector('#no-lessons')").await?;
        assert_eq!(page.site.asked_for("gallery.txt"), 3);
        // It is loaded once.
        page.click("#close").await?;
        page.click("#open-gallery").await?;
        page.find("ul.lessons .lesson").await?;
        assert_eq!(page.site.asked_for("gallery.txt"), 3);
        Ok(())
    });
}

#[test]
fn a_player_without_its_lesson_says_so() {
    visit_broken(async |page| {
        page.site.lose("lessons/cold-start.json");
        page.open("embed.html#e=cold-start").await?;
        page.wait_until("!!document.querySelector('#alert')?.innerText").await?;
        let said = page.text("#alert").await?;
        assert!(said.contains(COULD_NOT), "{said}");
        let link: String = page.evaluate("document.querySelector('#open').href").await?;
        assert_eq!(link, page.site.address("#e=cold-start"));
        page.screenshot("embed-lesson-lost").await
    });
}

#[test]
fn a_worker_that_dies_has_its_lesson_again_without_the_network() {
    visit_broken(async |page| {
        let see = json!({ "source": "const Real = Worker; Worker = class extends Real { \
            constructor(...of) { super(...of); window.worker = this } }" });
        page.devtools("Page.addScriptToEvaluateOnNewDocument", see).await?;
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.site.lose(".json");
        page.evaluate::<bool>("(worker.postMessage(new Uint8Array([255, 255])), true)")
            .await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains("started again; your scenario is as it was"), "{notice}");
        let clock = page.text("#clock").await?;
        page.click("#dismiss").await?;
        page.click("#step-on").await?;
        page.wait_until(&format!(
            "document.querySelector('#clock').innerText !== {clock:?}"
        ))
        .await
    });
}
