//! The lessons: chosen in the gallery, asked about, played from marker to marker, answered.

use thirtyfour::TypingData;
use thirtyfour::prelude::*;

use crate::browser::{Page, Theme, visit};
use crate::journey::OPEN;

/// What a lesson shows at its end.
struct Lesson {
    name: &'static str,
    title: &'static str,
    markers: usize,
    /// The heading of its last marker.
    last: &'static str,
    /// The equation, without what is nothing.
    fates: &'static str,
    answer: &'static str,
}

const LESSONS: [Lesson; 43] = [
    Lesson {
        name: "sdk-retries",
        title: "Retries with backoff and jitter",
        markers: 5,
        last: "The last attempt",
        fates: "16 entered = 14 succeeded + 2 gave up",
        answer: "two",
    },
    Lesson {
        name: "api-gateway-timeout",
        title: "The gateway gives up at 29 s",
        markers: 5,
        last: "504 again",
        fates: "2 entered = 2 timed out",
        answer: "It runs on to its end",
    },
    Lesson {
        name: "function-errors",
        title: "Errors are the client's to handle",
        markers: 5,
        last: "The gateway says 502",
        fates: "6 entered = 3 succeeded + 3 failed",
        answer: "not at all",
    },
    Lesson {
        name: "cold-start",
        title: "Cold and warm",
        markers: 5,
        last: "Cold again",
        fates: "13 entered = 13 succeeded",
        answer: "four",
    },
    Lesson {
        name: "reserved-concurrency",
        title: "A full reservation",
        markers: 5,
        last: "Open again",
        fates: "15 entered = 13 succeeded + 2 gave up",
        answer: "none",
    },
    Lesson {
        name: "provisioned",
        title: "Provisioned for three at once",
        markers: 5,
        last: "Spilled over, but warm",
        fates: "14 entered = 14 succeeded",
        answer: "They start cold on demand",
    },
    Lesson {
        name: "async-retries",
        title: "Three tries, minutes apart",
        markers: 5,
        last: "Lost, and nobody was told",
        fates: "3 entered = 2 succeeded + 1 lost silently",
        answer: "nobody",
    },
    Lesson {
        name: "async-throttled",
        title: "Throttled for hours",
        markers: 4,
        last: "There is room again",
        fates: "2 entered = 2 succeeded",
        answer: "both",
    },
    Lesson {
        name: "async-duplicates",
        title: "The same event twice",
        markers: 4,
        last: "The second order",
        fates: "2 entered = 2 succeeded, 2 twice",
        answer: "twice",
    },
    Lesson {
        name: "senders",
        title: "S3, SNS and EventBridge as senders",
        markers: 5,
        last: "SNS gets through",
        fates: "6 entered = 4 succeeded + 1 in a DLQ + 1 lost silently",
        answer: "one",
    },
    Lesson {
        name: "dead-letter-queue",
        title: "A dead-letter queue",
        markers: 3,
        last: "Not lost",
        fates: "3 entered = 1 succeeded + 2 in a DLQ",
        answer: "the event",
    },
    Lesson {
        name: "destinations",
        title: "Success and failure destinations",
        markers: 4,
        last: "On failure: a bucket",
        fates: "3 entered = 2 succeeded + 1 at a destination",
        answer: "the request and the answer",
    },
    Lesson {
        name: "dlq-and-destination",
        title: "DLQ and destination together",
        markers: 3,
        last: "And again",
        fates: "2 entered = 2 in a DLQ",
        answer: "in both",
    },
    Lesson {
        name: "async-loop",
        title: "An event that loops is stopped",
        markers: 3,
        last: "Stopped",
        fates: "17 entered = 16 succeeded + 1 in a DLQ",
        answer: "after 16 runs",
    },
    Lesson {
        name: "sqs-overpull",
        title: "Good messages in the DLQ",
        markers: 5,
        last: "Four good orders",
        fates: "10 entered = 6 succeeded + 4 in a DLQ",
        answer: "four",
    },
    Lesson {
        name: "sqs-maximum-concurrency",
        title: "Maximum concurrency fixes it",
        markers: 4,
        last: "All ten are charged",
        fates: "10 entered = 10 succeeded",
        answer: "none",
    },
    Lesson {
        name: "sqs-dead-letters",
        title: "Three receives, then the DLQ",
        markers: 5,
        last: "To the queue's DLQ",
        fates: "2 entered = 1 succeeded + 1 in a DLQ",
        answer: "in invoices-dlq",
    },
    Lesson {
        name: "sqs-partial-batch",
        title: "One bad message in a batch",
        markers: 5,
        last: "Five letters, or one",
        fates: "10 entered = 4 succeeded + 6 in a DLQ",
        answer: "five",
    },
    Lesson {
        name: "sqs-visibility",
        title: "Charged twice",
        markers: 5,
        last: "Two successes",
        fates: "5 entered = 5 succeeded",
        answer: "twice",
    },
    Lesson {
        name: "sqs-batching",
        title: "Polling, batches and windows",
        markers: 5,
        last: "The last two",
        fates: "32 entered = 32 succeeded",
        answer: "three times",
    },
    Lesson {
        name: "fifo-groups",
        title: "One group blocks, others run",
        markers: 5,
        last: "In order",
        fates: "5 entered = 5 succeeded",
        answer: "Anna's other two",
    },
    Lesson {
        name: "fifo-dead-letters",
        title: "A DLQ breaks the order",
        markers: 4,
        last: "Out of order",
        fates: "5 entered = 4 succeeded + 1 in a DLQ",
        answer: "both withdrawals",
    },
    Lesson {
        name: "stream-order",
        title: "In order within a shard",
        markers: 5,
        last: "In order",
        fates: "9 entered = 9 succeeded",
        answer: "all that comes next in its shard",
    },
    Lesson {
        name: "stream-poison",
        title: "A poison record stops its shard",
        markers: 4,
        last: "A minute is over",
        fates: "8 entered = 5 succeeded + 3 lost silently",
        answer: "three",
    },
    Lesson {
        name: "stream-bisect",
        title: "One bad record, found by halves",
        markers: 5,
        last: "Given up, and told",
        fates: "10 entered = 9 succeeded + 1 at a destination",
        answer: "nine",
    },
    Lesson {
        name: "stream-parallel",
        title: "Two batches at once in a shard",
        markers: 5,
        last: "Two of one poll",
        fates: "11 entered = 11 succeeded",
        answer: "what comes next of P1",
    },
    Lesson {
        name: "stream-partial-batch",
        title: "A checkpoint, not a list",
        markers: 5,
        last: "One is given up",
        fates: "12 entered = 8 succeeded + 4 at a destination",
        answer: "four",
    },
    Lesson {
        name: "stream-windows",
        title: "A sum for each minute",
        markers: 5,
        last: "And its last call",
        fates: "4 entered = 4 succeeded",
        answer: "only the sum",
    },
    Lesson {
        name: "stream-iterator-age",
        title: "A shard that cannot keep up",
        markers: 5,
        last: "And twice that",
        fates: "400 entered = 400 succeeded",
        answer: "after 84 s",
    },
    Lesson {
        name: "dynamodb-streams",
        title: "What a table's stream tells",
        markers: 5,
        last: "REMOVE, by the table",
        fates: "6 entered = 6 succeeded",
        answer: "two",
    },
    Lesson {
        name: "versions-latest",
        title: "$LATEST is live at once",
        markers: 5,
        last: "Published, and not called",
        fates: "36 entered = 31 succeeded + 5 failed",
        answer: "the shop, which names no version",
    },
    Lesson {
        name: "versions-immutable",
        title: "A version cannot be changed",
        markers: 5,
        last: "The alias moves",
        fates: "12 entered = 6 succeeded + 6 failed",
        answer: "from 39 s on",
    },
    Lesson {
        name: "aliases",
        title: "dev, test and prod",
        markers: 5,
        last: "Still there",
        fates: "23 entered = 23 succeeded",
        answer: "no, the tester's environment takes it",
    },
    Lesson {
        name: "alias-weights",
        title: "A weight is a chance, not a share",
        markers: 4,
        last: "Four of thirty",
        fates: "30 entered = 30 succeeded",
        answer: "no, it may be none or three",
    },
    Lesson {
        name: "alias-retry",
        title: "A retry meets another version",
        markers: 5,
        last: "Good at the third try",
        fates: "10 entered = 10 succeeded",
        answer: "none",
    },
    Lesson {
        name: "deploy-all-at-once",
        title: "AllAtOnce: the alarm is too late",
        markers: 4,
        last: "Back by hand",
        fates: "90 entered = 35 succeeded + 55 failed",
        answer: "Nothing",
    },
    Lesson {
        name: "deploy-canary",
        title: "A canary has two steps",
        markers: 5,
        last: "Warm again",
        fates: "70 entered = 70 succeeded",
        answer: "all of it",
    },
    Lesson {
        name: "deploy-canary-30",
        title: "A canary that nobody met",
        markers: 5,
        last: "Too late",
        fates: "12 entered = 10 succeeded + 2 failed",
        answer: "1 in 3",
    },
    Lesson {
        name: "deploy-linear-3",
        title: "Ten steps, nine waits",
        markers: 5,
        last: "The tenth",
        fates: "110 entered = 110 succeeded",
        answer: "after 27 minutes",
    },
    Lesson {
        name: "deploy-linear-10",
        title: "What ten per cent do not show",
        markers: 5,
        last: "As before",
        fates: "70 entered = 68 succeeded + 2 gave up",
        answer: "at 60 %",
    },
    Lesson {
        name: "deploy-alarm",
        title: "A canary meets its alarm",
        markers: 5,
        last: "No step two",
        fates: "210 entered = 193 succeeded + 17 failed",
        answer: "about 18",
    },
    Lesson {
        name: "deploy-hook-before",
        title: "A hook stops a bad version",
        markers: 4,
        last: "Yet its run succeeded",
        fates: "36 entered = 36 succeeded",
        answer: "none",
    },
    Lesson {
        name: "deploy-hook-after",
        title: "A hook after the fact",
        markers: 4,
        last: "The last wrong one",
        fates: "71 entered = 71 succeeded",
        answer: "They stay as they are",
    },
];

