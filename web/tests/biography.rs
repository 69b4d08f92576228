//! The lives of requests, told by desk and engine without a browser: of each lesson one that
//! ends in its own way, with the JSON at its stations.
#![cfg(not(target_family = "wasm"))]

use std::fs;
use std::path::Path;
use std::rc::Rc;

use lambdarium_sim::id::{CallerId, FunctionId, Job, Origin, Part, ServiceId};
use lambdarium_sim::time::{Instant, Moment};
use lambdarium_web::desk::{Action, Desk, Tab};
use lambdarium_web::engine::Engine;
use lambdarium_web::message::{Answer, Ask, Edit, Handed, Life, Slot, Source, Station};
use lambdarium_web::pack::{packed, unpacked};
use lambdarium_web::texts;
use serde_json::{Value, json};
use yew::Reducible;

/// The page without a browser: what the desk asks is answered at once.
struct Page {
    desk: Rc<Desk>,
    engine: Engine,
}

impl Page {
    fn lesson(name: &str) -> Self {
        let file = format!("../scenarios/gallery/{name}.json");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let lesson = fs::read_to_string(file).expect("a lesson");
        Self::open(Source::Link(format!("e={name}")), Some(lesson))
    }

    fn text(text: &str) -> Self {
        Self::open(Source::Text(text.into()), None)
    }

    fn open(source: Source, lesson: Option<String>) -> Self {
        let desk = Rc::new(Desk::new(None, false));
        let mut page = Self { desk, engine: Engine::new() };
        page.ask(Ask::Open { source, lesson, keep: false });
        assert!(page.desk.is_complete(), "{:?}", page.desk.refusal);
        page
    }

    fn act(&mut self, action: Action) {
        self.desk = Rc::clone(&self.desk).reduce(action);
    }

    /// Asks, over the line.
    fn ask(&mut self, ask: Ask) {
        let ask = unpacked(&packed(&ask)).expect("an ask");
        let answer = self.engine.handle(Slot(0), ask).expect("an answer");
        let answer = unpacked::<Answer>(&packed(&answer)).expect("an answer");
        self.act(Action::Answered(Box::new(answer)));
    }

    /// What the panel does while a life is told.
    fn ask_life(&mut self) {
        let job = self.desk.life.as_ref().expect("somebody was chosen").0;
        self.ask(Ask::Life { job });
    }

    /// Chooses a request and has its life told.
    fn life(&mut self, job: Job) -> Life {
        self.act(Action::Life(Some(job)));
        self.ask_life();
        (**self.desk.life_told().expect("it is told")).clone()
    }
}

fn called(call: u32) -> Job {
    Job { origin: Origin::Caller(CallerId(0)), call }
}

fn sent_by(function: u16, call: u32) -> Job {
    Job { origin: Origin::Function(FunctionId(function)), call }
}

/// Each station: its second, and its sentence.
fn lines(life: &Life) -> Vec<String> {
    let line = |station: &Station| {
        format!("{} {}", station.moment.at.0 / 1_000_000, station.text)
    };
    life.stations.iter().map(line).collect()
}

/// The stations that show a thing.
fn shown<'a>(life: &'a Life, what: &str) -> Vec<&'a Station> {
    life.stations.iter().filter(|station| station.what.starts_with(what)).collect()
}

/// The JSON of a station, which may have attributes under it.
fn body(station: &Station) -> Value {
    let mut all = serde_json::Deserializer::from_str(&station.json).into_iter();
    all.next().expect("something").expect("JSON")
}

