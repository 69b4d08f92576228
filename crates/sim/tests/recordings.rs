//! Moving about in a recording and changing its acts.

mod common;

use common::{act, client, function, record, run};
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::value::Value;

#[test]
fn a_revised_run_forgets_replies_that_came_later() {
    let invoke = |at| act(at, "Invoke", [("FunctionName", Value::text("f"))]);
    let mut run = run([function("f", Span::seconds(10))], [client("f")]);
    run.acts = vec![invoke(Span::seconds(1)), invoke(Span::seconds(15))];
    let recording = Recording::open(run).expect("a run that can be recorded");
    let mut recording = recording.with_checkpoint_spacing(1);
    while recording.record(1_000).stop.is_none() {}
    assert_eq!(recording.log().replies(0).len(), 1);
    // When the second act comes earlier, the first has been taken and not answered.
    let mut acts = recording.run().acts.clone();
    acts[1] = invoke(Span::seconds(5));
    recording.revise(acts).expect("acts are fine");
    assert_eq!(recording.progress().reached, Instant(1_000_000));
    assert_eq!(recording.log().replies(0), []);
    while recording.record(1_000).stop.is_none() {}
    assert_eq!(recording.log().replies(0).len(), 1);
    assert_eq!(recording.log().replies(1).len(), 1);
}

#[test]
fn a_revised_run_forgets_the_reply_to_an_act_that_has_to_be_made_again() {
    let get =
        |at| act(at, "GetFunctionConcurrency", [("FunctionName", Value::text("f"))]);
    let mut run = run([function("f", Span::seconds(10))], [client("f")]);
    run.acts = vec![get(Span::seconds(5))];
    let recording = Recording::open(run).expect("a run that can be recorded");
    let mut recording = recording.with_checkpoint_spacing(1);
    while recording.record(1_000).stop.is_none() {}
    assert_eq!(recording.log().replies(0).len(), 1);
    recording.revise(vec![get(Span::seconds(6))]).expect("acts are fine");
    assert_eq!(recording.log().replies(0), []);
}

#[test]
fn a_step_ends_a_moment_even_where_its_time_lies_later() {
    let mut recording = record(run([function("f", Span::SECOND)], [client("f")]));
    let first = recording.log().get(0).expect("an entry").step;
    let moment = Moment { at: Instant(500_000), step: first };
    let entries = recording.at(moment).entries();
    assert_eq!(recording.log().count_until(moment), entries);
    assert_eq!(recording.next_moment(moment).map(|next| next.step), Some(first + 1));
}

#[test]
fn an_act_copies_no_more_of_the_plan_than_it_changes() {
    let functions = [function("f", Span::SECOND), function("g", Span::SECOND)];
    let mut run = run(functions, [client("f")]);
    let name = ("FunctionName", Value::text("f"));
    run.acts = vec![act(Span::SECOND, "PublishVersion", [name])];
    let recording = record(run);
    let (before, after) = (recording.plan(), recording.last_plan());
    let versions =
        |plan: &lambdarium_sim::plan::Plan| plan.functions()[0].versions().len();
    assert_eq!((versions(before), versions(after)), (1, 2));
    assert!(std::rc::Rc::ptr_eq(&before.functions()[1], &after.functions()[1]));
    assert!(std::ptr::eq(before.callers(), after.callers()));
}
