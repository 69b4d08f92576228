//! What a person sees when something cannot be opened: what is wrong, where, what is
//! allowed; and the last run stays.

use std::env;
use std::fs;
use std::path::PathBuf;

use thirtyfour::prelude::*;

use crate::browser::{Page, visit};
use crate::journey::OPEN;

/// Opens a link in the page that is open, as somebody who pastes it does.
async fn paste(page: &Page, fragment: &str) -> WebDriverResult<String> {
    page.evaluate::<bool>(&format!("(location.hash = {fragment:?}, true)")).await?;
    page.text("#notice").await
}

pub async fn dismiss(page: &Page) -> WebDriverResult<()> {
    page.click("#dismiss").await?;
    page.wait_until("!document.querySelector('#notice')").await
}

#[test]
fn a_link_that_cannot_be_opened_says_why_and_the_run_stays() {
    visit(async |page| {
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        let cases = [
            ("s=1.d.q1bKSczNSkpVslJQ", "cut off or changed"),
            ("s=1.d.!!!!", "letters that do not belong there"),
            ("s=2.d.AAAA", "newer Lambdarium"),
            ("s=1.z.AAAA", "unknown codec"),
            ("e=not-a-lesson", "not-a-lesson"),
            ("u=https://example.org/a.json", "example.org"),
            ("u=http://example.org/a.json", "https://"),
        ];
        for (fragment, words) in cases {
            let notice = paste(page, fragment).await?;
            assert!(notice.contains(words), "{fragment}: {notice}");
            assert!(notice.contains("stays open"), "{fragment}: {notice}");
            assert_eq!(page.text("h1").await?, "Cold and warm");
            dismiss(page).await?;
        }
        page.assert_missed("lessons/not-a-lesson.json").await
    });
}

#[test]
fn a_first_visit_with_a_broken_link_is_offered_the_gallery() {
    visit(async |page| {
        page.open("#s=1.d.AAAA").await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains("link"), "{notice}");
        page.click("#notice button").await?;
        page.click(".lesson").await?;
        page.wait_until(OPEN).await?;
        page.wait_until("!document.querySelector('#notice')").await
    });
}

/// Writes a file for the test to open.
fn file(name: &str, text: &str) -> PathBuf {
    let folder =
        env::temp_dir().join(format!("lambdarium-mistakes-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the test");
    let path = folder.join(name);
    fs::write(&path, text).expect("a file for the test");
    path
}

pub async fn open_file(page: &Page, name: &str, text: &str) -> WebDriverResult<()> {
    let path = file(name, text);
    page.click("#open-gallery").await?;
    page.find("dialog").await?;
    let input = page.driver.find(By::Css("#open-file")).await?;
    input.send_keys(path.to_str().expect("a plain path")).await
}

const CALLED: &str = r#""callers":{"c":{"kind":"sdk","calls":"f"}}"#;

#[test]
fn a_file_with_mistakes_tells_all_of_them_with_their_places() {
    visit(async |page| {
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        let three = format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{"memory":64,"timeout":"901s","memroy":1}}}},{CALLED}}}"#
        );
        let huge = format!(r#"{{"lambdarium":1,"about":"{}"}}"#, "x".repeat(5 << 20));
        let zero = r#"{"lambdarium":1,"functions":{"f":{"timeout":"0s"}}}"#;
        let billion = r#"{"lambdarium":1,"functions":{"f":{}},
            "callers":{"c":{"kind":"sdk","calls":"f","load":{"burst":1000000000}}}}"#;
        let cycle = r#"{"lambdarium":1,"functions":{"f":{}},
            "callers":{"c":{"kind":"sdk","calls":"d"},"d":{"kind":"sdk","calls":"c"}}}"#;
        let cases: [(&str, &str, &[&str]); 5] = [
            (
                "three.json",
                &three,
                &["functions.f.memory", "functions.f.timeout", "memroy", "ENV-15"],
            ),
            ("huge.json", &huge, &["5242", "at most 1048576"]),
            ("zero.json", zero, &["functions.f.timeout", "1 to 900"]),
            ("billion.json", billion, &["callers.c.load", "1000000000", "2000000"]),
            ("cycle.json", cycle, &["callers.c.calls", "callers.d.calls", "a caller"]),
        ];
        for (name, text, wanted) in cases {
            open_file(page, name, text).await?;
            let notice = page.text("#notice").await?;
            for words in wanted {
                assert!(notice.contains(words), "{name}: no {words:?} in {notice}");
            }
            assert_eq!(page.text("h1").await?, "Cold and warm", "{name}: the run stays");
            dismiss(page).await?;
        }
        let good = format!(
            r#"{{"lambdarium":1,"title":"From a file","functions":{{"f":{{}}}},{CALLED}}}"#
        );
        open_file(page, "good.json", &good).await?;
        page.wait_until("document.querySelector('h1').innerText === 'From a file'")
            .await?;
        page.wait_until("location.hash.startsWith('#s=1.d.')").await
    });
}

#[test]
fn a_duration_of_nothing_plays() {
    visit(async |page| {
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        let text = format!(
            r#"{{"lambdarium":1,"title":"No time","functions":{{"f":{{"duration":"0s"}}}},{CALLED}}}"#
        );
        open_file(page, "nothing.json", &text).await?;
        page.wait_until("document.querySelector('h1').innerText === 'No time'").await?;
        page.wait_until("/1 succeeded/.test(document.querySelector('#fates').innerText)")
            .await?;
        page.click("#play").await?;
        page.wait_until("document.querySelector('#play').ariaLabel === 'Play'").await
    });
}