#[test]
fn an_event_succeeds_at_its_second_try() {
    let life = Page::lesson("async-retries").life(called(2));
    assert_eq!((life.title.as_str(), life.left_out), ("Request upload #2", 0));
    assert_eq!(
        lines(&life),
        [
            "4 upload #2 calls thumbnail.",
            "4 upload #2 waits in the queue of thumbnail.",
            "4 upload #2 is accepted (202): what becomes of it is not told.",
            "4 thumbnail takes upload #2 from its queue.",
            "4 thumbnail runs upload #2 in environment 1, still warm.",
            "6 The handler of thumbnail throws on upload #2; 2,000 ms are billed.",
            "6 upload #2 goes back to the queue: attempt 2 comes in 60 s.",
            "66 thumbnail takes upload #2 from its queue for attempt 2, 62 s after it was accepted.",
            "66 thumbnail runs upload #2 in environment 1, still warm.",
            "68 thumbnail succeeds with upload #2; 2,000 ms are billed.",
            "68 upload #2 is done, after 2 runs.",
        ]
    );
    assert_eq!(life.stations[6].rule, "ASY-11");
    let events = shown(&life, texts::EVENT_IT_GETS);
    assert_eq!(events.len(), 2, "both tries get the same");
    assert_eq!(body(events[0]), body(events[1]));
    assert_eq!(body(events[0]), body(shown(&life, texts::PAYLOAD)[0]));
    let error = body(shown(&life, texts::ITS_ERROR)[0]);
    assert!(error["errorType"].is_string(), "{error}");
    assert_eq!(error["requestId"], life.request_id.as_str(), "one ID for all tries");
    assert_eq!(shown(&life, texts::ITS_ANSWER).len(), 1);
    assert_eq!(body(shown(&life, texts::REPLY)[0]), json!({ "StatusCode": 202 }));
    let parts = [Part::Caller(CallerId(0)), Part::Function(FunctionId(0))];
    assert_eq!((life.parts.as_slice(), life.sends.len()), (&parts[..], 0));
}

#[test]
fn an_event_is_lost_silently() {
    let life = Page::lesson("async-retries").life(called(3));
    let last = life.stations.last().expect("an end");
    assert_eq!(
        last.text,
        format!(
            "upload #3 is given up after 3 runs: there are no retries left. {}",
            texts::LOST_HERE
        )
    );
    assert_eq!(shown(&life, texts::ITS_ERROR).len(), 3);
    let told = life.stations.iter().filter(|station| station.text.contains("Nobody"));
    assert_eq!(told.count(), 1);
}

#[test]
fn a_dead_letter_has_the_event_and_says_why_in_its_attributes() {
    let mut page = Page::lesson("dead-letter-queue");
    let life = page.life(called(2));
    let last = life.stations.last().expect("an end");
    assert_eq!(last.text, "resize-dlq receives message #1 of resize.");
    assert_eq!((last.rule.as_str(), last.what.as_str()), ("DLQ-03", texts::DEAD_LETTER));
    assert_eq!(body(last), body(shown(&life, texts::EVENT_IT_GETS)[0]));
    let error = body(shown(&life, texts::ITS_ERROR)[2]);
    let message = error["errorMessage"].as_str().expect("a message");
    for line in [
        format!("RequestID (String): {}", life.request_id),
        "ErrorCode (Number): 200".into(),
        format!("ErrorMessage (String): {message}"),
    ] {
        assert!(last.json.lines().any(|other| other == line), "{line}\n{}", last.json);
    }
    assert!(!life.stations.iter().any(|station| station.text.contains("Nobody")));
    assert_eq!(life.jobs, [called(2), sent_by(0, 1)]);
    let queue = Part::Service(ServiceId::new(0));
    assert_eq!(life.sends, [(Part::Function(FunctionId(0)), queue)]);
    assert!(life.parts.contains(&queue));
    // The message knows where it comes from.
    let message = page.life(sent_by(0, 1));
    assert_eq!(message.title, "Message #1 of resize");
    assert_eq!(
        message.from.map(|from| (from.job, from.name)),
        Some((called(2), "upload #2".into()))
    );
    assert_eq!(message.stations.len(), 2);
}

