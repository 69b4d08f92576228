//! The board: callers, functions with their environments, the account's ledger, and the
//! requests that move between them.

mod account;
mod alias;
mod caller;
mod caption;
mod function;
mod hands;
mod mapping;
pub(super) mod marks;
mod path;
mod question;
mod queue;
mod release;
mod scene;
mod service;
mod shape;
mod stream;
mod tokens;

use lambdarium_sim::EVENTS;
use lambdarium_sim::view::CallerView;
use web_sys::Element;
use yew::prelude::*;

use super::hooks::use_size;
use super::picture::{self, Ahead, Node};
pub(super) use caller::cut;
use hands::{Drag, Hands};
pub(crate) use scene::{Scene, Sight};

use crate::desk::{Action, Desk};
use crate::geometry::{self, Board, Point, Wire, px};
use crate::message::Edit;
use crate::shared::Shared;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub desk: Desk,
    pub on_action: Callback<Action>,
    pub on_edit: Callback<Edit>,
}

/// The board with the sentence under it.
#[component]
pub fn BoardView(props: &Props) -> Html {
    let desk = &props.desk;
    let node = use_node_ref();
    let (width, height) = use_size(&node);
    // Two boards share the room of one.
    let shares = desk.compare().is_some();
    let of = (shape_of(desk), (width, height), shares);
    let fitted = use_memo(of, |(shape, (width, height), shares)| {
        let fitted = if EVENTS && *shares { fit } else { geometry::fitted };
        let (board, zoom) = fitted(shape, *width, *height);
        (Shared::new(board), zoom)
    });
    let (board, zoom) = (*fitted).clone();
    // In steps, so that the board is not drawn anew for every pixel.
    let scrolled = use_state_eq(|| 0);
    let onscroll = {
        let scrolled = scrolled.setter();
        Callback::from(move |event: Event| {
            let stage: Element = event.target_unchecked_into();
            scrolled.set(stage.scroll_top() / SCROLL_STEP);
        })
    };
    let from = f64::from(*scrolled * SCROLL_STEP);
    let beyond = 2.0 * f64::from(SCROLL_STEP);
    let seen = ((from - beyond) / zoom, (from + height + beyond) / zoom);
    let sight = desk.run.clone().zip(desk.frame.clone()).map(|(run, frame)| Sight {
        board,
        run,
        frame,
        selection: desk.selection.clone(),
        life: desk.life_told().filter(|_| EVENTS).cloned(),
        is_pinned: desk.is_pinned,
        seen,
    });
    let label = desk.is_pinned.map_or(texts::BOARD, |_| texts::BOARD_A);
    html! {
        <div class="board">
            <div class="stage" ref={node} tabindex="0" role="region" aria-label={label}
                {onscroll}>
                if let Some(sight) = sight {
                    <Picture {sight} {zoom} on_action={props.on_action.clone()}
                        on_edit={props.on_edit.clone()} />
                }
            </div>
            // One of two boards is enough to ask and to explain.
            if desk.is_pinned.is_none() {
                { question::question(desk, &props.on_action) }
                { caption::caption(desk, &props.on_action) }
            }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct PictureProps {
    sight: Sight,
    zoom: f64,
    on_action: Callback<Action>,
    on_edit: Callback<Edit>,
}

/// The picture at one playhead.
#[component]
fn Picture(props: &PictureProps) -> Html {
    let PictureProps { sight, zoom, on_action, on_edit } = props;
    let Sight { board, frame, .. } = sight;
    let drag = use_state_eq(|| None);
    let Hands { on_down, on_move, on_up, on_cancel } =
        Hands::of(sight, &drag, on_action, on_edit);
    let (still, moving) = (use_node_ref(), use_node_ref());
    let scene = use_mut_ref(|| None::<Scene>);
    use_effect_with(sight.clone(), {
        let (still, moving) = (still.clone(), moving.clone());
        move |sight| {
            let before = scene.take();
            let sheets = still.cast::<Element>().zip(moving.cast::<Element>());
            let sight = sight.clone();
            *scene.borrow_mut() = match before {
                Some(before) => Some(before.show(sight)),
                None => {
                    sheets.map(|(still, moving)| Scene::write([still, moving], sight))
                }
            };
        }
    });
    let Point { x: width, y: height } = board.size;
    let view_box = format!("0 0 {} {}", px(width), px(height));
    let (width, height) = (px(width * zoom), px(height * zoom));
    // Of two boards the one that can be changed is the board.
    let id = if sight.is_pinned.is_some() { "board-pinned" } else { "board" };
    html! {
        <div class="sheets" {id} data-at={frame.moment.at.0.to_string()} onpointerdown={on_down} onpointermove={on_move}
            onpointerup={on_up} onpointercancel={on_cancel}>
            <svg class="pic" viewBox={view_box.clone()} width={width.clone()} height={height.clone()}
                ref={still}></svg>
            <svg class="pic moving" viewBox={view_box.clone()} width={width.clone()}
                height={height.clone()} ref={moving}></svg>
            if let Some(drag) = drag.filter(Drag::is_under_way) {
                <svg class="pic moving" viewBox={view_box} {width} {height}>
                    { drag.picture(board) }
                </svg>
            }
        </div>
    }
}

/// What lies under everything: the captions of the columns.
fn ground(board: &Board) -> Node {
    let line = picture::line(Point::default(), Point { x: 0.0, y: 5.0 }, "hatch-l");
    let pattern = Node::new(
        "pattern",
        &["id", "width", "height", "patternUnits", "patternTransform"],
        ["hatch", "5", "5", "userSpaceOnUse", "rotate(45)"].map(AttrValue::Static),
    );
    let defs = Node::new("defs", &[], []).with(vec![pattern.with(vec![line])]);
    let mut nodes = vec![defs];
    if !board.narrow {
        let functions = board.functions.first().map(|at| (at.rect.x, texts::FUNCTIONS));
        // Services at the left stand below the callers, or in their place.
        let left = |x: &f64| EVENTS && functions.is_some_and(|(right, _)| *x < right);
        let mut services = board.services.iter().map(|rect| rect.x);
        let callers = board.callers.first().map(|at| (at.rect.x, texts::CALLERS));
        let sources = || services.find(left).map(|x| (x, texts::SOURCES));
        let callers = callers.or_else(sources);
        let account = Some((board.account.x, texts::ACCOUNT));
        let columns = [callers, functions, account].into_iter().flatten();
        nodes.extend(columns.map(|(x, title)| picture::text(x, 28.0, "t11 dd b", title)));
    }
    picture::group("", nodes)
}

/// The board laid out for a space that may be small, and how much it is shrunk. What does
/// not fit even then is scrolled.
pub(crate) fn shrunk(desk: &Desk, width: f64, height: f64) -> (Board, f64) {
    fit(&shape_of(desk), width, height)
}

fn fit(shape: &geometry::Shape, width: f64, height: f64) -> (Board, f64) {
    let boards = SHRUNK.map(|zoom| (geometry::layout(shape, width / zoom), zoom));
    let [.., less, least] = &boards;
    let fits = |(board, zoom): &&(Board, f64)| board.size.y * zoom <= height;
    // One that reads downwards is scrolled anyway.
    let unfit = if least.0.narrow { less } else { least };
    boards.iter().find(fits).unwrap_or(unfit).clone()
}

/// How far the board is scrolled before it is seen to, in CSS pixels.
const SCROLL_STEP: i32 = 64;

/// How much a board may be shrunk to be seen as a whole.
const SHRUNK: [f64; 4] = [1.0, 0.9, 0.8, 0.72];

fn shape_of(desk: &Desk) -> geometry::Shape {
    match (&desk.run, &desk.frame) {
        (Some(run), Some(frame)) => shape::of(run, frame, &desk.progress.peaks),
        _ => geometry::Shape::default(),
    }
}

/// A call: a line with a head, solid where somebody waits for the answer, dashed where an
/// event is only handed over.
/// With too many requests to draw, a band as wide as what is on the way.
fn wire(
    wire: &Wire,
    caller: &CallerView,
    later: bool,
    counted: bool,
    narrow: bool,
) -> Node {
    let mut nodes = Vec::new();
    let Wire { from, to, .. } = *wire;
    let d = curve(wire);
    let (line, tip) = match caller.waiting {
        _ if later => ("w w-async", "head"),
        0 => ("w w-sync", "head"),
        _ => ("w w-sync w-live", "head-live"),
    };
    let middle = wire.at(0.5);
    if counted && caller.waiting > 0 {
        let width = picture::value(band_width(caller.waiting));
        let values = [d.clone().into(), "w w-band".into(), width];
        let count = texts::grouped(caller.waiting.into());
        nodes.push(Node::new("path", &["d", "class", "stroke-width"], values));
        nodes.push(picture::text(middle.x, middle.y - 14.0, "t11 mid b halo-g", count));
    }
    nodes.push(picture::path(d, line));
    nodes.push(picture::head(to, if narrow { Ahead::Down } else { Ahead::Right }, tip));
    // Where it can be taken hold of.
    nodes.push(picture::circle(from, 4.0, "port"));
    picture::group("", nodes)
}

/// The way of a wire.
fn curve(wire: &Wire) -> String {
    let Wire { from, bend, bend_to, to } = *wire;
    let [from, bend, bend_to, to] =
        [from, bend, bend_to, to].map(|point| px(point.x) + " " + px(point.y).as_str());
    ["M", &from, " C", &bend, " ", &bend_to, " ", &to].concat()
}

/// Bands grow with the number of digits of what they carry, so that all stay on the board.
fn band_width(count: u32) -> f64 {
    3.0 + f64::from(u32::BITS - count.leading_zeros()) * 1.4
}
