//! The whole program, which takes the place of the small one when that does not reach.
//!
//! The script that starts the page loads it, has the small one hand over what it knows and
//! leave the page, and starts it: both were built together, so they speak the same language.

use std::cell::RefCell;

use js_sys::{Function, Uint8Array};
use lambdarium_format::link::FRAGMENT_MAX;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlTextAreaElement, window};

use super::page::fragment;
use crate::message::Handed;
use crate::pack::{packed, unpacked};

#[wasm_bindgen]
extern "C" {
    /// Of `boot.js`: loads the whole program and starts it once `leave` has answered with
    /// something; calls `failed` if it cannot be loaded.
    #[wasm_bindgen(js_name = takeOver)]
    fn take_over(leave: &Function, failed: &Function);
    /// Of `boot.js`: what the program before this one has left; else `undefined`.
    #[wasm_bindgen(js_name = handedOver)]
    fn handed_over() -> JsValue;
}

thread_local! {
    static AWAY: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// How the program takes away all that it has put on the page.
pub fn on_leaving(away: impl FnOnce() + 'static) {
    AWAY.set(Some(Box::new(away)));
}

/// Has the whole program take over. `leave` says what it gets to know, or that it is no
/// longer needed; `failed` hears if it cannot be loaded.
pub fn go_beyond(
    leave: impl FnOnce() -> Option<Handed> + 'static,
    failed: impl FnOnce() + 'static,
) {
    let leave = Closure::once_into_js(move || {
        let handed = leave()?;
        if let Some(away) = AWAY.take() {
            away();
        }
        Some(Uint8Array::from(packed(&handed).as_slice()))
    });
    let failed = Closure::once_into_js(failed);
    take_over(leave.unchecked_ref(), failed.unchecked_ref());
}

/// What the program before this one has left.
#[must_use]
pub fn handed() -> Option<Handed> {
    let bytes: Uint8Array = handed_over().dyn_into().ok()?;
    unpacked(&bytes.to_vec())
}

/// What stands in the editor of the text pane, and where in it somebody is writing.
#[must_use]
pub fn writing() -> Option<(String, Option<u32>)> {
    let document = window()?.document()?;
    let editor = document.get_element_by_id("editor")?;
    let is_active = document.active_element().as_ref() == Some(&editor);
    let editor: HtmlTextAreaElement = editor.unchecked_into();
    let caret = editor.selection_start().ok().flatten().filter(|_| is_active);
    Some((editor.value(), caret))
}

/// Loads the styles of what only the whole program shows. The loader has put the address on
/// the document.
pub fn load_styles() {
    let add = || {
        let document = window()?.document()?;
        let url = document.document_element()?.get_attribute("data-base")? + "whole.css";
        let link = document.create_element("link").ok()?;
        link.set_attribute("rel", "stylesheet").ok()?;
        link.set_attribute("href", &url).ok()?;
        document.head()?.append_child(&link).ok()
    };
    // Without them it looks plainer and works.
    let _ = add();
}

/// What stands before the address of the run to compare with.
const VERSUS: &str = "vs=";

/// What the fragment of the address names to compare with.
#[must_use]
pub fn versus() -> Option<String> {
    let fragment = fragment();
    let other = fragment.split('&').find_map(|pair| pair.strip_prefix(VERSUS))?;
    let other = js_sys::decode_uri_component(other).ok()?;
    Some(String::from(other)).filter(|other| !other.is_empty())
}

/// The fragment with the address of the run that is compared with, where there is room for
/// both: one that no program would read helps nobody.
#[must_use]
pub fn with_versus(fragment: String, other: Option<&String>) -> String {
    let Some(other) = other.filter(|other| !other.is_empty()) else { return fragment };
    let other = String::from(js_sys::encode_uri_component(other));
    let both = [&fragment, "&", VERSUS, &other].concat();
    if both.len() <= FRAGMENT_MAX { both } else { fragment }
}
