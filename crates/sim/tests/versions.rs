//! Versions, aliases and qualifiers, as far as an invocation needs them.

mod common;

use common::{act, client, function, record, run, times};
use lambdarium_sim::call::Reply;
use lambdarium_sim::lambda::behaviour::Answer;
use lambdarium_sim::lambda::{Alias, Function, Version};
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Act;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Fact, Removal};
use lambdarium_sim::value::{Payload, Value};

const ARN: &str = "arn:aws:lambda:us-east-1:111111111111:function:f";

fn with<const N: usize>(at: u64, operation: &str, more: [(&str, &str); N]) -> Act {
    let named = more.iter().any(|(key, _)| *key == "FunctionName");
    let name = if named { None } else { Some(("FunctionName", "f")) };
    let pairs = name.into_iter().chain(more);
    let members = pairs.map(|(key, value)| (key.to_string(), Value::text(value)));
    let mut act = act(Span::seconds(at), operation, []);
    act.parameters = Value::Object(members.collect());
    act
}

/// One function and these acts, and nothing else.
fn after(f: Function, acts: Vec<Act>) -> Recording {
    let mut run = run([f], []);
    run.acts = acts;
    record(run)
}

fn reply(recording: &Recording, act: usize) -> &Reply {
    recording.log().replies(act).first().expect("a reply")
}

fn field(reply: &Reply, key: &str) -> Option<String> {
    let field = reply.fields.iter().find(|(name, _)| name == key);
    field.and_then(|(_, value)| value.as_text()).map(ToString::to_string)
}

fn error(reply: &Reply) -> (u16, &str, &str) {
    (reply.http, &reply.code, &reply.message)
}

fn answers(answer: Answer) -> Function {
    let mut f = function("f", Span::ZERO);
    f.spec.behaviour.answer = answer;
    f
}

fn said(recording: &Recording, act: usize) -> Option<&Value> {
    reply(recording, act).payload.as_ref().and_then(Payload::json)
}

#[test]
fn publishing_freezes_latest_and_an_unchanged_one_is_not_published_again() {
    let acts = vec![
        with(1, "PublishVersion", []),
        with(2, "PublishVersion", [("Description", "discarded")]),
        with(3, "UpdateFunctionCode", [("ZipFile", "blue")]),
        with(4, "PublishVersion", [("Description", "second")]),
        with(5, "Invoke", []),
        with(6, "Invoke", [("Qualifier", "1")]),
        with(7, "Invoke", [("FunctionName", "f:2")]),
        with(8, "UpdateFunctionConfiguration", [("Description", "only this")]),
        with(9, "PublishVersion", []),
    ];
    let recording = after(answers(Answer::Code), acts);
    let published = [0, 1, 3, 8].map(|act| {
        let reply = reply(&recording, act);
        (reply.http, field(reply, "Version"), field(reply, "Description"))
    });
    let some = |text: &str| Some(text.to_string());
    let expected = [
        (201, some("1"), some("")),
        (201, some("1"), some("")),
        (201, some("2"), some("second")),
        (201, some("3"), some("only this")),
    ];
    assert_eq!(published, expected);
    assert_eq!(said(&recording, 4), Some(&Value::text("blue")));
    assert_eq!(field(reply(&recording, 4), "ExecutedVersion"), some("$LATEST"));
    assert_eq!(said(&recording, 5), Some(&Value::text("")));
    assert_eq!(said(&recording, 6), Some(&Value::text("blue")));
    assert_eq!(field(reply(&recording, 6), "ExecutedVersion"), some("2"));
}

#[test]
fn a_version_published_before_the_run_counts_as_the_last_publication() {
    let mut f = answers(Answer::Version);
    f.versions = vec![Version { number: 4, spec: f.spec.clone() }];
    let recording = after(f.clone(), vec![with(1, "PublishVersion", [])]);
    assert_eq!(field(reply(&recording, 0), "Version").as_deref(), Some("4"));
    f.versions[0].spec.memory_mb = 256;
    let recording = after(f, vec![with(1, "PublishVersion", [])]);
    assert_eq!(field(reply(&recording, 0), "Version").as_deref(), Some("5"));
}

#[test]
fn a_new_version_is_pending_for_a_while() {
    let mut update = with(1, "UpdateFunctionCode", [("ZipFile", "blue")]);
    if let Value::Object(members) = &mut update.parameters {
        members.push(("Publish".into(), Value::Bool(true)));
    }
    let acts = vec![
        update,
        with(2, "Invoke", [("Qualifier", "1")]),
        with(2, "Invoke", []),
        with(6, "Invoke", [("Qualifier", "1")]),
    ];
    let mut run = run([answers(Answer::Code)], []);
    run.acts = acts;
    run.scenario.settings.publish_latency = Span::seconds(5);
    let recording = record(run);
    let update = reply(&recording, 0);
    assert_eq!((update.http, field(update, "State").as_deref()), (200, Some("Pending")));
    let pending = "The operation cannot be performed at this time. The function is \
                   currently in the following state: Pending";
    assert_eq!(error(reply(&recording, 1)), (409, "ResourceConflictException", pending));
    assert_eq!(said(&recording, 2), Some(&Value::text("blue")));
    assert_eq!(said(&recording, 3), Some(&Value::text("blue")));
}

