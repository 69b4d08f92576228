//! What the engine answers.

use super::*;
use crate::gallery::{FIRST, LIST, at_hand, lessons};
use crate::message::{Edit, Field, Form, Input, Judged, Refusal, Source};
use lambdarium_sim::id::{FunctionId, Part, ServiceId};
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::trace::Fact;
use lambdarium_sim::view::{By, Fate, Gauge};

fn open(engine: &mut Engine, source: Source) -> Answer {
    let lesson = match &source {
        Source::Link(fragment) => at_hand(fragment),
        Source::Text(_) => None,
    };
    engine.handle(Slot(0), Ask::Open { source, lesson, keep: false }).expect("an answer")
}

fn opened(fragment: &str) -> (Engine, Opened) {
    let mut engine = Engine::new();
    match open(&mut engine, Source::Link(fragment.into())) {
        Answer::Opened(opened) => (engine, *opened),
        other => panic!("{fragment}: {other:?}"),
    }
}

fn refused(source: Source) -> Refusal {
    match open(&mut Engine::new(), source) {
        Answer::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn look(at_us: u64) -> Ask {
    let moment = Moment::end_of(Instant(at_us));
    Ask::Look {
        look: Look { moment, glide: Span::millis(300), tokens_max: 200 },
        lines: 60,
    }
}

#[test]
fn an_empty_address_opens_the_first_lesson() {
    let (_, opened) = opened("");
    assert_eq!(opened.address, format!("e={FIRST}"));
    assert!(opened.progress.stop.is_some(), "lessons are short");
    assert!(!opened.callers.is_empty() && !opened.functions.is_empty());
}

#[test]
fn a_dead_letter_queue_shows_what_it_has_received_up_to_a_moment() {
    let text = r#"{"lambdarium":1,"functions":{"f":{"duration":"1s","dead-letter":"q",
        "faults":[{"fails":"throws","errorMessage":"no header"}],
        "async":{"maximum-retry-attempts":0}}},
        "callers":{"c":{"kind":"sdk","calls":"f","invocation-type":"Event",
            "payload":{"a":1},"load":{"at":["0s","5s"]}}},
        "services":{"q":{"kind":"sqs"}}}"#;
    let mut engine = Engine::new();
    let source = Source::Text(text.into());
    let open = Ask::Open { source, lesson: None, keep: false };
    let Some(Answer::Opened(opened)) = engine.handle(Slot(0), open) else {
        panic!("it is in order");
    };
    assert!(opened.callers[0].later && opened.functions[0].queue);
    let (function, queue) =
        (Part::Function(FunctionId(0)), Part::Service(ServiceId::new(0)));
    assert_eq!(opened.sends, [(function, queue)]);
    let mut received = |at_us: u64| {
        let ask = Ask::Contents { service: 0, moment: Moment::end_of(Instant(at_us)) };
        match engine.handle(Slot(0), ask) {
            Some(Answer::Contents { items, .. }) => items,
            other => panic!("{other:?}"),
        }
    };
    assert!(received(999_999).is_empty());
    assert_eq!(received(1_000_000).len(), 1);
    let both = received(6_000_000);
    let at: Vec<u64> = both.iter().map(|item| item.at.0).collect();
    assert_eq!(at, [6_000_000, 1_000_000], "the newest first");
    assert!(both[0].text.contains("\"a\": 1"), "{}", both[0].text);
    assert!(both[0].text.contains("ErrorMessage (String): no header"));
}

#[test]
fn every_lesson_opens_and_tells_a_story() {
    for stored in lessons(LIST) {
        let (mut engine, opened) = opened(&format!("e={}", stored.name));
        let end = opened.progress.reached.0;
        let Some(Answer::Screen(screen)) = engine.handle(Slot(0), look(end)) else {
            panic!("no screen of {}", stored.name);
        };
        let story = screen.story.expect("the first screen tells the story");
        assert!(story.len() > 2, "{}: {story:?}", stored.name);
        assert!(opened.progress.pace > Span::ZERO, "{}", stored.name);
    }
}

