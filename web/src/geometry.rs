//! Where things stand: the board laid out from its wiring, and the axis of time.
//!
//! Units: CSS pixels. Nothing here knows a component; every number a component draws with
//! comes from here.

mod axis;
mod board;

pub use axis::{Axis, Tick, clock, clock_short};
pub use board::{
    Board, CallerBox, CallerShape, Cells, FunctionBox, FunctionShape, Row, Shape,
    VersionBox, VersionShape, Wire, layout,
};

/// A point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    /// The point at a share of the way to another.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        let between = |from: f64, to: f64| from + (to - from) * share;
        Self { x: between(self.x, other.x), y: between(self.y, other.y) }
    }
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// The right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// The lower edge.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }
}

/// A number as an SVG attribute: at most two decimals.
#[must_use]
pub fn px(number: f64) -> String {
    let rounded = (number * 100.0).round() / 100.0;
    format!("{rounded}")
}
