//! The line to the worker: asks are packed and sent, answers come back.
//!
//! The worker says so when it is ready; what is asked before waits. Of screens and of
//! painted runs only one is under way, and then the newest: what nobody will see is never
//! asked for. A worker that dies is let go, and somebody told.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Uint8Array;
use lambdarium_sim::Given;
use wasm_bindgen::JsCast;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use super::lesson;
use crate::gallery;
use crate::message::{Answer, Ask, Compared, Comparing, Slot, Source};
use crate::pack::{packed, unpacked};

/// The line. Clones are the same line.
#[derive(Clone)]
pub struct Wire(Rc<RefCell<State>>);

struct State {
    worker: Option<Worker>,
    ready: bool,
    waiting: Vec<Ask>,
    pictures: [Picture; 2],
    /// While something moves, a screen waits for the next frame, so that the page is drawn
    /// once a frame and not once more for every answer.
    held: Option<Option<Answer>>,
    listeners: Vec<EventListener>,
    /// How many runs were to be opened so far.
    opens: u32,
    /// The lessons that were loaded, by their names: a worker that has died and a step back
    /// do not wait for the network.
    lessons: Vec<(String, String)>,
    on_answer: Callback<Answer>,
    on_death: Callback<String>,
}

/// What is asked for again and again, and only the last answer counts.
#[derive(Default)]
struct Picture {
    /// The last one was asked then, in ms, and has not come.
    since_ms: Option<u64>,
    wanted: Option<Ask>,
}

/// The place of a screen, and of a painted run, among the pictures.
const SCREEN: usize = 0;
const PAINTED: usize = 1;

/// A worker that has not answered for so long has died without saying so.
const SILENCE_MS: u64 = 15_000;

impl PartialEq for Wire {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Wire {
    /// Starts the worker. Answers go to one callback, and to the other why it has died.
    #[must_use]
    pub fn start(on_answer: Callback<Answer>, on_death: Callback<String>) -> Self {
        let wire = Self(Rc::new(RefCell::new(State {
            worker: None,
            ready: false,
            waiting: Vec::new(),
            pictures: Default::default(),
            held: None,
            listeners: Vec::new(),
            opens: 0,
            lessons: Vec::new(),
            on_answer,
            on_death,
        })));
        wire.restart();
        wire
    }

    /// Starts the worker, anew if there is one. What was asked and not answered is lost.
    pub fn restart(&self) {
        self.stop();
        let Some(worker) = new_worker() else {
            let on_death = self.0.borrow().on_death.clone();
            return on_death.emit(crate::texts::NO_WORKER.into());
        };
        let line = self.clone();
        let on_message = EventListener::new(&worker, "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
            line.receive(event);
        });
        let line = self.clone();
        let on_error = EventListener::new(&worker, "error", move |event| {
            let told = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
            line.died(told.unwrap_or_default());
        });
        let mut state = self.0.borrow_mut();
        state.listeners = vec![on_message, on_error];
        state.worker = Some(worker);
    }

    /// Lets the worker go. What was asked and not answered is lost.
    pub fn stop(&self) {
        let mut state = self.0.borrow_mut();
        if let Some(worker) = state.worker.take() {
            worker.terminate();
        }
        state.ready = false;
        // What is still to be loaded is lost, too: it would start the next worker.
        state.opens += 1;
        state.pictures = Default::default();
        state.waiting.clear();
    }

    fn died(&self, why: String) {
        // It may have had more to say before it was let go.
        if self.0.borrow().worker.is_none() {
            return;
        }
        self.stop();
        let on_death = self.0.borrow().on_death.clone();
        on_death.emit(why);
    }

    /// Opens a run; a lesson once its text is there. Of several that are on their way the
    /// last one counts.
    pub fn open(&self, source: Source, keep: bool) {
        let name = match &source {
            Source::Link(fragment) => gallery::needed(fragment),
            Source::Text(_) => None,
        };
        let mut state = self.0.borrow_mut();
        state.opens += 1;
        let turn = state.opens;
        let loaded = state.lessons.iter().find(|lesson| Some(&lesson.0) == name.as_ref());
        let loaded = loaded.map(|(_, text)| text.clone());
        drop(state);
        let Some(name) = name.filter(|_| loaded.is_none()) else {
            return self.ask(Ask::Open { source, lesson: loaded, keep });
        };
        let wire = self.clone();
        lesson(name.clone(), move |lesson| {
            let mut state = wire.0.borrow_mut();
            if let Ok(Some(text)) = &lesson {
                state.lessons.push((name, text.clone()));
            }
            let is_last = state.opens == turn;
            drop(state);
            match lesson {
                Ok(lesson) if is_last => wire.ask(Ask::Open { source, lesson, keep }),
                Err(refusal) if is_last => wire.emit(Answer::Refused(refusal)),
                Ok(_) | Err(_) => {}
            }
        });
    }