#[test]
fn a_link_opens_the_same_run_at_the_same_moment() {
    let (mut engine, _) = opened("e=cold-start");
    let moment = Some(Moment { at: Instant(60_000_000), step: 7 });
    let ask = Ask::Link { moment, selection: Some("thumbnail".into()) };
    let Some(Answer::Link(Ok(fragment))) = engine.handle(Slot(0), ask) else {
        panic!("no link");
    };
    let (again, opened) = opened(&fragment);
    assert_eq!(opened.moment, moment);
    assert_eq!(opened.selection.as_deref(), Some("thumbnail"));
    let runs = [&engine, &again].map(|e| e.recording(Slot(0)).map(Recording::run));
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn what_cannot_be_opened_leaves_the_last_run_open() {
    let (mut engine, _) = opened("");
    let before = engine.recording(Slot(0)).map(|r| r.run().clone());
    let broken = Source::Link("s=1.d.broken!".into());
    assert!(matches!(open(&mut engine, broken), Answer::Refused(_)));
    assert_eq!(engine.recording(Slot(0)).map(|r| r.run().clone()), before);
}

#[test]
fn refusals_say_what_is_wrong() {
    let newer = refused(Source::Link("s=9.d.AAAA".into()));
    assert!(newer.text.contains("newer"), "{newer:?}");
    let unknown = refused(Source::Link("e=nothing-like-it".into()));
    assert_eq!(
        unknown.text,
        "There is no lesson called nothing-like-it. Choose one from the gallery."
    );
    let cut_off = Ask::Open {
        source: Source::Link("e=cold-start".into()),
        lesson: Some("{\"lambdarium\":1,".into()),
        keep: false,
    };
    let cut_off = Engine::new().handle(Slot(0), cut_off);
    assert!(
        matches!(cut_off, Some(Answer::Refused(refusal)) if !refusal.issues.is_empty())
    );
    let three = r#"{"lambdarium":1,"functions":{"f":{"memory":1,"timeout":"901s"}},
        "callers":{"c":{"kind":"sdk","calls":"g"}}}"#;
    let three = refused(Source::Text(three.into()));
    assert!(!three.issues.is_empty(), "{three:?}");
}

#[test]
fn everything_wrong_with_a_link_is_said_whatever_comes_first() {
    let both = refused(Source::Link("t=later&s=1.d.!!!!".into()));
    assert!(both.text.contains("t=later"), "{both:?}");
    assert!(both.text.contains("letters that do not belong there"), "{both:?}");
    let (_, opened) = opened("utm_s=1&phone=2");
    assert_eq!(opened.address, format!("e={FIRST}"));
}

#[test]
fn the_story_is_told_again_only_when_it_changed() {
    let (mut engine, _) = opened("e=reserved-concurrency");
    let told = |answer| match answer {
        Some(Answer::Screen(screen)) => screen.story.is_some(),
        other => panic!("{other:?}"),
    };
    assert!(told(engine.handle(Slot(0), look(100_000))));
    assert!(!told(engine.handle(Slot(0), look(100_001))));
    assert!(told(engine.handle(Slot(0), look(5_000_000))));
}

#[test]
fn a_chain_of_causes_ends_where_it_began() {
    let (mut engine, _) = opened("e=reserved-concurrency");
    let recording = engine.recording(Slot(0)).expect("a recording");
    let throttled = recording
        .log()
        .iter()
        .position(|entry| matches!(entry.fact, Fact::Throttled { .. }))
        .expect("somebody is throttled");
    let entry = u32::try_from(throttled).expect("a short trace");
    let Some(Answer::Why { chain, .. }) = engine.handle(Slot(0), Ask::Why { entry })
    else {
        panic!("no chain");
    };
    assert!(chain[0].rule.starts_with("CON-"), "{chain:?}");
    assert!(chain.last().is_some_and(|root| root.text.contains("load of shop")));
}

fn form(engine: &mut Engine, part: Option<&str>) -> Form {
    let ask = Ask::Form { part: part.map(String::from) };
    match engine.handle(Slot(0), ask) {
        Some(Answer::Form(form)) => *form,
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_what_can_keep_order_is_asked_whether_it_does() {
    let kinds = [("sqs", true), ("sns", true), ("eventbridge", false), ("s3", false)];
    for (kind, asked) in kinds {
        let text = format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{}}}},"services":{{"s":{{"kind":"{kind}"}}}}}}"#
        );
        let mut engine = Engine::new();
        let source = Source::Text(text);
        engine.handle(Slot(0), Ask::Open { source, lesson: None, keep: false });
        let form = form(&mut engine, Some("s"));
        let mut fields = form.groups.iter().flat_map(|group| &group.fields);
        assert_eq!(fields.any(|field| field.label == "FIFO"), asked, "{kind}");
    }
}

fn field(form: &Form, label: &str) -> Field {
    let mut fields = form.groups.iter().flat_map(|group| &group.fields);
    fields.find(|field| field.label == label).expect("the form has the field").clone()
}

