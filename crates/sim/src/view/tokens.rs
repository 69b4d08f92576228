//! Tokens: where each request is to be drawn at a moment.
//!
//! Calls and answers take no simulated time, so for the eye a token glides along its wire
//! for a while after it was sent, and again after it was answered. A round trip that is
//! shorter than a glide is stretched: half of the time out, half of it back, so that a
//! throttled request is seen to fly to the function and to bounce.
//!
//! Inside an instant, event by event, nothing glides: each token stands where the last
//! event has brought it.

use alloc::vec::Vec;

use super::{Back, Look, Place, Sent, Token};
use crate::caller::state::{Call, Doing};
use crate::id::{CallerId, EnvironmentId, FunctionId, Job, Origin, Part};
use crate::lambda::async_queue::Doing::Waiting;
use crate::lambda::run::Run;
use crate::sim::Sim;
use crate::time::{Instant, Moment, Span};
use crate::trace::{Ending, Entry, EventFact, Fact, Log, MessageFact, Outcome};
use crate::{EVENTS, WithEvents};

/// Most entries looked at for tokens on wires.
const LOOK_BACK: u32 = 1 << 13;
/// Most causes followed from an answer back to its call.
const CAUSES_MAX: u32 = 16;
/// All of a wire.
const WHOLE: u32 = 1_000_000;

/// Everything that moves or waits; gives up just above the most that are drawn.
pub(super) fn tokens(
    sim: &Sim,
    log: &Log,
    look: &Look,
    entries: u32,
) -> (Vec<Token>, WithEvents<Sent>) {
    let Look { moment, glide, tokens_max } = *look;
    let most = usize::try_from(tokens_max).unwrap_or(usize::MAX);
    let inside = moment.step != Moment::end_of(moment.at).step;
    let now = moment.at;
    let (seen, tokens, sent) = (Vec::new(), Vec::new(), WithEvents::new());
    let mut fold = Fold { sim, log, now, glide, inside, most, seen, tokens, sent };
    fold.on_wires(entries);
    fold.running();
    fold.backing_off();
    if EVENTS {
        fold.queued();
    }
    (fold.tokens, fold.sent)
}

struct Fold<'a> {
    sim: &'a Sim,
    log: &'a Log,
    now: Instant,
    glide: Span,
    /// Whether the playhead stands between two events of its instant.
    inside: bool,
    most: usize,
    /// Requests whose last fact has been seen, and whether it made a token.
    seen: Vec<(Job, bool)>,
    tokens: Vec<Token>,
    sent: WithEvents<Sent>,
}

/// What the last fact about a request says of its token.
enum Seen {
    /// Here.
    At(Place, u16),
    /// Nowhere.
    Nowhere,
    /// Where the machine has it: in an environment, or waiting at its caller.
    AskMachine,
    /// Nothing: an older fact decides.
    AskOlder,
}

