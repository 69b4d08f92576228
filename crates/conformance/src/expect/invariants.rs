//! Sentences that hold of a whole run, whatever its times. Only those are known that are
//! checked here; a list of labels in them reads `r1, r2 and r3`.

use lambdarium_sim::trace::{Ending, Entry, Fact, StreamFact};
use lambdarium_sim::value::Value;

use super::Comparison;
use crate::case::{Unsupported, list, text, unsupported};
use crate::observe::Ran;

/// Checks every sentence.
pub fn compare(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    for (at, sentence) in list("expect.invariants", expected)?.iter().enumerate() {
        let place = format!("invariants[{at}]");
        let sentence = text(&format!("expect.{place}"), sentence)?;
        if !holds(on, &place, sentence)? {
            on.differ(place, sentence, "that does not hold");
        }
    }
    Ok(())
}

fn holds(on: &Comparison<'_>, place: &str, sentence: &str) -> Result<bool, Unsupported> {
    let once = " is in exactly one successful invocation";
    if let Some(which) = sentence.strip_suffix(once) {
        return match which.strip_prefix("every record") {
            Some("") => on.each_once(&[]),
            Some(rest) => match rest.strip_prefix(" except ") {
                Some(but) => on.each_once(&labels(but)),
                None => unsupported(format!("expect.{place}: {sentence}")),
            },
            None => unsupported(format!("expect.{place}: {sentence}")),
        };
    }
    let alone = " is delivered alone at least once before it is discarded";
    if let Some(label) = sentence.strip_suffix(alone) {
        return on.is_alone_before_its_end(label);
    }
    let each = sentence.strip_suffix(" each succeed");
    if let Some(which) = each.or(sentence.strip_suffix(" succeeds")) {
        for label in labels(which) {
            let fate = on.stream_fate(label)?.map(|(fate, _)| fate);
            if on.successes(label)? == 0 || fate != Some("processed") {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let Some(rest) = sentence.strip_prefix("MaximumRetryAttempts ") {
        return on.has_enough_retries(place, rest);
    }
    match sentence {
        "each following batch is a contiguous part of a failed batch, processed in stream order" => {
            on.parts_follow_in_order()
        }
        "a batch of one record is never split" => Ok(on.splits().all(|entry| {
            let job = entry.job;
            job.is_some_and(|job| on.batch(job).len() > 1)
        })),
        "the original BatchSize setting is unchanged" => Ok(on.keeps_batch_size()),
        _ => unsupported(format!("expect.{place}: {sentence}")),
    }
}

/// The labels in `r1, r2 and r3`.
fn labels(said: &str) -> Vec<&str> {
    said.split(", ").flat_map(|some| some.split(" and ")).collect()
}

impl Comparison<'_> {
    /// All runs, by their start.
    fn runs(&self) -> Vec<&Ran> {
        let mut runs: Vec<&Ran> = self.observed.runs.iter().collect();
        runs.sort_by_key(|run| run.start);
        runs
    }

    fn ids(&self, run: &Ran) -> Vec<String> {
        self.batch(run.job).into_iter().map(|got| got.id).collect()
    }

    /// In how many successful runs a record is.
    fn successes(&self, label: &str) -> Result<usize, Unsupported> {
        let id = self.record_id(label)?;
        let good = self.observed.runs.iter();
        let good = good.filter(|run| run.ending == Some(Ending::Succeeded));
        let has = good.filter(|run| {
            self.batch(run.job).iter().any(|got| Some(&got.id) == id.as_ref())
        });
        Ok(has.count())
    }

    fn each_once(&self, but: &[&str]) -> Result<bool, Unsupported> {
        for label in but {
            if self.successes(label)? > 0 {
                return Ok(false);
            }
        }
        for record in &self.setting.records {
            let label = record.label.as_str();
            if !but.contains(&label) && self.successes(label)? != 1 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_alone_before_its_end(&self, label: &str) -> Result<bool, Unsupported> {
        let Some(id) = self.record_id(label)? else { return Ok(false) };
        let Some((fate, end)) = self.stream_fate(label)? else { return Ok(false) };
        let alone = |run: &&Ran| {
            self.ids(run) == [id.clone()] && run.end.is_some_and(|at| at <= end)
        };
        Ok(fate != "processed" && self.observed.runs.iter().any(|run| alone(&run)))
    }

    /// Every batch but the first is part of one that failed before, and none begins before
    /// the batch that ran last.
    fn parts_follow_in_order(&self) -> Result<bool, Unsupported> {
        let mut order: Vec<String> = Vec::new();
        for record in &self.setting.records {
            order.extend(self.record_id(&record.label)?);
        }
        let runs = self.runs();
        let batches: Vec<Vec<String>> = runs.iter().map(|run| self.ids(run)).collect();
        let place = |batch: &[String]| {
            let first = batch.first()?;
            order.iter().position(|id| id == first)
        };
        let follows = |at: usize| {
            let part = &batches[at];
            let fails = |before: usize| self.batch_result(runs[before]) != "success";
            let holds = |whole: &[String]| {
                whole.windows(part.len().max(1)).any(|some| some == &part[..])
            };
            let mut before = (0..at).filter(|before| fails(*before));
            before.any(|before| holds(&batches[before]))
                && place(&batches[at - 1]) <= place(part)
        };
        Ok((1..batches.len()).all(follows))
    }

    fn splits(&self) -> impl Iterator<Item = &Entry> {
        self.played
            .recording
            .log()
            .iter()
            .filter(|entry| matches!(entry.fact, Fact::Stream(StreamFact::Split { .. })))
    }

    /// What was set when the mapping was made still holds, and no batch is larger.
    fn keeps_batch_size(&self) -> bool {
        let created = self.setting.steps().iter();
        let mut set = created.filter_map(|step| step.parameters.get("BatchSize"));
        let set = set.next().and_then(Value::as_count);
        let recording = &self.played.recording;
        let mut mappings = recording.last_plan().mappings().iter();
        mappings.all(|mapping| mapping.spec().batch_size == set)
            && self.observed.runs.iter().all(|run| {
                set.is_none_or(|most| self.batch(run.job).len() as u64 <= most)
            })
    }

    /// `1 is enough although two splits are needed to isolate r1`: so many retries are set,
    /// and so many splits of batches with that record there are.
    fn has_enough_retries(&self, place: &str, said: &str) -> Result<bool, Unsupported> {
        let unknown = || unsupported(format!("expect.{place}: {said}"));
        let words: Vec<&str> = said.split(' ').collect();
        let [
            retries,
            "is",
            "enough",
            "although",
            splits,
            noun,
            "are" | "is",
            "needed",
            "to",
            "isolate",
            label,
        ] = words[..]
        else {
            return unknown();
        };
        let numbers =
            ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];
        let splits = numbers.iter().position(|number| *number == splits);
        let (Ok(retries), Some(splits)) = (retries.parse::<u64>(), splits) else {
            return unknown();
        };
        if !["split", "splits"].contains(&noun) {
            return unknown();
        }
        let id = self.record_id(label)?;
        let has = |entry: &&Entry| {
            let batch = entry.job.map(|job| self.batch(job)).unwrap_or_default();
            batch.iter().any(|got| Some(&got.id) == id.as_ref())
        };
        let mut mappings = self.played.recording.last_plan().mappings().iter();
        Ok(mappings.all(|mapping| mapping.spec().retries_max == Some(retries))
            && self.splits().filter(has).count() == splits)
    }
}