#[test]
fn a_failure_destination_gets_a_record_and_a_success_goes_on_as_a_message() {
    let mut page = Page::lesson("destinations");
    let failed = page.life(called(2));
    let last = failed.stations.last().expect("an end");
    assert!(
        last.what.starts_with(texts::RECORD)
            && last.what.contains("aws/lambda/async/validate")
    );
    let record = body(last);
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["requestId"], failed.request_id.as_str());
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 2);
    assert_eq!(record["requestPayload"], body(shown(&failed, texts::EVENT_IT_GETS)[0]));
    assert_eq!(record["responsePayload"], body(shown(&failed, texts::ITS_ERROR)[1]));
    // A record that goes to a function is a request of its own.
    let succeeded = page.life(called(1));
    let sent = succeeded.stations.last().expect("an end");
    let goes_on = sent.goes_on.as_ref().expect("it goes on");
    assert_eq!(
        (goes_on.job, goes_on.name.as_str()),
        (sent_by(0, 1), "message #1 of validate")
    );
    assert_eq!(body(sent)["requestContext"]["condition"], "Success");
    let next = page.life(goes_on.job);
    assert_eq!(next.from.as_ref().map(|from| from.job), Some(called(1)));
    assert_eq!(body(shown(&next, texts::EVENT_IT_GETS)[0]), body(sent));
    // What a bus receives is the record in an event.
    let on_bus = body(next.stations.last().expect("an end"));
    assert_eq!(on_bus["detail-type"], "Lambda Function Invocation Result - Success");
    assert_eq!(on_bus["detail"]["requestPayload"], body(sent));
}

#[test]
fn a_call_is_throttled_retried_by_the_sdk_and_answered() {
    let mut page = Page::lesson("sdk-retries");
    let life = page.life(called(3));
    let texts_of = lines(&life);
    assert!(texts_of[1].contains("throttles with-jitter #3"), "{texts_of:?}");
    assert!(texts_of[2].contains("tries again in"), "{texts_of:?}");
    assert!(texts_of.iter().any(|line| line.contains("tries again: attempt 2")));
    let refused = shown(&life, texts::REPLY)[0];
    assert_eq!(
        body(refused),
        json!({
            "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
            "Type": "User",
            "message": "Rate Exceeded.",
        })
    );
    assert!(refused.json.contains("HTTP (status): 429"));
    assert!(refused.json.contains("x-amzn-ErrorType (header): TooManyRequestsException"));
    let end = life.stations.last().expect("an end");
    assert!(end.text.contains("has its answer after"), "{}", end.text);
    assert_eq!(body(end), json!({ "StatusCode": 200, "ExecutedVersion": "$LATEST" }));
    // Whoever has no token left gives up, and nothing is shown twice.
    let gave_up = (1..=8).map(called).map(|job| page.life(job));
    let gave_up = gave_up.filter(|life| {
        life.stations.last().is_some_and(|end| end.text.contains("gives up"))
    });
    for life in gave_up {
        assert!(life.stations.last().is_some_and(|end| end.what.is_empty()));
    }
}

#[test]
fn a_function_error_is_answered_with_its_object() {
    let life = Page::text(
        r#"{"lambdarium":1,"functions":{"f":{"duration":"1s",
            "faults":[{"fails":"throws","errorType":"KeyError","errorMessage":"no id"}]}},
            "callers":{"c":{"kind":"sdk","calls":"f","payload":{"a":1},"load":{"at":["0s"]}}}}"#,
    )
    .life(called(1));
    let error = body(shown(&life, texts::ITS_ERROR)[0]);
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&json!("KeyError"), &json!("no id"))
    );
    let answer = body(life.stations.last().expect("an end"));
    assert_eq!(
        answer,
        json!({ "StatusCode": 200, "FunctionError": "Unhandled", "ExecutedVersion": "$LATEST" })
    );
}

#[test]
fn what_code_sends_to_a_function_goes_on_as_a_message_and_knows_its_sender() {
    let mut page = Page::lesson("async-loop");
    let first = page.life(called(1));
    let sent = shown(&first, texts::MESSAGE)[0];
    let goes_on = sent.goes_on.as_ref().map(|relative| relative.job);
    assert_eq!(goes_on, Some(sent_by(0, 1)));
    let second = page.life(sent_by(0, 1));
    assert_eq!(second.from.map(|from| from.job), Some(called(1)));
    assert_eq!(second.stations[0].text, sent.text);
    // The last one is stopped and dead-lettered.
    let last = page.life(sent_by(0, 16));
    assert!(last.stations.iter().any(|station| station.text.contains("from a loop")));
    assert_eq!(shown(&last, texts::DEAD_LETTER).len(), 1);
}

