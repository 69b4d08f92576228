//! The worker: the engine behind a line of messages.
//!
//! An empty message says that it is ready; what was sent before that is lost.

use gloo_events::EventListener;
use js_sys::Uint8Array;
use lambdarium_web::engine::Engine;
use lambdarium_web::message::{Ask, Slot};
use lambdarium_web::pack::{packed, unpacked};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Answers whatever the page asks.
pub fn run() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let engine = RefCell::new(Engine::new());
    let line = scope.clone();
    let listener = EventListener::new(&scope, "message", move |event| {
        let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
        let bytes = Uint8Array::new(&event.data()).to_vec();
        let asked = unpacked::<(Slot, Ask)>(&bytes);
        let (slot, ask) = asked.expect("page and worker come from the same build");
        if let Some(answer) = engine.borrow_mut().handle(slot, ask) {
            post(&line, &packed(&(slot, answer)));
        }
    });
    listener.forget();
    post(&scope, &[]);
}

fn post(scope: &DedicatedWorkerGlobalScope, bytes: &[u8]) {
    // Posting bytes fails only without memory.
    let _ = scope.post_message(&Uint8Array::from(bytes));
}
