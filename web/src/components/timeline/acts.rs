//! The acts under the scrubber: pressed they lead to their moment, pulled to the side they
//! are made at another.

use std::cell::RefCell;
use std::rc::Rc;

use lambdarium_sim::time::Instant;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::super::svg;
use super::flags::{Button, button, named};
use super::gestures::Hands;
use super::place::{Place, SCRUB_H, SCRUB_Y};
use crate::desk::{Action, Desk};
use crate::geometry::{Point, clock};
use crate::message::{Edit, Opened, Painted};
use crate::shared::Shared;
use crate::texts;

/// What the names of acts in the document begin with.
const ID: &str = "flag-";
/// Pixels that a hand trembles: less is a press.
const TREMBLE: f64 = 4.0;
/// The room that a time takes beside its act.
const TIME_W: f64 = 80.0;

/// A pointer that is down on an act.
#[derive(Clone, Copy)]
pub struct Held {
    act: usize,
    pointer: i32,
    /// Where it came down.
    from: f64,
    /// Whether it has moved, so that it is no press any more.
    moved: bool,
}

/// What has to be known to move acts.
struct Mover {
    run: Shared<Opened>,
    /// The act that is being moved, and to when.
    dragged: Option<(usize, Instant)>,
    painted: Shared<Painted>,
    place: Place,
    hands: Rc<RefCell<Hands>>,
    on_action: Callback<Action>,
    on_edit: Callback<Edit>,
}

/// The acts.
pub fn acts(
    desk: &Desk,
    (run, painted): (&Shared<Opened>, &Shared<Painted>),
    place: Place,
    hands: &Rc<RefCell<Hands>>,
    (on_action, on_edit): (&Callback<Action>, &Callback<Edit>),
) -> Html {
    let axis = place.whole(painted);
    // An act that is gone is let go of: nothing will be heard of its pointer.
    hands.borrow_mut().held.take_if(|held| held.act >= run.acts.len());
    let mut drawn = Vec::new();
    for (number, act) in run.acts.iter().enumerate() {
        let dragged = desk.dragged.filter(|dragged| dragged.0 == number);
        let x = axis.x(dragged.map_or(act.at, |dragged| dragged.1));
        let pressed = desk.act == Some(number);
        let class = if pressed || dragged.is_some() { "act act-on" } else { "act" };
        let mut picture = vec![svg::mark(Point { x: 0.0, y: -10.0 }, "l6 9h-12z", class)];
        if let Some((_, at)) = dragged {
            let is_last = x + TIME_W > place.right();
            let (x, class) =
                if is_last { (-10.0, "t11 b halo end") } else { (10.0, "t11 b halo") };
            picture.push(svg::text(x, 0.0, class, clock(at.0)));
        }
        drawn.push(button(Button {
            at: Point { x, y: SCRUB_Y + SCRUB_H + 11.0 },
            name: named(texts::ACT, number, act.at, &act.label),
            pressed,
            press: select((!pressed).then_some(number), hands, on_action),
            picture: svg::all(picture),
            id: Some(id(number)),
        }));
    }
    let mover = Rc::new(Mover {
        run: run.clone(),
        dragged: desk.dragged,
        painted: painted.clone(),
        place,
        hands: Rc::clone(hands),
        on_action: on_action.clone(),
        on_edit: on_edit.clone(),
    });
    let turned = Rc::clone(&mover);
    let onkeydown = Callback::from(move |event: KeyboardEvent| turned.turn(&event));
    let pull = Callback::from(move |event: PointerEvent| mover.pull(&event));
    html! {
        <g {onkeydown} onpointerdown={pull.clone()} onpointermove={pull.clone()}
            onpointerup={pull.clone()} onpointercancel={pull}>{ svg::all(drawn) }</g>
    }
}

fn id(number: usize) -> String {
    [ID, &number.to_string()].concat()
}

