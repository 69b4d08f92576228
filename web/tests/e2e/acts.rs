//! What is done to a function at the playhead, and advice with the run that shows it.

use std::time::Duration;

use thirtyfour::prelude::*;

use crate::browser::{ENTER, Page, TAB, visit};
use crate::journey::OPEN;
use crate::keys::press;

/// Three events: at the playhead the first one is done, and the others are still to come.
const LESSON: &str = "#e=async-retries&t=3s&sel=thumbnail";
// FREE lets go of those that are held.
const CONTROL: &str = "\u{e009}";
const FREE: &str = "\u{e000}";
const WITH: &str = "#acts .act-row input.act-with";
/// What goes wrong with pictures of dogs alone.
const DOGS: &str = r#"{"FunctionName":"thumbnail","Fails":"throws","When":{"Path":"$.picture","Value":"dog.jpg"}}"#;
/// How many acts there are.
const ACTS: &str = "document.querySelectorAll('#acts .act-row').length";
/// The rest of the story is told this much after a seek, at the latest.
const SETTLES: Duration = Duration::from_millis(400);

async fn open(page: &Page, behind: &str) -> WebDriverResult<()> {
    page.viewport(1440, 900).await?;
    page.open(behind).await?;
    page.wait_until(OPEN).await?;
    page.click("#tab-settings").await?;
    page.find("#deeds").await.map(|_| ())
}

/// Presses the button of a deed.
async fn do_it(page: &Page, deed: &str) -> WebDriverResult<()> {
    page.find("#deeds").await?;
    let button = format!("//*[@id='deeds']//button[normalize-space()='{deed}']");
    page.driver.find(By::XPath(button)).await?.click().await
}

/// Waits until there are so many acts.
async fn acts_are(page: &Page, count: usize) -> WebDriverResult<()> {
    page.wait_until(&format!("{ACTS} === {count}")).await
}

/// Where the playhead stands; how long the run is may change.
async fn clock(page: &Page) -> WebDriverResult<String> {
    let clock = page.text("#clock").await?;
    Ok(clock.split(" of ").next().unwrap_or_default().trim().to_string())
}

/// How many the equation beside the clock has of something.
fn fate(word: &str) -> String {
    format!(
        "Number([...document.querySelectorAll('#fates li')]\
         .find(item => item.innerText.includes('{word}'))\
         ?.querySelector('b').innerText ?? 0)"
    )
}

/// Goes to the end of the run and waits for what has become of its events there.
async fn ends_with(page: &Page, word: &str, count: u64) -> WebDriverResult<()> {
    // Where a field has the keyboard, the key would move its caret.
    page.evaluate::<bool>("(document.activeElement.blur(), true)").await?;
    press(page, Key::End).await?;
    page.wait_until(
        "document.querySelector('#scrubber').ariaValueNow \
         === document.querySelector('#scrubber').ariaValueMax",
    )
    .await?;
    page.wait_until(&format!("{} === {count}", fate(word))).await
}

/// The lines of the story up to the playhead, as soon as they stay as they are.
async fn story(page: &Page) -> WebDriverResult<Vec<String>> {
    page.click("#tab-story").await?;
    page.find("#story").await?;
    let read = "[...document.querySelectorAll('#story li')].map(line => \
        line.querySelector('.time').innerText + ' ' + line.querySelector('p').innerText)";
    let mut last: Vec<String> = page.evaluate(read).await?;
    loop {
        tokio::time::sleep(SETTLES).await;
        let next: Vec<String> = page.evaluate(read).await?;
        if next == last {
            break;
        }
        last = next;
    }
    page.click("#tab-settings").await?;
    Ok(last)
}

/// Types into the parameters of the only act and leaves them.
async fn put(page: &Page, text: &str) -> WebDriverResult<()> {
    let field = page.find(WITH).await?;
    field.send_keys(format!("{CONTROL}a{FREE}{text}{TAB}")).await
}

/// The parameters of the only act contain this.
async fn with_has(page: &Page, part: &str) -> WebDriverResult<()> {
    page.wait_until(&format!(
        "document.querySelector({WITH:?})?.value.includes({part:?})"
    ))
    .await
}

