//! What hands do on the board: a card that is dragged is moved; a caller that is dragged onto
//! a function, by its card or by the port of its wire, calls it from then on.

use lambdarium_sim::EVENTS;
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use super::super::picture::{self, Node};
use super::{Sight, tokens};
use crate::desk::Action;
use crate::geometry::{Board, Point, Rect};
use crate::message::{Edit, Opened};

/// What is dragged, from where, and where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drag {
    hold: Hold,
    from: Point,
    to: Point,
}

/// What a hand has taken hold of; parts by their places.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hold {
    /// The end of a caller's wire.
    Wire(usize),
    /// A caller's card.
    Caller(usize),
    /// A function's card.
    Function(usize),
    /// A service's card, which stays where it is.
    Service(usize),
    /// A mapping's card, which does too.
    Mapping(usize),
    /// A deployment group's card, likewise.
    Group(usize),
    /// An alarm's card, likewise.
    Alarm(usize),
}

/// Whoever moves a pointer by less than this has only pressed.
const PRESS: f64 = 4.0;
/// A wire can be taken hold of this far around its port.
const REACH: f64 = 14.0;

/// What happens when the pointer is pressed, moved and let go on the board.
pub struct Hands {
    pub on_down: Callback<PointerEvent>,
    pub on_move: Callback<PointerEvent>,
    pub on_up: Callback<PointerEvent>,
    pub on_cancel: Callback<PointerEvent>,
}

impl Hands {
    pub fn of(
        sight: &Sight,
        drag: &UseStateHandle<Option<Drag>>,
        on_action: &Callback<Action>,
        on_edit: &Callback<Edit>,
    ) -> Self {
        let on_down = {
            let (board, drag) = (sight.board.clone(), drag.setter());
            Callback::from(move |event: PointerEvent| {
                let at = place(&event, &board);
                let drawn = at.filter(|_| event.button() == 0).and_then(|at| {
                    Some(Drag { hold: hold(&board, at)?, from: at, to: at })
                });
                drag.set(drawn);
            })
        };
        let on_move = {
            let (board, drag) = (sight.board.clone(), drag.clone());
            Callback::from(move |event: PointerEvent| {
                if let Some(dragged) = *drag {
                    let pressed = event.buttons() & 1 != 0;
                    let at = place(&event, &board).filter(|_| pressed);
                    drag.set(at.map(|to| Drag { to, ..dragged }));
                }
            })
        };
        let on_up = {
            let (sight, drag) = (sight.clone(), drag.clone());
            let (on_action, on_edit) = (on_action.clone(), on_edit.clone());
            Callback::from(move |event: PointerEvent| {
                let Sight { board, run, frame, selection, .. } = &sight;
                match *drag {
                    Some(dragged) if dragged.is_under_way() => {
                        if let Some(edit) = dragged.meant(board, run) {
                            on_edit.emit(edit);
                        }
                    }
                    pressed => {
                        let at = place(&event, board);
                        let job = at.and_then(|at| tokens::job_at(board, frame, at));
                        // None is on the bare board.
                        let part = pressed.and_then(|pressed| pressed.part(run));
                        let part = part.filter(|part| selection.as_ref() != Some(part));
                        on_action.emit(match job {
                            Some(_) => Action::Life(job),
                            None => Action::Select(part),
                        });
                    }
                }
                drag.set(None);
            })
        };
        let drag = drag.setter();
        let on_cancel = Callback::from(move |_| drag.set(None));
        Self { on_down, on_move, on_up, on_cancel }
    }
}

/// What is at a point to be taken hold of.
fn hold(board: &Board, at: Point) -> Option<Hold> {
    let near = |port: Point| (port.x - at.x).hypot(port.y - at.y) <= REACH;
    let wire = board.wires.iter().position(|wire| near(wire.from));
    let caller = board.callers.iter().position(|caller| caller.rect.holds(at));
    let function = board.functions.iter().position(|function| function.rect.holds(at));
    let service = board.services.iter().position(|rect| rect.holds(at));
    let card = caller.map(Hold::Caller).or(function.map(Hold::Function));
    let mapping = board.mappings.iter().position(|rect| EVENTS && rect.holds(at));
    let card = card.or(service.map(Hold::Service)).or(mapping.map(Hold::Mapping));
    let group = board.groups.iter().position(|rect| EVENTS && rect.holds(at));
    let alarm = board.alarms.iter().position(|rect| EVENTS && rect.holds(at));
    let card = card.or(group.map(Hold::Group)).or(alarm.map(Hold::Alarm));
    wire.map(Hold::Wire).or(card)
}

