//! Settings of asynchronous events that cannot be: refused where they are typed, with what
//! was found, what is allowed and the rule; and the last run stays.

use std::env;
use std::fs;

use thirtyfour::prelude::*;

use crate::browser::{Page, TAB, visit};
use crate::journey::OPEN;

/// The text that the pane shows.
const TEXT: &str = "document.querySelector('#editor').value";
// FREE lets go of those that are held.
const CONTROL: &str = "\u{e009}";
const FREE: &str = "\u{e000}";

/// One of everything that events can be sent to.
const ORDERS: &str = r#"{"lambdarium": 1, "title": "Orders",
    "functions": {
        "validate": {
            "faults": [{ "fails": "throws" }],
            "async": {
                "maximum-retry-attempts": 1, "maximum-event-age": "1h",
                "on-success": "ship", "on-failure": "rejected"
            }
        },
        "ship": {}
    },
    "callers": { "shop": { "kind": "sdk", "calls": "validate", "invocation-type": "Event" } },
    "services": {
        "rejected": { "kind": "sqs" },
        "in-order": { "kind": "sqs", "fifo": true },
        "news": { "kind": "sns", "subscriptions": {
            "readers": { "calls": "ship", "filter-policy": { "topic": ["orders"] } }
        } }
    }
}"#;

/// Opens the scenario as a file.
async fn open(page: &Page, selected: &str) -> WebDriverResult<()> {
    page.viewport(1440, 900).await?;
    page.open("#e=destinations").await?;
    page.wait_until(OPEN).await?;
    let name = format!("lambdarium-bad-events-{}-{selected}.json", std::process::id());
    let file = env::temp_dir().join(name);
    fs::write(&file, ORDERS).expect("a file for the test");
    page.click("#open-gallery").await?;
    page.find("dialog").await?;
    let field = page.driver.find(By::Css("#open-file")).await?;
    field.send_keys(file.to_str().expect("a plain path")).await?;
    page.wait_until("document.querySelector('h1').innerText === 'Orders'").await?;
    page.wait_until(OPEN).await?;
    page.wait_until("!document.querySelector('dialog')").await?;
    fs::remove_file(file).expect("the file of the test");
    page.driver.action_chain().send_keys(Key::End).perform().await?;
    page.wait_until(
        "document.querySelector('#fates').innerText.replace(/\\s+/g, ' ')\
         .includes('1 at a destination')",
    )
    .await?;
    // The address follows a moment later.
    page.wait_until("location.hash.endsWith('&t=1m')").await
}

/// What a person sees of the run, as a mistake must leave it.
async fn seen(page: &Page) -> WebDriverResult<[String; 4]> {
    let hash = page.evaluate("location.hash").await?;
    let board = page.evaluate("document.querySelector('#board').textContent").await?;
    Ok([page.text("h1").await?, page.text("#fates").await?, board, hash])
}

/// Puts something else in the place of a part of the text, as somebody who pastes it.
async fn paste(page: &Page, before: &str, after: &str) -> WebDriverResult<()> {
    let select = format!(
        "(() => {{ const editor = document.querySelector('#editor'); \
           const from = editor.value.indexOf({before:?}); \
           editor.setSelectionRange(from, from + {before:?}.length); \
           editor.focus(); return from >= 0 }})()"
    );
    let text: String = page.evaluate(TEXT).await?;
    assert!(page.evaluate::<bool>(&select).await?, "no {before:?} in {text}");
    let paste = format!("document.execCommand('insertText', false, {after:?})");
    page.evaluate::<bool>(&paste).await.map(|_| ())
}

