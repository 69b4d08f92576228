//! What runs of batches of streams are expected to be given and to answer, and what becomes
//! of their records.

use lambdarium_sim::id::Job;
use lambdarium_sim::lambda::behaviour::{Answer, Behaviour};
use lambdarium_sim::time::{Moment, Span};
use lambdarium_sim::trace::{End, Fact, MessageFact, StreamFact};
use lambdarium_sim::value::{Payload, Value};
use lambdarium_sim::view::{Fate, jobs};

use super::Comparison;
use crate::case::{Members, Unsupported, list, seconds, switch, text};
use crate::observe::Ran;
use crate::placeholder::{Names, matches};
use crate::records::{is_in_stream, is_of_stream, put_by};

impl Comparison<'_> {
    /// What a run of a batch came to in the eyes of its mapping.
    pub(super) fn batch_result(&self, run: &Ran) -> &'static str {
        // A batch of a stream may run several times: what is next after the run tells.
        let end = run.end.map(|end| self.played.base.plus(end));
        let entries = self.played.recording.log().iter();
        let mut after = entries.filter(|entry| {
            entry.job == Some(run.job) && end.is_some_and(|end| entry.at >= end)
        });
        after.find_map(|entry| result(entry.fact)).unwrap_or("not settled")
    }

    /// The event of a run, as its code reads it.
    fn event(&self, job: Job) -> Option<Payload> {
        let recording = &self.played.recording;
        let content = recording.content(job)?;
        Some(content.as_read(recording.last_plan()).into_owned())
    }

    /// What the function of a run does.
    fn behaviour(&self, run: &Ran) -> Option<&Behaviour> {
        let name = self.played.recording.plan().function(run.function).name();
        let scenario = &self.played.recording.run().scenario;
        let function = scenario.functions.iter().find(|one| one.name == name)?;
        let number = run.version.parse().unwrap_or(0);
        let version = function.versions.iter().find(|version| version.number == number);
        let spec = version.map_or(&function.spec, |version| &version.spec);
        Some(&spec.behaviour)
    }

    /// What a run answers where it succeeds, as far as records of streams matter to it.
    fn answered(&self, behaviour: &Behaviour, run: &Ran, event: &Payload) -> Value {
        match &behaviour.answer {
            Answer::Sum(sum) => sum.answer(event).at("state.sum").cloned(),
            Answer::Changing(changing) => {
                Some(changing.at(self.played.base.plus(run.start)))
            }
            Answer::Value(value) => Some(value.clone()),
            Answer::Echo => event.json().cloned(),
            Answer::Null
            | Answer::Bytes(_)
            | Answer::Version
            | Answer::InitializationType
            | Answer::Environment
            | Answer::Code
            | Answer::Context => None,
        }
        .unwrap_or_default()
    }

    /// The records that a run of a batch of a stream reported; none of another run.
    pub(super) fn reported_of_stream(&self, run: &Ran) -> Option<Vec<String>> {
        if !is_of_stream(&self.played.recording, run.job) {
            return None;
        }
        let event = self.event(run.job)?;
        let behaviour = self.behaviour(run)?;
        if let Some(per_record) = &behaviour.per_record {
            let reported = per_record.reported(&event);
            let ids = reported.iter().filter_map(Value::as_text);
            return Some(ids.map(Into::into).collect());
        }
        let answer = self.answered(behaviour, run, &event);
        let Some(Value::List(failures)) = answer.get("batchItemFailures") else {
            return Some(Vec::new());
        };
        let id =
            |failure: &Value| failure.get("itemIdentifier")?.as_text().map(Into::into);
        Some(failures.iter().filter_map(id).collect())
    }

    /// Whether a run of a tumbling window was given and answered this; the keys are those of
    /// a row.
    pub(super) fn has_window(
        &self,
        members: &mut Members<'_>,
        run: &Ran,
    ) -> Result<bool, Unsupported> {
        let event = self.event(run.job).unwrap_or_default();
        let inside = event.json();
        let answer = self.behaviour(run).map(|behaviour| &behaviour.answer);
        let path =
            if let Some(Answer::Sum(sum)) = answer { sum.path.as_str() } else { "" };
        let mut fits = Vec::new();
        if let Some(name) = members.read("eventName", text)? {
            let names = records_of(inside).iter().map(|record| record.get("eventName"));
            let mut names = names.map(|name| name.and_then(Value::as_text));
            fits.push(names.all(|got| got == Some(name)));
        }
        if let Some(values) = members.take("values") {
            let got = records_of(inside).iter();
            let got = got.map(|record| record.at(path).cloned().unwrap_or_default());
            fits.push(*values == Value::List(got.collect()));
        }
        if let Some(state) = members.take("state") {
            let got = inside.and_then(|event| event.at("state.sum"));
            fits.push(state == got.unwrap_or(&Value::Null));
        }
        if let Some(returned) = members.take("returns") {
            let behaviour = self.behaviour(run);
            let got = behaviour.map(|one| self.answered(one, run, &event));
            let got = got.unwrap_or_default();
            fits.push(matches(returned, &got, &mut Names::new())?);
        }
        if let Some(is_final) = members.read("final", switch)? {
            let got = inside.and_then(|event| event.get("isFinalInvokeForWindow"));
            fits.push(got == Some(&Value::Bool(is_final)));
        }
        if let Some(window) = members.read("window", list)? {
            let place = members.place("window");
            let mut got = Vec::new();
            for (key, at) in ["start", "end"].into_iter().zip(window) {
                let at = self.played.base.plus(seconds(&place, at)?);
                let said = inside.and_then(|event| event.at(&format!("window.{key}")));
                got.push(said.and_then(Value::as_text) == Some(&at.iso_seconds()));
            }
            fits.push(window.len() == 2 && got.iter().all(|fits| *fits));
        }
        Ok(fits.iter().all(|fits| *fits))
    }

    /// What became of a record of a stream, and when; none of another record, or while it
    /// is not settled. Of several mappings the first that is done with it counts.
    pub(super) fn stream_fate(
        &self,
        label: &str,
    ) -> Result<Option<(&'static str, Span)>, Unsupported> {
        let Some(senders) = self.senders_of(label)? else { return Ok(None) };
        let recording = &self.played.recording;
        let put = put_by(recording, senders);
        let Some(job) = put.filter(|put| is_in_stream(recording, *put)) else {
            return Ok(None);
        };
        let log = recording.log();
        let ends = [Fate::Once, Fate::Twice, Fate::AtDestination, Fate::Lost];
        let mut found: Vec<(&'static str, Span)> = Vec::new();
        for fate in ends {
            let moment = Moment::end_of(recording.end());
            let all = jobs(recording, fate, moment, usize::MAX);
            for fated in all.iter().filter(|fated| fated.job == job) {
                // The destination is told right after records are given up.
                let told = u32::from(fate == Fate::AtDestination);
                let Some(entry) = log.get(fated.entry - told) else { continue };
                // What was missed, it came too late for.
                let mut end = End::Expired;
                if let Fact::Stream(StreamFact::Settled { end: settled, .. }) = entry.fact
                {
                    end = settled;
                }
                found.push((end.word(), entry.at.since(self.played.base)));
            }
        }
        found.sort_by_key(|(_, at)| *at);
        Ok(found.first().copied())
    }
}

/// What it means for a batch that this comes next.
fn result(fact: Fact) -> Option<&'static str> {
    if let Fact::Message(MessageFact::Settled { done, failed }) = fact {
        return Some(match (done, failed) {
            (_, 0) => "success",
            (0, _) => "failure",
            (_, _) => "partial",
        });
    }
    if matches!(fact, Fact::RetryPlanned { .. }) {
        return Some("failure");
    }
    let Fact::Stream(fact) = fact else { return None };
    if matches!(fact, StreamFact::Advanced { .. }) {
        return Some("partial");
    }
    if let StreamFact::Settled { end: End::Processed, .. } = fact {
        return Some("success");
    }
    let fails = matches!(fact, StreamFact::Split { .. } | StreamFact::Settled { .. });
    fails.then_some("failure")
}

/// The records of an event.
fn records_of(event: Option<&Value>) -> &[Value] {
    let records = event.and_then(|event| event.get("Records"));
    records.and_then(Value::as_list).unwrap_or_default()
}
