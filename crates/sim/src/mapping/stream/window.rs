//! Tumbling windows: which one a record belongs to, and the state that is handed on in it.
//!
//! Units: windows begin at multiples of their length since 1970, on the wall clock.
//! Rules: TW-01 to TW-04. Assumed: when the state grows too large, a last call that says so
//! gets it; what follows in the same window begins with an empty one.

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::service::stream::record::EPOCH_S;
use crate::time::{Instant, Span};
use crate::value::Value;

/// A window that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Microseconds since 1970 at which it starts; that may be before the run does.
    start_us: u64,
    length: Span,
    state: Rc<Value>,
    is_early: bool,
}

/// What an invocation says about its window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When the window starts, as ISO 8601 in whole seconds.
    pub start: Instant,
    /// When it ends.
    pub end: Instant,
    /// The state so far.
    pub state: Rc<Value>,
    /// Whether it is the last call of the window.
    pub is_final: bool,
    /// Whether the window ends before its time, because the state has grown too large.
    pub is_early: bool,
}

const EPOCH_US: u64 = EPOCH_S * 1_000_000;

impl Open {
    /// The window of a record that arrived at an instant, without any state.
    #[must_use]
    pub fn of(arrived: Instant, length: Span) -> Self {
        let since_1970 = EPOCH_US + arrived.0;
        let start_us = since_1970 - since_1970 % length.0;
        let state = Rc::new(Value::Object(Vec::new()));
        Self { start_us, length, state, is_early: false }
    }

    /// When it ends: never before the run starts.
    #[must_use]
    pub const fn end(&self) -> Instant {
        Instant((self.start_us + self.length.0).saturating_sub(EPOCH_US))
    }

    /// Whether a record that arrived at an instant belongs to it.
    #[must_use]
    pub const fn holds(&self, arrived: Instant) -> bool {
        let at = EPOCH_US + arrived.0;
        self.start_us <= at && at < self.start_us + self.length.0
    }

    /// Whether its state has grown too large.
    #[must_use]
    pub const fn is_early(&self) -> bool {
        self.is_early
    }

    /// Takes what an invocation answered as the state.
    pub fn hand_on(&mut self, state: &Value, bytes_max: u64) {
        self.is_early = state.bytes() > bytes_max;
        self.state = Rc::new(state.clone());
    }

    /// What an invocation says about it.
    #[must_use]
    pub fn call(&self, is_final: bool) -> Call {
        Call {
            start: Instant(self.start_us.saturating_sub(EPOCH_US)),
            end: self.end(),
            state: Rc::clone(&self.state),
            is_final,
            is_early: is_final && self.is_early,
        }
    }
}
