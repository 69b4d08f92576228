//! The browser around the page: address bar, theme, clipboard and files.

use gloo_events::EventListener;
use lambdarium_format::link::moment_text;
use lambdarium_sim::time::{Instant, Moment};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, window};

use super::storage::storage;
use crate::desk::Theme;

const THEME_KEY: &str = "lambdarium.theme";

/// The fragment of the address, without `#`.
#[must_use]
pub fn fragment() -> String {
    let hash = window().and_then(|window| window.location().hash().ok());
    hash.unwrap_or_default().trim_start_matches('#').to_string()
}

/// The address of the page without its fragment.
#[must_use]
pub fn address() -> String {
    let href = window().and_then(|window| window.location().href().ok());
    let href = href.unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_string()
}

/// The fragment that opens a run at a moment, with something selected.
#[must_use]
pub fn fragment_at(address: &str, moment: Moment, selection: Option<&str>) -> String {
    let mut fragment = address.to_string();
    if moment.at > Instant::START || moment.step < u32::MAX {
        fragment += &format!("&t={}", moment_text(moment));
    }
    if let Some(part) = selection {
        fragment += &format!("&sel={}", js_sys::encode_uri_component(part));
    }
    fragment
}

/// Changes the fragment without a new entry in the history.
pub fn set_fragment(fragment: &str) {
    let Some(window) = window() else { return };
    let Ok(history) = window.history() else { return };
    // Refused in an opaque origin; the page works without it.
    let _ =
        history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{fragment}")));
}

/// Calls back when somebody puts another fragment into the address bar.
#[must_use]
pub fn on_fragment_change(call: impl Fn() + 'static) -> Option<EventListener> {
    let window = window()?;
    Some(EventListener::new(&window, "hashchange", move |_| call()))
}

/// The theme that `?theme=` in the address asks for.
#[must_use]
pub fn asked_theme() -> Option<Theme> {
    let query = window().and_then(|window| window.location().search().ok())?;
    let mut pairs = query.trim_start_matches('?').split('&');
    pairs.find_map(|pair| pair.strip_prefix("theme=").and_then(theme_named))
}

/// The theme asked for in the address, or chosen on an earlier visit.
#[must_use]
pub fn kept_theme() -> Option<Theme> {
    asked_theme().or_else(|| theme_named(&storage()?.get_item(THEME_KEY).ok()??))
}

fn theme_named(name: &str) -> Option<Theme> {
    match name {
        "light" => Some(Theme::Light),
        "dark" => Some(Theme::Dark),
        _ => None,
    }
}

fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

/// Keeps a theme for the next visit.
pub fn keep_theme(theme: Theme) {
    if let Some(storage) = storage() {
        // Full or forbidden: the choice holds for this visit.
        let _ = storage.set_item(THEME_KEY, theme_name(theme));
    }
}

/// Puts a theme on the document.
pub fn set_theme(theme: Theme) {
    let document = window().and_then(|window| window.document());
    if let Some(root) = document.and_then(|document| document.document_element()) {
        // The name of the attribute is valid, so this cannot fail.
        let _ = root.set_attribute("data-theme", theme_name(theme));
    }
}

/// The theme the system asks for.
#[must_use]
pub fn system_theme() -> Theme {
    if media_matches("(prefers-color-scheme: dark)") { Theme::Dark } else { Theme::Light }
}

/// Whether somebody asked for less motion.
#[must_use]
pub fn reduced_motion() -> bool {
    media_matches("(prefers-reduced-motion: reduce)")
}

fn media_matches(query: &str) -> bool {
    let list = window().and_then(|window| window.match_media(query).ok().flatten());
    list.is_some_and(|list| list.matches())
}

/// Puts a text on the clipboard; whether the browser allowed it.
pub async fn copy_text(text: String) -> bool {
    let Some(window) = window() else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(&text)).await.is_ok()
}

/// Reads a file as text, if it is not larger than a number of bytes.
///
/// # Errors
/// Why it cannot be read, in words.
pub async fn read_file(file: File, bytes_max: usize) -> Result<String, String> {
    // Whole bytes: formatting a float would bring a large piece of code along.
    let bytes = file.size() as u64;
    if bytes > bytes_max as u64 {
        return Err(format!(
            "{} has {bytes} bytes; a scenario may have at most {bytes_max} bytes (SIM-03).",
            file.name()
        ));
    }
    let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
    text.ok_or_else(|| format!("{} cannot be read as text.", file.name()))
}
