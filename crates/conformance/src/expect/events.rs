//! Expected lives of asynchronous events: when they were tried, and how they ended.

use lambdarium_sim::id::Job;
use lambdarium_sim::time::Span;
use lambdarium_sim::value::Value;

use super::{Comparison, records, shown_span};
use crate::case::{Members, Unsupported, count, list, seconds, text, unsupported};
use crate::observe::is_labelled;

/// Compares how events ended.
pub fn fates(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    for (label, expected) in Members::of("expect.fates", expected)?.take_all() {
        let place = format!("fates.{label}");
        let mut members = Members::of(format!("expect.{place}"), expected)?;
        let fate = members.read("fate", text)?;
        let at = members.read("at", seconds)?;
        members.finish()?;
        if on.setting.records.iter().any(|record| record.label == label) {
            let id = on.record_id(label)?.unwrap_or_default();
            let got = on.stream_fate(label)?.or_else(|| records::fate(on, &id));
            let fits = fate.is_none_or(|fate| got.is_some_and(|got| got.0 == fate))
                && at.is_none_or(|at| got.is_some_and(|got| got.1 == at));
            if !fits {
                on.differ(&place, super::shown(expected), records::shown_fate(got));
            }
            continue;
        }
        let mut finished = on.observed.finished.iter();
        let found = finished.find(|f| is_labelled(on.setting, on.played, f.job, label));
        let found = found.copied();
        if let Some(fate) = fate {
            let got = found.map_or("not finished", |found| found.condition.word());
            on.same(format!("{place}.fate"), fate, got, |fate| (*fate).to_string());
        }
        if let Some(at) = at {
            let got = found.map(|found| found.at);
            on.same(format!("{place}.at"), Some(at), got, |at| {
                at.map_or_else(|| "never".into(), shown_span)
            });
        }
    }
    Ok(())
}

/// Compares how old events were at each of their tries.
pub fn ages(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    for (label, expected) in Members::of("expect.timing.eventAges", expected)?.take_all()
    {
        let place = format!("timing.eventAges.{label}");
        let expected = spans(&format!("expect.{place}"), expected)?;
        let mine = |job: Job| is_labelled(on.setting, on.played, job, label);
        let tried = on.observed.tried.iter().filter(|tried| mine(tried.job));
        let got: Vec<Span> = tried.map(|tried| tried.age).collect();
        on.same(place, expected, got, |ages| shown(ages));
    }
    Ok(())
}

/// Compares how many runs had ended at some times.
pub fn attempts_done(
    on: &mut Comparison<'_>,
    expected: &Value,
) -> Result<(), Unsupported> {
    let place = "expect.timing.attemptsDoneAtSeconds";
    for (number, expected) in list(place, expected)?.iter().enumerate() {
        let mut members = Members::of(format!("{place}[{number}]"), expected)?;
        let at = members.read("t", seconds)?;
        let most = members.read("count", count)?;
        members.finish()?;
        let (Some(at), Some(most)) = (at, most) else { return unsupported(place) };
        let ends = on.observed.runs.iter().filter_map(|run| run.end);
        let ended: Vec<Span> = ends.filter(|end| *end <= at).collect();
        let place = format!("timing.attemptsDoneAtSeconds[{number}]");
        on.same(place.clone(), most, ended.len() as u64, ToString::to_string);
        // Whoever recorded it looked soon after the last one.
        let last = ended.last().copied().unwrap_or(Span::ZERO);
        if at.0 - last.0 > Span::MINUTE.0 {
            on.differ(place, "an end in the last minute", shown_span(last));
        }
    }
    Ok(())
}

/// Compares the waits between the runs of one event.
pub fn gaps(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let expected = spans("expect.timing.nominalGapsSeconds", expected)?;
    let runs = &on.observed.runs;
    let gaps = runs.windows(2).filter_map(|two| {
        let end = two[0].end?;
        (two[0].job == two[1].job).then(|| Span(two[1].start.0 - end.0))
    });
    let got: Vec<Span> = gaps.collect();
    on.same("timing.nominalGapsSeconds", expected, got, |gaps| shown(gaps));
    Ok(())
}

/// Checks that all runs of a case are attempts of one event.
pub fn same_request_id(
    on: &mut Comparison<'_>,
    expected: &Value,
) -> Result<(), Unsupported> {
    let place = "sameRequestIdInAllAttempts";
    let Value::Bool(expected) = expected else {
        return unsupported(format!("expect.{place}"));
    };
    let ids = on.observed.runs.iter().map(|run| {
        let plan = on.played.recording.last_plan();
        plan.request_id(run.job)
    });
    let ids: std::collections::BTreeSet<String> = ids.collect();
    on.same(place, *expected, ids.len() <= 1, ToString::to_string);
    Ok(())
}

fn spans(place: &str, expected: &Value) -> Result<Vec<Span>, Unsupported> {
    list(place, expected)?.iter().map(|time| seconds(place, time)).collect()
}

fn shown(spans: &[Span]) -> String {
    let spans: Vec<String> = spans.iter().map(|span| shown_span(*span)).collect();
    spans.join(", ")
}
