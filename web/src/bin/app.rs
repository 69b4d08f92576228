//! The page.

use yew::prelude::*;

/// The page, before it has anything to show.
#[component]
fn App() -> Html {
    html! { <h1>{ "Lambdarium" }</h1> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