const CAPTION: &str = "!!document.querySelector('#caption h2')";
const PAUSED: &str = "document.querySelector('#play').ariaLabel === 'Play'";
const AT_END: &str = "(s => s.ariaValueNow === s.ariaValueMax)\
    (document.querySelector('#scrubber'))";

/// The equation as it is read, without what is nothing.
async fn fates(page: &Page) -> WebDriverResult<String> {
    let shown = "[...document.querySelectorAll('#fates li:not(.zero)')]\
        .map(li => [...li.childNodes].filter(n => n.className !== 'eq')\
            .map(n => n.textContent).join('').trim())";
    let shown: Vec<String> = page.evaluate(shown).await?;
    let (entered, rest) = shown.split_first().expect("an equation");
    Ok(format!("{entered} = {}", rest.join(" + ")))
}

/// Plays until the run pauses, as fast as it goes.
async fn play_on(page: &Page) -> WebDriverResult<()> {
    let before: u64 =
        page.evaluate("Number(document.querySelector('#scrubber').ariaValueNow)").await?;
    page.click("#play").await?;
    let moved = format!(
        "Number(document.querySelector('#scrubber').ariaValueNow) > {before} && {PAUSED}"
    );
    page.wait_until(&moved).await
}

/// A lesson can be played. In some nothing happens at first, so there is no story yet.
const READY: &str = "!!document.querySelector('#board .card') \
    && !document.querySelector('#clock').innerText.includes('…') \
    && !!document.querySelector('#question')";

