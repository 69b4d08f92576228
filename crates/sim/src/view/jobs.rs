//! The requests behind the fates: which they are, and where each stands or has ended.
//!
//! Read from the trace, when somebody asks: the machine only counts.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Fates;
use crate::EVENTS;
use crate::id::{Job, Origin, Part};
use crate::plan::Plan;
use crate::record::Recording;
use crate::rule::Rule;
use crate::time::Moment;
use crate::trace::{Condition, Delivery, Entry, EventFact, Fact, MessageFact, Outcome};

choices! {
    /// What can have become of a call or an event.
    Fate {
        /// Whatever it was: all calls and events.
        Entered "entered",
        /// Answered, or run with success once.
        Once "succeeded once",
        /// Run with success more than once.
        Twice "processed twice",
        /// Ended with a function error that the caller was told.
        Failed "failed",
        /// Ended throttled.
        Throttled "throttled",
        /// Ended refused.
        Refused "refused",
        /// Ended without an answer in time.
        TimedOut "timed out",
        /// Given up, and in a dead-letter queue.
        DeadLettered "dead-lettered",
        /// Given up, and a failure destination has the record.
        AtDestination "at destination",
        /// Given up, and nobody was told.
        Lost "lost silently",
        /// Waiting for an answer, or running.
        Running "under way",
        /// Waiting to be tried, again or for the first time.
        Waiting "waiting",
    }
}

impl Fates {
    /// How many of a fate there are.
    #[must_use]
    pub const fn of(&self, fate: Fate) -> u64 {
        match fate {
            Fate::Entered => self.entered,
            Fate::Once => self.succeeded - self.twice,
            Fate::Twice => self.twice,
            Fate::Failed => self.failed,
            Fate::Throttled => self.throttled,
            Fate::Refused => self.refused,
            Fate::TimedOut => self.timed_out,
            Fate::DeadLettered => self.dead_lettered,
            Fate::AtDestination => self.at_destination,
            Fate::Lost => self.lost,
            Fate::Running => self.running,
            Fate::Waiting => self.waiting,
        }
    }
}

/// A call or an event, and the entry of the trace that tells how it stands or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fated {
    /// Which.
    pub job: Job,
    /// That entry.
    pub entry: u32,
}

/// The calls and events of a fate at a moment, in the order they came in; at most so many.
#[must_use]
pub fn jobs(
    recording: &Recording,
    fate: Fate,
    moment: Moment,
    most: usize,
) -> Vec<Fated> {
    let log = recording.log();
    let mut fold = Fold::new(recording.last_plan());
    for (number, entry) in (0..).zip(log.range(0, log.count_until(moment))) {
        let cause = log.get(entry.cause).filter(|_| entry.cause < number);
        fold.take(number, entry, cause);
    }
    let mut found: Vec<(u32, Fated)> = Vec::new();
    if EVENTS {
        found.extend(super::records::records(recording, fate, moment));
    }
    for (job, call) in &fold.calls {
        if fate == Fate::Entered || call.fate == fate {
            found.push((call.first, Fated { job: *job, entry: call.entry }));
        }
    }
    for (job, event) in &fold.events {
        if fate == Fate::Entered || event.fate() == fate {
            found.push((event.first, Fated { job: *job, entry: event.entry }));
        }
    }
    found.sort_unstable_by_key(|(first, _)| *first);
    found.truncate(most);
    found.into_iter().map(|(_, fated)| fated).collect()
}

/// A call, or a delivery that Lambda has not accepted.
struct Call {
    first: u32,
    entry: u32,
    fate: Fate,
}

/// An event that Lambda has accepted.
struct Event {
    first: u32,
    entry: u32,
    /// Copies of it that have not ended.
    copies: u8,
    /// How many of them run.
    running: u8,
    /// Copies that succeeded.
    succeeded: u8,
    /// The best that became of those that were given up.
    given_up: Option<Fate>,
}

impl Event {
    fn fate(&self) -> Fate {
        match (self.copies, self.succeeded, self.given_up) {
            (1.., ..) if self.running > 0 => Fate::Running,
            (1.., ..) => Fate::Waiting,
            (0, 0, given_up) => given_up.unwrap_or(Fate::Lost),
            (0, 1, _) => Fate::Once,
            (0, 2.., _) => Fate::Twice,
        }
    }
}

/// What a queue says of a message that somebody reads it for.
fn fate_of_message(fact: MessageFact) -> Option<Fate> {
    match fact {
        MessageFact::Waits { .. } | MessageFact::Reappeared => Some(Fate::Waiting),
        MessageFact::HandedOut { .. } => Some(Fate::Running),
        MessageFact::Deleted => Some(Fate::Once),
        MessageFact::Expired => Some(Fate::Lost),
        MessageFact::FilteredOut
        | MessageFact::NotDeleted
        | MessageFact::Deduplicated
        | MessageFact::OverLimit
        | MessageFact::Batched { .. }
        | MessageFact::Settled { .. }
        | MessageFact::LetGo
        | MessageFact::Mapped { .. }
        | MessageFact::Became { .. }
        | MessageFact::Gone
        | MessageFact::Scaled { .. } => None,
    }
}

struct Fold<'a> {
    plan: &'a Plan,
    calls: BTreeMap<Job, Call>,
    events: BTreeMap<Job, Event>,
}

