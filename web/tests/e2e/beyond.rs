//! The two programs: the small one, which is loaded first, and the whole one, which takes
//! its place where it does not reach. A person sees one page.

use std::env;
use std::fs;

use thirtyfour::prelude::*;

use crate::browser::{Page, visit, visit_broken};
use crate::journey::OPEN;

const SMALL: &str = "/app_bg.wasm";
const WHOLE: &str = "/app-whole_bg.wasm";
const LESSON: &str = "Three tries, minutes apart";
/// The text in the editor.
const TEXT: &str = "document.querySelector('#editor')?.value";

async fn title_is(page: &Page, title: &str) -> WebDriverResult<()> {
    page.wait_until(&format!("document.querySelector('h1')?.innerText === {title:?}"))
        .await?;
    page.wait_until(OPEN).await
}

fn whole_programs(page: &Page) -> usize {
    page.site.asked_for(WHOLE)
}

/// Opens a lesson from the gallery.
async fn choose(page: &Page, title: &str) -> WebDriverResult<()> {
    page.tool("#open-gallery").await?;
    page.wait_until("document.querySelectorAll('dialog button').length > 6").await?;
    let press = format!(
        "([...document.querySelectorAll('dialog button')] \
           .find(button => button.innerText.includes({title:?})).click(), true)"
    );
    page.evaluate::<bool>(&press).await.map(|_| ())
}

/// The link to what is open, from the dialog.
async fn shared(page: &Page) -> WebDriverResult<String> {
    page.tool("#open-share").await?;
    page.wait_until("document.querySelector('#link')?.value.includes('#s=1.e.')").await?;
    page.evaluate("document.querySelector('#link').value.split('#')[1]").await
}

async fn add_queue(page: &Page) -> WebDriverResult<()> {
    page.click(".parts .add summary").await?;
    let press = "([...document.querySelectorAll('.parts .add button')] \
        .find(button => button.innerText.includes('SQS queue')).click(), true)";
    page.evaluate::<bool>(press).await.map(|_| ())
}

#[test]
fn a_lesson_with_events_is_started_with_the_whole_program() {
    visit(async |page| {
        page.open("#e=async-retries").await?;
        title_is(page, LESSON).await?;
        // The page and its worker.
        assert_eq!((page.site.asked_for(SMALL), whole_programs(page)), (0, 2));
        page.open("embed.html#e=async-retries").await?;
        page.wait_until("document.querySelectorAll('#board text').length > 5").await?;
        assert_eq!(page.site.asked_for("/embed_bg.wasm"), 0);
        assert_eq!(page.site.asked_for("/embed-whole_bg.wasm"), 1);
        // A link says by its letter what it needs.
        page.open("?a#e=async-retries").await?;
        title_is(page, LESSON).await?;
        let link = shared(page).await?;
        page.open(&format!("?b#{link}")).await?;
        title_is(page, LESSON).await?;
        assert_eq!(page.site.asked_for(SMALL), 0);
        Ok(())
    });
}

#[test]
fn the_whole_program_takes_over_and_undo_goes_back_through_both() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.open("#e=function-errors").await?;
        title_is(page, "Errors are the client's to handle").await?;
        assert_eq!(whole_programs(page), 0, "nobody needs it yet");
        choose(page, LESSON).await?;
        title_is(page, LESSON).await?;
        assert_eq!(whole_programs(page), 2);
        page.wait_until("location.hash.startsWith('#e=async-retries')").await?;
        assert_eq!(
            page.evaluate::<u32>("document.querySelectorAll('.app').length").await?,
            1
        );
        page.click("#undo").await?;
        title_is(page, "Errors are the client's to handle").await?;
        page.click("#undo").await?;
        title_is(page, "Cold and warm").await?;
        page.click("#redo").await?;
        page.click("#redo").await?;
        title_is(page, LESSON).await?;
        // It stays, and one program answers to each key.
        assert_eq!((page.site.asked_for(SMALL), whole_programs(page)), (2, 2));
        page.driver.action_chain().send_keys(" ").perform().await?;
        page.wait_until("document.querySelector('#play').getAttribute('aria-label')?.includes('Pause') \
            || document.querySelector('#play').innerText.includes('Pause') \
            || document.querySelector('#play').title.includes('Pause')").await
    });
}

#[test]
fn a_queue_is_added_in_the_small_program() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=cold-start&t=30s").await?;
        page.wait_until(OPEN).await?;
        add_queue(page).await?;
        page.wait_until("location.hash.startsWith('#s=1.e.')").await?;
        assert_eq!(whole_programs(page), 2);
        page.wait_until(
            "[...document.querySelectorAll('.parts .part')] \
            .some(part => part.innerText.trim() === 'sqs')",
        )
        .await?;
        assert!(page.text("#clock").await?.starts_with("30.000 s"), "the playhead stays");
        page.find("#settings").await?;
        page.click("#undo").await?;
        page.wait_until("location.hash.startsWith('#e=cold-start')").await?;
        page.click("#redo").await?;
        page.wait_until("location.hash.startsWith('#s=1.e.')").await?;
        // The next visit goes on with it, without the small program.
        let small = page.site.asked_for(SMALL);
        page.open("?again").await?;
        page.wait_until("location.hash.startsWith('#s=1.e.')").await?;
        assert_eq!(page.site.asked_for(SMALL), small);
        Ok(())
    });
}

