//! The programs the commands need, and how to get them. A program of the right version
//! that is installed already is used; else it is installed for this project alone.

pub mod npm;
mod rust;

pub use rust::{trunk, wasm_bindgen, wasm_target};
