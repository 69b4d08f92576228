//! Expected rows: runs and refused tries, each with some of its facts.
//!
//! Rows are compared in order. Where the expectations hold times, rows of one instant may
//! come in any order: then each must find a partner of its own.

use lambdarium_sim::id::{FunctionId, Job};
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::Ending;
use lambdarium_sim::value::Value;

use super::{Comparison, shown, shown_span};
use crate::case::{Members, Unsupported, count, list, seconds, text, unsupported};
use crate::given::Work;
use crate::observe::{Ran, Throttled, is_labelled, payload};
use crate::placeholder::{Names, matches};

/// What may be said of a run.
const RUN_KEYS: [&str; 21] = [
    "count",
    "function",
    "version",
    "start",
    "end",
    "attempt",
    "billedMs",
    "step",
    "outcome",
    "event",
    "label",
    "records",
    "receiveCount",
    "batchResult",
    "reported",
    "eventName",
    "values",
    "state",
    "returns",
    "final",
    "window",
];
/// Most rows that are compared.
const ROWS_MAX: u64 = 2_000;

/// Compares all runs.
pub fn invocations(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut all = 0;
    for (at, value) in list("expect.invocations", expected)?.iter().enumerate() {
        let place = format!("expect.invocations[{at}]");
        let times = value.get("count").map_or(Ok(1), |times| count(&place, times))?;
        all += times;
        if times > ROWS_MAX || all > ROWS_MAX {
            return unsupported(format!("{place}: more than {ROWS_MAX} rows"));
        }
        rows.extend((0..times).map(|_| Row { place: place.clone(), value }));
    }
    let observed = on.observed;
    // By start; runs of one instant stay in the order they were admitted.
    let mut runs: Vec<&Ran> = observed.runs.iter().collect();
    runs.sort_by_key(|run| run.start);
    let starts = rows.iter().all(|row| row.value.get("start").is_some());
    let matching = Matching {
        place: "invocations",
        keys: &RUN_KEYS,
        time: starts.then_some(|run: &&Ran| run.start),
        fits: |on: &Comparison<'_>, row: &Row<'_>, run: &&Ran| row.is_run(on, run),
        shown: |on: &Comparison<'_>, run: &&Ran| on.shown_run(run),
    };
    matching.compare(on, &rows, &runs)
}

/// Compares all refused tries.
pub fn throttles(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let rows = list("expect.throttles", expected)?.iter().enumerate();
    let rows =
        rows.map(|(at, value)| Row { place: format!("expect.throttles[{at}]"), value });
    let rows: Vec<Row<'_>> = rows.collect();
    if rows.len() as u64 > ROWS_MAX {
        return unsupported(format!("expect.throttles: more than {ROWS_MAX} rows"));
    }
    let mut tries = on.observed.throttled.clone();
    tries.sort_by_key(|throttled| throttled.at);
    let matching = Matching {
        place: "throttles",
        keys: &["function", "at", "reason", "step", "label", "records"],
        time: Some(|throttled: &Throttled| throttled.at),
        fits: |on: &Comparison<'_>, row: &Row<'_>, t: &Throttled| row.is_throttled(on, t),
        shown: |on: &Comparison<'_>, throttled: &Throttled| {
            let name = on.name(throttled.function);
            format!("{name} at {}", shown_span(throttled.at))
        },
    };
    matching.compare(on, &rows, &tries)
}

/// One expected row.
struct Row<'a> {
    place: String,
    value: &'a Value,
}

impl Row<'_> {
    fn is_run(&self, on: &Comparison<'_>, run: &Ran) -> Result<bool, Unsupported> {
        let mut members = Members::of(self.place.clone(), self.value)?;
        members.take("count");
        let time = |place: &str, value: &Value| match value {
            Value::Null => Ok(None),
            value => seconds(place, value).map(Some),
        };
        let mut fits = Vec::new();
        let function = members.read("function", text)?;
        fits.extend(function.map(|name| on.is_of(run, name)));
        let version = members.read("version", text)?;
        fits.extend(version.map(|version| run.version == version));
        fits.extend(members.read("start", time)?.map(|start| start == Some(run.start)));
        fits.extend(members.read("end", time)?.map(|end| end == run.end));
        fits.extend(members.read("attempt", count)?.map(|n| n == run.attempt));
        fits.extend(members.read("billedMs", count)?.map(|ms| ms == run.billed_ms));
        let step = members.read("step", text)?;
        fits.extend(step.map(|id| on.is_by_step(run.job, id)));
        let label = members.read("label", text)?;
        fits.extend(
            label.map(|label| is_labelled(on.setting, on.played, run.job, label)),
        );
        let outcome = members.read("outcome", text)?;
        fits.extend(outcome.map(|outcome| outcome == self::outcome(run)));
        let place = &self.place;
        if let Some(records) = members.take("records") {
            fits.push(on.has_records(place, records, run.job)?);
        }
        if let Some(times) = members.take("receiveCount") {
            fits.push(on.has_receives(place, times, run.job)?);
        }
        if let Some(reported) = members.take("reported") {
            fits.push(on.has_reported(place, reported, run)?);
        }
        let result = members.read("batchResult", text)?;
        fits.extend(result.map(|result| result == on.batch_result(run)));
        fits.push(on.has_window(&mut members, run)?);
        if let Some(event) = members.take("event") {
            let sent = payload(on.played, run.job);
            fits.push(match sent {
                Some(sent) => matches(event, &sent, &mut Names::new())?,
                None => false,
            });
        }
        members.finish()?;
        Ok(fits.iter().all(|fits| *fits))
    }

    fn is_throttled(
        &self,
        on: &Comparison<'_>,
        throttled: &Throttled,
    ) -> Result<bool, Unsupported> {
        let mut members = Members::of(self.place.clone(), self.value)?;
        let function = members.read("function", text)?;
        let at = members.read("at", seconds)?;
        let reason = members.read("reason", text)?;
        let step = members.read("step", text)?;
        let label = members.read("label", text)?;
        let records = members.take("records");
        members.finish()?;
        if let Some(records) = records
            && !on.has_records(&self.place, records, throttled.job)?
        {
            return Ok(false);
        }
        let is = |label| is_labelled(on.setting, on.played, throttled.job, label);
        Ok(label.is_none_or(is)
            && function.is_none_or(|name| on.name(throttled.function) == name)
            && at.is_none_or(|at| at == throttled.at)
            && reason.is_none_or(|reason| reason == throttled.reason.word())
            && step.is_none_or(|id| on.is_by_step(throttled.job, id)))
    }
}

