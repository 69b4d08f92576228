//! The shapes of pictures, ready to stand among components.

use yew::prelude::*;

use super::picture;
pub use super::picture::moved;
use crate::geometry::{Point, Rect};

/// A rectangle with rounded corners.
pub fn rect(at: Rect, rx: &'static str, class: &'static str) -> Html {
    picture::rect(at, rx, class).into()
}

/// A line of text; classes say where it is anchored.
pub fn text(x: f64, y: f64, class: &'static str, content: impl Into<AttrValue>) -> Html {
    picture::text(x, y, class, content).into()
}

/// A straight line.
pub fn line(from: Point, to: Point, class: &'static str) -> Html {
    picture::line(from, to, class).into()
}

/// A circle.
pub fn circle(at: Point, r: f64, class: &'static str) -> Html {
    picture::circle(at, r, class).into()
}

/// A path drawn around the origin and moved to a point.
pub fn mark(at: Point, d: &'static str, class: &'static str) -> Html {
    picture::mark(at, d, class).into()
}

/// Several things as one. The iterators that make them are gathered into the same kind of
/// list first, because each kind of list is a piece of code of its own.
pub fn all(things: Vec<Html>) -> Html {
    html! { <>{ for things }</> }
}
