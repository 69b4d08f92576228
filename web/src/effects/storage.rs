//! What leaves the page and comes back: the scenario in the browser's storage, and files.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Storage, Url, window};

use crate::desk::Kept;

const SCENARIO_KEY: &str = "lambdarium.scenario";

pub(super) fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

/// The scenario an earlier visit left.
#[must_use]
pub fn kept_scenario() -> Option<Kept> {
    Kept::read(&storage()?.get_item(SCENARIO_KEY).ok()??)
}

/// Keeps a scenario for the next visit, or nothing; whether the browser has done so.
#[must_use]
pub fn keep_scenario(kept: Option<&Kept>) -> bool {
    let Some(storage) = storage() else { return false };
    let done = match kept {
        Some(kept) => storage.set_item(SCENARIO_KEY, &kept.write()),
        None => storage.remove_item(SCENARIO_KEY),
    };
    done.is_ok()
}

/// Hands a text to the person as a file.
///
/// # Errors
/// The browser said no.
pub fn save_file(name: &str, text: &str) -> Result<(), JsValue> {
    let document = window().and_then(|window| window.document());
    let document = document.ok_or(JsValue::NULL)?;
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let content = Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&content, &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser has taken the content by now.
    Url::revoke_object_url(&url)
}
