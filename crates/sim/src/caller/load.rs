//! When a caller calls.
//!
//! Units: rates are billionths of a call per second, so that 1 call in 5 minutes and
//! 10,000 calls in a second are both exact enough.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::dice::{Dice, Purpose};
use crate::knob::Issue;
use crate::rule::Rule;
use crate::time::{Instant, Span};

/// One call per second, as a rate.
pub const PER_SECOND: u64 = 1_000_000_000;

/// The pattern of a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// So many calls at one instant.
    Burst {
        /// Calls.
        count: u64,
    },
    /// Evenly spaced calls.
    Constant {
        /// Billionths of a call per second.
        rate: u64,
    },
    /// Calls that know nothing of each other.
    Poisson {
        /// Mean rate, billionths of a call per second.
        rate: u64,
    },
    /// Evenly growing or falling rate between the ends of the load.
    Ramp {
        /// Rate at the start, billionths of a call per second.
        from: u64,
        /// Rate at the end.
        to: u64,
    },
    /// Calls at the instants listed.
    At(Vec<Instant>),
}

/// When a caller calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The pattern.
    pub pattern: Pattern,
    /// When it begins.
    pub start: Instant,
    /// When it ends; unset is the end of the run.
    pub end: Option<Instant>,
    /// Most calls in all; unset is as many as there is time for.
    pub count_max: Option<u64>,
}

impl Default for Load {
    /// One call at the start.
    fn default() -> Self {
        Self {
            pattern: Pattern::Burst { count: 1 },
            start: Instant::START,
            end: None,
            count_max: None,
        }
    }
}

const RATE_MAX: u64 = 100_000 * PER_SECOND;
/// Microseconds of a second times the unit of a rate: a gap is this over the rate.
const MICROS_BY_RATE: u64 = 1_000_000 * PER_SECOND;

impl Load {
    /// How many calls it makes at most until `end` of the run (an estimate for Poisson).
    #[must_use]
    pub fn calls_expected(&self, until: Instant) -> u64 {
        let end = self.end.unwrap_or(until).min(until);
        let span = u128::from(end.since(self.start).0);
        let over = |rate: u64| {
            u64::try_from(span * u128::from(rate) / u128::from(MICROS_BY_RATE))
                .unwrap_or(u64::MAX)
        };
        let calls = match &self.pattern {
            Pattern::Burst { count } => *count,
            Pattern::Constant { rate } | Pattern::Poisson { rate } => over(*rate),
            Pattern::Ramp { from, to } => over(u64::midpoint(*from, *to)),
            Pattern::At(times) => times.len() as u64,
        };
        self.count_max.map_or(calls, |max| calls.min(max))
    }

    /// Says all that is wrong with it.
    pub(crate) fn check(
        &self,
        place: &str,
        until: Instant,
        calls_max: u64,
        issues: &mut Vec<Issue>,
    ) {
        let mut bad = |key: &str, found: String, allowed: &str| {
            let place = format!("{place}.{key}");
            issues.push(Issue {
                place,
                found,
                allowed: allowed.into(),
                rule: Rule::Sim03,
            });
        };
        let (key, rates): (&str, &[u64]) = match &self.pattern {
            Pattern::Burst { .. } => ("burst", &[]),
            Pattern::Constant { rate } => ("constant", &[*rate]),
            Pattern::Poisson { rate } => ("poisson", &[*rate]),
            Pattern::Ramp { from, to } => ("ramp", &[*from, *to]),
            Pattern::At(times) => {
                if times.is_empty() || !times.is_sorted() {
                    let found = format!("{} times", times.len());
                    bad("at", found, "times in order, at least one");
                }
                ("at", &[])
            }
        };
        for rate in rates {
            let ramp_end = key == "ramp" && *rate == 0;
            if (*rate == 0 && !ramp_end) || *rate > RATE_MAX {
                let allowed = "more than 0 and at most 100000 calls per second";
                return bad(key, shown_rate(*rate), allowed);
            }
        }
        if let Pattern::Ramp { from: 0, to: 0 } = self.pattern {
            bad("ramp", "0 to 0".into(), "a rate above 0 at one end");
        }
        if let Some(end) = self.end
            && end <= self.start
        {
            let found = end.since(Instant::START).to_string();
            bad("to", found, "a time after the start of the load");
        }
        let calls = self.calls_expected(until);
        if calls > calls_max || matches!(self.pattern, Pattern::Burst { count: 0 }) {
            let allowed = format!(
                "1 to {calls_max} calls of one caller; lower the rate, or let the load end \
                 sooner (to, count) or the run (until)"
            );
            bad(key, format!("{calls} calls in all"), &allowed);
        }
    }
}