#[test]
fn all_that_can_be_done_stands_in_a_group() {
    visit(async |page| {
        open(page, LESSON).await?;
        let read =
            "[...document.querySelectorAll('#deeds button')].map(b => b.innerText)";
        let deeds: Vec<String> = page.evaluate(read).await?;
        let all = [
            "Send one",
            "Send 10 at once",
            "Make it fail",
            "Fail half the time",
            "Fail only these",
            "Make it slow",
            "Put it right",
            "Throttle",
            "Let it run again",
            "Publish a version",
        ];
        assert_eq!(deeds, all);
        let legend = page.text("#deeds legend").await?;
        assert_eq!(legend.to_lowercase(), "at the playhead");
        for (number, deed) in all.iter().enumerate() {
            do_it(page, deed).await?;
            let acts = number + 1 + if number > 0 { 9 } else { 0 };
            acts_are(page, acts).await?;
        }
        Ok(())
    });
}

#[test]
fn make_it_fail_changes_what_comes_and_undo_brings_it_back() {
    visit(async |page| {
        open(page, LESSON).await?;
        let (at, past) = (clock(page).await?, story(page).await?);
        assert!(past.len() > 2, "{past:?}");
        do_it(page, "Make it fail").await?;
        acts_are(page, 1).await?;
        let row = page.text("#acts .act-row").await?;
        assert!(row.contains("Lambdarium:SetFault"), "{row}");
        with_has(page, "\"Fails\":\"throws\"").await?;
        let flag = "document.querySelector('#flag-0')?.getAttribute('aria-label') ?? ''";
        page.wait_until(&format!("({flag}).includes('Lambdarium:SetFault')")).await?;
        assert_eq!(clock(page).await?, at, "the playhead stays");
        page.wait_until("location.hash.startsWith('#s=1.e.')").await?;

        // All that stood there stands there still; new is only what happens at the act.
        let now = story(page).await?;
        assert_eq!(now.get(..past.len()), Some(&past[..]), "{now:?}");
        assert!(
            now[past.len()..].iter().all(|line| line.starts_with("3.000")),
            "{now:?}"
        );

        ends_with(page, "lost silently", 2).await?;
        page.click("#undo").await?;
        acts_are(page, 0).await?;
        page.wait_until("!document.querySelector('#flag-0')").await?;
        ends_with(page, "lost silently", 1).await?;
        page.click("#redo").await?;
        acts_are(page, 1).await?;
        ends_with(page, "lost silently", 2).await
    });
}

#[test]
fn ten_at_once_are_ten_more() {
    visit(async |page| {
        open(page, LESSON).await?;
        let at = clock(page).await?;
        ends_with(page, "entered", 3).await?;
        page.open(&format!("?again{LESSON}")).await?;
        page.wait_until(OPEN).await?;
        page.click("#tab-settings").await?;
        assert_eq!(clock(page).await?, at);
        do_it(page, "Send 10 at once").await?;
        acts_are(page, 10).await?;
        assert_eq!(clock(page).await?, at, "the playhead stays");
        let kinds = "new Set([...document.querySelectorAll('#acts .act-row input.act-with')]\
            .map(field => field.value)).size";
        assert_eq!(page.evaluate::<u32>(kinds).await?, 1, "ten times the same");
        with_has(page, "\"Payload\":{\"picture\":\"cat.jpg\"}").await?;
        ends_with(page, "entered", 13).await
    });
}

