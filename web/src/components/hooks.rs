//! What follows from the desk: asks to the engine, ticks, the address, the theme.

use std::cell::Cell;

use gloo_timers::callback::Timeout;
use lambdarium_sim::{EVENTS, WithEvents};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};
use yew::prelude::*;

use super::safety::first_source;
use crate::desk::{Action, Desk, Dialog, Doing, LINES_IN_SIGHT, Tab, Theme};
use crate::effects::{self, Frames, Wire};
use crate::message::{Answer, Ask, Edit, Refusal, Source};
use crate::texts;

/// A playhead that has not moved for so long rests: the lines of the story that have to be
/// scrolled to are told then. To draw them takes longer than all else that a seek draws.
const REST_MS: u32 = 150;

/// The desk and the line to its engine.
#[hook]
pub fn use_desk() -> (UseReducerHandle<Desk>, Wire) {
    let desk = use_reducer(|| {
        let mut desk = Desk::new(effects::kept_theme(), effects::reduced_motion());
        desk.no_single_keys = effects::kept_no_keys();
        if EVENTS && let Some(handed) = effects::handed() {
            desk = desk.with_handed(handed);
        }
        desk.with_kept(effects::kept_scenario())
    });
    let dispatch = desk.dispatcher();
    let wire = use_memo((), move |()| {
        let answered = dispatch.clone();
        let on_answer = Callback::from(move |answer: Answer| {
            answered.dispatch(Action::Answered(Box::new(answer)));
        });
        let on_death = Callback::from(move |why: String| {
            dispatch.dispatch(Action::Died { why, now_ms: effects::now_ms() });
        });
        Wire::start(on_answer, on_death)
    });
    (desk, (*wire).clone())
}

/// Opens what the address names, at the start and whenever it is changed by hand.
#[hook]
pub fn use_opening(desk: &UseReducerHandle<Desk>, wire: &Wire) {
    let (dispatch, wire) = (desk.dispatcher(), wire.clone());
    let first = if EVENTS { desk.first() } else { None };
    use_effect_with((), move |()| {
        let open = move |first: Option<(Source, bool)>| {
            dispatch.dispatch(Action::Opening);
            let (source, keep) = first.unwrap_or_else(|| (first_source(), false));
            wire.open(source, keep);
            if EVENTS && let Some(other) = effects::versus() {
                wire.open_beside(other);
            }
        };
        open(first);
        let open = move || open(None);
        let listener = effects::on_fragment_change(open);
        move || drop(listener)
    });
}

/// Asks the engine for what the desk lacks: more of the recording, the screen at the
/// playhead, the whole run, causes, a link.
#[hook]
pub fn use_asking(desk: &UseReducerHandle<Desk>, wire: &Wire, columns: u32) {
    let ask = |wire: &Wire| {
        let wire = wire.clone();
        move |ask: Ask| wire.ask(ask)
    };
    let more = ask(wire);
    use_effect_with(desk.progress.clone(), {
        let open = desk.run.is_some();
        move |progress| {
            if open && progress.stop.is_none() {
                more(Ask::More);
            }
        }
    });
    let look_at = ask(wire);
    let of = (desk.look(), desk.lines(), desk.run.clone(), desk.is_complete());
    use_effect_with(of, move |&(look, lines, ref run, _)| {
        let timer = run.is_some().then(|| {
            look_at(Ask::Look { look, lines: lines.min(LINES_IN_SIGHT) });
            let all = move || look_at(Ask::Look { look, lines });
            (lines > LINES_IN_SIGHT).then(|| Timeout::new(REST_MS, all))
        });
        move || drop(timer)
    });
    let paint = ask(wire);
    let pane = desk.pane(columns);
    // While a long run is recorded, it is painted again whenever it is twice as long.
    let doubled = desk.progress.reached.0.leading_zeros();
    let of = (pane, desk.gauged(), desk.run.clone(), desk.is_complete(), doubled);
    use_effect_with(of, move |(pane, part, run, ..)| {
        if run.is_some() && pane.columns > 0 {
            paint(Ask::Paint { pane: *pane, part: *part });
        }
    });
    let why = ask(wire);
    let picked = desk.picked.and_then(|picked| picked.entry);
    use_effect_with((desk.why.clone(), picked), move |(open, picked)| {
        let open = open.as_ref().filter(|open| open.1.is_none());
        for entry in open.map(|open| open.0).into_iter().chain(*picked) {
            why(Ask::Why { entry });
        }
    });
    let contents = ask(wire);
    use_effect_with((desk.shelf(), desk.run.clone()), {
        let moment = desk.frame.as_ref().map(|frame| frame.moment);
        move |(shelf, _)| {
            if EVENTS && let Some(((service, _), moment)) = shelf.zip(moment) {
                contents(Ask::Contents { service, moment });
            }
        }
    });
    use_counting(desk, wire);
    let asked = desk.why.is_some() || desk.tab == Tab::Settings;
    use_text_beside(desk, asked && desk.rules.is_none(), "book.txt", Action::Rules);
    let gallery = desk.dialog == Some(Dialog::Gallery) && desk.gallery.is_none();
    use_text_beside(desk, gallery, effects::GALLERY, Action::Gallery);
    let link = ask(wire);
    let wanted = desk.dialog == Some(Dialog::Share) && desk.link.is_none();
    let moment = desk.link_moment.then_some(desk.playhead);
    let selection = desk.selection.clone().filter(|_| desk.link_selection);
    use_effect_with((wanted, desk.link_moment, desk.link_selection), move |of| {
        let (wanted, ..) = of;
        if *wanted {
            link(Ask::Link { moment, selection });
        }
    });
}

