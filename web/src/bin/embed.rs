//! The program of the embedded player, alone in its page.

/// As in the program of the page.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    let document = web_sys::window().and_then(|window| window.document());
    let root = document.and_then(|document| document.get_element_by_id("app"));
    lambdarium_web::embed::start(&root.expect("embed.html has an #app"));
}
