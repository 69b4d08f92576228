//! The page.

use lambdarium_web::components::App;

fn main() {
    let document = web_sys::window().and_then(|window| window.document());
    let root = document.and_then(|document| document.get_element_by_id("app"));
    yew::Renderer::<App>::with_root(root.expect("index.html has an #app")).render();
}