#[test]
fn a_part_that_is_added_leaves_the_others_on_the_board_as_they_are() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=async-retries&t=66s").await?;
        title_is(page, LESSON).await?;
        add_queue(page).await?;
        page.wait_until("[...document.querySelectorAll('.parts .part')].some(p => p.innerText.trim() === 'sqs')").await?;
        page.click(".parts li:nth-child(2) .part").await?;
        page.wait_until(
            "document.querySelector('.insp-head h2').innerText === 'thumbnail'",
        )
        .await?;
        let texts = "[...document.querySelectorAll('#board text')].map(text => \
            [Math.round(text.getBoundingClientRect().x), text.textContent].join(' ')).sort()";
        page.wait_until("location.hash.includes('sel=thumbnail')").await?;
        let shown: Vec<String> = page.evaluate(texts).await?;
        let hash: String = page.evaluate("location.hash").await?;
        page.open(&format!("?again{hash}")).await?;
        title_is(page, LESSON).await?;
        let same = format!("{texts}.join() === {:?}", shown.join(","));
        page.wait_until(&same).await
    });
}

#[test]
fn what_is_being_typed_is_typed_on_in_the_whole_program() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.tool("#open-text").await?;
        page.wait_until(&format!("{TEXT}?.length > 9")).await?;
        // As somebody types, who does not write the text as we would.
        let place = format!(
            "(() => {{ const editor = document.querySelector('#editor'); \
               const at = {TEXT}.indexOf('\"functions\"'); \
               editor.setSelectionRange(at, at); editor.focus(); return at }})()"
        );
        let at: usize = page.evaluate(&place).await?;
        let typed = "\"services\":   {\"q\":{\"kind\":\"sqs\"}},";
        let paste = format!("document.execCommand('insertText', false, {typed:?})");
        page.evaluate::<bool>(&paste).await?;
        page.wait_until("location.hash.startsWith('#s=1.e.')").await?;
        assert_eq!(whole_programs(page), 2);
        page.wait_until(&format!("{TEXT}.includes({typed:?})")).await?;
        let caret = "document.querySelector('#editor')?.selectionStart";
        page.wait_until(&format!("{caret} === {}", at + typed.len())).await?;
        page.wait_until("document.activeElement.id === 'editor'").await?;
        assert!(page.text("#text-state").await?.contains("The board shows this text"));
        page.click("#undo").await?;
        page.wait_until(&format!("{TEXT}?.includes('services') === false")).await
    });
}

#[test]
fn without_the_whole_program_the_run_stays_and_it_can_be_tried_again() {
    visit_broken(async |page| {
        page.viewport(1440, 900).await?;
        let folder =
            env::temp_dir().join(format!("lambdarium-beyond-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for the test");
        let file = folder.join("events.json");
        let scenario = include_str!(
            "../../../scenarios/rules/async/w05-throttled-and-too-old/scenario.json"
        );
        fs::write(&file, scenario).expect("a file for the test");
        let open_file = async || {
            page.click("#open-gallery").await?;
            let field = page.driver.find(By::Css("#open-file")).await?;
            field.send_keys(file.to_str().expect("plain")).await
        };
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.site.lose("app-whole_bg.wasm");
        open_file().await?;
        let notice = page.text("#notice").await?;
        assert!(notice.contains("could not be loaded"), "{notice}");
        assert_eq!(page.text("h1").await?, "Cold and warm");
        page.screenshot("not-whole").await?;
        page.click("#play").await?;
        page.wait_until(
            "!document.querySelector('#clock').innerText.startsWith('0.000')",
        )
        .await?;
        page.site.find_again();
        open_file().await?;
        title_is(page, "Throttled until it is too old").await?;
        fs::remove_dir_all(&folder).expect("the folder of the test");
        Ok(())
    });
}

#[test]
fn an_embedded_link_without_the_letter_is_played_all_the_same() {
    visit(async |page| {
        page.open("#e=async-retries").await?;
        title_is(page, LESSON).await?;
        let link = shared(page).await?;
        let old = link.replacen("s=1.e.", "s=1.d.", 1);
        let frame = format!(
            "<iframe src=\"{}\" title=\"A run\" sandbox=\"allow-scripts\" \
             style=\"width:100%;height:420px;border:0\"></iframe>",
            page.site.address(&format!("embed.html#{old}"))
        );
        let host = format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>A guide</title>\
             <link rel=icon href=\"data:,\"><main><h1>A guide</h1>{frame}</main>"
        );
        let address = page.site.host(host);
        page.driver.goto(address).await?;
        page.find("iframe").await?.enter_frame().await?;
        page.wait_until("document.querySelectorAll('#board text').length > 5").await?;
        assert_eq!(page.text("h1").await?, LESSON);
        assert_eq!(page.site.asked_for("/embed_bg.wasm"), 1);
        assert_eq!(page.site.asked_for("/embed-whole_bg.wasm"), 1);
        // One player answers to each key.
        page.click("#play").await?;
        page.wait_until("Number(document.querySelector('#scrubber').value) > 0").await
    });
}
