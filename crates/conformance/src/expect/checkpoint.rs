//! Where mappings of streams are expected to be at the end: behind which record.

use lambdarium_sim::id::{Job, Origin};
use lambdarium_sim::plan::PlannedMapping;
use lambdarium_sim::trace::{Fact, StreamFact};
use lambdarium_sim::value::Value;

use super::{Comparison, shown};
use crate::case::{Members, Unsupported, text, unsupported};
use crate::records::put_by;

/// Compares the checkpoint of the only mapping, or of those of some functions.
pub fn compare(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    if let Value::Text(_) = expected {
        return one(on, "checkpoint", None, expected);
    }
    let all = Members::of("expect.checkpoint", expected)?.take_all();
    if all.is_empty() {
        return unsupported("expect.checkpoint: of no mapping");
    }
    for (function, expected) in all {
        one(on, &format!("checkpoint.{function}"), Some(function), expected)?;
    }
    Ok(())
}

fn one(
    on: &mut Comparison<'_>,
    place: &str,
    function: Option<&str>,
    expected: &Value,
) -> Result<(), Unsupported> {
    let sentence = text(&format!("expect.{place}"), expected)?;
    // What is said behind it is for people.
    let (said, rest) = sentence.split_once(" (").unwrap_or((sentence, ")"));
    let label = said.strip_prefix("after ").filter(|_| rest.ends_with(')'));
    let Some(label) = label else {
        return unsupported(format!("expect.{place}: {sentence}"));
    };
    let Some((shard, behind)) = place_of(on, label)? else {
        on.differ(place, sentence, format!("no record {label}"));
        return Ok(());
    };
    let recording = &on.played.recording;
    let (plan, world) = (recording.last_plan(), recording.head().world());
    let is_it = |mapping: &PlannedMapping| {
        let target = mapping.target().split(':').next().unwrap_or_default();
        function.is_none_or(|function| function == target)
    };
    let mut mappings = plan.mappings().iter().zip(world.mappings());
    let found = mappings.find(|(planned, _)| is_it(planned));
    let reader = found.and_then(|(_, state)| state.stream());
    let mut shards = reader.into_iter().flat_map(|stream| stream.reader().shards());
    let at =
        shards.find(|state| state.shard().0 == shard).map(|state| state.checkpoint());
    if at != Some(behind + 1) {
        let got = at.map_or_else(
            || "nothing of that shard was read".into(),
            |at| format!("{at} records of shard {shard} are settled"),
        );
        on.differ(place, shown(expected), got);
    }
    Ok(())
}

/// The shard of a record, and its place there.
fn place_of(on: &Comparison<'_>, label: &str) -> Result<Option<(u32, u32)>, Unsupported> {
    let Some(senders) = on.senders_of(label)? else { return Ok(None) };
    let log = on.played.recording.log();
    let Some(Job { origin: Origin::Service(id), call }) =
        put_by(&on.played.recording, senders)
    else {
        return Ok(None);
    };
    let puts = || {
        log.iter().filter_map(move |entry| {
            let job = entry.job.filter(|job| job.origin == Origin::Service(id))?;
            let Fact::Stream(StreamFact::Put { shard }) = entry.fact else { return None };
            Some((job.call, shard))
        })
    };
    let Some((_, shard)) = puts().find(|(number, _)| *number == call) else {
        return Ok(None);
    };
    let before = puts().filter(|(number, of)| *of == shard && *number < call).count();
    Ok(Some((shard, u32::try_from(before).unwrap_or(u32::MAX))))
}
