//! The marks of the board: what moves, what state it is in, and what it waits for.
//!
//! Shape says what something is and how it stands; colour only repeats it.

use super::super::picture::{self, Node};
use crate::geometry::{Point, Rect, px};
use lambdarium_sim::EVENTS;
use lambdarium_sim::view::{Back, RecordIs, RecordView};

/// The class that gives a caller's requests their hue.
pub fn key_class(caller: usize) -> &'static str {
    const KEYS: [&str; 8] = ["k6", "k2", "k5", "k8", "k3", "k7", "k1", "k4"];
    KEYS[caller % KEYS.len()]
}

/// A small disc with a check, a cross or a bar in it.
pub fn badge(at: Point, back: Back) -> [Node; 3] {
    let (class, mark) = match back {
        Back::Ok => ("bdf-ok", "m-3 .2l2.1 2.2l4-4.6"),
        Back::Failed => ("bdf-fail", "m-2.250-2.250l4.500 4.500m0-4.500l-4.500 4.500"),
        Back::Throttled => ("bdf-wait", "m-3 0h6"),
        Back::Refused => ("bdf-fail", "m0-3v3.600m0 2.200v.1"),
    };
    [
        picture::circle(at, 8.0, "bd-gap"),
        picture::circle(at, 6.5, class),
        picture::mark(at, mark, "mk"),
    ]
}

/// What a request looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Request {
    /// Radius.
    pub r: f64,
    /// Filled: it runs.
    pub running: bool,
    /// What it brings back.
    pub back: Option<Back>,
    /// Attempts made.
    pub attempt: u16,
    /// Share of its wait that is left.
    pub left: Option<f64>,
    /// Whether its life is told.
    pub told: bool,
}

const ORIGIN: Point = Point { x: 0.0, y: 0.0 };

/// A request with its number, at the origin.
pub fn request(number: u32, request: &Request) -> Vec<Node> {
    let Request { r, running, back, attempt, left, told } = *request;
    let (disc, label) = if running { ("tk run", "tk-n run") } else { ("tk", "tk-n") };
    let pips = if attempt > 1 { attempt.min(4) } else { 0 };
    let first = -2.5 * f64::from(pips.saturating_sub(1));
    let mut nodes = Vec::new();
    if EVENTS && told {
        nodes.push(picture::circle(ORIGIN, r + 7.0, "tk-told"));
    }
    if let Some(left) = left {
        nodes.extend(ring(r + 3.5, left));
    }
    nodes.push(picture::circle(ORIGIN, r, disc));
    if number < 1_000 {
        nodes.push(picture::text(0.0, 4.0, label, number.to_string()));
    }
    nodes.extend((0..pips).map(|pip| {
        let x = first + 5.0 * f64::from(pip);
        picture::circle(Point { x, y: -r - 6.0 }, 1.75, "pip")
    }));
    if let Some(back) = back {
        nodes.extend(badge(Point { x: r * 0.7, y: r * 0.75 }, back));
    }
    nodes
}

/// A ring of which a share is left.
fn ring(r: f64, left: f64) -> [Node; 2] {
    let dashes = format!("{} 100", px(left * 100.0));
    let values = [
        picture::value(r),
        "ring-v".into(),
        "100".into(),
        "rotate(-90)".into(),
        dashes.into(),
    ];
    let names = &["r", "class", "pathLength", "transform", "stroke-dasharray"];
    [picture::circle(ORIGIN, r, "ring-t"), Node::new("circle", names, values)]
}

/// A request with its number and its hue, at a point.
pub fn request_at(at: Point, hue: &'static str, number: u32, looks: &Request) -> Node {
    let values = [hue.into(), picture::moved(at).into()];
    Node::new("g", &["class", "transform"], values).with(request(number, looks))
}

/// A message: a square, where a request is a circle; with what it brings back.
pub fn message_at(at: Point, back: Option<Back>, told: bool) -> Node {
    let square = Rect { x: -7.0, y: -7.0, w: 14.0, h: 14.0 };
    let mut nodes = vec![picture::rect(square, "2", "tk")];
    if EVENTS && told {
        nodes.insert(0, picture::circle(ORIGIN, 15.0, "tk-told"));
    }
    let values = ["kn".into(), picture::moved(at).into()];
    if let Some(back) = back {
        nodes.extend(badge(Point { x: 7.0, y: 7.0 }, back));
    }
    Node::new("g", &["class", "transform"], values).with(nodes)
}

/// The same of what only events need.
pub fn legend_of_events() -> Vec<(Node, &'static str)> {
    let middle = Point { x: 12.0, y: 12.0 };
    let message = Lying { number: 1_000, receives: 1, left: None, blocked: false };
    let hidden = Lying { left: Some(0.6), ..message };
    let waiting = RecordView { number: 1_000, key: 1, is: RecordIs::Waiting, runs: 0 };
    let smaller = |node: Node| {
        let values = ["translate(12 12) scale(.8) translate(-12 -12)".into()];
        Node::new("g", &["transform"], values).with(vec![node])
    };
    vec![
        (lying(middle, "k6", &message), "a message"),
        (smaller(lying(middle, "k6", &hidden)), "message, hidden"),
        (smaller(batch_at(middle, false, false)), "a batch"),
        (smaller(record(middle, "k6", &waiting)), "a record"),
    ]
}

/// What a message in a queue looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lying {
    /// Its number in the queue.
    pub number: u32,
    /// How often it was received.
    pub receives: u32,
    /// Share of the time that it is hidden that is left.
    pub left: Option<f64>,
    /// Whether it waits for others of its group.
    pub blocked: bool,
}