#[test]
fn what_may_not_run_at_all_is_given_up_until_it_may_run_again() {
    visit(async |page| {
        open(page, LESSON).await?;
        let past = story(page).await?;
        do_it(page, "Throttle").await?;
        acts_are(page, 1).await?;
        with_has(page, "\"ReservedConcurrentExecutions\":0").await?;
        let now = story(page).await?;
        assert_eq!(now.get(..past.len()), Some(&past[..]), "{now:?}");
        // To the marker between the second event and the third.
        page.evaluate::<bool>("(document.activeElement.blur(), true)").await?;
        press(page, "]").await?;
        page.wait_until("document.querySelector('#scrubber').ariaValueNow == 6000")
            .await?;
        // With no concurrency at all no event waits for any.
        page.wait_until(&format!("{} === 1", fate("lost silently"))).await?;
        let told = story(page).await?.join(" ");
        assert!(told.contains("given up"), "{told}");
        do_it(page, "Let it run again").await?;
        acts_are(page, 2).await?;
        assert!(clock(page).await?.starts_with("6.000"), "the playhead stays");
        // The third one runs, three times in vain.
        ends_with(page, "lost silently", 2).await?;
        let end = page.text("#clock").await?;
        assert!(end.starts_with("3:14"), "{end}");
        page.click("#undo").await?;
        acts_are(page, 1).await?;
        ends_with(page, "lost silently", 2).await?;
        let end = page.text("#clock").await?;
        assert!(end.starts_with("8.000"), "it never ran: {end}");
        Ok(())
    });
}

#[test]
fn the_parameters_of_an_act_are_edited_where_they_stand() {
    visit(async |page| {
        open(page, LESSON).await?;
        do_it(page, "Fail only these").await?;
        acts_are(page, 1).await?;
        with_has(page, "\"Path\":\"$.picture\",\"Value\":\"cat.jpg\"").await?;
        ends_with(page, "lost silently", 2).await?;
        // All pictures are of cats.
        put(page, DOGS).await?;
        with_has(page, "dog.jpg").await?;
        ends_with(page, "lost silently", 0).await
    });
}

#[test]
fn wrong_parameters_are_refused_where_they_stand_and_the_run_stays() {
    visit(async |page| {
        open(page, LESSON).await?;
        do_it(page, "Fail only these").await?;
        acts_are(page, 1).await?;
        put(page, DOGS).await?;
        with_has(page, "dog.jpg").await?;
        ends_with(page, "lost silently", 0).await?;
        let run = page.text("#clock").await?;

        let unknown = DOGS.replace("Fails", "Fials");
        let cases: [(&str, &[&str]); 3] = [
            ("{\"FunctionName\":", &["(line 1, column 16)", "a value", "SIM-02"]),
            ("7", &["found 7", "an object in braces", "SIM-02"]),
            (
                &unknown,
                &["\"Fials\"", "FunctionName, Qualifier, Fails, Chance", "SIM-04"],
            ),
        ];
        for (typed, said) in cases {
            put(page, typed).await?;
            page.find("#acts .act-row .says").await?;
            page.wait_until(&format!(
                "document.querySelector('#acts .act-row .says').innerText\
                 .includes({:?})",
                said[0]
            ))
            .await?;
            let says = page.text("#acts .act-row .says").await?;
            for part in said {
                assert!(says.contains(part), "{typed}: {says}");
            }
            assert!(says.contains("The last run that worked stays open."), "{says}");
            let field = format!("document.querySelector({WITH:?})");
            let value: String = page.evaluate(&format!("{field}.value")).await?;
            assert_eq!(value, typed, "it stays to be mended");
            let invalid = format!("{field}.getAttribute('aria-invalid')");
            assert_eq!(page.evaluate::<String>(&invalid).await?, "true");
            let once = "document.querySelectorAll('#settings .says').length";
            assert_eq!(page.evaluate::<u32>(once).await?, 1, "said once, at its field");
            assert_eq!(page.evaluate::<u64>(&fate("lost silently")).await?, 0);
            assert_eq!(page.text("#clock").await?, run, "the last run stays");
        }
        put(page, DOGS).await?;
        page.wait_until("!document.querySelector('#acts .act-row .says')").await
    });
}

