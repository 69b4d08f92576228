//! The editor of the text pane, which is loaded when it is first asked for. Where it cannot
//! be, a text area takes its place: both have the same face.

use gloo_events::EventListener;
use js_sys::{Array, Reflect};
use web_sys::{Element, HtmlTextAreaElement, window};

use crate::message::{IssueText, Mistake, Spot};

/// Loads the editor; `on_loaded` hears whether that worked. Asked again, it is there.
pub fn load_editor(on_loaded: impl FnOnce(bool) + Clone + 'static) {
    if add_script(on_loaded.clone()).is_none() {
        on_loaded(false);
    }
}

/// The loader has put the address on the document.
fn add_script(on_loaded: impl FnOnce(bool) + Clone + 'static) -> Option<()> {
    let document = window()?.document()?;
    let url = document.document_element()?.get_attribute("data-base")? + "editor.js";
    let script = document.create_element("script").ok()?;
    script.set_attribute("type", "module").ok()?;
    script.set_attribute("src", &url).ok()?;
    for (event, works) in [("load", true), ("error", false)] {
        let on_loaded = on_loaded.clone();
        // It lives as long as its script, which stays.
        EventListener::once(&script, event, move |_| on_loaded(works)).forget();
    }
    document.head()?.append_child(&script).ok()?;
    Some(())
}

/// Marks what is wrong where it stands; a text area has no marks, and takes no notice.
pub fn mark(editor: &Element, mistakes: &[Mistake], words: fn(&IssueText) -> String) {
    let flat = Array::new();
    for Mistake { issue, spot } in mistakes {
        flat.push(&spot.from.into());
        flat.push(&spot.to.into());
        flat.push(&words(issue).into());
    }
    // An element takes any property.
    let _ = Reflect::set(editor, &"problems".into(), &flat);
}

/// Selects a place and shows it.
pub fn jump(editor: &HtmlTextAreaElement, spot: Spot) {
    // Refused only by elements that have no text.
    let _ = editor.set_selection_range(spot.from, spot.to);
    let _ = editor.focus();
}
