//! Where things stand: the board laid out from its wiring, and the axis of time.
//!
//! Units: CSS pixels. Nothing here knows a component; every number a component draws with
//! comes from here.

mod axis;
mod board;

pub use axis::{Axis, Tick, clock, clock_short};
pub use board::{
    Board, CallerBox, CallerShape, Cells, FunctionBox, FunctionShape, Posts, Row,
    SHARD_HEAD_H, SHARDS_HEAD_H, SendWire, ServiceShape, Shape, VersionBox, VersionShape,
    Wire, bracket_rows, fitted, layout, shard_h,
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

    /// Whether a point is in it, or on its edge.
    #[must_use]
    pub fn holds(&self, at: Point) -> bool {
        (self.x..=self.right()).contains(&at.x)
            && (self.y..=self.bottom()).contains(&at.y)
    }

    /// The left part of it, as wide as a share.
    #[must_use]
    pub fn share(&self, share: f64) -> Self {
        Self { w: self.w * share, ..*self }
    }
}

/// A number as an SVG attribute: at most two decimals.
///
/// Written by way of whole hundredths, because the formatting of floats is a large piece
/// of code that nothing else on the page needs.
#[must_use]
pub fn px(number: f64) -> String {
    let hundredths = (number * 100.0).round() as i64;
    let (whole, rest) = (hundredths / 100, hundredths.unsigned_abs() % 100);
    let sign = if hundredths < 0 && whole == 0 { "-" } else { "" };
    match (rest, rest % 10) {
        (0, _) => format!("{whole}"),
        (_, 0) => format!("{sign}{whole}.{}", rest / 10),
        (_, _) => format!("{sign}{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_at_most_two_decimals() {
        let cases = [
            (0.0, "0"),
            (-0.004, "0"),
            (12.0, "12"),
            (12.5, "12.5"),
            (12.345, "12.35"),
            (12.05, "12.05"),
            (-0.25, "-0.25"),
            (-3.5, "-3.5"),
        ];
        for (number, text) in cases {
            assert_eq!(px(number), text);
        }
    }
}
