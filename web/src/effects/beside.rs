//! Texts that lie beside the program and are not loaded with it.
//!
//! The script that starts the page fetches them: with the promises of the browser handled
//! here, the embedded player would be 3 kB larger.

use js_sys::Function;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};

use crate::message::Refusal;
use crate::{gallery, texts};

/// The list of the lessons.
pub const GALLERY: &str = "gallery.txt";

#[wasm_bindgen]
extern "C" {
    /// Of `boot.js`: calls back once, with a text or `null`.
    #[wasm_bindgen(js_name = textBeside)]
    fn fetch_beside(name: &str, then: &Function);
}

/// Loads a text; calls back with none if it could not be.
pub fn text_beside(name: &str, then: impl FnOnce(Option<String>) + 'static) {
    let then = Closure::once_into_js(move |text: JsValue| then(text.as_string()));
    fetch_beside(name, then.unchecked_ref());
}

/// What came of loading a lesson: its text, or none if there is no such lesson; or that it
/// could not be loaded, although there is one, or nobody knows.
pub type Lesson = Result<Option<String>, Refusal>;

/// Loads the lesson with this name.
pub fn lesson(name: String, then: impl FnOnce(Lesson) + 'static) {
    text_beside(&format!("lessons/{name}.json"), move |text| {
        // Some hosts answer with a page of theirs when there is no file.
        let text = text.filter(|text| text.starts_with('{'));
        if text.is_some() {
            return then(Ok(text));
        }
        text_beside(GALLERY, move |list| then(without(&name, &list.unwrap_or_default())));
    });
}

/// Why a lesson did not come.
fn without(name: &str, list: &str) -> Lesson {
    let lessons = gallery::lessons(list);
    if lessons.is_empty() || lessons.iter().any(|lesson| lesson.name == name) {
        return Err(Refusal { text: texts::NO_LESSON.into(), ..Refusal::default() });
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_list_without_it_says_that_there_is_no_such_lesson() {
        assert_eq!(without("cold-star", gallery::LIST), Ok(None));
        for (name, list) in [("cold-start", gallery::LIST), ("cold-star", "<!doctype")] {
            assert!(without(name, list).is_err(), "{name}");
        }
    }
}
