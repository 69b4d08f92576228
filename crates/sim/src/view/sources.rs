//! Queues that somebody reads, and the mappings that read them, at the playhead.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::tokens::share;
use crate::WithEvents;
use crate::id::{FunctionId, MappingId, ServiceId};
use crate::mapping::Metrics;
use crate::service::Kind;
use crate::service::queue::Lies;
use crate::sim::Sim;
use crate::time::{Instant, Span};

/// Most messages of one tray that are drawn one by one.
const DRAWN: usize = 12;
/// Most messages that are looked at to find those.
const LOOKED_AT: usize = 512;
/// Most groups that are told apart.
const GROUPS: usize = 64;

/// What a queue holds for those that read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueView {
    /// `ApproximateNumberOfMessagesVisible`.
    pub visible: u64,
    /// `ApproximateNumberOfMessagesNotVisible`.
    pub in_flight: u64,
    /// `ApproximateNumberOfMessagesDelayed`.
    pub delayed: u64,
    /// `ApproximateAgeOfOldestMessage`.
    pub oldest: Span,
    /// Whether messages may be delayed in it.
    pub delays: bool,
    /// How long a receive hides a message.
    pub visibility: Span,
    /// The groups of its messages, by their places.
    pub groups: Vec<String>,
    /// Its messages, the oldest of each tray first, as many as are drawn.
    pub messages: Vec<MessageView>,
}

/// Where a message of a queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tray {
    /// A receive gets it.
    Visible,
    /// Somebody has received it.
    InFlight,
    /// No receive gets it yet.
    Delayed,
}

/// A message of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Its number in the queue.
    pub number: u32,
    /// Where it is.
    pub tray: Tray,
    /// `ApproximateReceiveCount`.
    pub receives: u32,
    /// Its group, by its place from 1; 0 is none.
    pub group: u16,
    /// Whether no receive gets it because others of its group are in flight.
    pub blocked: bool,
    /// Parts per million of the time in its tray that are left.
    pub left: u32,
    /// How long that is.
    pub wait: Span,
}

/// An event source mapping at the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingView {
    /// Which.
    pub id: MappingId,
    /// Its name.
    pub name: String,
    /// What it reads.
    pub source: ServiceId,
    /// What it calls.
    pub function: FunctionId,
    /// What it calls, as written.
    pub target: String,
    /// Pollers at work or waiting at a queue or a topic; of a stream, the shards that it
    /// reads.
    pub pollers: u64,
    /// Whether it reads a stream.
    pub of_stream: bool,
    /// Records of batches that are not full yet.
    pub collected: u64,
    /// When the first of their windows closes.
    pub closes: Option<Instant>,
    /// Batches that run, or wait to be tried again.
    pub under_way: u64,
    /// What CloudWatch counts of it.
    pub metrics: Metrics,
}

/// The queue at a place, if somebody reads it.
pub(super) fn queue(sim: &Sim, id: ServiceId, now: Instant) -> Option<QueueView> {
    let plan = sim.plan();
    if plan.service(id).kind() != Kind::Queue {
        return None;
    }
    if !plan.mappings().iter().any(|mapping| mapping.source() == id) {
        return None;
    }
    let queue = sim.world().services().get(usize::from(id.0))?.messages();
    let (visible, in_flight) = (queue.visible(), queue.in_flight());
    let mut view = QueueView {
        visible,
        in_flight,
        delayed: queue.len() - visible - in_flight,
        oldest: queue.oldest().map_or(Span::ZERO, |sent| now.since(sent)),
        delays: plan.service(id).delays(),
        visibility: plan.service(id).spec.visibility,
        ..QueueView::default()
    };
    let mut drawn = [0; 3];
    for held in queue.held().take(LOOKED_AT) {
        let Lies { number, receives, group, since, until, is_in_flight, blocked } = held;
        let tray = match (until, is_in_flight) {
            (None, _) => Tray::Visible,
            (Some(_), true) => Tray::InFlight,
            (Some(_), false) => Tray::Delayed,
        };
        let count = &mut drawn[tray as usize];
        if *count == DRAWN {
            continue;
        }
        *count += 1;
        let wait = until.map_or(Span::ZERO, |until| until.since(now));
        let whole = until.map_or(Span::ZERO, |until| until.since(since));
        let (left, group) = (share(wait, whole), place_of(group, &mut view.groups));
        let message = MessageView { number, tray, receives, group, blocked, left, wait };
        view.messages.push(message);
        if drawn == [DRAWN; 3] {
            break;
        }
    }
    Some(view)
}

/// The place of a group from 1, told apart as far as there are that many.
pub(super) fn place_of(group: Option<&str>, groups: &mut Vec<String>) -> u16 {
    let Some(group) = group else { return 0 };
    let place = groups.iter().position(|known| known == group).unwrap_or_else(|| {
        if groups.len() < GROUPS {
            groups.push(group.to_string());
        }
        groups.len() - 1
    });
    u16::try_from(place + 1).unwrap_or(u16::MAX)
}

/// The mappings, in plan order.
pub(super) fn mappings(sim: &Sim) -> WithEvents<MappingView> {
    let mappings = sim.plan().mappings().iter().zip(sim.world().mappings()).zip(0..);
    let mappings = mappings.map(|((planned, state), at)| {
        let queue = state.queue();
        let (collected, closes) = queue.collected();
        let (pollers, under_way) = match state.stream() {
            Some(stream) => {
                let reader = stream.reader();
                let pollers = reader.pollers().map(u64::from);
                (pollers.unwrap_or(reader.reading()), stream.under_way())
            }
            None => (queue.pollers(), queue.under_way()),
        };
        MappingView {
            id: MappingId::new(at),
            name: planned.name().to_string(),
            source: planned.source(),
            function: planned.function(),
            target: planned.target().to_string(),
            pollers,
            of_stream: state.stream().is_some() && !planned.source_kind().is_of_broker(),
            collected,
            closes,
            under_way,
            metrics: state.metrics(),
        }
    });
    mappings.collect()
}