fn set(engine: &mut Engine, field: &Field, text: &str) -> Answer {
    let (path, text) = (field.path.clone(), text.to_string());
    engine
        .handle(Slot(0), Ask::Edit(Edit::Set { path, text, from: None }))
        .expect("an answer")
}

#[test]
fn whatever_a_form_shows_can_be_set_again() {
    for stored in lessons(LIST) {
        let (mut engine, opened) = opened(&format!("e={}", stored.name));
        let before = engine.recording(Slot(0)).map(|r| r.run().clone());
        let parts = opened.callers.iter().map(|c| Some(c.name.clone()));
        let parts = parts.chain(opened.functions.iter().map(|f| Some(f.name.clone())));
        for part in parts.chain([None]) {
            for field in form(&mut engine, part.as_deref())
                .groups
                .into_iter()
                .flat_map(|g| g.fields)
            {
                if !field.value.is_empty() && field.label != "Pattern" {
                    let answer = set(&mut engine, &field, &field.value);
                    assert!(matches!(answer, Answer::Opened(_)), "{field:?}: {answer:?}");
                }
            }
        }
        assert_eq!(engine.recording(Slot(0)).map(|r| r.run().clone()), before);
    }
}

#[test]
fn a_setting_changes_the_run_and_a_wrong_one_does_not() {
    let (mut engine, _) = opened("e=reserved-concurrency");
    let reserved = field(&form(&mut engine, Some("checkout")), "Reserved concurrency");
    assert_eq!(
        (reserved.aws.as_str(), reserved.value.as_str()),
        ("ReservedConcurrentExecutions", "5")
    );
    let Answer::Opened(opened) = set(&mut engine, &reserved, "2") else {
        panic!("refused")
    };
    assert!(opened.kept && opened.address.starts_with("s="));
    let wrong = set(&mut engine, &reserved, "many");
    let Answer::Rejected(issues) = wrong else { panic!("{wrong:?}") };
    assert_eq!(issues[0].place, "functions.checkout.reserved-concurrency");
    let now = field(&form(&mut engine, Some("checkout")), "Reserved concurrency");
    assert_eq!(now.value, "2");
    set(&mut engine, &now, "");
    let usual = field(&form(&mut engine, Some("checkout")), "Reserved concurrency");
    assert_eq!(usual.value, "");
}

#[test]
fn a_topic_gets_subscriptions_and_loses_them_in_its_form() {
    let text = r#"{"lambdarium":1,"functions":{"f":{},"g":{}},
        "services":{"t":{"kind":"sns"},"q":{"kind":"sqs"}}}"#;
    let mut engine = Engine::new();
    assert!(matches!(open(&mut engine, Source::Text(text.into())), Answer::Opened(_)));
    let calls = field(&form(&mut engine, Some("t")), "Calls");
    let Answer::Opened(opened) = set(&mut engine, &calls, "g") else {
        panic!("no change")
    };
    let [topic, queue] = [0, 1].map(|at| Part::Service(ServiceId::new(at)));
    assert_eq!(opened.sends, [(topic, Part::Function(FunctionId(1)))]);
    assert!(opened.functions[1].queue && !opened.functions[0].queue);
    let receives = field(&form(&mut engine, Some("t")), "Receives");
    let Answer::Opened(opened) = set(&mut engine, &receives, "as below") else {
        panic!("no change");
    };
    assert_eq!(opened.services[0].gets, "one message at 0 s");
    let pattern = field(&form(&mut engine, Some("t")), "Pattern");
    assert!(matches!(set(&mut engine, &pattern, "at"), Answer::Opened(_)));
    let dead = field(&form(&mut engine, Some("t")), "Dead-letter queue");
    assert_eq!(dead.input, Input::Choice(vec!["nowhere".into(), "q".into()]));
    let Answer::Opened(opened) = set(&mut engine, &dead, "q") else {
        panic!("no change")
    };
    assert_eq!(opened.services[0].gets, "2 messages");
    assert!(opened.sends.contains(&(topic, queue)));
    let titles: Vec<String> = form(&mut engine, Some("t"))
        .groups
        .into_iter()
        .map(|group| group.title)
        .collect();
    let expected = [
        "SNS topic",
        "From outside",
        "Subscription subscription-1",
        "Another subscription",
    ];
    assert_eq!(titles, expected);
    let calls = field(&form(&mut engine, Some("t")), "Calls");
    let Answer::Opened(opened) = set(&mut engine, &calls, "nowhere") else {
        panic!("no change");
    };
    assert_eq!(opened.sends, []);
}

