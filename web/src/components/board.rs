//! The board: callers, functions with their environments, the account's ledger, and the
//! requests that move between them.

mod account;
mod caller;
mod caption;
mod function;
pub(super) mod marks;
mod question;
mod shape;
mod tokens;
mod wiring;

use lambdarium_sim::view::{CallerView, Frame};
use yew::prelude::*;

use super::hooks::use_size;
use super::picture::{self, Node};
pub(super) use caller::cut;

use crate::desk::{Action, Desk};
use crate::geometry::{self, Board, Point, Wire, px};
use crate::message::{Edit, Opened};
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
    let fitted =
        use_memo((shape_of(desk), (width, height)), |(shape, (width, height))| {
            let (board, zoom) = geometry::fitted(shape, *width, *height);
            (Shared::new(board), zoom)
        });
    let (board, zoom) = (*fitted).clone();
    html! {
        <div class="board">
            <div class="stage" ref={node} tabindex="0" role="region" aria-label={texts::BOARD}>
                if let (Some(run), Some(frame)) = (&desk.run, &desk.frame) {
                    <Picture {board} {zoom} run={run.clone()} frame={frame.clone()}
                        selection={desk.selection.clone()} on_action={props.on_action.clone()}
                        on_edit={props.on_edit.clone()} />
                }
            </div>
            { question::question(desk, &props.on_action) }
            { caption::caption(desk, &props.on_action) }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct PictureProps {
    board: Shared<Board>,
    zoom: f64,
    run: Shared<Opened>,
    frame: Shared<Frame>,
    selection: Option<String>,
    on_action: Callback<Action>,
    on_edit: Callback<Edit>,
}

/// The picture at one playhead.
#[component]
fn Picture(props: &PictureProps) -> Html {
    let PictureProps { board, zoom, run, frame, selection, on_action, on_edit } = props;
    let drag = use_state_eq(|| wiring::Drag::None);
    let wiring::Wiring { on_down, on_move, on_up, on_cancel } =
        wiring::Wiring::of(board, run, &drag, on_edit);
    let Point { x: width, y: height } = board.size;
    let select = |name: &str| {
        let on = selection.as_deref() == Some(name);
        let name = name.to_string();
        let on_select =
            on_action.reform(move |()| Action::Select((!on).then(|| name.clone())));
        (on, on_select)
    };
    let callers = board.callers.iter().zip(&run.callers).zip(&frame.callers).enumerate();
    let functions = board.functions.iter().zip(&run.functions).zip(&frame.functions);
    html! {
        <svg class="pic" viewBox={format!("0 0 {} {}", px(width), px(height))}
            width={px(width * zoom)} height={px(height * zoom)} id="board"
            onpointerdown={on_down} onpointermove={on_move} onpointerup={on_up}
            onpointercancel={on_cancel}>
            { ground(board, frame) }
            { for callers.map(|(number, ((at, text), view))| {
                let (selected, on_select) = select(&view.name);
                html! {
                    <caller::CallerCard {number} narrow={board.narrow} at={*at} text={text.clone()} view={view.clone()}
                        {selected} {on_select} />
                }
            }) }
            { for functions.map(|((at, text), view)| {
                let (selected, on_select) = select(&view.name);
                html! {
                    <function::FunctionCard at={at.clone()} does={text.does.clone()}
                        view={view.clone()} account={frame.account}
                        now={frame.moment.at} {selected} {on_select} />
                }
            }) }
            { account::card(board.account, &frame.account, &frame.functions) }
            { wiring::dragged(board, *drag) }
            { tokens::picture(board, frame) }
        </svg>
    }
}

/// What lies under the cards: the captions of the columns, and the wires.
pub(super) fn ground(board: &Board, frame: &Frame) -> Node {
    let line = picture::line(Point::default(), Point { x: 0.0, y: 5.0 }, "hatch-l");
    let pattern = Node::new(
        "pattern",
        &["id", "width", "height", "patternUnits", "patternTransform"],
        ["hatch", "5", "5", "userSpaceOnUse", "rotate(45)"].map(AttrValue::Static),
    );
    let defs = Node::new("defs", &[], []).with(vec![pattern.with(vec![line])]);
    let mut nodes = vec![defs];
    if !board.narrow {
        let callers = board.callers.first().map(|at| (at.rect.x, texts::CALLERS));
        let functions = board.functions.first().map(|at| (at.rect.x, texts::FUNCTIONS));
        let account = Some((board.account.x, texts::ACCOUNT));
        let columns = [callers, functions, account].into_iter().flatten();
        nodes.extend(columns.map(|(x, title)| picture::text(x, 28.0, "t11 dd b", title)));
    }
    for (at, caller) in board.wires.iter().zip(&frame.callers) {
        push_wire(&mut nodes, at, caller, frame.counted, board.narrow);
    }
    picture::group("", nodes)
}

/// The whole board as a picture: its ground, each card, and what moves between them.
pub(crate) fn picture(
    board: &Board,
    run: &Opened,
    frame: &Frame,
    selection: Option<&str>,
) -> Vec<Node> {
    let mut nodes = vec![ground(board, frame)];
    let is_selected = |name: &str| selection == Some(name);
    let callers = board.callers.iter().zip(&run.callers).zip(&frame.callers);
    for (number, ((at, text), view)) in callers.enumerate() {
        let selected = is_selected(&view.name);
        nodes.push(caller::card(number, board.narrow, at, text, view, selected));
    }
    let functions = board.functions.iter().zip(&run.functions).zip(&frame.functions);
    for ((at, text), view) in functions {
        let (account, now) = (&frame.account, frame.moment.at);
        let selected = is_selected(&view.name);
        nodes.push(function::card(at, &text.does, view, account, now, selected));
    }
    nodes.push(account::card(board.account, &frame.account, &frame.functions));
    nodes.push(tokens::picture(board, frame));
    nodes
}

/// The board laid out for a space that may be small, and how much it is shrunk. What does
/// not fit even then is scrolled.
pub(crate) fn shrunk(desk: &Desk, width: f64, height: f64) -> (Board, f64) {
    let shape = shape_of(desk);
    let boards = SHRUNK.map(|zoom| (geometry::layout(&shape, width / zoom), zoom));
    let [.., less, least] = &boards;
    let fits = |(board, zoom): &&(Board, f64)| board.size.y * zoom <= height;
    // One that reads downwards is scrolled anyway.
    let unfit = if least.0.narrow { less } else { least };
    boards.iter().find(fits).unwrap_or(unfit).clone()
}

/// How much a board may be shrunk to be seen as a whole.
const SHRUNK: [f64; 4] = [1.0, 0.9, 0.8, 0.72];

fn shape_of(desk: &Desk) -> geometry::Shape {
    match (&desk.run, &desk.frame) {
        (Some(run), Some(frame)) => shape::of(run, frame, &desk.progress.peaks),
        _ => geometry::Shape::default(),
    }
}

/// A synchronous call: a solid line with a head, because somebody waits for the answer.
/// With too many requests to draw, a band as wide as what is on the way.
fn push_wire(
    nodes: &mut Vec<Node>,
    wire: &Wire,
    caller: &CallerView,
    counted: bool,
    narrow: bool,
) {
    let Wire { from, bend, bend_to, to } = *wire;
    let d = format!(
        "M{} {} C{} {} {} {} {} {}",
        px(from.x),
        px(from.y),
        px(bend.x),
        px(bend.y),
        px(bend_to.x),
        px(bend_to.y),
        px(to.x),
        px(to.y),
    );
    let turn = if narrow { " rotate(90)" } else { "" };
    let (line, tip) = match caller.waiting {
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
    let head = "M0 0 L-6.340 2.960 L-5.040 0 L-6.340 -2.960 Z";
    nodes.push(picture::path(d, line));
    nodes.push(picture::placed(head, tip, format!("{}{turn}", picture::moved(to))));
}

/// Bands grow with the number of digits of what they carry, so that all stay on the board.
fn band_width(count: u32) -> f64 {
    3.0 + f64::from(u32::BITS - count.leading_zeros()) * 1.4
}
