//! The line to the worker: asks are packed and sent, answers come back.
//!
//! The worker says so when it is ready; what is asked before waits. Of screens and of
//! painted runs only one is under way, and then the newest: what nobody will see is never
//! asked for.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use crate::message::{Answer, Ask, Refusal, Slot};
use crate::pack::{packed, unpacked};

/// The line. Clones are the same line.
#[derive(Clone)]
pub struct Wire(Rc<RefCell<State>>);

struct State {
    worker: Option<Worker>,
    ready: bool,
    waiting: Vec<Ask>,
    pictures: [Picture; 2],
    listeners: Vec<EventListener>,
}

/// What is asked for again and again, and only the last answer counts.
#[derive(Default)]
struct Picture {
    under_way: bool,
    wanted: Option<Ask>,
}

/// The place of a screen, and of a painted run, among the pictures.
const SCREEN: usize = 0;
const PAINTED: usize = 1;

impl PartialEq for Wire {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Wire {
    /// Starts the worker. Answers and failures go to the callbacks.
    #[must_use]
    pub fn start(on_answer: Callback<Answer>, on_failure: Callback<Refusal>) -> Self {
        let wire = Self(Rc::new(RefCell::new(State {
            worker: None,
            ready: false,
            waiting: Vec::new(),
            pictures: Default::default(),
            listeners: Vec::new(),
        })));
        let Some(worker) = new_worker() else {
            on_failure
                .emit(stopped("This browser does not let the page start a worker."));
            return wire;
        };
        let line = wire.clone();
        let on_message = EventListener::new(&worker, "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
            line.receive(event, &on_answer);
        });
        let on_error = EventListener::new(&worker, "error", move |event| {
            let told = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
            on_failure.emit(stopped(&told.unwrap_or_default()));
        });
        {
            let mut state = wire.0.borrow_mut();
            state.listeners = vec![on_message, on_error];
            state.worker = Some(worker);
        }
        wire
    }

    /// Asks something; a picture once the last one has come.
    pub fn ask(&self, ask: Ask) {
        let mut state = self.0.borrow_mut();
        let is_painted = matches!(ask, Ask::Paint { .. });
        if is_painted || matches!(ask, Ask::Look(_)) {
            let place = if is_painted { PAINTED } else { SCREEN };
            let picture = &mut state.pictures[place];
            if picture.under_way {
                picture.wanted = Some(ask);
                return;
            }
            picture.under_way = true;
        }
        if state.ready { state.post(ask) } else { state.waiting.push(ask) }
    }

    fn receive(&self, event: &MessageEvent, on_answer: &Callback<Answer>) {
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
        }
        on_answer.emit(answer);
    }

    fn next_picture(&self, place: usize) {
        let mut state = self.0.borrow_mut();
        let picture = &mut state.pictures[place];
        picture.under_way = false;
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

fn stopped(why: &str) -> Refusal {
    let text = format!(
        "The simulator has stopped: {why} Reload the page to start it again; the link in \
         the address bar keeps the scenario."
    );
    Refusal { text, ..Refusal::default() }
}