impl Drag {
    /// Whether it has gone anywhere.
    pub fn is_under_way(&self) -> bool {
        (self.to.x - self.from.x).hypot(self.to.y - self.from.y) >= PRESS
    }

    /// The part that was taken hold of, by its name.
    fn part(&self, run: &Opened) -> Option<String> {
        match self.hold {
            Hold::Wire(at) | Hold::Caller(at) => Some(run.callers.get(at)?.name.clone()),
            Hold::Function(at) => Some(run.functions.get(at)?.name.clone()),
            Hold::Service(at) => Some(run.services.get(at)?.name.clone()),
            Hold::Mapping(at) => Some(run.mappings.get(at)?.name.clone()),
            Hold::Group(at) => Some(run.groups.get(at)?.name.clone()),
            Hold::Alarm(at) => Some(run.alarms.get(at)?.name.clone()),
        }
    }

    /// Whether it could be let go anywhere: on a narrow board cards stay where they are.
    fn is_free(&self, board: &Board) -> bool {
        match self.hold {
            Hold::Wire(_) => true,
            Hold::Caller(_) | Hold::Function(_) => !board.narrow,
            Hold::Service(_) | Hold::Mapping(_) | Hold::Group(_) | Hold::Alarm(_) => {
                false
            }
        }
    }

    /// The change that is meant when it is let go.
    fn meant(&self, board: &Board, run: &Opened) -> Option<Edit> {
        if !self.is_free(board) {
            return None;
        }
        let nudged = |name: &str, (x, y): (i16, i16)| {
            let add = |by: i16, way: f64| by.saturating_add(way.round() as i16);
            let by = (add(x, self.to.x - self.from.x), add(y, self.to.y - self.from.y));
            Edit::Nudge { part: name.into(), by }
        };
        Some(match (self.hold, self.onto(board)) {
            (Hold::Wire(number) | Hold::Caller(number), Some(onto)) => {
                let (caller, function) =
                    (run.callers.get(number)?, run.functions.get(onto)?);
                let path = vec!["callers".into(), caller.name.clone(), "calls".into()];
                Edit::Set { path, text: function.name.clone(), from: None }
            }
            (Hold::Wire(_), None)
            | (
                Hold::Service(_) | Hold::Mapping(_) | Hold::Group(_) | Hold::Alarm(_),
                _,
            ) => return None,
            (Hold::Caller(number), None) => {
                let caller = run.callers.get(number)?;
                nudged(&caller.name, caller.nudge)
            }
            (Hold::Function(number), _) => {
                let function = run.functions.get(number)?;
                nudged(&function.name, function.nudge)
            }
        })
    }

    /// The function that it would be let go on.
    fn onto(&self, board: &Board) -> Option<usize> {
        board.functions.iter().position(|function| function.rect.holds(self.to))
    }

    /// How it is drawn while it is under way.
    pub fn picture(&self, board: &Board) -> Option<Node> {
        if !self.is_free(board) {
            return None;
        }
        let card = |rect| picture::rect(rect, "8", "card-new");
        let moved = |rect: Rect| {
            let (x, y) = (self.to.x - self.from.x, self.to.y - self.from.y);
            card(Rect { x: rect.x + x, y: rect.y + y, ..rect })
        };
        let mut drawn = Vec::new();
        match (self.hold, self.onto(board)) {
            (
                Hold::Service(_) | Hold::Mapping(_) | Hold::Group(_) | Hold::Alarm(_),
                _,
            ) => {}
            (Hold::Function(number), _) => {
                drawn.push(moved(board.functions.get(number)?.rect));
            }
            (Hold::Caller(number), None) => {
                drawn.push(moved(board.callers.get(number)?.rect));
            }
            (Hold::Wire(number) | Hold::Caller(number), onto) => {
                let from = board.wires.get(number)?.from;
                drawn.push(picture::line(from, self.to, "w w-sync w-live w-new"));
                // What it will be wired to.
                let onto = onto.and_then(|onto| board.functions.get(onto));
                drawn.extend(onto.map(|function| card(function.rect)));
            }
        }
        Some(picture::group("", drawn))
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