/// Asks for what only the whole program counts.
#[hook]
fn use_counting(desk: &UseReducerHandle<Desk>, wire: &Wire) {
    let wire = wire.clone();
    use_effect_with((desk.to_count(), desk.run.clone()), move |(asks, _)| {
        asks.iter().cloned().for_each(|ask| wire.ask(ask));
    });
}

/// Loads a text that lies beside the program, once it is wanted.
#[hook]
fn use_text_beside(
    desk: &UseReducerHandle<Desk>,
    wanted: bool,
    name: &'static str,
    loaded: fn(Option<String>) -> Action,
) {
    let dispatch = desk.dispatcher();
    use_effect_with(wanted, move |wanted| {
        if *wanted {
            effects::text_beside(name, move |text| dispatch.dispatch(loaded(text)));
        }
    });
}

/// Asks for the form of what is selected while it is shown, and for changes.
#[hook]
pub fn use_editing(desk: &UseReducerHandle<Desk>, wire: &Wire) -> Callback<Edit> {
    let shown = desk.tab == Tab::Settings;
    use_effect_with((shown, desk.run.clone(), desk.selection.clone()), {
        let wire = wire.clone();
        move |(shown, run, part)| {
            if *shown && run.is_some() {
                wire.ask(Ask::Form { part: part.clone() });
            }
        }
    });
    // The same callback for ever, so that a form is not drawn anew at every tick: that
    // would take away what is being typed.
    let now = (desk.playhead.at, desk.from_here);
    let latest = use_mut_ref(|| now);
    *latest.borrow_mut() = now;
    let (dispatch, wire) = (desk.dispatcher(), wire.clone());
    let edit = use_memo((), move |()| {
        Callback::from(move |edit: Edit| {
            let (playhead, from_here) = *latest.borrow();
            let edit = edit.at_playhead(playhead, from_here);
            dispatch.dispatch(Action::Edited(edit.clone()));
            wire.ask(Ask::Edit(edit));
        })
    });
    (*edit).clone()
}

/// Lets the whole program take over where this one does not reach; in the whole one, asks
/// what the other could not do.
#[hook]
pub fn use_beyond(desk: &UseReducerHandle<Desk>, wire: &Wire) {
    let latest = use_mut_ref(|| desk.clone());
    *latest.borrow_mut() = desk.clone();
    let (wire, dispatch) = (wire.clone(), desk.dispatcher());
    // The whole program waits for the run that is to be changed.
    let now = desk.beyond.clone().filter(|_| !EVENTS || desk.run.is_some());
    use_effect_with(now, move |beyond| {
        let Some(beyond) = beyond else { return };
        if !EVENTS {
            let leave = move || {
                let handed = latest.borrow().handed(effects::writing())?;
                wire.stop();
                Some(handed)
            };
            return effects::go_beyond(leave, move || {
                let text = texts::NOT_WHOLE.into();
                dispatch.dispatch(Action::Failed(Refusal { text, ..Refusal::default() }));
            });
        }
        dispatch.dispatch(Action::Asked);
        // What was to be opened is open by now.
        if let Ask::Edit(edit) = &**beyond {
            dispatch.dispatch(Action::Edited(edit.clone()));
            wire.ask(Ask::Edit(edit.clone()));
        } else if let Ask::Write { text, .. } = &**beyond {
            dispatch.dispatch(Action::Text(Doing::Typed(text.clone())));
        } else if let Ask::Life { job } = &**beyond {
            dispatch.dispatch(Action::Life(Some(*job)));
        }
    });
}