#[test]
fn it_is_done_and_undone_by_keyboard_alone() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open(LESSON).await?;
        page.wait_until(OPEN).await?;
        page.tab_to("#tab-settings").await?;
        page.keys(ENTER).await?;
        page.find("#deeds").await?;
        page.tab_to("#deeds button:nth-of-type(3)").await?;
        let label = "document.activeElement.innerText";
        assert_eq!(page.evaluate::<String>(label).await?, "Make it fail");
        page.keys(ENTER).await?;
        acts_are(page, 1).await?;
        // The keyboard is where it was: the next press does the next thing.
        assert_eq!(page.evaluate::<String>(label).await?, "Make it fail");
        page.keys(&format!("{TAB}{TAB}{TAB}")).await?;
        assert_eq!(page.evaluate::<String>(label).await?, "Make it slow");
        page.keys(ENTER).await?;
        acts_are(page, 2).await?;
        page.tab_to(WITH).await?;
        let field = page.driver.active_element().await?;
        let nothing = r#"{"FunctionName":"thumbnail"}"#;
        field.send_keys(format!("{CONTROL}a{FREE}{nothing}{TAB}")).await?;
        page.wait_until(&format!(
            "document.querySelector({WITH:?})?.value === {nothing:?}"
        ))
        .await?;
        page.tab_to("#undo").await?;
        for _ in 0..3 {
            page.keys(ENTER).await?;
            tokio::time::sleep(SETTLES).await;
        }
        acts_are(page, 0).await
    });
}

#[test]
fn the_small_program_hands_over_what_is_to_be_done() {
    visit(async |page| {
        open(page, "#e=cold-start&t=30s&sel=thumbnail").await?;
        assert_eq!(page.site.asked_for("/app-whole_bg.wasm"), 0, "nobody needs it yet");
        let at = clock(page).await?;
        do_it(page, "Send one").await?;
        page.wait_until("location.hash.startsWith('#s=1.')").await?;
        acts_are(page, 1).await?;
        assert_eq!(
            page.site.asked_for("/app-whole_bg.wasm"),
            2,
            "the page and its worker"
        );
        assert_eq!(clock(page).await?, at, "the playhead stays");
        with_has(page, "\"Payload\":{\"image\":\"cat.jpg\"}").await?;
        let row = page.text("#acts .act-row").await?;
        assert!(row.contains("Invoke"), "{row}");
        assert_eq!(page.text(".insp-head h2").await?, "thumbnail", "the selection stays");
        let told = story(page).await?.join(" ");
        assert!(told.contains("runs your call #1"), "{told}");
        page.click("#undo").await?;
        acts_are(page, 0).await?;
        page.wait_until("location.hash.startsWith('#e=cold-start')").await
    });
}

#[test]
fn advice_says_what_may_go_wrong_and_shows_it() {
    visit(async |page| {
        open(page, LESSON).await?;
        let advice = page.text("#advice .note-card.advice").await?;
        for part in ["ASY-10", "lost silently", "functions.thumbnail.async", "thumbnail"]
        {
            assert!(advice.contains(part), "{advice}");
        }
        let mark = ".parts .advised";
        page.find(mark).await?;
        let of =
            "document.querySelector('.parts .advised').closest('li').innerText.trim()";
        assert_eq!(page.evaluate::<String>(of).await?, "thumbnail");
        let title = page.text("h1").await?;
        ends_with(page, "lost silently", 1).await?;
        page.click("#advice .advice button").await?;
        page.wait_until("location.hash.startsWith('#s=1.e.')").await?;
        // Every run fails, so nothing is left of the three.
        ends_with(page, "lost silently", 3).await?;
        page.click("#undo").await?;
        page.wait_until("location.hash.startsWith('#e=async-retries')").await?;
        assert_eq!(page.text("h1").await?, title);
        ends_with(page, "lost silently", 1).await
    });
}

#[test]
fn where_failures_are_kept_nothing_is_advised() {
    visit(async |page| {
        open(page, "#e=dead-letter-queue&sel=resize").await?;
        let advised = "document.querySelectorAll('#advice, .parts .advised').length";
        assert_eq!(page.evaluate::<u32>(advised).await?, 0);
        Ok(())
    });
}

#[test]
fn advice_and_acts_have_no_barriers() {
    visit(async |page| {
        open(page, LESSON).await?;
        do_it(page, "Make it fail").await?;
        acts_are(page, 1).await?;
        put(page, "7").await?;
        page.find("#acts .act-row .says").await?;
        page.find("#advice .note-card.advice").await?;
        page.assert_no_barriers("acts").await
    });
}
