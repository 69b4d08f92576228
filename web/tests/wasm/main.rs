//! What has to hold in a browser as it does natively.
//!
//! Run by `cargo xtask test wasm`.
#![cfg(target_family = "wasm")]

mod drawn;
mod same;
mod speed;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);
