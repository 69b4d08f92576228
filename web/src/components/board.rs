//! The board: callers, functions with their environments, the account's ledger, and the
//! requests that move between them.

mod account;
mod caller;
mod caption;
mod function;
pub(super) mod marks;
mod shape;
mod tokens;

use std::rc::Rc;

use lambdarium_sim::view::Frame;
use yew::prelude::*;

use super::hooks::use_width;
pub(super) use caller::cut;

use crate::desk::{Action, Desk};
use crate::geometry::{self, Board, Point, Wire, px};
use crate::message::Opened;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub desk: Desk,
    pub on_action: Callback<Action>,
}

/// The board with the sentence under it.
#[component]
pub fn BoardView(props: &Props) -> Html {
    let desk = &props.desk;
    let node = use_node_ref();
    let width = use_width(&node);
    let shape = match (&desk.run, &desk.frame) {
        (Some(run), Some(frame)) => shape::of(run, frame, &desk.progress.peaks),
        _ => geometry::Shape::default(),
    };
    let board =
        use_memo((shape, width), |(shape, width)| geometry::layout(shape, *width));
    html! {
        <main class="board" aria-label={texts::BOARD}>
            <div class="stage" ref={node} tabindex="0" role="region" aria-label={texts::BOARD}>
                if let (Some(run), Some(frame)) = (&desk.run, &desk.frame) {
                    <Picture board={board.clone()} run={run.clone()} frame={frame.clone()}
                        selection={desk.selection.clone()} on_action={props.on_action.clone()} />
                }
            </div>
            <caption::Caption desk={desk.clone()} />
        </main>
    }
}

#[derive(PartialEq, Properties)]
struct PictureProps {
    board: Rc<Board>,
    run: Rc<Opened>,
    frame: Rc<Frame>,
    selection: Option<String>,
    on_action: Callback<Action>,
}

/// The picture at one playhead.
#[component]
fn Picture(props: &PictureProps) -> Html {
    let PictureProps { board, run, frame, selection, on_action } = props;
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
            width={px(width)} height={px(height)} id="board">
            <defs>
                <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)">
                    <line x1="0" y1="0" x2="0" y2="5" class="hatch-l" />
                </pattern>
            </defs>
            if !board.narrow { <Captions board={board.clone()} /> }
            { for board.wires.iter().zip(&frame.callers).map(|(wire, caller)| html! {
                <WireView wire={*wire} live={caller.waiting > 0}
                    count={frame.counted.then_some(caller.waiting)} />
            }) }
            { for callers.map(|(number, ((at, text), view))| {
                let (selected, on_select) = select(&view.name);
                html! {
                    <caller::CallerCard {number} at={*at} text={text.clone()} view={view.clone()}
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
            <account::AccountCard at={board.account} view={frame.account}
                functions={account::reserved(&frame.functions)} />
            <tokens::Tokens board={board.clone()} frame={frame.clone()} />
        </svg>
    }
}

#[derive(PartialEq, Properties)]
struct CaptionsProps {
    board: Rc<Board>,
}

/// What stands in each column.
#[component]
fn Captions(props: &CaptionsProps) -> Html {
    let board = &props.board;
    let callers = board.callers.first().map(|caller| (caller.rect.x, texts::CALLERS));
    let functions = board.functions.first().map(|at| (at.rect.x, texts::FUNCTIONS));
    let account = Some((board.account.x, texts::ACCOUNT));
    html! {
        { for [callers, functions, account].into_iter().flatten().map(|(x, text)| html! {
            <text x={px(x)} y="28" class="t11 dd b">{ text }</text>
        }) }
    }
}

#[derive(PartialEq, Properties)]
struct WireProps {
    wire: Wire,
    live: bool,
    /// Requests on the way, where they are counted and not drawn.
    count: Option<u32>,
}

/// A synchronous call: a solid line with a head, because somebody waits for the answer.
/// With too many requests to draw it becomes a band.
#[component]
fn WireView(props: &WireProps) -> Html {
    let Wire { from, bend, bend_to, to } = props.wire;
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
    let down = (to.x - from.x).abs() < (to.y - from.y).abs();
    let turn = if down && (from.x - bend.x).abs() < 0.01 { 90 } else { 0 };
    let head = format!("translate({} {}) rotate({turn})", px(to.x), px(to.y));
    let (line, tip) = if props.live { ("w-live", "head-live") } else { ("", "head") };
    let middle = props.wire.at(0.5);
    let band = props.count.filter(|count| *count > 0);
    html! {
        <g>
            if let Some(count) = band {
                <path d={d.clone()} class="w w-band" stroke-width={px(band_width(count))} />
                <text x={px(middle.x)} y={px(middle.y - 14.0)} class="t11 mid b halo-g">
                    { texts::grouped(count.into()) }
                </text>
            }
            <path {d} class={classes!("w", "w-sync", line)} />
            <path d="M0 0 L-6.340 2.960 L-5.040 0 L-6.340 -2.960 Z" transform={head} class={tip} />
        </g>
    }
}

/// Bands grow with the logarithm of what they carry, so that all stay on the board.
fn band_width(count: u32) -> f64 {
    3.0 + f64::from(count).ln_1p() * 2.0
}