/// Selects an act, unless the click is the end of a pull.
fn select(
    act: Option<usize>,
    hands: &Rc<RefCell<Hands>>,
    on_action: &Callback<Action>,
) -> Callback<()> {
    let (hands, on_action) = (Rc::clone(hands), on_action.clone());
    Callback::from(move |()| {
        if !std::mem::take(&mut hands.borrow_mut().pulled) {
            on_action.emit(Action::SelectAct(act));
        }
    })
}

/// The act that an event goes to.
fn act_of(event: &web_sys::Event) -> Option<(Element, usize)> {
    let on = event.target()?.unchecked_into::<Element>().closest("g[id]").ok()??;
    let number = on.id().strip_prefix(ID)?.parse().ok()?;
    Some((on, number))
}

impl Mover {
    /// A pointer on an act, or one that holds it.
    fn pull(&self, event: &PointerEvent) {
        let (x, pointer) = (f64::from(event.client_x()), event.pointer_id());
        let mut hands = self.hands.borrow_mut();
        if event.type_() == "pointerdown" {
            hands.pulled = false;
            let act = act_of(event).filter(|_| event.button() == 0 && hands.is_free());
            if let Some((on, act)) = act {
                // Without capture the pointer only has to stay over the act.
                let _ = on.set_pointer_capture(pointer);
                hands.held = Some(Held { act, pointer, from: x, moved: false });
            }
            return;
        }
        let Some(held) = hands.held.as_mut().filter(|held| held.pointer == pointer)
        else {
            return;
        };
        let way = x - held.from;
        match event.type_().as_str() {
            "pointermove" if held.moved || way.abs() >= TREMBLE => {
                // After Escape the pointer no longer has anything in its hands.
                if !held.moved || self.dragged.is_some() {
                    held.moved = true;
                    let at = self.run.acts[held.act].at;
                    let to = self.place.whole(&self.painted).beside(at, way);
                    self.on_action.emit(Action::Drag(Some((held.act, to))));
                }
            }
            "pointermove" => {}
            kind => {
                hands.pulled = held.moved;
                hands.held = None;
                match self.dragged.filter(|_| hands.pulled && kind == "pointerup") {
                    Some((act, to)) => self.move_to(act, to),
                    None => self.on_action.emit(Action::Drag(None)),
                }
            }
        }
    }

    /// A key on an act. One that comes before the last move is made is left out.
    fn turn(&self, event: &KeyboardEvent) {
        let forward = event.key() == "ArrowRight";
        if !event.shift_key() || !forward && event.key() != "ArrowLeft" {
            return;
        }
        event.prevent_default();
        let act = act_of(event).filter(|_| self.dragged.is_none());
        if let Some((_, act)) = act {
            let at = self.run.acts[act].at;
            let way = self.place.width / 100.0;
            let way = if forward { way } else { -way };
            let to = self.place.window(&self.painted).beside(at, way);
            // Where a hundredth is less than a microsecond, and at the end of the run.
            let to = match forward {
                true => to.max(Instant(at.0 + 1)),
                false => to.min(Instant(at.0.saturating_sub(1))),
            };
            self.move_to(act, to);
        }
    }

    fn move_to(&self, act: usize, at: Instant) {
        let number = u32::try_from(act).unwrap_or(u32::MAX);
        self.on_edit.emit(Edit::MoveAct { number, at });
    }
}

/// Leaves the focus on the act that was moved: another one may have taken its place.
pub fn keep_focus(act: Option<usize>) {
    let document = web_sys::window().and_then(|window| window.document());
    let Some((document, act)) = document.zip(act) else { return };
    let is_on_act = document.active_element().is_some_and(|on| on.id().starts_with(ID));
    if let Some(flag) = document.get_element_by_id(&id(act)).filter(|_| is_on_act) {
        // It can take the focus, so this cannot fail.
        let _ = flag.unchecked_into::<HtmlElement>().focus();
    }
}