/// A message in a queue: a square, with a ring that drains while it is hidden.
pub fn lying(at: Point, hue: &'static str, looks: &Lying) -> Node {
    let square = Rect { x: -8.0, y: -8.0, w: 16.0, h: 16.0 };
    let mut nodes = Vec::new();
    if let Some(left) = looks.left {
        nodes.extend(ring(12.5, left));
    }
    nodes.push(picture::rect(square, "2", "tk"));
    if looks.number < 100 {
        nodes.push(picture::text(0.0, 4.0, "tk-n", looks.number.to_string()));
    }
    nodes.extend(pips(looks.receives, -15.5));
    if looks.blocked {
        nodes.extend(badge(Point { x: 9.0, y: 9.0 }, Back::Throttled));
    }
    Node::new("g", &["class", "transform"], [hue.into(), picture::moved(at).into()])
        .with(nodes)
}

/// A record of a stream: a diamond, with what became of it.
pub fn record(at: Point, hue: &'static str, looks: &RecordView) -> Node {
    let back = match looks.is {
        RecordIs::Waiting | RecordIs::Running | RecordIs::Held => None,
        RecordIs::Processed => Some(Back::Ok),
        RecordIs::Filtered => Some(Back::Refused),
        RecordIs::AtDestination | RecordIs::Lost => Some(Back::Failed),
    };
    let (class, number) = match (looks.is, back) {
        (RecordIs::Running, _) => ("tk run", "tk-n run"),
        (_, Some(_)) => ("tk past", "tk-n past"),
        (_, None) => ("tk", "tk-n"),
    };
    let mut nodes = vec![picture::path("M0-12 12 0 0 12-12 0Z", class)];
    if looks.is == RecordIs::AtDestination {
        let boxed = Rect { x: -13.5, y: -13.5, w: 27.0, h: 27.0 };
        nodes.push(picture::rect(boxed, "3", "boxed"));
    }
    if looks.number < 100 {
        nodes.push(picture::text(0.0, 4.0, number, looks.number.to_string()));
    }
    nodes.extend(pips(looks.runs, -17.0));
    if let Some(back) = back {
        nodes.extend(badge(Point { x: 8.0, y: 9.0 }, back));
    }
    Node::new("g", &["class", "transform"], [hue.into(), picture::moved(at).into()])
        .with(nodes)
}

/// The outline of a record in a square.
pub fn small_record(at: Rect) -> Node {
    let corner = Point { x: at.x + at.w / 2.0, y: at.y - 1.0 };
    picture::mark(corner, "l5.500 5.500l-5.500 5.500l-5.500-5.500z", "tk")
}

/// Dots that count from the second try on.
fn pips(tries: u32, y: f64) -> impl Iterator<Item = Node> {
    let pips = if tries > 1 { tries.min(4) } else { 0 };
    let first = -2.5 * f64::from(pips.saturating_sub(1));
    (0..pips).map(move |pip| {
        let x = first + 5.0 * f64::from(pip);
        picture::circle(Point { x, y }, 1.75, "pip")
    })
}

/// A batch: records above the bracket that holds them.
pub fn batch_at(at: Point, running: bool, told: bool) -> Node {
    let class = if running { "tk run" } else { "tk" };
    let mut nodes: Vec<Node> = [-8.0, 0.0, 8.0]
        .map(|x| Rect { x: x - 3.0, y: -7.0, w: 6.0, h: 6.0 })
        .map(|rect| picture::rect(rect, "1", class))
        .into();
    nodes.push(picture::path("M-13 1v5h26v-5", "tk"));
    if told {
        nodes.insert(0, picture::circle(ORIGIN, 17.0, "tk-told"));
    }
    Node::new("g", &["class", "transform"], ["kn".into(), picture::moved(at).into()])
        .with(nodes)
}

/// The marks with their words, drawn around the middle of 24 by 24 pixels.
pub fn legend() -> [(Node, &'static str); 11] {
    let middle = Point { x: 12.0, y: 12.0 };
    let plain = Request { r: 8.0, attempt: 1, ..Request::default() };
    let token = |state: Request| request_at(middle, "k6", 1_000, &state);
    // Its dots stand above it.
    let third = Request { r: 6.0, attempt: 3, ..plain };
    let third = request_at(Point { x: 12.0, y: 16.0 }, "k6", 1_000, &third);
    let act = picture::path("M12 6 18 17 6 17 Z", "act");
    let badge = |back| picture::group("", badge(middle, back).into());
    let cell = Rect { x: 4.0, y: 4.0, w: 16.0, h: 16.0 };
    let dot = Rect { x: 8.0, y: 8.0, w: 8.0, h: 8.0 };
    let square = |class| picture::rect(cell, "3", class);
    let hatching = picture::path("M4 14 14 4 M6 20 20 6 M12 20 20 12", "hatch-l");
    let init = picture::group("", vec![square("env env-init"), hatching]);
    let dot = picture::rect(dot, "1", "env-pcdot");
    let provisioned = picture::group("", vec![square("env env-pc"), dot]);
    [
        (token(plain), "a request"),
        (token(Request { running: true, ..plain }), "running"),
        (badge(Back::Ok), "answered"),
        (badge(Back::Failed), "failed"),
        (badge(Back::Throttled), "throttled"),
        (token(Request { r: 6.5, left: Some(0.6), ..plain }), "waiting to retry"),
        (third, "third attempt"),
        (init, "environment in Init"),
        (square("env env-idle"), "warm environment"),
        (provisioned, "provisioned"),
        (act, "act: a call to AWS"),
    ]
}
