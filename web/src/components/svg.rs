//! The few SVG shapes that pictures are made of; one place for each keeps the download
//! small and the pictures readable.

use yew::prelude::*;

use crate::geometry::{Point, Rect, px};

/// A rectangle with rounded corners.
pub fn rect(at: Rect, rx: &'static str, class: &'static str) -> Html {
    html! {
        <rect x={px(at.x)} y={px(at.y)} width={px(at.w.max(0.0))} height={px(at.h)} {rx} {class} />
    }
}

/// A rectangle filled with the hatching of Init.
pub fn hatched(at: Rect, rx: &'static str) -> Html {
    html! {
        <rect x={px(at.x)} y={px(at.y)} width={px(at.w.max(0.0))} height={px(at.h)} {rx}
            fill="url(#hatch)" />
    }
}

/// A line of text; classes say where it is anchored.
pub fn text(x: f64, y: f64, class: &'static str, content: impl Into<AttrValue>) -> Html {
    let content: AttrValue = content.into();
    html! { <text x={px(x)} y={px(y)} {class}>{ content }</text> }
}

/// A straight line.
pub fn line(from: Point, to: Point, class: &'static str) -> Html {
    html! { <line x1={px(from.x)} y1={px(from.y)} x2={px(to.x)} y2={px(to.y)} {class} /> }
}

/// A circle.
pub fn circle(at: Point, r: f64, class: &'static str) -> Html {
    html! { <circle cx={px(at.x)} cy={px(at.y)} r={px(r)} {class} /> }
}

/// A path drawn around the origin and moved to a point.
pub fn mark(at: Point, d: &'static str, class: &'static str) -> Html {
    html! { <path {d} transform={moved(at)} {class} /> }
}

/// The transform that moves the origin to a point.
pub fn moved(at: Point) -> String {
    format!("translate({} {})", px(at.x), px(at.y))
}

/// Several things as one. The iterators that make them are gathered into the same kind of
/// list first, because each kind of list is a piece of code of its own.
pub fn all(things: Vec<Html>) -> Html {
    html! { <>{ for things }</> }
}