/// Ticks while something moves.
#[hook]
pub fn use_clock(desk: &UseReducerHandle<Desk>, wire: &Wire) {
    let (dispatch, wire) = (desk.dispatcher(), wire.clone());
    let moving = desk.playing || desk.skipped.is_some();
    use_effect_with(moving, move |moving| {
        wire.hold(*moving);
        let frames = moving.then(|| {
            Frames::start(move |elapsed_us| {
                wire.release();
                dispatch.dispatch(Action::Tick { elapsed_us });
            })
        });
        move || drop(frames)
    });
}

/// Keeps run, moment and selection in the address bar, once the playhead rests.
#[hook]
pub fn use_address(desk: &UseReducerHandle<Desk>) {
    let resting = (!desk.playing && !desk.opening).then_some(desk.playhead);
    let other = desk.compare().map(|compare| compare.run.address.clone());
    let other: WithEvents<String> = other.into_iter().collect();
    let of = (desk.run.clone(), resting, desk.selection.clone(), other);
    use_effect_with(of, |(run, moment, selection, other)| {
        let fragment = run.as_ref().zip(*moment).map(|(run, moment)| {
            let fragment =
                effects::fragment_at(&run.address, moment, selection.as_deref());
            if EVENTS { effects::with_versus(fragment, other.first()) } else { fragment }
        });
        let seen = effects::fragment();
        let timer =
            fragment.filter(|fragment| !fragment.starts_with('&')).map(|fragment| {
                Timeout::new(250, move || {
                    // Another one was put there since, and the browser is yet to tell of it.
                    if effects::fragment() == seen {
                        effects::set_fragment(&fragment);
                    }
                })
            });
        move || drop(timer)
    });
}

/// Puts the theme on the document and the title on the window.
#[hook]
pub fn use_document(desk: &UseReducerHandle<Desk>) {
    use_effect_with(desk.theme, |theme| {
        if let Some(theme) = theme {
            effects::set_theme(*theme);
            effects::keep_theme(*theme);
        }
    });
    let title = desk.run.as_ref().map(|run| run.title.clone());
    use_effect_with(title, |title| {
        let document = web_sys::window().and_then(|window| window.document());
        if let (Some(document), Some(title)) = (document, title.as_deref()) {
            let title = if title.is_empty() { crate::texts::UNTITLED } else { title };
            document.set_title(&format!("{title} – {}", crate::texts::BRAND));
        }
    });
}

/// The theme that is in force. While a run plays the browser is not asked again: that takes
/// longer than to draw the bar.
#[must_use]
pub fn theme(desk: &Desk) -> Theme {
    thread_local! { static LAST: Cell<Option<Theme>> = const { Cell::new(None) }; }
    let known = desk.theme.or(LAST.get().filter(|_| desk.playing));
    let theme = known.unwrap_or_else(effects::system_theme);
    LAST.set(Some(theme));
    theme
}

/// The width and height of an element, in CSS pixels; 0 before they are known.
#[hook]
pub fn use_size(node: &NodeRef) -> (f64, f64) {
    let size = use_state_eq(|| (0.0_f64, 0.0_f64));
    let node = node.clone();
    let set = size.setter();
    use_effect_with((), move |()| {
        let element = node.cast::<HtmlElement>();
        let observed = element.and_then(|element| {
            set.set(size_of(&element));
            let seen = element.clone();
            let on_resize = Closure::<dyn FnMut()>::new(move || {
                set.set(size_of(&seen));
            });
            let observer =
                ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
            observer.observe(&element);
            Some((observer, on_resize))
        });
        move || {
            if let Some((observer, on_resize)) = observed {
                observer.disconnect();
                drop(on_resize);
            }
        }
    });
    *size
}

fn size_of(element: &HtmlElement) -> (f64, f64) {
    (f64::from(element.client_width()), f64::from(element.client_height()))
}
