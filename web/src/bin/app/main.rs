//! The program of the page and of its worker. One file for both: half of it would be the
//! same in two, and is downloaded once.

mod worker;

/// Half the code of the usual allocator, and quicker.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

use lambdarium_web::components::App;

fn main() {
    let Some(window) = web_sys::window() else { return worker::run() };
    let root = window.document().and_then(|document| document.get_element_by_id("app"));
    yew::Renderer::<App>::with_root(root.expect("index.html has an #app")).render();
}