    /// Opens a run to compare the present one with; a lesson once its text is there.
    pub fn open_beside(&self, fragment: String) {
        let wire = self.clone();
        let given = Given::here();
        let name = gallery::needed(&fragment);
        let open = move |lesson: Option<String>| {
            let source = Source::Link(fragment);
            wire.ask(Ask::Compare { given, what: Comparing::Open { source, lesson } });
        };
        let Some(name) = name else { return open(None) };
        let wire = self.clone();
        lesson(name, move |lesson| match lesson {
            Ok(lesson) => open(lesson),
            Err(refusal) => {
                wire.emit(Answer::Compared { given, what: Compared::Refused(refusal) });
            }
        });
    }

    /// Asks something; a picture once the last one has come.
    pub fn ask(&self, ask: Ask) {
        // A worker that was given up gets another chance with another run.
        let opens = matches!(ask, Ask::Open { .. } | Ask::Write { .. });
        if opens && self.0.borrow().worker.is_none() {
            self.restart();
        }
        let mut state = self.0.borrow_mut();
        let is_painted = matches!(ask, Ask::Paint { .. });
        if is_painted || matches!(ask, Ask::Look { .. }) {
            let place = if is_painted { PAINTED } else { SCREEN };
            let now_ms = now_ms();
            let picture = &mut state.pictures[place];
            if let Some(since_ms) = picture.since_ms {
                picture.wanted = Some(ask);
                if now_ms.saturating_sub(since_ms) > SILENCE_MS {
                    drop(state);
                    self.died(crate::texts::SILENT.into());
                }
                return;
            }
            picture.since_ms = Some(now_ms);
        }
        if state.ready { state.post(ask) } else { state.waiting.push(ask) }
    }

    fn receive(&self, event: &MessageEvent) {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        if bytes.is_empty() {
            let mut state = self.0.borrow_mut();
            state.ready = true;
            for ask in std::mem::take(&mut state.waiting) {
                state.post(ask);
            }
            return;
        }
        let Some((_, answer)) = unpacked::<(Slot, Answer)>(&bytes) else { return };
        if matches!(answer, Answer::Screen(_)) {
            self.next_picture(SCREEN);
        } else if matches!(answer, Answer::Painted(_)) {
            self.next_picture(PAINTED);
        } else if matches!(answer, Answer::Opened(_)) {
            // Pictures of no run at all have no answer.
            self.next_picture(SCREEN);
            self.next_picture(PAINTED);
        }
        let is_screen = matches!(answer, Answer::Screen(_));
        if is_screen && let Some(held) = &mut self.0.borrow_mut().held {
            *held = Some(answer);
            return;
        }
        self.release();
        self.emit(answer);
    }

    /// Holds screens back until they are released, or lets them through.
    pub fn hold(&self, hold: bool) {
        self.release();
        self.0.borrow_mut().held = hold.then_some(None);
    }

    /// Lets the screen through that is held back, if there is one.
    pub fn release(&self) {
        let held = self.0.borrow_mut().held.as_mut().and_then(Option::take);
        if let Some(answer) = held {
            self.emit(answer);
        }
    }

    fn emit(&self, answer: Answer) {
        let on_answer = self.0.borrow().on_answer.clone();
        on_answer.emit(answer);
    }

    fn next_picture(&self, place: usize) {
        let mut state = self.0.borrow_mut();
        let picture = &mut state.pictures[place];
        picture.since_ms = None;
        if let Some(ask) = picture.wanted.take() {
            drop(state);
            self.ask(ask);
        }
    }
}

impl State {
    fn post(&self, ask: Ask) {
        let Some(worker) = &self.worker else { return };
        let packed = packed(&(Slot::default(), ask));
        // Posting bytes fails only without memory; then the browser stops the page anyway.
        let _ = worker.post_message(&Uint8Array::from(packed.as_slice()));
    }
}

/// The loader has put the worker's address on the document.
fn new_worker() -> Option<Worker> {
    let document = web_sys::window()?.document()?.document_element()?;
    let url = document.get_attribute("data-worker")?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    Worker::new_with_options(&url, &options).ok()
}

/// The clock on the wall, in ms.
#[must_use]
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}