#[test]
fn durations_loads_kinds_and_faults_are_set_in_plain_words() {
    let (mut engine, _) = opened("e=reserved-concurrency");
    let mut change = |part: &str, label: &str, text: &str| {
        let field = field(&form(&mut engine, Some(part)), label);
        let answer = set(&mut engine, &field, text);
        assert!(matches!(answer, Answer::Opened(_)), "{label} {text}: {answer:?}");
        self::field(&form(&mut engine, Some(part)), label).value
    };
    for words in ["200ms", "100ms to 300ms", "about 1s", "$.sleep"] {
        assert_eq!(change("checkout", "Duration", words), words);
    }
    for pattern in ["constant", "poisson", "ramp", "at", "burst"] {
        assert_eq!(change("shop", "Pattern", pattern), pattern);
    }
    assert_eq!(change("shop", "From", "2s"), "2s");
    for kind in ["alb", "step-functions", "api-gateway-rest", "cli", "sdk"] {
        assert_eq!(change("shop", "Kind", kind), kind);
    }
    assert_eq!(change("checkout", "Fails", "throws"), "throws");
    assert_eq!(change("checkout", "Chance", "0.25"), "0.25");
    assert_eq!(change("checkout", "Fails also", "slow"), "slow");
    assert_eq!(change("checkout", "Fails", "never"), "slow");
}

#[test]
fn from_here_a_setting_becomes_an_act() {
    let (mut engine, _) = opened("e=reserved-concurrency");
    let at = Instant(20_000_000);
    let form = form(&mut engine, Some("checkout"));
    let all = [
        ("Reserved concurrency", "1"),
        ("Timeout", "7s"),
        ("Memory", "512"),
        ("Code", "v2"),
    ];
    for (label, text) in all {
        let field = field(&form, label);
        assert!(field.act, "{label}");
        let edit = Edit::Set { path: field.path, text: text.into(), from: Some(at) };
        let answer = engine.handle(Slot(0), Ask::Edit(edit)).expect("an answer");
        assert!(matches!(answer, Answer::Opened(_)), "{label}: {answer:?}");
    }
    let recording = engine.recording(Slot(0)).expect("a recording");
    let made: Vec<_> =
        recording.run().acts.iter().enumerate().filter(|(_, act)| act.at == at).collect();
    assert_eq!(made.len(), all.len());
    for (number, _) in made {
        let replies = recording.log().replies(number);
        assert!(replies.first().is_some_and(|reply| !reply.is_error()), "{replies:?}");
    }
    assert!(!field(&form, "Duration").act, "no call changes what code does");
}

#[test]
fn gauges_add_up_to_what_the_panel_says() {
    let (mut engine, opened) = opened("e=reserved-concurrency");
    let end = opened.progress.reached.0;
    let Some(Answer::Screen(screen)) = engine.handle(Slot(0), look(end)) else {
        panic!("no screen");
    };
    let said = screen.frame.functions[0].metrics;
    for (by, function) in [(By::Time, None), (By::Events, Some(0))] {
        let pane = Pane { from: Instant(0), to: Instant(u64::MAX), by, columns: 1_216 };
        let part = function.map(|at| Part::Function(FunctionId(at)));
        let ask = Ask::Paint { pane, part };
        let Some(Answer::Painted(painted)) = engine.handle(Slot(0), ask) else {
            panic!("nothing painted");
        };
        let series = |gauge: Gauge| painted.gauges.series[gauge as usize].iter();
        assert_eq!(series(Gauge::Errors).len(), 152);
        let sum = |gauge| series(gauge).sum::<u64>();
        assert!(said.throttles > 0 && said.invocations > 0);
        assert_eq!(sum(Gauge::Invocations), said.invocations);
        assert_eq!(sum(Gauge::Throttles), said.throttles);
        let spent = series(Gauge::Cost).last().copied();
        assert_eq!(spent, Some(screen.frame.functions[0].micro_usd));
        assert_eq!(painted.lanes.scale.is_even(), by == By::Time);
    }
}

#[test]
fn an_act_with_a_senseless_value_is_refused_by_the_call_and_still_fits_in_a_link() {
    for (label, text) in
        [("Reserved concurrency", "many"), ("Timeout", "1.5s"), ("Timeout", "soon")]
    {
        let (mut engine, _) = opened("e=reserved-concurrency");
        let field = field(&form(&mut engine, Some("checkout")), label);
        let from = Some(Instant(20_000_000));
        let edit = Edit::Set { path: field.path, text: text.into(), from };
        let Some(Answer::Opened(changed)) = engine.handle(Slot(0), Ask::Edit(edit))
        else {
            panic!("{label} {text}");
        };
        let recording = engine.recording(Slot(0)).expect("a recording");
        let number =
            recording.run().acts.iter().position(|act| act.at == Instant(20_000_000));
        let replies = recording.log().replies(number.expect("the act"));
        assert!(replies.first().is_some_and(|reply| reply.is_error()), "{label} {text}");
        let (again, _) = self::opened(&changed.address);
        let runs = [&engine, &again].map(|e| e.recording(Slot(0)).map(Recording::run));
        assert_eq!(runs[0], runs[1], "{label} {text}");
    }
}

