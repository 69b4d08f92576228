//! The programs the commands need, and how to get them. A program of the right version
//! that is installed already is used; else it is installed for this project alone.

mod browser;
pub mod npm;
mod rust;

pub use browser::Browser;
pub use rust::{WASM, component, std_source, trunk, wasm_bindgen, wasm_target};