impl Fold<'_> {
    fn is_full(&self) -> bool {
        self.tokens.len() > self.most
    }

    /// What was sent or answered so short a time ago that it still glides.
    fn on_wires(&mut self, entries: u32) {
        for number in (entries.saturating_sub(LOOK_BACK)..entries).rev() {
            let Some(entry) = self.log.get(number) else { break };
            if self.now.since(entry.at) >= self.glide || self.is_full() {
                break;
            }
            let Some(job) = entry.job else { continue };
            if EVENTS && let Some(sent) = self.on_send(entry, job) {
                self.sent.push(sent);
            }
            let Origin::Caller(caller) = job.origin else { continue };
            if self.seen.iter().any(|(seen, _)| *seen == job) {
                continue;
            }
            let token = match self.seen(number, entry, job) {
                Seen::AskOlder => continue,
                Seen::AskMachine => None,
                Seen::Nowhere => {
                    self.seen.push((job, true));
                    continue;
                }
                Seen::At(place, attempt) => Some((place, attempt)),
            };
            self.seen.push((job, token.is_some()));
            let function = self.sim.plan().caller(caller).function();
            self.tokens.extend(token.map(|(place, attempt)| Token {
                job,
                function,
                attempt,
                copy: false,
                place,
                room: None,
            }));
        }
    }

    /// What a part sends: it is sent and received in no time, for the eye it glides. What
    /// is not taken glides back in the second half of that time.
    fn on_send(&self, entry: &Entry, job: Job) -> Option<Sent> {
        let from = entry.part;
        let (to, refused) = if let Fact::Event(EventFact::Sent { to, .. }) = entry.fact {
            (to, false)
        } else if let Fact::Message(MessageFact::HandedOut { to, .. }) = entry.fact {
            (to, false)
        } else if let Fact::Message(MessageFact::Batched { .. }) = entry.fact {
            (self.knocks_at(entry)?, false)
        } else if let Fact::Event(EventFact::DeliveryFailed { to, .. }) = entry.fact {
            (to, true)
        } else if let Fact::Retried { .. } = entry.fact {
            (self.knocks_at(entry)?, false)
        } else if let Fact::RetryPlanned { .. } = entry.fact {
            (self.knocks_at(entry)?, true)
        } else {
            return None;
        };
        if self.sent.iter().any(|sent| sent.job == job) {
            return None;
        }
        let passed = self.now.since(entry.at);
        let half = Span(self.glide.0 / 2);
        let (way, refused) = match refused {
            false => (share(passed, self.glide), false),
            // Event by event it stands where it was refused.
            true if self.inside && entry.at == self.now => (WHOLE, true),
            true if passed < half => (share(passed, half), false),
            true => (WHOLE - share(Span(passed.0 - half.0), half), true),
        };
        Some(Sent { job, from, to, way, refused })
    }

    /// The function that a mapping, a topic or a bus tries to reach; none for a caller, whose
    /// calls are tokens of their own.
    fn knocks_at(&self, entry: &Entry) -> Option<Part> {
        if let Part::Mapping(id) = entry.part {
            return Some(Part::Function(self.sim.plan().mapping(id).function()));
        }
        let Part::Service(_) = entry.part else { return None };
        let mut entry = *entry;
        // A retry follows from its plan, and that from the answer of the function.
        for _ in 0..CAUSES_MAX {
            entry = *self.log.get(entry.cause)?;
            if let Part::Function(_) = entry.part {
                return Some(entry.part);
            }
        }
        None
    }

    fn seen(&self, number: u32, entry: &Entry, job: Job) -> Seen {
        if EVENTS && self.is_asynchronous(job) {
            return self.seen_of_event(number, entry, job);
        }
        self.seen_of_call(number, entry, job)
    }

    /// Whether a caller only hands events over.
    fn is_asynchronous(&self, job: Job) -> bool {
        self.sim.plan().caller(caller(job)).is_asynchronous()
    }

    /// What an entry says of a call that was made to hand over an event. The answer says
    /// only that it was taken, so what is seen of it is the event, on its way to the queue.
    fn seen_of_event(&self, number: u32, entry: &Entry, job: Job) -> Seen {
        if !matches!(entry.part, Part::Caller(_)) {
            return Seen::AskOlder;
        }
        let Fact::Answered { outcome: Outcome::Accepted, attempts, .. } = entry.fact
        else {
            return self.seen_of_call(number, entry, job);
        };
        if self.inside && entry.at == self.now {
            return Seen::AskMachine;
        }
        let way = share(self.now.since(entry.at), self.glide);
        Seen::At(Place::Going(way), attempts)
    }

    fn seen_of_call(&self, number: u32, entry: &Entry, job: Job) -> Seen {
        let inside = self.inside && entry.at == self.now;
        let at_function = |back| match self.sent(number, job) {
            // An abandoned run may end while its request is somewhere else.
            Some((_, attempt)) if inside && self.waits_for(job, attempt) => {
                Seen::At(Place::Returning(0, back), attempt)
            }
            Some(_) | None => Seen::AskOlder,
        };
        match entry.fact {
            Fact::Called => Seen::At(Place::Going(0), 1),
            Fact::Retried { attempt } => Seen::At(Place::Going(0), attempt),
            Fact::Started { .. } => Seen::AskMachine,
            Fact::Answered { outcome, attempts, .. } if inside => {
                Seen::At(Place::Returning(WHOLE, back(outcome)), attempts)
            }
            Fact::RetryPlanned { .. } if inside => Seen::AskMachine,
            Fact::Answered { outcome, .. } => {
                self.flight(number, entry, job, back(outcome), Seen::Nowhere)
            }
            Fact::RetryPlanned { .. } => {
                let refused = matches!(self.cause(entry), Some(Fact::Refused { .. }));
                let back = if refused { Back::Refused } else { Back::Throttled };
                self.flight(number, entry, job, back, Seen::AskMachine)
            }
            Fact::Ended { ending: Ending::Succeeded, .. } | Fact::DryRunAnswered => {
                at_function(Back::Ok)
            }
            Fact::Ended { .. } => at_function(Back::Failed),
            Fact::Throttled { .. } => at_function(Back::Throttled),
            Fact::Refused { .. } if entry.part == Part::Caller(caller(job)) => {
                Seen::Nowhere
            }
            Fact::Refused { .. } => at_function(Back::Refused),
            Fact::WaitEnded { .. } => Seen::Nowhere,
            Fact::QuotaExhausted { .. }
            | Fact::SpilledOver { .. }
            | Fact::InitCut
            | Fact::Abandoned
            | Fact::EnvironmentRemoved { .. }
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
            | Fact::Stopped { .. } => Seen::AskOlder,
        }
    }

    /// The way there and back of an attempt that was answered by `entry`.
    fn flight(
        &self,
        number: u32,
        entry: &Entry,
        job: Job,
        back: Back,
        unsent: Seen,
    ) -> Seen {
        let Some((sent, attempt)) = self.sent(number, job) else { return unsent };
        let trip = entry.at.since(sent);
        let out = self.way_out(trip);
        let place = if trip >= self.glide {
            Place::Returning(share(self.now.since(entry.at), self.glide), back)
        } else if self.now.since(sent) < out {
            Place::Going(share(self.now.since(sent), out))
        } else {
            let all = trip.plus(self.glide);
            let (gone, home) = (self.now.since(sent).0 - out.0, all.0 - out.0);
            Place::Returning(share(Span(gone), Span(home)), back)
        };
        Seen::At(place, attempt)
    }

    /// How long a token is on its way to the function, of a round trip this long.
    fn way_out(&self, trip: Span) -> Span {
        if trip >= self.glide { self.glide } else { Span((trip.0 + self.glide.0) / 2) }
    }

    fn cause(&self, entry: &Entry) -> Option<Fact> {
        self.log.get(entry.cause).map(|cause| cause.fact)
    }

    /// When the attempt behind an entry was sent, and which it was; none if it never was,
    /// or if nobody waited for its answer any more.
    fn sent(&self, number: u32, job: Job) -> Option<(Instant, u16)> {
        let mut number = number;
        for _ in 0..CAUSES_MAX {
            let entry = self.log.get(number)?;
            let ours = entry.job == Some(job);
            if ours && entry.fact == Fact::Called {
                return Some((entry.at, 1));
            } else if ours && let Fact::Retried { attempt } = entry.fact {
                return Some((entry.at, attempt));
            }
            let never_sent = matches!(entry.fact, Fact::Refused { .. })
                && entry.part == Part::Caller(caller(job));
            let given_up = matches!(entry.fact, Fact::WaitEnded { .. });
            if never_sent || given_up || entry.cause >= number {
                return None;
            }
            number = entry.cause;
        }
        None
    }

    fn waits_for(&self, job: Job, attempt: u16) -> bool {
        let callers = self.sim.world().callers();
        let mut calls = callers[usize::from(caller(job).0)].calls();
        calls.any(|call| is_waiting(call, job, attempt))
    }

    /// Whether somebody waits for the answer of a run.
    fn is_awaited(&self, run: &Run) -> bool {
        if run.queued {
            return true;
        }
        let Origin::Caller(caller) = run.job.origin else { return true };
        let state = &self.sim.world().callers()[usize::from(caller.0)];
        state.call_at(run.slot).is_some_and(|call| is_waiting(call, run.job, run.attempt))
    }

    fn is_drawn(&self, job: Job) -> bool {
        self.seen.contains(&(job, true))
    }

    /// What runs, and what has found its environment and is still on the way.
    fn running(&mut self) {
        let functions = 0..self.sim.plan().functions().len();
        for id in functions.map(|at| FunctionId(u16::try_from(at).unwrap_or(u16::MAX))) {
            let state = self.sim.world().lambda().function(id);
            let busy = state
                .environments
                .iter()
                .filter_map(|environment| Some((environment.id, environment.run?)));
            for (environment, slot) in busy {
                if self.is_full() {
                    return;
                }
                let Some(run) = state.run(slot) else { continue };
                let copy = run.queued && state.queue().at(run.slot).copy;
                if self.is_awaited(run) && (copy || !self.is_drawn(run.job)) {
                    let place = self.place_of(run, environment);
                    let Run { job, attempt, room, .. } = *run;
                    let (function, room) = (id, Some(room));
                    self.tokens.push(Token { job, function, attempt, copy, place, room });
                }
            }
        }
    }

    fn place_of(&self, run: &Run, environment: EnvironmentId) -> Place {
        let passed = self.now.since(run.started);
        let out = self.way_out(run.until.since(run.started));
        match run.job.origin {
            Origin::Caller(_)
                if !run.queued && passed < out && !(self.inside && passed.0 == 0) =>
            {
                Place::Going(share(passed, out))
            }
            Origin::Caller(_)
            | Origin::Act(_)
            | Origin::Function(_)
            | Origin::Service(_)
            | Origin::Mapping(_)
            | Origin::Deployment(_) => Place::Running(environment),
        }
    }

    /// What waits in the queue of its function.
    fn queued(&mut self) {
        for at in 0..self.sim.plan().functions().len() {
            let function = FunctionId(u16::try_from(at).unwrap_or(u16::MAX));
            let queue = self.sim.world().lambda().function(function).queue();
            for event in queue.events() {
                let Waiting { due } = event.doing else { continue };
                if self.is_full() {
                    return;
                }
                if self.is_drawn(event.job) && !event.copy {
                    continue;
                }
                let left = due.since(self.now);
                let place = Place::Queued(share(left, due.since(event.since)), left);
                let (job, attempt, copy) = (event.job, event.attempts + 1, event.copy);
                self.tokens.push(Token {
                    job,
                    function,
                    attempt,
                    copy,
                    place,
                    room: None,
                });
            }
        }
    }

    /// What waits at its caller.
    fn backing_off(&mut self) {
        for (at, state) in self.sim.world().callers().iter().enumerate() {
            let id = CallerId(u16::try_from(at).unwrap_or(u16::MAX));
            let function = self.sim.plan().caller(id).function();
            for call in state.calls() {
                let Call { number, attempt, since, doing, .. } = *call;
                let Doing::BackingOff { until } = doing else { continue };
                if self.is_full() {
                    return;
                }
                let job = Job { origin: Origin::Caller(id), call: number };
                if self.is_drawn(job) {
                    continue;
                }
                let left = until.since(self.now);
                let place = Place::BackingOff(share(left, until.since(since)), left);
                let (copy, room) = (false, None);
                self.tokens.push(Token { job, function, attempt, copy, place, room });
            }
        }
    }
}

fn is_waiting(call: &Call, job: Job, attempt: u16) -> bool {
    call.number == job.call && call.attempt == attempt && call.doing == Doing::Waiting
}

/// Parts per million that a span is of a whole.
pub(super) fn share(part: Span, whole: Span) -> u32 {
    let share = u128::from(part.0) * u128::from(WHOLE) / u128::from(whole.0.max(1));
    u32::try_from(share).unwrap_or(WHOLE).min(WHOLE)
}

fn caller(job: Job) -> CallerId {
    match job.origin {
        Origin::Caller(caller) => caller,
        Origin::Act(_)
        | Origin::Function(_)
        | Origin::Service(_)
        | Origin::Mapping(_)
        | Origin::Deployment(_) => CallerId(u16::MAX),
    }
}

fn back(outcome: Outcome) -> Back {
    match outcome {
        Outcome::Ok | Outcome::Accepted => Back::Ok,
        Outcome::FunctionError => Back::Failed,
        Outcome::Throttled => Back::Throttled,
        Outcome::Refused | Outcome::TimedOut => Back::Refused,
    }
}