#[test]
fn a_call_by_hand_shows_the_answer_of_lambda() {
    let life = Page::text(
        r#"{"lambdarium":1,"functions":{"f":{"duration":"1s","answer":"echo"}},"callers":{},
            "acts":[{"at":"1s","do":"Invoke","with":{"FunctionName":"f","Payload":{"x":1}}}]}"#,
    )
    .life(Job { origin: Origin::Act(0), call: 1 });
    assert_eq!(life.title, "Your call #1");
    let reply = body(shown(&life, texts::REPLY)[0]);
    assert_eq!(
        (&reply["StatusCode"], &reply["Payload"]),
        (&json!(200), &json!({ "x": 1 }))
    );
}

#[test]
fn what_a_topic_passes_on_begins_outside() {
    let mut page = Page::text(
        r#"{"lambdarium":1,"functions":{"f":{"duration":"1s"}},"callers":{},
            "services":{"t":{"kind":"sns","receives":{"payload":{"n":1},"load":{"at":["1s"]}},
                "subscriptions":{"all":{"calls":"f"}}}}}"#,
    );
    let life = page.life(Job { origin: Origin::Service(ServiceId::new(0)), call: 1 });
    assert_eq!(life.stations[0].text, "Something from outside reaches t.");
    assert_eq!(life.from, None);
    assert_eq!(body(&life.stations[0]), json!({ "n": 1 }));
    assert_eq!(shown(&life, texts::EVENT_IT_GETS).len(), 1);
}

#[test]
fn the_newest_two_hundred_stations_of_a_long_life_are_told() {
    // Throttled again and again for six hours.
    let mut page = Page::text(
        r#"{"lambdarium":1,"settings":{"until":"9h"},"functions":{"f":{"duration":"1s",
            "faults":[{"fails":"throttled"}]}},
            "callers":{"c":{"kind":"sdk","calls":"f","invocation-type":"Event","load":{"at":["0s"]}}}}"#,
    );
    let life = page.life(called(1));
    assert!(life.left_out > 0, "{}", life.stations.len());
    assert_eq!(life.stations.len(), 200);
    assert!(life.stations.last().is_some_and(|end| end.text.contains("too old")));
}

#[test]
fn a_life_stays_open_until_it_is_left_and_knows_where_the_playhead_is() {
    let mut page = Page::lesson("async-retries");
    page.act(Action::Show(Tab::Now));
    let life = page.life(called(2));
    assert_eq!(page.desk.tab, Tab::Story);
    page.act(Action::Seek(life.stations[5].moment));
    assert_eq!(page.desk.stations_passed(), 7, "what one step did is passed with it");
    page.act(Action::Seek(Moment::end_of(Instant(66_000_000))));
    assert_eq!(page.desk.stations_passed(), 9);
    // A change of the run keeps it, and it is told anew.
    let path = ["functions", "thumbnail", "duration"].map(String::from).to_vec();
    page.ask(Ask::Edit(Edit::Set { path, text: "1s".into(), from: None }));
    page.ask_life();
    let changed = page.desk.life_told().expect("it is told").stations[5].moment;
    assert_eq!(changed.at, Instant(5_000_000));
    // Escape leaves it, then what is selected.
    page.act(Action::Select(Some("thumbnail".into())));
    page.act(Action::Leave);
    assert_eq!((&page.desk.life, page.desk.selection.is_some()), (&None, true));
    page.act(Action::Leave);
    assert_eq!(page.desk.selection, None);
    // Requests go by the places of their senders.
    page.life(called(2));
    page.ask(Ask::Edit(Edit::Add { kind: "sdk".into() }));
    assert_eq!(page.desk.life, None);
    // Of nobody there is nothing to tell.
    for nobody in [called(99), sent_by(7, 1), Job { origin: Origin::Act(9), call: 1 }] {
        assert_eq!(page.life(nobody).stations, []);
    }
}

#[test]
fn the_whole_program_opens_the_run_it_was_asked_in_and_then_asks() {
    let left = "e=sdk-retries&t=300ms".to_string();
    let ask = Some(Ask::Life { job: called(3) });
    let handed = Handed { ask: ask.clone(), left: left.clone(), ..Handed::default() };
    let handed = unpacked(&packed(&handed)).expect("it was handed over");
    let desk = Desk::new(None, false).with_handed(handed);
    assert_eq!(desk.first(), Some((Source::Link(left), false)));
    assert_eq!(desk.beyond.as_deref().cloned(), ask);
}
