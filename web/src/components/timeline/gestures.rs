//! Pointers and wheels on the timeline: one pointer moves the playhead, two pinch, and a
//! wheel zooms or pans.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use lambdarium_sim::EVENTS;
use lambdarium_sim::time::{Instant, Moment};
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent, WheelEvent};
use yew::prelude::*;

use super::acts::Held;
use super::lanes::span_at;
use super::place::Place;
use crate::desk::Action;
use crate::geometry::Point;
use crate::message::Painted;
use crate::shared::Shared;

/// Whoever moves a pointer by less than this has only pressed.
const PRESS: f64 = 4.0;

/// Pixels of a wheel that zoom by a step, and of a line of it.
const STEP_PX: f64 = 20.0;
const LINE_PX: f64 = 16.0;

/// What hands are doing on the timeline.
#[derive(Default)]
pub struct Hands {
    /// The pointers that are down: their numbers, what each has taken hold of, where it
    /// is, and whether it is on the lanes.
    fingers: Vec<(i32, Instant, f64, bool)>,
    place: Option<Place>,
    /// What of a wheel has not become a step yet.
    rest: f64,
    /// The pointer that is down on an act.
    pub held: Option<Held>,
    /// Whether an act was pulled last, so that the click that follows is none.
    pub pulled: bool,
}

/// What pointers do.
pub fn touch(
    hands: &Rc<RefCell<Hands>>,
    (root, lanes): (&NodeRef, &NodeRef),
    painted: &Shared<Painted>,
    place: Place,
    on_action: &Callback<Action>,
) -> Callback<PointerEvent> {
    let (hands, root, lanes) = (Rc::clone(hands), root.clone(), lanes.clone());
    let (painted, on_action) = (painted.clone(), on_action.clone());
    Callback::from(move |event: PointerEvent| {
        let Some(element) = root.cast::<Element>() else { return };
        let x = f64::from(event.client_x()) - element.get_bounding_client_rect().left();
        let on_lanes = is_over(&lanes, &event);
        let axis = |on_lanes: bool| {
            if on_lanes { place.window(&painted) } else { place.whole(&painted) }
        };
        let id = event.pointer_id();
        let mut hands = hands.borrow_mut();
        if hands.held.is_some() {
            // Who moves an act moves nothing else.
            return;
        }
        let down = &mut hands.fingers;
        match event.type_().as_str() {
            "pointerdown" => {
                if x < place.left - 8.0 || is_button(&event) {
                    return;
                }
                // Without capture the pointer only has to stay over the timeline.
                let _ = element.set_pointer_capture(id);
                down.retain(|finger| finger.0 != id);
                down.push((id, axis(on_lanes).at(x), x, on_lanes));
                on_action.emit(Action::Pause);
            }
            "pointermove" => match down.iter_mut().find(|finger| finger.0 == id) {
                Some(finger) => finger.2 = x,
                None => {
                    return on_action
                        .emit(Action::Pick(under(&event, &lanes, &painted, place)));
                }
            },
            kind => {
                let let_go = kind == "pointerup" && down.len() == 1;
                let finger = down.iter().find(|finger| let_go && finger.3);
                // Whoever presses a span, and does not draw, means its request. The small
                // program would be replaced for that whenever somebody seeks.
                if EVENTS && let Some((_, at, x, _)) = finger {
                    let pressed = (axis(true).x(*at) - x).abs() < PRESS;
                    let under = under(&event, &lanes, &painted, place);
                    let job = under.filter(|_| pressed).and_then(|it| it.job(&painted));
                    if job.is_some() {
                        on_action.emit(Action::Life(job));
                    }
                }
                return down.retain(|finger| finger.0 != id);
            }
        }
        if let [one, two] = down[..] {
            if let Some((from, to)) =
                axis(one.3).pinched([(one.1, one.2), (two.1, two.2)])
            {
                on_action.emit(Action::Window(from, to));
            }
        } else if let [one] = down[..] {
            on_action.emit(Action::Seek(Moment::end_of(axis(one.3).at(x))));
        }
    })
}

fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()
}

fn is_over(lanes: &NodeRef, event: &web_sys::Event) -> bool {
    let lanes = lanes.cast::<Element>();
    lanes.is_some_and(|lanes| lanes.contains(target(event).as_deref()))
}

/// Whether a press belongs to a marker, an act or another control.
fn is_button(event: &PointerEvent) -> bool {
    let closest = target(event).map(|target| target.closest("button, [role=button]"));
    matches!(closest, Some(Ok(Some(_))))
}

/// The span under a pointer. While a pointer is down all that it does goes to the timeline,
/// so where it is counts, and not what it is over.
fn under(
    event: &PointerEvent,
    lanes: &NodeRef,
    painted: &Painted,
    place: Place,
) -> Option<crate::desk::Picked> {
    let lanes = lanes.cast::<Element>()?;
    let rect = lanes.get_bounding_client_rect();
    let x = f64::from(event.client_x()) - rect.left();
    let y = f64::from(event.client_y()) - rect.top();
    let scrolled = f64::from(lanes.scroll_top());
    let is_over = (0.0..rect.height()).contains(&y);
    span_at(painted, place, Point { x, y: y + scrolled }).filter(|_| is_over)
}

/// Zooms and pans by wheel. A wheel without a key scrolls the lanes as long as there is
/// something to scroll.
#[hook]
pub fn use_hands(
    root: &NodeRef,
    lanes: &NodeRef,
    place: Place,
    on_action: &Callback<Action>,
) -> Rc<RefCell<Hands>> {
    let hands = use_mut_ref(Hands::default);
    hands.borrow_mut().place = Some(place);
    let (root, lanes, on_action) = (root.clone(), lanes.clone(), on_action.clone());
    let turning = Rc::clone(&hands);
    use_effect_with((), move |()| {
        let options = EventListenerOptions::enable_prevent_default();
        let listener = root.cast::<Element>().map(|element| {
            let seen = element.clone();
            EventListener::new_with_options(&element, "wheel", options, move |event| {
                let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
                let left = seen.get_bounding_client_rect().left();
                let x = f64::from(event.client_x()) - left;
                let scrolls = is_over(&lanes, event)
                    && lanes.cast::<Element>().is_some_and(|lanes| {
                        lanes.scroll_height() > lanes.client_height()
                    });
                if let Some(action) = turning.borrow_mut().turn(event, x, scrolls) {
                    event.prevent_default();
                    on_action.emit(action);
                }
            })
        });
        move || drop(listener)
    });
    hands
}

impl Hands {
    /// Whether no pointer is down.
    pub fn is_free(&self) -> bool {
        self.fingers.is_empty() && self.held.is_none()
    }

    /// What a wheel does at a pixel; nothing where it has something to scroll.
    fn turn(&mut self, event: &WheelEvent, x: f64, scrolls: bool) -> Option<Action> {
        let place = self.place?;
        let unit = if event.delta_mode() == 0 { 1.0 } else { LINE_PX };
        let (dx, dy) = (event.delta_x() * unit, event.delta_y() * unit);
        let is_pinch = event.ctrl_key() || event.meta_key();
        if !is_pinch && (event.shift_key() || dx.abs() > dy.abs()) {
            return Some(Action::Pan((dx + dy) / place.width));
        }
        if scrolls && !is_pinch {
            return None;
        }
        // Pinching on a touchpad comes as a wheel with small steps.
        let gain = if is_pinch && dy.abs() < STEP_PX { 4.0 } else { 1.0 };
        self.rest -= dy * gain / STEP_PX;
        let steps = self.rest as i32;
        self.rest -= f64::from(steps);
        let share = ((x - place.left) / place.width).clamp(0.0, 1.0);
        Some(Action::Zoom { steps, share: Some(share) })
    }
}