/// A mistake: what stands in the text, what is typed instead, and what is said of it.
type Case = (&'static str, &'static str, &'static str);

const CASES: [Case; 8] = [
    (
        r#""on-failure": "rejected""#,
        r#""on-failure": "in-order""#,
        "functions.validate.async.on-failure: found \"in-order\", a FIFO SQS queue; allowed \
         a standard one: FIFO is not supported here (DST-03)",
    ),
    (
        r#""on-failure": "rejected""#,
        r#""on-failure": "validate""#,
        "functions.validate.async.on-failure: found \"validate\", the function itself; allowed \
         another function (DST-08)",
    ),
    (
        r#""on-success": "ship""#,
        r#""on-success": "validate""#,
        "functions.validate.async.on-success: found \"validate\", the function itself; allowed \
         another function (DST-08)",
    ),
    (
        r#""maximum-retry-attempts": 1"#,
        r#""maximum-retry-attempts": 3"#,
        "functions.validate.async.maximum-retry-attempts: found 3; allowed 0 to 2, or null \
         (ASY-10)",
    ),
    (
        r#""maximum-event-age": "1h""#,
        r#""maximum-event-age": "59s""#,
        "functions.validate.async.maximum-event-age: found \"59s\"; allowed 60 to 21600 \
         whole seconds, or null (ASY-16)",
    ),
    (
        r#""filter-policy": { "topic": ["orders"] }"#,
        r#""filter-policy": "orders""#,
        "services.news.subscriptions.readers.filter-policy: found \"orders\"; allowed an \
         object of keys, each with a list of values and tests (ASY-02)",
    ),
    (
        r#""filter-policy": { "topic": ["orders"] }"#,
        r#""filter-policy": ["orders"]"#,
        "services.news.subscriptions.readers.filter-policy: found a list of 1; allowed an \
         object of keys, each with a list of values and tests (ASY-02)",
    ),
    (
        r#""on-failure": "rejected""#,
        r#""on-failure": "rejcted""#,
        "functions.validate.async.on-failure: found \"rejcted\"; allowed a queue, a topic, \
         a bus, a bucket, or another function; there are: rejected, news, ship (DST-02)",
    ),
];

#[test]
fn what_is_mistyped_is_refused_where_it_stands_and_the_run_stays() {
    visit(async |page| {
        open(page, "text").await?;
        page.tool("#open-text").await?;
        page.wait_until(
            "!!document.querySelector('#editor')?.value.includes('lambdarium')",
        )
        .await?;
        let (text, run) = (page.evaluate::<String>(TEXT).await?, seen(page).await?);
        for (before, after, said) in CASES {
            paste(page, before, after).await?;
            page.wait_until("!!document.querySelector('#mistakes .mistake')").await?;
            let told = page.text("#mistakes").await?;
            let words = told.split_once('\n').map_or(&*told, |(_, words)| words);
            assert!(told.contains(said), "{after}: {words}, not {said}");
            let line = text.lines().position(|line| line.contains(before));
            let line = line.expect("a line of the text") + 1;
            assert!(told.starts_with(&format!("Line {line}:")), "{after}: {told}");
            let state = page.text("#text-state").await?;
            assert!(state.contains("1 mistake"), "{after}: {state}");
            assert_eq!(seen(page).await?, run, "{after}: the run stays");
            page.click("#discard").await?;
            page.wait_until("!document.querySelector('#mistakes')").await?;
            assert_eq!(page.evaluate::<String>(TEXT).await?, text);
        }
        Ok(())
    });
}

/// Selects the function and shows its settings.
async fn open_form(page: &Page, name: &str) -> WebDriverResult<()> {
    open(page, name).await?;
    page.click("#tab-settings").await?;
    let part = "//nav[contains(@class, 'parts')]//button[normalize-space()='validate']";
    page.driver.find(By::XPath(part)).await?.click().await?;
    page.wait_until("location.hash.endsWith('sel=validate')").await?;
    page.wait_until(
        "!!document.getElementById('functions.validate.async.maximum-event-age')",
    )
    .await
}

/// What is said at a field, once something is.
async fn said_at(page: &Page, key: &str) -> WebDriverResult<String> {
    let field = format!("document.getElementById('functions.validate.async.{key}')");
    page.wait_until(&format!("{field}.getAttribute('aria-invalid') === 'true'")).await?;
    page.evaluate(&format!("{field}.closest('.field').querySelector('.says').innerText"))
        .await
}

#[test]
fn the_form_refuses_retries_and_age_at_their_fields() {
    visit(async |page| {
        open_form(page, "form").await?;
        let run = seen(page).await?;
        let cases: [(&str, &str, &str, &[&str]); 3] = [
            ("maximum-retry-attempts", "3", "1", &["found 3;", "0 to 2", "ASY-10"]),
            (
                "maximum-event-age",
                "59s",
                "1h",
                &["found \"59s\";", "60 to 21600 whole seconds", "ASY-16"],
            ),
            (
                "maximum-event-age",
                "7h",
                "1h",
                &["found \"7h\";", "60 to 21600 whole seconds", "ASY-16"],
            ),
        ];
        for (key, typed, good, words) in cases {
            let id = format!("functions.validate.async.{key}");
            let put = async |text: &str| {
                let field = page.driver.find(By::Id(&id)).await?;
                field.send_keys(format!("{CONTROL}a{FREE}{text}{TAB}")).await
            };
            put(typed).await?;
            let says = said_at(page, key).await?;
            for part in words {
                assert!(says.contains(part), "{key}: {says}");
            }
            assert!(says.contains("The last run that worked stays open."), "{says}");
            let value = format!("document.getElementById('{id}').value");
            assert_eq!(page.evaluate::<String>(&value).await?, typed);
            assert_eq!(seen(page).await?, run, "{key}: the run stays");
            put(good).await?;
            page.wait_until("!document.querySelector('#settings .says')").await?;
            let run_now = seen(page).await?;
            assert_eq!(run_now[..3], run[..3], "{key}: it is as it was");
        }
        Ok(())
    });
}

#[test]
fn the_form_refuses_a_queue_that_keeps_order_and_does_not_offer_the_function_itself() {
    visit(async |page| {
        open_form(page, "target").await?;
        let run = seen(page).await?;
        let field = "document.getElementById('functions.validate.async.on-failure')";
        let offered: Vec<String> =
            page.evaluate(&format!("[...{field}.options].map(one => one.value)")).await?;
        assert!(!offered.iter().any(|one| one == "validate"), "{offered:?}");
        let choose = format!(
            "({field}.value = 'in-order', \
              {field}.dispatchEvent(new Event('change', {{ bubbles: true }})))"
        );
        page.evaluate::<bool>(&choose).await?;
        let says = said_at(page, "on-failure").await?;
        for part in ["\"in-order\", a FIFO SQS queue", "a standard one", "DST-03"] {
            assert!(says.contains(part), "{says}");
        }
        assert_eq!(seen(page).await?, run, "the run stays");
        page.assert_no_barriers("bad-events").await
    });
}
