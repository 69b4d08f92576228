//! Expected lives of records: how often they were delivered and received, and their shape.

use lambdarium_sim::id::{Job, Origin, Part};
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Delivery, EventFact, Fact, MessageFact};
use lambdarium_sim::value::Value;

use super::{Comparison, counts, shown, shown_span};
use crate::case::{Members, Unsupported, count, list, text, unsupported};
use crate::observe::Ran;
use crate::placeholder::{Names, matches};
use crate::records::{Got, batch, first_record, message_id, names, sent_id};

impl Comparison<'_> {
    /// The identifier of the record that a case calls so.
    pub(super) fn record_id(&self, label: &str) -> Result<Option<String>, Unsupported> {
        let senders = self.senders_of(label)?;
        Ok(senders.and_then(|senders| sent_id(&self.played.recording, senders)))
    }

    /// Who sent the record that a case calls so.
    pub(super) fn senders_of(
        &self,
        label: &str,
    ) -> Result<Option<&[Origin]>, Unsupported> {
        let records = &self.setting.records;
        let Some(at) = records.iter().position(|record| record.label == label) else {
            return unsupported(format!("a record {label}"));
        };
        let senders = self.played.senders.get(self.setting.sender(at));
        Ok(senders.map(Vec::as_slice))
    }

    /// The sequence numbers of all records, as answers name them.
    pub(super) fn names(&self) -> Names {
        names(&self.played.recording, self.setting, &self.played.senders)
    }

    pub(super) fn batch(&self, job: Job) -> Vec<Got> {
        batch(&self.played.recording, job).unwrap_or_default()
    }

    /// Whether a request has these records: their labels in order, or the label of a batch
    /// of the case.
    pub(super) fn has_records(
        &self,
        place: &str,
        expected: &Value,
        job: Job,
    ) -> Result<bool, Unsupported> {
        let mut labels: Vec<&str> = Vec::new();
        match expected {
            Value::Text(sentence) => {
                let (name, said) = sentence.split_once(' ').unwrap_or((sentence, ""));
                let all = self.setting.records.iter();
                let all = all.filter(|record| record.batch.as_deref() == Some(name));
                labels.extend(all.map(|record| record.label.as_str()));
                let counted = format!("({}, in order)", labels.len());
                if labels.is_empty() || !said.is_empty() && said != counted {
                    return unsupported(format!("{place}: {sentence}"));
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Object(_) => {
                for label in list(place, expected)? {
                    labels.push(text(place, label)?);
                }
            }
        }
        let got = self.batch(job);
        if got.len() != labels.len() {
            return Ok(false);
        }
        for (label, got) in labels.into_iter().zip(got) {
            if self.record_id(label)? != Some(got.id) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the records of a request were received so often: each so often as listed, or
    /// all of them equally often.
    pub(super) fn has_receives(
        &self,
        place: &str,
        expected: &Value,
        job: Job,
    ) -> Result<bool, Unsupported> {
        let got: Vec<u64> = self.batch(job).iter().map(|got| got.receives).collect();
        if let Value::Number(_) = expected {
            let times = count(place, expected)?;
            return Ok(!got.is_empty() && got.iter().all(|got| *got == times));
        }
        let times = list(place, expected)?.iter().map(|times| count(place, times));
        Ok(got == times.collect::<Result<Vec<u64>, _>>()?)
    }

    /// Whether a run reported these records as failed.
    pub(super) fn has_reported(
        &self,
        place: &str,
        expected: &Value,
        run: &Ran,
    ) -> Result<bool, Unsupported> {
        let mut expected_ids = Vec::new();
        for label in list(place, expected)? {
            expected_ids.extend(self.record_id(text(place, label)?)?);
        }
        let mut got = match self.reported_of_stream(run) {
            Some(reported) => reported,
            None => self.kept_of_queue(run),
        };
        got.sort();
        expected_ids.sort();
        Ok(got == expected_ids)
    }

    /// What a run does not report, its mapping deletes from the queue when it ends.
    fn kept_of_queue(&self, run: &Ran) -> Vec<String> {
        let recording = &self.played.recording;
        let base = self.played.base;
        let at_end = recording.log().iter().filter(|entry| {
            run.end == entry.at.0.checked_sub(base.0).map(Span)
                && matches!(
                    entry.fact,
                    Fact::Message(MessageFact::Deleted | MessageFact::NotDeleted)
                )
        });
        let deleted: Vec<String> =
            at_end.filter_map(|entry| message_id(recording, entry.job?)).collect();
        let got = self.batch(run.job).into_iter().map(|got| got.id);
        got.filter(|id| !deleted.contains(id)).collect()
    }
}

/// Compares how often records were handed to running code.
pub fn deliveries(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let runs = on.observed.runs.iter();
    let got: Vec<String> =
        runs.flat_map(|run| on.batch(run.job)).map(|got| got.id).collect();
    per_record(on, "deliveriesPerRecord", expected, &got)
}

/// Compares how often records were received from their source, by whomever.
pub fn receives(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let recording = &on.played.recording;
    let received = recording.log().iter().filter(|entry| {
        matches!(entry.fact, Fact::Message(MessageFact::HandedOut { .. }))
    });
    let got: Vec<String> =
        received.filter_map(|entry| message_id(recording, entry.job?)).collect();
    per_record(on, "receivesPerRecord", expected, &got)
}

/// Compares numbers by label; `each` is about every record.
fn per_record(
    on: &mut Comparison<'_>,
    place: &str,
    expected: &Value,
    got: &[String],
) -> Result<(), Unsupported> {
    for (label, expected) in Members::of(format!("expect.{place}"), expected)?.take_all()
    {
        let labels: Vec<String> = match label {
            "each" => on.setting.records.iter().map(|one| one.label.clone()).collect(),
            label => vec![label.to_string()],
        };
        for label in labels {
            let id = on.record_id(&label)?;
            let times = got.iter().filter(|got| Some(*got) == id.as_ref()).count();
            counts::number(on, &format!("{place}.{label}"), expected, times as u64)?;
        }
    }
    Ok(())
}

/// Compares how many records a run got at most.
pub fn batch_size(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let most = count("expect.batchSizeAtMost", expected)?;
    let sizes = on.observed.runs.iter().map(|run| on.batch(run.job).len() as u64);
    let got = sizes.max().unwrap_or(0);
    if got > most {
        on.differ("batchSizeAtMost", format!("at most {most}"), got.to_string());
    }
    Ok(())
}

/// Compares the records of the first run.
pub fn first_invocation(
    on: &mut Comparison<'_>,
    expected: &Value,
) -> Result<(), Unsupported> {
    let place = "expect.firstInvocation";
    let first = on.observed.runs.iter().min_by_key(|run| run.start);
    let fits = match first {
        Some(run) => on.has_records(place, expected, run.job)?,
        None => false,
    };
    if !fits {
        let got = first.map_or_else(|| "no run".into(), |run| on.shown_run(run));
        on.differ("firstInvocation", shown(expected), got);
    }
    Ok(())
}

/// Compares the shape of the first record that a function got, and of every other receive of
/// it: what is the same there has to stay the same.
pub fn event_record(
    on: &mut Comparison<'_>,
    expected: &Value,
) -> Result<(), Unsupported> {
    let recording = &on.played.recording;
    let jobs = on.observed.runs.iter().map(|run| run.job);
    let records: Vec<Value> =
        jobs.filter_map(|job| first_record(recording, job)).map(with_text).collect();
    let Some(first) = records.first().cloned() else {
        on.differ("eventRecord", shown(expected), "no record");
        return Ok(());
    };
    let mut names = on.names();
    if !matches(expected, &first, &mut names)? {
        on.differ("eventRecord", shown(expected), shown(&first));
    }
    let same =
        records.iter().filter(|one| one.get("messageId") == first.get("messageId"));
    let handles: Vec<&Value> = same.filter_map(|one| one.get("receiptHandle")).collect();
    let repeats = handles.iter().enumerate().any(|(at, one)| handles[..at].contains(one));
    if shown(expected).contains("different per receive") && repeats {
        on.differ("eventRecord.receiptHandle", "another one each time", "the same");
    }
    Ok(())
}

/// A record with its body as the text that AWS sends.
fn with_text(record: Value) -> Value {
    let Value::Object(members) = record else { return record };
    let members = members.into_iter().map(|(key, value)| match key.as_str() {
        "body" => (key, Value::Text(value.plain())),
        _ => (key, value),
    });
    Value::Object(members.collect())
}

/// Compares the settings and the state of the mapping at the end.
pub fn mapping_after(
    on: &mut Comparison<'_>,
    expected: &Value,
) -> Result<(), Unsupported> {
    let mut members = Members::of("expect.esmAfter", expected)?;
    let state = members.read("State", text)?;
    let result = members.read("LastProcessingResult", text)?;
    members.finish()?;
    let [mapping] = on.played.recording.head().world().mappings() else {
        return unsupported("expect.esmAfter: which mapping?");
    };
    if let Some(state) = state {
        let got = mapping.lifecycle().status.map_or("gone", |status| status.word());
        on.same("esmAfter.State", state, got, |state| (*state).to_string());
    }
    if let Some(result) = result {
        let got = mapping.stream().map_or("", |stream| stream.last_result().word());
        let place = "esmAfter.LastProcessingResult";
        on.same(place, result, got, |result| (*result).to_string());
    }
    Ok(())
}

/// What became of a record, and when: none while it is still there.
pub fn fate(on: &Comparison<'_>, id: &str) -> Option<(&'static str, Span)> {
    let recording = &on.played.recording;
    let mut entries = recording.log().iter().filter(|entry| {
        let Part::Service(_) = entry.part else { return false };
        let job = entry.job;
        job.and_then(|job| message_id(recording, job)).as_deref() == Some(id)
    });
    entries.find_map(|entry| {
        let fates = [
            ("deleted", Fact::Message(MessageFact::Deleted)),
            ("filtered", Fact::Message(MessageFact::FilteredOut)),
            ("expired", Fact::Message(MessageFact::Expired)),
        ];
        let plain = fates.iter().find(|(_, fact)| *fact == entry.fact);
        let letter = matches!(
            entry.fact,
            Fact::Event(EventFact::Sent { what: Delivery::DeadLetter, .. })
        );
        let fate = plain.map(|(fate, _)| *fate).or(letter.then_some("dlq"))?;
        Some((fate, entry.at.since(on.played.base)))
    })
}

/// A fate in a line.
pub fn shown_fate(fate: Option<(&'static str, Span)>) -> String {
    match fate {
        Some((fate, at)) => format!("{fate} at {}", shown_span(at)),
        None => "still there".into(),
    }
}
