//! The axis of a run: where its instants stand, by time or by what happens.
//!
//! By time, every microsecond is a step; by events, every instant at which something
//! happens is one, so that quiet hours are as short as busy milliseconds. Between two knots
//! time passes evenly. Places are whole numbers, so page and engine agree on them.

use alloc::vec::Vec;

use crate::record::Recording;
use crate::time::{Instant, Span};

/// What makes a step on the axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// Time that passes.
    #[default]
    Time,
    /// Something that happens.
    Events,
}

/// Most knots of an axis, half of them inside the window.
const KNOTS_MAX: u32 = 4_096;

/// Where the instants of a run stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Instants and their places, both growing; at least two.
    pub knots: Vec<(Instant, u64)>,
}

impl Scale {
    /// Places of one step by events: fine enough for any screen.
    pub const STEP: u64 = 1 << 20;

    /// A run of this length, by time.
    #[must_use]
    pub fn time(end: Instant) -> Self {
        Self { knots: alloc::vec![(Instant::START, 0), (end, end.0.max(1))] }
    }

    /// A recording by events. Where more happens than there are knots for, only every so
    /// many instants have one; a window has half of all knots for itself.
    #[must_use]
    pub fn events(recording: &Recording, from: Instant, to: Instant) -> Self {
        let is_inside = |at: Instant| at >= from && at <= to;
        let mut counts = [0_u32; 2];
        for at in instants(recording) {
            counts[usize::from(is_inside(at))] += 1;
        }
        let strides = counts.map(|count| u64::from(count / (KNOTS_MAX / 2) + 1));
        let mut knots = alloc::vec![(Instant::START, 0)];
        let (mut number, mut last) = (0, Instant::START);
        for at in instants(recording) {
            (number, last) = (number + 1, at);
            if number % strides[usize::from(is_inside(at))] == 0 {
                knots.push((at, number * Self::STEP));
            }
        }
        let end = recording.end();
        let is_open = knots.last().is_some_and(|knot| knot.0 < end);
        if is_open || knots.len() == 1 {
            knots.push((end, (number + u64::from(last < end)).max(1) * Self::STEP));
        }
        Self { knots }
    }

    /// Whether time passes evenly on all of it.
    #[must_use]
    pub fn is_even(&self) -> bool {
        self.knots.len() == 2
    }

    /// The place of the end.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.knots.last().map_or(0, |knot| knot.1)
    }

    /// Where an instant stands; what lies outside of the run stands at its ends.
    #[must_use]
    pub fn place(&self, at: Instant) -> u64 {
        let after = self.knots.partition_point(|knot| knot.0 <= at);
        let Some((left, right)) = self.around(after) else { return self.edge(after).1 };
        let way = between(right.1 - left.1, at.since(left.0).0, right.0.since(left.0).0);
        // Down: an instant never stands further than it has come.
        left.1 + u64::try_from(way.0).unwrap_or(u64::MAX)
    }

    /// The first instant that does not stand before a place.
    #[must_use]
    pub fn at(&self, place: u64) -> Instant {
        let after = self.knots.partition_point(|knot| knot.1 <= place);
        let Some((left, right)) = self.around(after) else { return self.edge(after).0 };
        let way = between(right.0.since(left.0).0, place - left.1, right.1 - left.1);
        let up = way.0 + u128::from(way.1);
        left.0.plus(Span(u64::try_from(up).unwrap_or(u64::MAX)))
    }

    /// The last knot that does not stand behind a place: an instant at which something
    /// happens, on an axis by events.
    #[must_use]
    pub fn knot(&self, place: u64) -> Instant {
        self.edge(self.knots.partition_point(|knot| knot.1 <= place)).0
    }

    /// Where each of so many equal columns of a window begins.
    pub(super) fn columns(
        &self,
        from: Instant,
        to: Instant,
        columns: u32,
    ) -> Vec<Instant> {
        let (first, last) = (self.place(from), self.place(to));
        let start = |column: u32| {
            let way = between(last - first, column.into(), columns.into());
            let up = way.0 + u128::from(way.1);
            self.at(first + u64::try_from(up).unwrap_or(0)).max(from)
        };
        (0..columns).map(start).collect()
    }

    fn around(&self, after: usize) -> Option<((Instant, u64), (Instant, u64))> {
        Some((*self.knots.get(after.checked_sub(1)?)?, *self.knots.get(after)?))
    }

    /// The knot just before a number, or the first one.
    fn edge(&self, after: usize) -> (Instant, u64) {
        self.knots[after.saturating_sub(1).min(self.knots.len() - 1)]
    }
}

/// `whole · part / parts`, and whether something is left over.
fn between(whole: u64, part: u64, parts: u64) -> (u128, bool) {
    let product = u128::from(whole) * u128::from(part);
    let parts = u128::from(parts.max(1));
    (product / parts, product % parts > 0)
}

/// The instants after the start at which something happens, each once.
fn instants(recording: &Recording) -> impl Iterator<Item = Instant> {
    let mut last = Instant::START;
    recording.log().iter().filter_map(move |entry| {
        let is_new = entry.at > last;
        last = entry.at;
        is_new.then_some(entry.at)
    })
}