/// How a run went, in a case's words.
fn outcome(run: &Ran) -> &'static str {
    match run.ending {
        Some(Ending::Succeeded) => "success",
        Some(Ending::TimedOut) => "timeout",
        Some(
            Ending::Threw
            | Ending::Exited
            | Ending::InitFailed
            | Ending::TooLarge
            | Ending::Cut,
        ) => "error",
        None => "running",
    }
}

impl Comparison<'_> {
    fn name(&self, function: FunctionId) -> &str {
        self.played.recording.plan().function(function).name()
    }

    fn is_by_step(&self, job: Job, id: &str) -> bool {
        let steps = match &self.setting.work {
            Work::Steps(steps) => &steps[..],
            Work::Calls(_) => &[],
        };
        let at = steps.iter().position(|step| step.id == id);
        at.is_some_and(|at| self.played.senders[at].binary_search(&job.origin).is_ok())
    }

    pub(super) fn shown_run(&self, run: &Ran) -> String {
        let (name, version) = (self.name(run.function), &run.version);
        let end = run.end.map_or_else(|| "no end".to_string(), shown_span);
        let start = shown_span(run.start);
        format!("{name}:{version} {start} to {end}, {}", outcome(run))
    }
}

/// How rows of one kind are laid beside what was observed.
struct Matching<T, Fits, Shown> {
    place: &'static str,
    /// What may be said of them.
    keys: &'static [&'static str],
    /// The time by which rows may change places, if they may.
    time: Option<fn(&T) -> Span>,
    fits: Fits,
    shown: Shown,
}

impl<T, Fits, Shown> Matching<T, Fits, Shown>
where
    Fits: Fn(&Comparison<'_>, &Row<'_>, &T) -> Result<bool, Unsupported>,
    Shown: Fn(&Comparison<'_>, &T) -> String,
{
    fn compare(
        &self,
        on: &mut Comparison<'_>,
        rows: &[Row<'_>],
        got: &[T],
    ) -> Result<(), Unsupported> {
        // A key nobody knows must be named even where there is nothing to compare with.
        for row in rows {
            let mut members = Members::of(row.place.clone(), row.value)?;
            for key in self.keys {
                members.take(key);
            }
            members.finish()?;
        }
        if rows.len() != got.len() {
            let (expected, got) = (rows.len(), got.len());
            on.differ(self.place, format!("{expected} rows"), format!("{got} rows"));
            return Ok(());
        }
        let mut from = 0;
        while from < got.len() {
            let to = match self.time {
                Some(time) => {
                    let alike =
                        got[from..].iter().take_while(|t| time(t) == time(&got[from]));
                    from + alike.count()
                }
                None => from + 1,
            };
            if let Some(at) = self.without_partner(on, &rows[from..to], &got[from..to])? {
                let at = from + at;
                let place = format!("{}[{at}]", self.place);
                let got = (self.shown)(on, &got[at]);
                on.differ(place, shown(rows[at].value), got);
            }
            from = to;
        }
        Ok(())
    }

    /// The first row for which no partner is left (augmenting paths).
    fn without_partner(
        &self,
        on: &Comparison<'_>,
        rows: &[Row<'_>],
        got: &[T],
    ) -> Result<Option<usize>, Unsupported> {
        let mut row_of: Vec<Option<usize>> = vec![None; got.len()];
        let mut edges: Vec<Vec<usize>> = Vec::new();
        for row in rows {
            let mut fitting = Vec::new();
            for (at, observed) in got.iter().enumerate() {
                if (self.fits)(on, row, observed)? {
                    fitting.push(at);
                }
            }
            edges.push(fitting);
        }
        for row in 0..rows.len() {
            let mut seen = vec![false; got.len()];
            if !finds_partner(row, &edges, &mut row_of, &mut seen) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

fn finds_partner(
    row: usize,
    edges: &[Vec<usize>],
    row_of: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for at in &edges[row] {
        if std::mem::replace(&mut seen[*at], true) {
            continue;
        }
        let free = match row_of[*at] {
            None => true,
            Some(other) => finds_partner(other, edges, row_of, seen),
        };
        if free {
            row_of[*at] = Some(row);
            return true;
        }
    }
    false
}
