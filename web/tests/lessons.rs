//! Every lesson of the gallery, played on desk and engine as a person plays it: pressing
//! Play again at each marker, at the speed the run opens with.
#![cfg(not(target_family = "wasm"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use lambdarium_format::{json, link};
use lambdarium_sim::plan::needs_events;
use lambdarium_sim::time::{Instant, Moment};
use lambdarium_sim::view::{CallerView, Doing, Fates, Metrics};
use lambdarium_web::desk::{Action, Card, Desk};
use lambdarium_web::engine::Engine;
use lambdarium_web::gallery::{self, FIRST};
use lambdarium_web::message::{Ask, Marker, Opened, Question, Slot, Source};
use yew::Reducible;

/// A frame on screen.
const FRAME_US: u64 = 20_000;
/// Longest time a lesson may take on screen, without the time for reading.
const ON_SCREEN_US: u64 = 60_000_000;
/// Most characters of a title: more are cut on a phone.
const TITLE_MAX: usize = 34;
/// Most characters of a marker's text: three lines of the caption.
const TEXT_MAX: usize = 200;

/// The lessons by their families, in the order they are shown.
const FAMILIES: [(&str, &[&str]); 6] = [
    (
        "Synchronous invocation",
        &[
            "sdk-retries",
            "api-gateway-timeout",
            "function-errors",
            "cold-start",
            "reserved-concurrency",
            "provisioned",
        ],
    ),
    (
        "Asynchronous invocation",
        &[
            "async-retries",
            "async-throttled",
            "async-duplicates",
            "senders",
            "dead-letter-queue",
            "destinations",
            "dlq-and-destination",
            "async-loop",
        ],
    ),
    (
        "Queues",
        &[
            "sqs-overpull",
            "sqs-maximum-concurrency",
            "sqs-dead-letters",
            "sqs-partial-batch",
            "sqs-visibility",
            "sqs-batching",
            "fifo-groups",
            "fifo-dead-letters",
        ],
    ),
    (
        "Streams",
        &[
            "stream-order",
            "stream-poison",
            "stream-bisect",
            "stream-parallel",
            "stream-partial-batch",
            "stream-windows",
            "stream-iterator-age",
            "dynamodb-streams",
        ],
    ),
    (
        "Versions and aliases",
        &[
            "versions-latest",
            "versions-immutable",
            "aliases",
            "alias-weights",
            "alias-retry",
        ],
    ),
    (
        "Deployments",
        &[
            "deploy-all-at-once",
            "deploy-canary",
            "deploy-canary-30",
            "deploy-linear-3",
            "deploy-linear-10",
            "deploy-alarm",
            "deploy-hook-before",
            "deploy-hook-after",
        ],
    ),
];

/// Each lesson, with its family.
fn lessons() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of = |(family, names): &(&'static str, &'static [&'static str])| {
        let family = *family;
        names.iter().map(move |name| (*name, family))
    };
    FAMILIES.iter().flat_map(of)
}