#[test]
fn every_lesson_plays_to_its_end_and_shows_its_last_marker() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        for lesson in &LESSONS {
            let name = lesson.name;
            page.open(&format!("?{name}#e={name}")).await?;
            page.wait_until(READY).await?;
            assert_eq!(page.text("h1").await?, lesson.title);
            // Faster than anybody reads.
            page.keys("====").await?;
            // A marker at the start is shown before anything is played.
            let mut headings = Vec::new();
            if page.evaluate(CAPTION).await? {
                headings.push(page.text("#caption h2").await?);
            }
            while !page.evaluate::<bool>(AT_END).await? {
                play_on(page).await?;
                headings.push(page.text("#caption h2").await?);
                assert!(headings.len() <= lesson.markers + 2, "{name}: {headings:?}");
            }
            assert_eq!(headings.last().map(String::as_str), Some(lesson.last), "{name}");
            headings.dedup();
            assert_eq!(headings.len(), lesson.markers, "{name}: {headings:?}");
            assert!(page.text("#caption p").await?.len() > 20, "{name}");
            page.wait_until("!!document.querySelector('#right')").await?;
            assert_eq!(page.text("#right").await?, lesson.answer, "{name}");
            assert_eq!(fates(page).await?, lesson.fates, "{name}");
        }
        Ok(())
    });
}

