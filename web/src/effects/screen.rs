//! Other tabs, the whole screen, and whether single keys mean something.

use web_sys::window;

use super::page::address;
use super::storage::storage;

const KEYS_KEY: &str = "lambdarium.keys";

/// Opens a run in a tab of its own, which knows nothing of this one.
pub fn open_copy(fragment: &str) {
    if let Some(window) = window() {
        let url = [&address(), "#", fragment].concat();
        // Nothing comes back: the new tab has no opener.
        let _ = window.open_with_url_and_target_and_features(&url, "_blank", "noopener");
    }
}

/// Shows the page on the whole screen, or no longer; nothing where that is not allowed.
pub fn toggle_fullscreen() {
    let Some(document) = window().and_then(|window| window.document()) else { return };
    if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    } else if let Some(root) = document.document_element()
        && document.fullscreen_enabled()
    {
        // Refused only to those who have not pressed anything.
        let _ = root.request_fullscreen();
    }
}

/// Whether somebody has turned single keys off on an earlier visit.
#[must_use]
pub fn kept_no_keys() -> bool {
    storage().is_some_and(|storage| matches!(storage.get_item(KEYS_KEY), Ok(Some(_))))
}

/// Keeps for the next visit whether single keys are off.
pub fn keep_no_keys(off: bool) {
    if let Some(storage) = storage() {
        // Full or forbidden: the choice holds for this visit.
        let _ = match off {
            true => storage.set_item(KEYS_KEY, "off"),
            false => storage.remove_item(KEYS_KEY),
        };
    }
}
