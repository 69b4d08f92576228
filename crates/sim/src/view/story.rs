//! The story: the newest lines worth telling up to a moment.
//!
//! What many requests do alike at one instant is one line with a count, and what only
//! tidies up is left out while there is anything else to tell.

use alloc::vec::Vec;
use core::mem::{Discriminant, discriminant};

use super::order::keep_first;
use crate::id::{Origin, Part};
use crate::record::Recording;
use crate::time::Moment;
use crate::trace::{
    Entry, EventFact, Fact, MessageFact, ReleaseFact, Removal, StreamFact,
};

/// Most entries looked at, counted back from the moment.
const LOOK_BACK: u32 = 1 << 14;
/// Alike facts of one instant that are still told one by one.
const ALONE_MAX: u32 = 2;

/// One line of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoryLine {
    /// The number of the first entry it stands for.
    pub number: u32,
    /// How many entries it stands for: of the same part, alike, at the same instant.
    pub count: u32,
}

/// The newest lines up to a moment, oldest first, at most `max`.
#[must_use]
pub fn story(recording: &Recording, moment: Moment, max: u32) -> Vec<StoryLine> {
    let max = max as usize;
    let told = newest(recording, moment, max, |fact| !tidies_up(fact));
    if told.is_empty() { newest(recording, moment, max, |_| true) } else { told }
}

fn newest(
    recording: &Recording,
    moment: Moment,
    max: usize,
    tells: impl Fn(&Fact) -> bool,
) -> Vec<StoryLine> {
    let log = recording.log();
    let count = log.count_until(moment);
    let entries = (count.saturating_sub(LOOK_BACK)..count).rev();
    let mut lines: Vec<StoryLine> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    for number in entries {
        let Some(entry) = log.get(number) else { break };
        if groups.first().is_some_and(|group| group.entry.at != entry.at) {
            tell(&mut groups, &mut lines);
            if lines.len() >= max {
                break;
            }
        }
        if tells(&entry.fact) {
            add(&mut groups, number, entry);
        }
    }
    tell(&mut groups, &mut lines);
    lines.truncate(max);
    lines.reverse();
    lines
}

/// Alike facts of one part at one instant; seen from the newest to the oldest.
struct Group {
    entry: Entry,
    numbers: [u32; ALONE_MAX as usize],
    count: u32,
}

fn add(groups: &mut Vec<Group>, number: u32, entry: &Entry) {
    let alike = |group: &&mut Group| key(&group.entry) == key(entry);
    match groups.iter_mut().find(alike) {
        Some(group) => {
            let place = group.count.min(ALONE_MAX - 1);
            group.numbers[place as usize] = number;
            group.count += 1;
        }
        None => groups.push(Group {
            entry: *entry,
            numbers: [number; ALONE_MAX as usize],
            count: 1,
        }),
    }
}

/// Adds the lines of one instant, newest first.
fn tell(groups: &mut Vec<Group>, lines: &mut Vec<StoryLine>) {
    let before = lines.len();
    for group in groups.drain(..) {
        if group.count > ALONE_MAX {
            let number = group.numbers[ALONE_MAX as usize - 1];
            lines.push(StoryLine { number, count: group.count });
        } else {
            let alone = &group.numbers[..group.count as usize];
            lines.extend(
                alone.iter().map(|number| StoryLine { number: *number, count: 1 }),
            );
        }
    }
    let mut told = lines.split_off(before);
    keep_first(&mut told, usize::MAX, |line| (u64::MAX - u64::from(line.number), 0));
    lines.append(&mut told);
}

/// What only tidies up.
fn tidies_up(fact: &Fact) -> bool {
    match fact {
        Fact::EnvironmentRemoved { removal, .. } => match removal {
            Removal::Idle | Removal::Life | Removal::InitFailed => true,
            Removal::Update | Removal::Deprovisioned | Removal::Deleted => false,
        },
        Fact::Called
        | Fact::RetryPlanned { .. }
        | Fact::Retried { .. }
        | Fact::QuotaExhausted { .. }
        | Fact::WaitEnded { .. }
        | Fact::Answered { .. }
        | Fact::DryRunAnswered
        | Fact::Started { .. }
        | Fact::SpilledOver { .. }
        | Fact::InitCut
        | Fact::Ended { .. }
        | Fact::Abandoned
        | Fact::Throttled { .. }
        | Fact::Refused { .. }
        | Fact::ProvisioningStarted { .. }
        | Fact::ProvisioningReady { .. }
        | Fact::ProvisioningFailed { .. }
        | Fact::Event(_)
        | Fact::Message(_)
        | Fact::Stream(_)
        | Fact::Release(_)
        | Fact::Replied { .. }
        | Fact::Alias(_)
        | Fact::Cost { .. }
        | Fact::Stopped { .. } => false,
    }
}

/// The part, the kind of fact and of event, how it went, and whose request it is.
type Key =
    (Part, Discriminant<Fact>, Option<Discriminant<EventFact>>, u32, Option<Origin>);

