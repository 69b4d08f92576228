//! What a board has to show: what there is, whatever happens at the moment.

use lambdarium_sim::id::Part;
use lambdarium_sim::view::SHARDS_DRAWN;
use lambdarium_sim::{EVENTS, WithEvents};

use super::{DELAYED_H, READ_H, SENDER_H};
use crate::geometry::Point;

/// What a board has to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// Callers, in plan order.
    pub callers: Vec<CallerShape>,
    /// Functions, in plan order.
    pub functions: Vec<FunctionShape>,
    /// Services, in plan order.
    pub services: WithEvents<ServiceShape>,
    /// The functions that mappings call, in plan order of the mappings.
    pub mappings: WithEvents<usize>,
    /// Who hands something over to whom.
    pub sends: WithEvents<(Part, Part)>,
    /// The functions that deployment groups are about, in plan order of the groups.
    pub groups: WithEvents<usize>,
    /// How many alarms there are.
    pub alarms: usize,
}

impl Shape {
    /// Whether a service is read by a mapping or only sends to functions, so that it stands
    /// left of them.
    pub(super) fn is_left(&self, service: usize) -> bool {
        if self.services[service] != ServiceShape::Plain {
            return true;
        }
        let is_it = |part: Part| matches!(part, Part::Service(id) if usize::from(id.0) == service);
        let to_function = |to: Part| matches!(to, Part::Function(_));
        self.sends.iter().any(|(from, to)| is_it(*from) && to_function(*to))
            && !self.sends.iter().any(|(_, to)| is_it(*to))
    }

    /// Whether the records of a stream are to be seen.
    pub(super) fn has_stream(&self) -> bool {
        let is_stream = |shape: &ServiceShape| matches!(shape, ServiceShape::Stream(_));
        self.services.iter().any(is_stream)
    }

    /// Whether some alias shows how it splits requests.
    pub(super) fn splits(&self) -> bool {
        self.functions.iter().any(|function| function.splits)
    }

    /// Those services, by their places.
    pub(super) fn left(&self) -> impl Iterator<Item = usize> {
        (0..self.services.len()).filter(|service| EVENTS && self.is_left(*service))
    }
}

/// What room a service needs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ServiceShape {
    /// That of its words.
    #[default]
    Plain,
    /// A queue with trays for what can be received and for what is in flight.
    Read,
    /// The same, with one for what is delayed.
    Delays,
    /// A stream with so many shards.
    Stream(usize),
}

/// Height of the name and kind of a stream above its shards.
pub const SHARDS_HEAD_H: f64 = 46.0;
/// Height of the name of a shard above its records.
pub const SHARD_HEAD_H: f64 = 17.0;
/// Height of the line on keys below the shards.
const KEYS_H: f64 = 24.0;
/// Most marks of shards in a row, and the height of one.
const CELLS_PER_ROW: usize = 8;
const CELL_H: f64 = 25.0;

/// How many rows of brackets a shard has, where so many are drawn.
#[must_use]
pub const fn bracket_rows(shards: usize) -> usize {
    match shards {
        0 | 1 => 4,
        2 => 2,
        _ => 1,
    }
}

/// The height of a shard, where so many are drawn.
#[must_use]
pub fn shard_h(shards: usize) -> f64 {
    SHARD_HEAD_H + 42.0 + 10.0 + bracket_rows(shards) as f64 * 16.0
}

impl ServiceShape {
    /// The height of a card at the left.
    pub(super) fn height(self) -> f64 {
        match self {
            Self::Plain => SENDER_H,
            Self::Read => READ_H,
            Self::Delays => READ_H + DELAYED_H,
            Self::Stream(shards) if shards <= SHARDS_DRAWN => {
                SHARDS_HEAD_H + shards.max(1) as f64 * shard_h(shards) + KEYS_H
            }
            Self::Stream(shards) => {
                let rows = shards.div_ceil(CELLS_PER_ROW) as f64;
                SHARDS_HEAD_H + rows * CELL_H + KEYS_H
            }
        }
    }
}

/// A caller.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallerShape {
    /// The function it calls.
    pub function: usize,
    /// The row of that function its wire leads to.
    pub row: Row,
    /// Whether it needs room for requests that wait to be tried again.
    pub tray: bool,
    /// How far somebody has moved it.
    pub nudge: Point,
}

/// A row of a function's card.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Row {
    /// The card as a whole.
    #[default]
    Card,
    /// An alias, by its place.
    Alias(usize),
    /// Its queue of events.
    Queue,
    /// A version, by its place among those shown.
    Version(usize),
}

/// A function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionShape {
    /// Whether events may wait for it.
    pub queue: bool,
    /// How many aliases it has.
    pub aliases: usize,
    /// Whether one of them may lead requests to two versions.
    pub splits: bool,
    /// The versions shown.
    pub versions: Vec<VersionShape>,
    /// How far somebody has moved it.
    pub nudge: Point,
}

/// A version of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VersionShape {
    /// Its place in the plan.
    pub index: u16,
    /// The most environments it ever has.
    pub peak: u32,
}