#[test]
fn a_lesson_is_chosen_guessed_played_and_answered() {
    visit(async |page| {
        page.viewport(1440, 900).await?;
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        page.click("#open-gallery").await?;
        let gallery = page.text("dialog").await?;
        assert!(gallery.contains("Synchronous invocation"), "{gallery}");
        for lesson in &LESSONS {
            assert!(gallery.contains(lesson.title), "{} in {gallery}", lesson.title);
        }
        let current = page.text(".lesson[aria-current=true]").await?;
        assert!(current.contains("Cold and warm") && current.contains("open now"));
        page.screenshot("gallery-light").await?;
        page.click("ul.lessons li:nth-child(5) .lesson").await?;
        page.wait_until(OPEN).await?;
        page.wait_until(
            "document.querySelector('h1').innerText === 'A full reservation'",
        )
        .await?;

        let asked = page.text("#question legend").await?;
        assert!(asked.starts_with("Eight requests arrive at once"), "{asked}");
        page.click("#question label:nth-of-type(2)").await?;
        page.wait_until("document.querySelectorAll('#question input')[1].checked")
            .await?;
        assert_eq!(page.text("#step").await?, "Step 1 of 5");
        page.click("#question-play").await?;
        page.wait_until("!document.querySelector('#question')").await?;
        page.wait_until(PAUSED).await?;
        assert_eq!(page.text("#step").await?, "Step 2 of 5");
        assert_eq!(page.text("#caption h2").await?, "All eight are through");
        assert!(page.text("#caption").await?.contains("Press Play to go on"));

        for step in 3..=5 {
            page.click("#next-step").await?;
            page.wait_until(&format!(
                "document.querySelector('#step').innerText === 'Step {step} of 5'"
            ))
            .await?;
        }
        page.click("#next-step").await?;
        page.wait_until(AT_END).await?;
        let guess = page.text("#guess").await?;
        assert!(
            guess.contains("three") && guess.contains("not what happened"),
            "{guess}"
        );
        assert_eq!(page.text("#right").await?, "none");
        assert!(page.text("#because").await?.contains("the SDK tried the three again"));
        page.click("#question-close").await?;
        page.wait_until("!document.querySelector('#question')").await
    });
}

async fn press(page: &Page, keys: impl Into<TypingData>) -> WebDriverResult<()> {
    page.driver.action_chain().send_keys(keys).perform().await
}

#[test]
fn a_lesson_is_done_by_keyboard_alone() {
    visit(async |page| {
        page.open("#e=cold-start").await?;
        page.wait_until(OPEN).await?;
        // By Tab to the card, by arrows to the answer, by Tab to its Play.
        page.tab_to("#question input").await?;
        press(page, " ").await?;
        press(page, Key::Down + "" + Key::Down).await?;
        page.wait_until("document.querySelectorAll('#question input')[2].checked")
            .await?;
        page.tab_to("#question-play").await?;
        press(page, " ").await?;
        page.wait_until("!document.querySelector('#question')").await?;
        for _ in 0..5 {
            press(page, "]").await?;
        }
        page.wait_until(AT_END).await?;
        let guess = page.text("#guess").await?;
        assert!(guess.contains("five") && guess.contains("not what happened"), "{guess}");
        assert_eq!(page.text("#right").await?, "four");
        page.tab_to("#more-lessons").await?;
        press(page, " ").await?;
        page.find("dialog").await.map(|_| ())
    });
}

#[test]
fn neither_card_has_a_barrier_or_is_cut_off() {
    visit(async |page| {
        for theme in Theme::BOTH {
            page.theme(theme).await?;
            for (width, height) in [(1440, 900), (820, 1180), (360, 740), (320, 640)] {
                page.viewport(width, height).await?;
                let here = format!("{}-{width}", theme.name());
                page.open(&format!("?{here}#e=sdk-retries")).await?;
                page.wait_until(OPEN).await?;
                for card in ["asks", "tells"] {
                    page.find("#question").await?;
                    assert_eq!(page.barriers().await?, [""; 0], "{card}, {here}");
                    page.screenshot(&format!("question-{card}-{here}")).await?;
                    let outside = "[...document.querySelectorAll('#question, #question *')]\
                        .filter(e => e.getClientRects().length && !e.closest('.vh'))\
                        .filter(e => { const r = e.getBoundingClientRect(); \
                            return r.left < 0 || r.right > innerWidth || r.top < 44 })\
                        .map(e => e.id || e.innerText)";
                    let outside: Vec<String> = page.evaluate(outside).await?;
                    assert_eq!(outside, [""; 0], "{card}, {here}");
                    page.find("body").await?.send_keys(Key::End + "").await?;
                    page.wait_until("!!document.querySelector('#right')").await?;
                }
            }
        }
        Ok(())
    });
}