/// What makes entries of one instant alike: the part, the kind of fact, how it went, and who
/// has sent it; calls made by hand are alike.
fn key(entry: &Entry) -> Key {
    let mut kind = None;
    let how = match entry.fact {
        Fact::Event(event) => {
            kind = Some(discriminant(&event));
            how_of_event(event)
        }
        Fact::Message(message) => how_of_message(message),
        Fact::Stream(fact) => how_of_stream(fact),
        Fact::Release(fact) => how_of_release(fact),
        Fact::Started { room, version, .. } => room as u32 | u32::from(version.0) << 8,
        Fact::Ended { ending, .. } => ending as u32,
        Fact::Answered { outcome, http, .. } => outcome as u32 | u32::from(http) << 8,
        Fact::Throttled { reason, .. } => reason as u32,
        Fact::Refused { refusal } => refusal as u32,
        Fact::EnvironmentRemoved { removal, version, .. } => {
            removal as u32 | u32::from(version.0) << 8
        }
        Fact::RetryPlanned { attempt, .. } | Fact::Retried { attempt } => attempt.into(),
        Fact::ProvisioningStarted { version, .. }
        | Fact::ProvisioningReady { version, .. }
        | Fact::ProvisioningFailed { version } => version.0.into(),
        Fact::Replied { operation, http } => operation as u32 | u32::from(http) << 8,
        Fact::Called
        | Fact::QuotaExhausted { .. }
        | Fact::WaitEnded { .. }
        | Fact::DryRunAnswered
        | Fact::SpilledOver { .. }
        | Fact::InitCut
        | Fact::Abandoned
        | Fact::Alias(_)
        | Fact::Cost { .. }
        | Fact::Stopped { .. } => 0,
    };
    let origin = entry.job.map(|job| match job.origin {
        Origin::Act(_) => Origin::Act(0),
        sender @ (Origin::Caller(_)
        | Origin::Function(_)
        | Origin::Service(_)
        | Origin::Mapping(_)
        | Origin::Deployment(_)) => sender,
    });
    (entry.part, discriminant(&entry.fact), kind, how, origin)
}

/// What happened to a message or a batch, and how it went.
fn how_of_message(message: MessageFact) -> u32 {
    match message {
        MessageFact::Waits { .. } => 0,
        MessageFact::HandedOut { receives, .. } => 1 | u32::from(receives) << 8,
        MessageFact::Reappeared => 2,
        MessageFact::Deleted => 3,
        MessageFact::FilteredOut => 4,
        MessageFact::NotDeleted => 5,
        MessageFact::Expired => 6,
        MessageFact::Deduplicated => 7,
        MessageFact::OverLimit => 8,
        MessageFact::Batched { records } => 9 | records << 8,
        MessageFact::Settled { done, failed } => {
            10 | u32::from(done == 0) << 8 | u32::from(failed == 0) << 9
        }
        MessageFact::LetGo => 11,
        MessageFact::Scaled { .. } => 12,
        MessageFact::Became { status } => 13 | (status as u32) << 8,
        MessageFact::Gone => 14,
        MessageFact::Mapped { .. } => 15,
    }
}

/// What happened to an alarm or a deployment, and how it went.
fn how_of_release(fact: ReleaseFact) -> u32 {
    match fact {
        ReleaseFact::AlarmChanged { value } => (value as u32) << 8,
        ReleaseFact::Created { .. } => 1,
        ReleaseFact::Lifecycle { event, status } => {
            2 | (event as u32) << 8 | (status as u32) << 16
        }
        ReleaseFact::HookCalled { to } => 3 | u32::from(to.0) << 8,
        ReleaseFact::Reported { status } => 4 | (status as u32) << 8,
        ReleaseFact::Shifted { percent } => 5 | u32::from(percent) << 8,
        ReleaseFact::Ended { status, .. } => 6 | (status as u32) << 8,
        ReleaseFact::RolledBack { .. } => 7,
    }
}

/// What happened to a stream or a batch of it, and how it went.
fn how_of_stream(fact: StreamFact) -> u32 {
    match fact {
        StreamFact::Put { shard } => shard << 8,
        StreamFact::Unchanged => 1,
        StreamFact::Refused { shard } => 2 | shard << 8,
        StreamFact::Closed { shard } => 3 | shard << 8,
        StreamFact::Opened { shard, .. } => 4 | shard << 8,
        StreamFact::Begun { shard, .. } => 5 | shard << 8,
        StreamFact::Finished { shard } => 6 | shard << 8,
        StreamFact::Read { shard, filtered, .. } => {
            7 | u32::from(filtered > 0) << 4 | shard << 8
        }
        StreamFact::ReadRefused { shard, .. } => 8 | shard << 8,
        StreamFact::Missed { shard, .. } => 9 | shard << 8,
        StreamFact::Batched { records, .. } => 10 | u32::from(records) << 8,
        StreamFact::WindowClosed { shard } => 11 | shard << 8,
        StreamFact::Split { .. } => 12,
        StreamFact::Advanced { .. } => 13,
        StreamFact::Settled { end, .. } => 14 | (end as u32) << 8,
    }
}

/// How it went with an event.
fn how_of_event(event: EventFact) -> u32 {
    match event {
        EventFact::Dispatched { attempt, .. } | EventFact::PutBack { attempt, .. } => {
            attempt.into()
        }
        EventFact::Finished { condition, runs } => {
            condition as u32 | u32::from(runs) << 8
        }
        EventFact::Sent { what, .. } | EventFact::DeliveryFailed { what, .. } => {
            what as u32
        }
        EventFact::Filtered { to: Part::Function(id) } => id.0.into(),
        EventFact::Queued
        | EventFact::Duplicated { .. }
        | EventFact::Received
        | EventFact::Filtered { .. } => 0,
    }
}