fn stored(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// The text of a lesson, as it lies beside the page.
fn text_of(name: &str) -> String {
    let file = stored(&format!("../scenarios/gallery/{name}.json"));
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The page without a browser: what the desk asks is answered at once.
struct Page {
    desk: Rc<Desk>,
    engine: Engine,
}

impl Page {
    fn open(name: &str) -> Self {
        let desk = Rc::new(Desk::new(None, false));
        let mut page = Self { desk, engine: Engine::new() };
        let source = Source::Link(format!("e={name}"));
        let lesson = Some(text_of(name));
        page.ask(Ask::Open { source, lesson, keep: false });
        page.look();
        page
    }

    fn act(&mut self, action: Action) {
        self.desk = Rc::clone(&self.desk).reduce(action);
    }

    fn ask(&mut self, ask: Ask) {
        let answer = self.engine.handle(Slot(0), ask).expect("an answer");
        self.act(Action::Answered(Box::new(answer)));
    }

    fn look(&mut self) {
        self.ask(Ask::Look { look: self.desk.look(), lines: 60 });
    }

    fn run(&self) -> &Opened {
        self.desk.run.as_ref().expect("a lesson is open")
    }

    fn fates(&self) -> Fates {
        self.desk.frame.as_ref().expect("a screen").fates
    }

    /// Plays until something pauses it; says how long that took on screen.
    fn play(&mut self) -> u64 {
        self.act(Action::TogglePlay);
        let mut elapsed_us = 0;
        while self.desk.playing {
            self.act(Action::Tick { elapsed_us: FRAME_US });
            self.look();
            elapsed_us += FRAME_US;
            assert!(elapsed_us <= ON_SCREEN_US, "it plays on and on");
        }
        elapsed_us
    }
}

#[test]
fn every_lesson_plays_from_marker_to_marker_to_its_answer() {
    for (name, _) in lessons() {
        let mut page = Page::open(name);
        let markers = page.run().markers.clone();
        let mut shown: Vec<usize> = page.desk.marker().into_iter().collect();
        let mut elapsed_us = 0;
        assert_eq!(page.desk.card().map(|card| card.1), Some(Card::Asks), "{name}");
        while !page.desk.is_at_end() {
            elapsed_us += page.play();
            shown.extend(page.desk.marker().filter(|at| shown.last() != Some(at)));
        }
        let all: Vec<usize> = (0..markers.len()).collect();
        assert_eq!(shown, all, "{name}: each marker pauses");
        assert!(elapsed_us <= ON_SCREEN_US, "{name} takes {elapsed_us} µs on screen");
        assert!(elapsed_us >= 5_000_000, "{name} is over in {elapsed_us} µs");
        assert_eq!(page.desk.card().map(|card| card.1), Some(Card::Tells), "{name}");
    }
}

#[test]
fn every_lesson_has_what_a_lesson_needs() {
    for (name, _) in lessons() {
        let page = Page::open(name);
        let run = page.run();
        assert!(run.title.chars().count() <= TITLE_MAX, "{name}: {:?}", run.title);
        assert!(!run.about.is_empty(), "{name}");
        assert!((3..=5).contains(&run.markers.len()), "{name}");
        assert!(run.markers.windows(2).all(|two| two[0].at < two[1].at), "{name}");
        for marker in &run.markers {
            assert!(marker.at <= run_end(&page), "{name}: {:?}", marker.title);
            assert!(!marker.title.is_empty(), "{name}");
            let length = marker.text.chars().count();
            assert!((20..=TEXT_MAX).contains(&length), "{name}: {:?}", marker.text);
        }
        let question = run.question.as_ref().expect("a question");
        assert!(question.ask.ends_with('?') && !question.because.is_empty(), "{name}");
        assert!(question.choices.contains(&question.answer), "{name}");
    }
}

fn run_end(page: &Page) -> Instant {
    assert!(page.desk.is_complete(), "a lesson is recorded in one go");
    page.desk.end()
}

/// What the fates equation says at the end: entered, succeeded, failed, throttled, timed
/// out; of events dead-lettered, at a destination, lost, and succeeded twice. The answers of
/// the questions rest on it.
const ENDS: [(&str, [u32; 9]); 43] = [
    ("sdk-retries", [16, 14, 0, 2, 0, 0, 0, 0, 0]),
    ("api-gateway-timeout", [2, 0, 0, 0, 2, 0, 0, 0, 0]),
    ("function-errors", [6, 3, 3, 0, 0, 0, 0, 0, 0]),
    ("cold-start", [13, 13, 0, 0, 0, 0, 0, 0, 0]),
    ("reserved-concurrency", [15, 13, 0, 2, 0, 0, 0, 0, 0]),
    ("provisioned", [14, 14, 0, 0, 0, 0, 0, 0, 0]),
    ("async-retries", [3, 2, 0, 0, 0, 0, 0, 1, 0]),
    ("async-throttled", [2, 2, 0, 0, 0, 0, 0, 0, 0]),
    ("async-duplicates", [2, 2, 0, 0, 0, 0, 0, 0, 2]),
    ("senders", [6, 4, 0, 0, 0, 1, 0, 1, 0]),
    ("dead-letter-queue", [3, 1, 0, 0, 0, 2, 0, 0, 0]),
    ("destinations", [3, 2, 0, 0, 0, 0, 1, 0, 0]),
    ("dlq-and-destination", [2, 0, 0, 0, 0, 2, 0, 0, 0]),
    ("async-loop", [17, 16, 0, 0, 0, 1, 0, 0, 0]),
    ("sqs-overpull", [10, 6, 0, 0, 0, 4, 0, 0, 0]),
    ("sqs-maximum-concurrency", [10, 10, 0, 0, 0, 0, 0, 0, 0]),
    ("sqs-dead-letters", [2, 1, 0, 0, 0, 1, 0, 0, 0]),
    ("sqs-partial-batch", [10, 4, 0, 0, 0, 6, 0, 0, 0]),
    ("sqs-visibility", [5, 5, 0, 0, 0, 0, 0, 0, 0]),
    ("sqs-batching", [32, 32, 0, 0, 0, 0, 0, 0, 0]),
    ("fifo-groups", [5, 5, 0, 0, 0, 0, 0, 0, 0]),
    ("fifo-dead-letters", [5, 4, 0, 0, 0, 1, 0, 0, 0]),
    ("stream-order", [9, 9, 0, 0, 0, 0, 0, 0, 0]),
    ("stream-poison", [8, 5, 0, 0, 0, 0, 0, 3, 0]),
    ("stream-bisect", [10, 9, 0, 0, 0, 0, 1, 0, 0]),
    ("stream-parallel", [11, 11, 0, 0, 0, 0, 0, 0, 0]),
    ("stream-partial-batch", [12, 8, 0, 0, 0, 0, 4, 0, 0]),
    ("stream-windows", [4, 4, 0, 0, 0, 0, 0, 0, 0]),
    ("stream-iterator-age", [400, 400, 0, 0, 0, 0, 0, 0, 0]),
    ("dynamodb-streams", [6, 6, 0, 0, 0, 0, 0, 0, 0]),
    ("versions-latest", [36, 31, 5, 0, 0, 0, 0, 0, 0]),
    ("versions-immutable", [12, 6, 6, 0, 0, 0, 0, 0, 0]),
    ("aliases", [23, 23, 0, 0, 0, 0, 0, 0, 0]),
    ("alias-weights", [30, 30, 0, 0, 0, 0, 0, 0, 0]),
    ("alias-retry", [10, 10, 0, 0, 0, 0, 0, 0, 0]),
    ("deploy-all-at-once", [90, 35, 55, 0, 0, 0, 0, 0, 0]),
    ("deploy-canary", [70, 70, 0, 0, 0, 0, 0, 0, 0]),
    ("deploy-canary-30", [12, 10, 2, 0, 0, 0, 0, 0, 0]),
    ("deploy-linear-3", [110, 110, 0, 0, 0, 0, 0, 0, 0]),
    ("deploy-linear-10", [70, 68, 0, 2, 0, 0, 0, 0, 0]),
    ("deploy-alarm", [210, 193, 17, 0, 0, 0, 0, 0, 0]),
    ("deploy-hook-before", [36, 36, 0, 0, 0, 0, 0, 0, 0]),
    ("deploy-hook-after", [71, 71, 0, 0, 0, 0, 0, 0, 0]),
];

#[test]
fn every_lesson_ends_as_its_answer_says() {
    let names = lessons().map(|(name, _)| name);
    assert!(names.eq(ENDS.map(|(name, _)| name)));
    for (name, end) in ENDS {
        let mut page = Page::open(name);
        page.act(Action::Seek(Moment::end_of(page.desk.end())));
        page.look();
        let Fates { entered, succeeded, failed, throttled, timed_out, .. } = page.fates();
        let Fates { dead_lettered, at_destination, lost, twice, .. } = page.fates();
        let calls = [entered, succeeded, failed, throttled, timed_out];
        let events = [dead_lettered, at_destination, lost, twice];
        let found = [&calls[..], &events[..]].concat();
        let found = found
            .into_iter()
            .map(|count| u32::try_from(count).expect("a lesson is small"));
        assert_eq!(found.collect::<Vec<_>>(), end, "{name}");
    }
}

/// What is on screen at a marker, in short: each caller, then each function.
fn on_screen(page: &Page) -> String {
    let frame = page.desk.frame.as_ref().expect("a screen");
    let callers = frame.callers.iter().map(|caller| {
        let ended: u64 = caller.ended.iter().sum();
        let CallerView { made, waiting, backing_off, .. } = caller;
        format!(
            "{made} made, {waiting} on the way, {backing_off} to retry, {ended} ended"
        )
    });
    let functions = frame.functions.iter().map(|function| {
        let environments = || function.versions.iter().flat_map(|of| &of.environments);
        let count = |doing| environments().filter(|one| one.doing == doing).count();
        let [init, busy, idle] = [Doing::Init, Doing::Busy, Doing::Idle].map(count);
        let Metrics { throttles, cold_starts, spillovers, .. } = function.metrics;
        format!(
            "{init} init, {busy} busy, {idle} idle, {throttles} throttled, \
             {cold_starts} cold, {spillovers} spilled"
        )
    });
    callers.chain(functions).collect::<Vec<_>>().join(" | ")
}

/// What the last sentences of the story at a marker say.
fn last_words(page: &Page) -> String {
    let lines = page.desk.story.iter().rev().take(3).map(|line| line.text.clone());
    lines.collect::<Vec<_>>().join(" ")
}

/// `lessons.txt` has each marker beside what is on screen at its moment, so that whoever
/// changes one sees the other. `UPDATE=1 cargo test -p lambdarium-web` writes it anew.
#[test]
fn what_the_markers_say_stands_beside_what_the_run_shows() {
    let mut made = String::new();
    for (name, _) in lessons() {
        let mut page = Page::open(name);
        let title = page.run().title.clone();
        made += &format!("{title}\n");
        for marker in page.run().markers.clone() {
            page.act(Action::Seek(Moment::end_of(marker.at)));
            page.look();
            let (shown, words) = (on_screen(&page), last_words(&page));
            let Marker { at, title, text } = marker;
            made += &format!("\n  {at} s {title}\n  {text}\n  = {shown}\n  = {words}\n");
        }
        let question = page.run().question.clone().expect("a question");
        let Question { ask, choices, answer, because } = question;
        made += &format!("\n  {ask} {choices:?}\n  {answer}: {because}\n");
        page.act(Action::Seek(Moment::end_of(page.desk.end())));
        page.look();
        made += &format!("  = {}\n\n", on_screen(&page));
    }
    hold("tests/lessons.txt", &made);
}

/// The list that the gallery of the page shows follows from the lessons.
#[test]
fn the_gallery_shows_every_lesson_that_lies_beside_the_page() {
    let mut made = String::new();
    for (name, family) in lessons() {
        let page = Page::open(name);
        let Opened { title, about, .. } = page.run();
        made += &format!("{name}\t{family}\t{title}\t{about}\n");
    }
    let listed = gallery::lessons(&made);
    assert_eq!(listed.len(), made.lines().count());
    assert_eq!(listed[0].name, FIRST);
    let files = fs::read_dir(stored("../scenarios/gallery")).expect("the gallery");
    for file in files {
        let file = file.expect("a file").file_name().to_string_lossy().into_owned();
        let name = file.strip_suffix(".json").unwrap_or(&file);
        assert!(listed.iter().any(|lesson| lesson.name == name), "{file} has no family");
        let needed = gallery::needed(&format!("e={name}"));
        assert_eq!(needed.as_deref(), Some(name), "no page would load it");
    }
    hold("data/gallery.txt", &made);
}

/// The script that starts the page takes the whole program at once for the lessons, and the
/// links, that the small one cannot play.
#[test]
fn the_page_starts_with_the_program_that_a_lesson_needs() {
    let boot = fs::read_to_string(stored("boot/boot.js")).expect("the script");
    let list = boot.split_once("const SMALL = [").expect("a list").1;
    let listed: Vec<&str> = list
        .split(']')
        .next()
        .unwrap_or_default()
        .split('"')
        .skip(1)
        .step_by(2)
        .collect();
    for (name, _) in lessons() {
        let run = json::read(&text_of(name)).expect("a scenario");
        let needs = needs_events(&run);
        assert_eq!(listed.contains(&name), !needs, "{name}");
        let payload = link::payload(&run).expect("a link");
        assert_eq!(payload.starts_with("1.e."), needs, "{name}");
    }
    assert!(listed.iter().all(|name| lessons().any(|lesson| lesson.0 == *name)));
}

/// Holds a file against what is made anew; with `UPDATE=1` it is written.
fn hold(file: &str, made: &str) {
    let file = stored(file);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, made).expect("a file that can be written");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    for (kept, made) in kept.lines().zip(made.lines()) {
        assert_eq!(kept, made, "if it should have changed: run the tests with UPDATE=1");
    }
    assert_eq!(kept.len(), made.len(), "run the tests with UPDATE=1");
}
