//! Wiring by hand: a caller that is dragged onto a function calls it from then on.

use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use super::super::svg;
use crate::geometry::{Board, Point, Rect};
use crate::message::{Edit, Opened};
use crate::shared::Shared;

/// A caller, by its place, and where the pointer has dragged its wire.
pub type Drag = Option<(usize, Point)>;

/// What happens when the pointer is pressed, moved and let go on the board.
pub struct Wiring {
    pub on_down: Callback<PointerEvent>,
    pub on_move: Callback<PointerEvent>,
    pub on_up: Callback<PointerEvent>,
    pub on_cancel: Callback<PointerEvent>,
}

impl Wiring {
    pub fn of(
        board: &Shared<Board>,
        run: &Shared<Opened>,
        drag: &UseStateHandle<Drag>,
        on_edit: &Callback<Edit>,
    ) -> Self {
        let on_down = {
            let (board, drag) = (board.clone(), drag.setter());
            Callback::from(move |event: PointerEvent| {
                let at = place(&event, &board);
                let caller = at.and_then(|at| {
                    board.callers.iter().position(|caller| caller.rect.holds(at))
                });
                drag.set(caller.zip(at));
            })
        };
        let on_move = {
            let (board, drag) = (board.clone(), drag.clone());
            Callback::from(move |event: PointerEvent| {
                if let Some((caller, _)) = *drag {
                    let pressed = event.buttons() & 1 != 0;
                    let at = place(&event, &board).filter(|_| pressed);
                    drag.set(at.map(|at| (caller, at)));
                }
            })
        };
        let on_up = {
            let (board, run, drag) = (board.clone(), run.clone(), drag.clone());
            let on_edit = on_edit.clone();
            Callback::from(move |event: PointerEvent| {
                let at = place(&event, &board);
                let onto = at.and_then(|at| {
                    board.functions.iter().position(|function| function.rect.holds(at))
                });
                if let (Some((caller, _)), Some(onto)) = (*drag, onto)
                    && let (Some(caller), Some(function)) =
                        (run.callers.get(caller), run.functions.get(onto))
                {
                    let path =
                        vec!["callers".into(), caller.name.clone(), "calls".into()];
                    let text = function.name.clone();
                    on_edit.emit(Edit::Set { path, text, from: None });
                }
                drag.set(None);
            })
        };
        let drag = drag.setter();
        let on_cancel = Callback::from(move |_| drag.set(None));
        Self { on_down, on_move, on_up, on_cancel }
    }
}

/// The wire while it is dragged, once it has left its caller.
pub fn dragged(board: &Board, drag: Drag) -> Html {
    let Some((number, to)) = drag else { return Html::default() };
    match board.callers.get(number) {
        Some(caller) if !caller.rect.holds(to) => {
            let Rect { x, y, w, h } = caller.rect;
            svg::line(Point { x: x + w, y: y + h / 2.0 }, to, "w w-sync w-live w-new")
        }
        Some(_) | None => Html::default(),
    }
}

/// Where an event happened, in the units of the board.
pub fn place(event: &MouseEvent, board: &Board) -> Option<Point> {
    let target: Element = event.target_dyn_into()?;
    let picture = target.closest("#board").ok()??.first_element_child()?;
    let shown = picture.get_bounding_client_rect();
    let zoom = shown.width() / board.size.x;
    let x = (f64::from(event.client_x()) - shown.left()) / zoom;
    let y = (f64::from(event.client_y()) - shown.top()) / zoom;
    Some(Point { x, y })
}