/// A rate as people read it.
fn shown_rate(rate: u64) -> String {
    let (whole, fraction) = (rate / PER_SECOND, rate % PER_SECOND);
    let fraction = format!(".{fraction:09}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    format!("{whole}{fraction} per second")
}

/// Where a load stands: how many calls it has made, and when the last one was due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Calls made.
    pub made: u64,
    /// When the last one was due.
    pub last: Instant,
    /// The gap between all calls, where they are evenly spaced by whole microseconds. The
    /// gaps before the next calls, where gaps are drawn: several at once and ahead of time,
    /// because a processor works on several logarithms in the time of one, and no
    /// step has to wait for them.
    ahead: [Span; AHEAD as usize],
}

/// So many gaps are drawn at once.
const AHEAD: u64 = 4;

impl State {
    /// When the next call is due, if there is one, and how many fall on that instant.
    pub(crate) fn next(
        &mut self,
        load: &Load,
        until: Instant,
        dice: &Dice,
    ) -> Option<(Instant, u64)> {
        let left = load.count_max.unwrap_or(u64::MAX).saturating_sub(self.made);
        let index = self.made;
        let (at, count) = match &load.pattern {
            Pattern::Burst { count } if index == 0 => (load.start, *count),
            Pattern::Burst { .. } => return None,
            Pattern::Constant { rate } => {
                if index == 0 {
                    self.ahead[0] = whole_gap(*rate).unwrap_or(Span::ZERO);
                }
                let gap = match self.ahead[0] {
                    Span::ZERO => Span(rounded_gap(index, *rate)?),
                    gap => Span(index.checked_mul(gap.0)?),
                };
                (load.start.plus(gap), 1)
            }
            Pattern::Poisson { rate } => {
                let from = if index == 0 { load.start } else { self.last };
                if index == 0 {
                    self.draw_ahead(0, *rate, dice);
                }
                let gap = self.ahead[(index % AHEAD) as usize];
                if index % AHEAD == AHEAD - 1 {
                    self.draw_ahead(index + 1, *rate, dice);
                }
                (from.plus(gap), 1)
            }
            Pattern::Ramp { from, to } => (ramp(load, until, *from, *to, index)?, 1),
            Pattern::At(times) => {
                let at = *times.get(usize::try_from(index).ok()?)?;
                (at, 1)
            }
        };
        let end = load.end.unwrap_or(until);
        let past_end = if load.end.is_some() { at >= end } else { at > end };
        if past_end || left == 0 {
            return None;
        }
        let count = count.min(left);
        self.made += count;
        self.last = at;
        Some((at, count))
    }
}

impl State {
    #[inline(never)]
    fn draw_ahead(&mut self, index: u64, rate: u64, dice: &Dice) {
        let mean = Span(MICROS_BY_RATE / rate);
        for (gap, index) in self.ahead.iter_mut().zip(index..) {
            *gap = dice.exponential(Purpose::Arrival, index, 0, mean);
        }
    }
}

/// The gap between evenly spaced calls, if it is whole microseconds: most are, and divisions
/// are slow.
fn whole_gap(rate: u64) -> Option<Span> {
    MICROS_BY_RATE.is_multiple_of(rate).then(|| Span(MICROS_BY_RATE / rate))
}

/// How long after the first one call `index` of evenly spaced ones is due, in microseconds.
fn rounded_gap(index: u64, rate: u64) -> Option<u64> {
    let gap = u128::from(index) * u128::from(MICROS_BY_RATE) / u128::from(rate);
    u64::try_from(gap).ok()
}

/// When call `index` of a ramp is due: where the area under the rate reaches `index`.
fn ramp(load: &Load, until: Instant, from: u64, to: u64, index: u64) -> Option<Instant> {
    let length = load.end.unwrap_or(until).since(load.start).0;
    // The area grows with time, so the instant is found by halving: exact in integers.
    let area = |t: u64| -> u128 {
        let (t, length) = (u128::from(t), u128::from(length));
        let (from, to) = (u128::from(from), u128::from(to));
        // from*t + (to-from)*t²/(2*length), arranged so that it never goes below zero.
        let falling = from * t + to * t * t / (2 * length).max(1);
        falling - from * t * t / (2 * length).max(1)
    };
    let wanted = u128::from(index) * u128::from(MICROS_BY_RATE);
    if area(length) < wanted {
        return None;
    }
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = u64::midpoint(low, high);
        if area(middle) < wanted { low = middle + 1 } else { high = middle }
    }
    Some(load.start.plus(Span(low)))
}