impl<'a> Fold<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self { plan, calls: BTreeMap::new(), events: BTreeMap::new() }
    }

    fn take(&mut self, number: u32, entry: &Entry, cause: Option<&Entry>) {
        match (entry.part, entry.job) {
            (Part::Caller(_) | Part::Service(_), Some(job)) => {
                self.take_of_sender(number, entry, job);
            }
            (Part::Function(_), job) => {
                if let Fact::Event(fact) = entry.fact {
                    self.take_of_function(number, entry, job, fact, cause);
                }
            }
            (
                Part::Caller(_)
                | Part::Service(_)
                | Part::Mapping(_)
                | Part::Alarm(_)
                | Part::Deployment(_)
                | Part::Desk,
                _,
            ) => {}
        }
    }

    /// What a caller, a topic or a bus says of what it sends.
    fn take_of_sender(&mut self, number: u32, entry: &Entry, job: Job) {
        if let Some(fate) = self.fate_of_sender(entry) {
            let call = Call { first: number, entry: number, fate };
            let call = self.calls.entry(job).or_insert(call);
            (call.entry, call.fate) = (number, fate);
        } else if let Fact::Answered { outcome: Outcome::Accepted, .. } = entry.fact {
            // From here on it is an event.
            self.calls.remove(&job);
        } else if entry.fact == Fact::Message(MessageFact::FilteredOut) {
            // Nobody wanted it.
            self.calls.remove(&job);
        }
    }

    fn fate_of_sender(&self, entry: &Entry) -> Option<Fate> {
        let fact = entry.fact;
        if let Fact::Called | Fact::Retried { .. } = fact {
            return Some(Fate::Running);
        } else if let Fact::RetryPlanned { .. } = fact {
            return Some(Fate::Waiting);
        } else if let Fact::Answered { outcome, .. } = fact {
            return match outcome {
                Outcome::Ok => Some(Fate::Once),
                Outcome::FunctionError => Some(Fate::Failed),
                Outcome::Throttled => Some(Fate::Throttled),
                Outcome::TimedOut => Some(Fate::TimedOut),
                // Nobody is told, unless a queue gets it: that is said next.
                Outcome::Refused if self.is_sender(entry.part) => Some(Fate::Lost),
                Outcome::Refused => Some(Fate::Refused),
                Outcome::Accepted => None,
            };
        }
        if let Fact::Message(fact) = fact {
            return fate_of_message(fact);
        }
        let Fact::Event(fact) = fact else { return None };
        match fact {
            EventFact::Sent { what: Delivery::DeadLetter, .. } => {
                Some(Fate::DeadLettered)
            }
            EventFact::Sent { .. } => Some(Fate::Running),
            EventFact::DeliveryFailed { .. } => Some(Fate::Lost),
            EventFact::Queued
            | EventFact::Duplicated { .. }
            | EventFact::Dispatched { .. }
            | EventFact::PutBack { .. }
            | EventFact::Finished { .. }
            | EventFact::Received
            | EventFact::Filtered { .. } => None,
        }
    }

    fn is_sender(&self, part: Part) -> bool {
        match part {
            Part::Caller(id) => self.plan.caller(id).kind().is_sender(),
            Part::Function(_)
            | Part::Service(_)
            | Part::Mapping(_)
            | Part::Alarm(_)
            | Part::Deployment(_)
            | Part::Desk => false,
        }
    }

    /// What a function says of an event in its queue, or of one that it has given up.
    fn take_of_function(
        &mut self,
        number: u32,
        entry: &Entry,
        job: Option<Job>,
        fact: EventFact,
        cause: Option<&Entry>,
    ) {
        if let EventFact::Sent { what, .. } = fact {
            let told = match what {
                Delivery::DeadLetter => Fate::DeadLettered,
                Delivery::OnFailure => Fate::AtDestination,
                Delivery::OnSuccess | Delivery::Code | Delivery::Event => return,
            };
            let of = cause.and_then(|cause| cause.job);
            let event = of.and_then(|of| self.events.get_mut(&of));
            if let Some(event) = event {
                let best = event.given_up.map_or(told, |fate| fate.min(told));
                (event.entry, event.given_up) = (number, Some(best));
            }
            return;
        }
        let Some(job) = job else { return };
        if fact == EventFact::Queued {
            // What a service had to deliver is delivered.
            if let Origin::Service(_) = job.origin {
                self.calls.remove(&job);
            }
            let (first, copies) = (number, 1);
            let (running, succeeded, given_up) = (0, 0, None);
            let event =
                Event { first, entry: number, copies, running, succeeded, given_up };
            self.events.insert(job, event);
            return;
        }
        let Some(event) = self.events.get_mut(&job) else { return };
        event.entry = number;
        match fact {
            EventFact::Duplicated { .. } => event.copies += 1,
            EventFact::Dispatched { .. } => event.running += 1,
            EventFact::PutBack { .. } => event.running -= 1,
            EventFact::Finished { condition, .. } => {
                event.copies -= 1;
                // What is too old when it is due is not tried.
                event.running -= u8::from(entry.rule != Rule::Asy17);
                event.succeeded += u8::from(condition == Condition::Success);
            }
            EventFact::Queued
            | EventFact::Sent { .. }
            | EventFact::DeliveryFailed { .. }
            | EventFact::Received
            | EventFact::Filtered { .. } => {}
        }
    }
}
