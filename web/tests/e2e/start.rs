//! How the page starts, and what it says when it cannot.

use serde_json::json;

use crate::browser::{Theme, visit, visit_broken};

/// The program has taken over the page.
pub const STARTED: &str = "!document.getElementById('boot-status')";

#[test]
fn the_page_opens_without_an_error_and_without_barriers_in_both_themes() {
    visit(async |page| {
        for theme in Theme::BOTH {
            page.theme(theme).await?;
            page.open("").await?;
            page.wait_until(STARTED).await?;
            assert!(!page.text("h1").await?.is_empty(), "the heading has words");
            assert_eq!(page.barriers().await?, [""; 0], "{}", theme.name());
            page.screenshot(&format!("start-{}", theme.name())).await?;
        }
        Ok(())
    });
}

#[test]
fn all_files_but_the_page_lie_under_the_name_of_their_release() {
    visit(async |page| {
        page.open("").await?;
        page.wait_until(STARTED).await?;
        let paths = page.site.paths();
        let files: Vec<_> = paths.iter().filter(|path| *path != "/any/where/").collect();
        assert!(!files.is_empty());
        assert!(files.iter().all(|path| path.starts_with("/any/where/r-")), "{files:?}");
        Ok(())
    });
}

#[test]
fn without_webassembly_the_page_says_so_in_words() {
    visit(async |page| {
        let gone = json!({ "source": "delete globalThis.WebAssembly" });
        page.devtools("Page.addScriptToEvaluateOnNewDocument", gone).await?;
        page.open("").await?;
        let words = page.text("[role=alert]").await?;
        assert!(words.contains("does not run WebAssembly"), "{words}");
        assert_eq!(page.barriers().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn a_file_that_does_not_arrive_is_said_in_words_and_can_be_tried_again() {
    for file in ["app.js", "app_bg.wasm"] {
        visit_broken(async |page| {
            page.viewport(320, 480).await?;
            page.site.lose(file);
            page.open("").await?;
            let words = page.text("[role=alert]").await?;
            assert!(words.contains("could not be loaded"), "{file}: {words}");
            assert_eq!(page.text("#boot-status").await?, "Lambdarium could not start.");
            let width: u32 =
                page.evaluate("document.documentElement.scrollWidth").await?;
            assert_eq!(width, 320, "nothing has to be scrolled sideways");

            page.site.find_again();
            page.click("[role=alert] button").await?;
            page.wait_until(STARTED).await
        });
    }
}

#[test]
fn a_program_that_has_stopped_is_said_in_words() {
    visit(async |page| {
        page.open("").await?;
        page.wait_until(STARTED).await?;
        // What the browser reports when a program of wasm panics.
        let panic = "dispatchEvent(new ErrorEvent('error', \
                     { error: new WebAssembly.RuntimeError('unreachable') }))";
        page.evaluate::<bool>(panic).await?;
        let words = page.text("[role=alert]").await?;
        assert!(words.contains("has stopped"), "{words}");
        Ok(())
    });
}

#[test]
fn a_request_to_another_host_would_be_seen() {
    visit_broken(async |page| {
        page.open("").await?;
        page.driver.goto("http://lambdarium.invalid/").await?;
        assert_eq!(page.site.elsewhere(), ["GET http://lambdarium.invalid/"]);
        Ok(())
    });
}
