//! The icons, drawn with the current colour of the text beside them.

use yew::prelude::*;

use super::picture::{self, Node};
use crate::geometry::Point;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A caller.
    Caller,
    /// A function.
    Function,
    /// A queue, topic, bus or bucket.
    Service,
    /// An event source mapping.
    Mapping,
    /// An alias or a version.
    Signpost,
    /// A deployment.
    Stairs,
    /// An alarm.
    Lamp,
    /// Start playing.
    Play,
    /// Stop playing.
    Pause,
    /// One event back.
    Back,
    /// One event forward.
    Forward,
    /// The marker before.
    MarkerBack,
    /// The next marker.
    MarkerForward,
    /// Light or dark.
    Theme,
    /// Look for something.
    Find,
    /// Help.
    Help,
    /// Close; or a wrong answer.
    Close,
    /// A right answer.
    Right,
    /// Something is wrong.
    Warning,
    /// A text.
    Text,
    /// One change back.
    Undo,
    /// One change on again.
    Redo,
    /// Luck.
    Dice,
    /// Two boards, one above the other.
    Two,
    /// A menu.
    Menu,
    /// Leads out of this page.
    Out,
}

/// An icon of 16 by 16 pixels; its meaning is said by what stands around it.
pub fn icon(icon: Icon) -> Html {
    picture(icon).into()
}

/// The same as a picture.
pub fn picture(icon: Icon) -> Node {
    let (lines, filled) = paths(icon);
    let paths = [(lines, "ico"), (filled, "ico-f")].into_iter();
    let paths = paths.filter(|(d, _)| !d.is_empty());
    let paths = paths.map(|(d, class)| picture::path(d, class)).collect();
    let names = &["viewBox", "width", "height", "aria-hidden"];
    Node::new("svg", names, ["0 0 16 16".into(), "16".into(), "16".into(), "true".into()])
        .with(paths)
}

/// Lambdarium's own sign.
pub fn logo() -> Node {
    let sign = picture::path("M5 3h2.600L14.400 17H17M8.900 7.600 4 17", "logo");
    let dot = picture::circle(Point { x: 15.8, y: 4.8 }, 2.2, "bdf-acc");
    let names = &["viewBox", "width", "height", "aria-hidden"];
    Node::new("svg", names, ["0 0 20 20".into(), "20".into(), "20".into(), "true".into()])
        .with(vec![sign, dot])
}

/// What is drawn as lines, and what is filled.
fn paths(icon: Icon) -> (&'static str, &'static str) {
    match icon {
        Icon::Caller => ("M8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M8 6v4M6 8h4", ""),
        Icon::Function => ("M4.5 2.5h2l5 11h2M7.5 6.5l-4 7", ""),
        Icon::Service => ("M2.500 5h11v8h-11zM2.500 8h3l1 2h3l1-2h3", ""),
        Icon::Mapping => ("M3 3v10M13 3v10M3 8h10M10 5.5 13 8l-3 2.500", ""),
        Icon::Signpost => ("M8 1.5v13M4 3.5h7.5L13.500 5.500 11.500 7.500H4z", ""),
        Icon::Stairs => ("M2 13h4V9.500h4V6h4V2.500", ""),
        Icon::Lamp => (
            "M8 3.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7M8 1v1M2.500 7h-1M14.500 7h-1M6.500 13h3M4 3l-.7-.7M12 3l.7-.7",
            "",
        ),
        Icon::Play => ("", "M4.5 2.5v11l9-5.500z"),
        Icon::Pause => ("", "M4 3h3v10H4zM9 3h3v10H9z"),
        Icon::Right => ("m3 8.5 3.500 3.500L13 4.500", ""),
        Icon::Back => ("M10 4 6 8l4 4", ""),
        Icon::Forward => ("m6 4 4 4-4 4", ""),
        Icon::MarkerBack => ("M3.5 3.5v9M12.5 3.5 6.5 8l6 4.5z", ""),
        Icon::MarkerForward => ("M12.5 3.5v9M3.5 3.5l6 4.5-6 4.5z", ""),
        Icon::Theme => (
            "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11",
            "M8 2.500a5.500 5.500 0 0 1 0 11z",
        ),
        Icon::Find => (
            "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9M10.300 10.300 13.500 13.500",
            "",
        ),
        Icon::Help => (
            "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M6.300 6.300a1.800 1.800 0 1 1 2.500 1.700c-.6.25-.8.6-.8 1.200M8 11.300v.1",
            "",
        ),
        Icon::Close => ("m4 4 8 8m0-8-8 8", ""),
        Icon::Text => ("M3 3.500h10M3 6.500h6M3 9.500h10M3 12.500h6", ""),
        Icon::Undo => ("M5.500 3 2.500 6l3 3M2.500 6h7a4 4 0 0 1 0 8H7", ""),
        Icon::Redo => ("m10.500 3 3 3-3 3M13.500 6h-7a4 4 0 0 0 0 8H9", ""),
        Icon::Two => ("M2.5 2.5h11v4.5h-11zM2.5 9h11v4.5h-11z", ""),
        Icon::Dice => ("M3 3h10v10H3zM6 6v.1M10 10v.1M8 8v.1M10 6v.1M6 10v.1", ""),
        Icon::Menu => ("M2.500 4.500h11M2.500 8h11M2.500 11.500h11", ""),
        Icon::Out => (
            "M9.5 2.500h4v4M13.500 2.500 8 8M7 3.500H3.500a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V9",
            "",
        ),
        Icon::Warning => ("M8 2.500 14 13H2zM8 6.500v3M8 11.200v.1", ""),
    }
}