#[test]
fn names_and_qualifiers_that_lead_nowhere_are_refused_in_the_words_of_aws() {
    let acts = vec![
        with(1, "Invoke", [("FunctionName", "g")]),
        with(1, "Invoke", [("Qualifier", "7")]),
        with(1, "Invoke", [("Qualifier", "live")]),
        with(1, "Invoke", [("Qualifier", "01")]),
        with(1, "Invoke", [("FunctionName", "f:1"), ("Qualifier", "2")]),
        with(1, "Invoke", [("FunctionName", "f!")]),
        with(1, "Invoke", [("FunctionName", ARN), ("Qualifier", "$LATEST")]),
    ];
    let mut f = answers(Answer::Version);
    f.versions = vec![Version { number: 1, spec: f.spec.clone() }];
    let recording = after(f, acts);
    let not_found = |act: usize, name: &str| {
        let message = format!("Function not found: {name}");
        let expected = (404, "ResourceNotFoundException", message.as_str());
        assert_eq!(error(reply(&recording, act)), expected);
    };
    not_found(0, &ARN.replace("function:f", "function:g:$LATEST"));
    not_found(1, &format!("{ARN}:7"));
    not_found(2, &format!("{ARN}:live"));
    not_found(3, &format!("{ARN}:01"));
    let differs = "The derived qualifier from the function name does not match the \
                   specified qualifier.";
    let expected = (400, "InvalidParameterValueException", differs);
    assert_eq!(error(reply(&recording, 4)), expected);
    let (http, code, message) = error(reply(&recording, 5));
    assert_eq!((http, code), (400, "ValidationException"));
    let beginning = "1 validation error detected: Value 'f!' at 'functionName' failed to \
                     satisfy constraint: Member must satisfy regular expression pattern: ";
    assert!(message.starts_with(beginning), "{message}");
    assert_eq!(said(&recording, 6), Some(&Value::text("$LATEST")));
}

#[test]
fn an_alias_leads_to_its_version_and_shares_its_environments() {
    let mut f = answers(Answer::Version);
    f.versions = vec![Version { number: 3, spec: f.spec.clone() }];
    f.aliases = ["live", "blue"].map(|name| Alias::to(name, 3)).into();
    let acts = vec![
        with(1, "Invoke", [("Qualifier", "live")]),
        with(2, "Invoke", [("FunctionName", "f:blue")]),
        with(3, "Invoke", [("Qualifier", "3")]),
        with(4, "Invoke", []),
    ];
    let recording = after(f, acts);
    let versions = [0, 1, 2, 3].map(|act| said(&recording, act).cloned());
    let expected = ["3", "3", "3", "$LATEST"].map(|version| Some(Value::text(version)));
    assert_eq!(versions, expected);
    let cold = times(&recording, |fact| {
        matches!(fact, Fact::Started { room: lambdarium_sim::trace::Room::Cold, .. })
    });
    assert_eq!(cold, [1_000, 4_000]);
}

#[test]
fn an_update_replaces_the_environments_of_latest_and_disturbs_no_run() {
    let mut f = function("f", Span::seconds(10));
    f.spec.behaviour.answer = Answer::Environment;
    let change = |at| with(at, "UpdateFunctionConfiguration", [("Environment", "new")]);
    let acts = vec![with(0, "Invoke", []), change(5), with(6, "Invoke", []), change(20)];
    let recording = after(f, acts);
    assert_eq!(said(&recording, 0), Some(&Value::text("")));
    assert_eq!(said(&recording, 2), Some(&Value::text("new")));
    let updated = |fact: &Fact| {
        matches!(fact, Fact::EnvironmentRemoved { removal: Removal::Update, .. })
    };
    assert_eq!(times(&recording, updated), [10_000, 20_000]);
}

#[test]
fn what_is_out_of_range_is_refused_and_changes_nothing() {
    let mut too_much = with(1, "UpdateFunctionConfiguration", [("Description", "never")]);
    if let Value::Object(members) = &mut too_much.parameters {
        members.push(("MemorySize".into(), Value::number(10_241)));
    }
    let acts = vec![too_much, with(2, "UpdateFunctionConfiguration", [])];
    let recording = after(answers(Answer::Null), acts);
    let (http, code, message) = error(reply(&recording, 0));
    assert_eq!((http, code), (400, "ValidationException"));
    assert!(message.contains("'MemorySize'") && message.contains("128 to 10240 MB"));
    let unchanged = reply(&recording, 1);
    assert_eq!(field(unchanged, "Description").as_deref(), Some(""));
}

#[test]
fn reservations_are_set_on_functions_only() {
    let mut client = client("f");
    client.target = "f".into();
    let mut run = run([function("f", Span::ZERO)], [client]);
    run.acts = vec![with(1, "PutFunctionConcurrency", [("FunctionName", "f:$LATEST")])];
    let recording = record(run);
    let (http, code, message) = error(reply(&recording, 0));
    assert_eq!((http, code), (400, "InvalidParameterValueException"));
    assert!(message.starts_with("This operation is permitted on Lambda functions only."));
}
