//! The programs: of the page and of its worker, and of the embedded player. One file for
//! page and worker: half of it would be the same in two, and is downloaded once.
//!
//! The worker is the engine behind a line of messages. An empty message says that it is
//! ready; what was sent before that is lost.

use crate::components::App;
use crate::effects;
use crate::embed;
use crate::engine::Engine;
use crate::message::{Ask, Slot};
use crate::pack::{packed, unpacked};
use gloo_events::EventListener;
use js_sys::Uint8Array;
use lambdarium_sim::EVENTS;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{DedicatedWorkerGlobalScope, Element, MessageEvent};

/// Starts the page, or the worker where there is no page.
pub fn app() {
    let Some(root) = root() else { return work() };
    if EVENTS {
        effects::load_styles();
    }
    let app = yew::Renderer::<App>::with_root(root).render();
    effects::on_leaving(|| app.destroy());
}

/// Starts the embedded player, alone in its page.
pub fn embed() {
    embed::start(&root().expect("embed.html has an #app"));
}

fn root() -> Option<Element> {
    web_sys::window()?.document()?.get_element_by_id("app")
}

/// Answers whatever the page asks.
fn work() {
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