/// Three orders that end in three ways, and what is expected of them.
const ORDERS: &str = r#"{"lambdarium":1,"functions":{
    "f":{"duration":"1s","async":{"maximum-retry-attempts":0},
        "faults":[{"fails":"throws","calls":[2,2]}]}},
    "callers":{"shop":{"kind":"sdk","calls":"f","invocation-type":"Event",
        "load":{"at":["0s","2s","4s"]}}},
    "expect":["lost silently = 0","succeeded >= 2","Errors of f < 1 throughout"]}"#;

#[test]
fn expectations_are_judged_and_say_where_they_broke() {
    let mut engine = Engine::new();
    let Answer::Opened(opened) = open(&mut engine, Source::Text(ORDERS.into())) else {
        panic!("it is in order");
    };
    let texts = ["lost silently = 0", "succeeded >= 2", "Errors of f < 1 throughout"];
    assert_eq!(opened.expect, texts);
    let Some(Answer::Judged(verdicts)) = engine.handle(Slot(0), Ask::Judge) else {
        panic!("no verdicts");
    };
    let verdicts = verdicts.0;
    let holds: Vec<bool> = verdicts.iter().map(|verdict| verdict.holds).collect();
    assert_eq!(holds, [false, true, false]);
    let found: Vec<&str> =
        verdicts.iter().map(|verdict| verdict.found.as_str()).collect();
    assert_eq!(found, ["1", "2", "1"]);
    let at = |verdict: &Judged| verdict.broken.map(|moment| moment.at.0);
    let broken: Vec<Option<u64>> = verdicts.iter().map(at).collect();
    assert_eq!(broken, [Some(3_000_000), None, Some(3_000_000)]);
}

#[test]
fn the_number_of_a_fate_opens_the_list_behind_it() {
    let mut engine = Engine::new();
    open(&mut engine, Source::Text(ORDERS.into()));
    let mut listed = |which: Fate, at_us: u64| {
        let moment = Moment::end_of(Instant(at_us));
        match engine.handle(Slot(0), Ask::Fate { which, moment }) {
            Some(Answer::Fate { which: told, list }) if told == which => list.0.jobs,
            other => panic!("{other:?}"),
        }
    };
    let lost = listed(Fate::Lost, 10_000_000);
    assert_eq!(lost.len(), 1);
    assert_eq!((lost[0].name.as_str(), lost[0].moment.at.0), ("shop #2", 3_000_000));
    assert!(lost[0].told.contains("given up"), "{lost:?}");
    assert!(listed(Fate::Lost, 2_000_000).is_empty());
    assert_eq!(listed(Fate::Once, 10_000_000).len(), 2);
    assert_eq!(listed(Fate::Entered, 10_000_000).len(), 3);
    let running = listed(Fate::Running, 2_500_000);
    assert_eq!(running.len(), 1);
    assert_eq!(running[0].name, "shop #2");
}

#[test]
fn what_is_expected_is_set_as_text_and_mistakes_stay_at_their_place() {
    let mut engine = Engine::new();
    let text = r#"{"lambdarium":1,"functions":{"f":{}}}"#;
    open(&mut engine, Source::Text(text.into()));
    let first = field(&form(&mut engine, None), "Expectation 1");
    let Answer::Opened(opened) = set(&mut engine, &first, "Errors = 0") else {
        panic!("it can be expected");
    };
    assert_eq!(opened.expect, ["Errors = 0"]);
    let second = field(&form(&mut engine, None), "Expectation 2");
    for wrong in ["Erors = 0", "Errors of g = 0"] {
        let Answer::Rejected(issues) = set(&mut engine, &second, wrong) else {
            panic!("{wrong} cannot be expected");
        };
        assert_eq!(issues[0].place, "expect.1", "{wrong}");
    }
    assert!(matches!(set(&mut engine, &second, "cost < 1 USD"), Answer::Opened(_)));
    let first = field(&form(&mut engine, None), "Expectation 1");
    let Answer::Opened(opened) = set(&mut engine, &first, "") else {
        panic!("it can be taken away");
    };
    assert_eq!(opened.expect, ["cost < 1 USD"]);
}
