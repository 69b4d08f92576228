//! A picture that is changed in the page is the same as one that is written anew.

use lambdarium_web::components::picture::{self, Drawn, Node};
use lambdarium_web::geometry::Point;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Element;

/// Numbers that look random, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % bound
    }
}

fn any(n: &mut Numbers, depth: u32) -> Node {
    let place = |n: &mut Numbers| n.below(4) as f64;
    match n.below(if depth == 0 { 3 } else { 5 }) {
        0 => picture::circle(Point { x: place(n), y: 1.0 }, place(n), "a"),
        1 => picture::text(place(n), 2.0, "b", format!("<{}>", n.below(3))),
        2 => picture::path(format!("M{} 0", n.below(3)), "c"),
        3 => {
            picture::group("plain", (0..n.below(5)).map(|_| any(n, depth - 1)).collect())
        }
        _ => {
            let mut inner: Vec<Node> = Vec::new();
            for key in 0..8 {
                if n.below(2) == 0 {
                    inner.push(any(n, depth - 1).keyed(key));
                }
            }
            picture::group("keyed", inner)
        }
    }
}

fn written(node: &Node) -> String {
    let mut html = String::new();
    node.write(&mut html);
    html
}

/// An empty picture in the page.
fn svg() -> Element {
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.expect("a page");
    let svg = document.create_element_ns(Some("http://www.w3.org/2000/svg"), "svg");
    svg.expect("it is a name")
}

#[wasm_bindgen_test]
fn what_is_changed_is_what_would_be_written() {
    let mut n = Numbers(7);
    let root = |n: &mut Numbers| {
        let inner = (0..3).map(|_| any(n, 3)).collect();
        picture::group("root", inner)
    };
    let (stands, other) = (svg(), svg());
    let first = root(&mut n);
    stands.set_inner_html(&written(&first));
    let mut drawn = Drawn::new(stands.first_element_child().expect("a group"), first);
    for _ in 0..2_000 {
        let next = root(&mut n);
        other.set_inner_html(&written(&next));
        drawn.show(next);
        assert_eq!(stands.inner_html(), other.inner_html());
    }
}

#[wasm_bindgen_test]
fn who_has_a_key_keeps_the_element_while_others_come_and_go() {
    let item = |key: u64, r: f64| picture::circle(Point::default(), r, "a").keyed(key);
    let group = |inner| picture::group("root", inner);
    let stands = svg();
    let first = group(vec![item(1, 1.0), item(5, 1.0), item(9, 1.0)]);
    stands.set_inner_html(&written(&first));
    let element = stands.first_element_child().expect("a group");
    let kept = element.children().item(1).expect("the one with key 5");
    let mut drawn = Drawn::new(element.clone(), first);
    drawn.show(group(vec![item(2, 1.0), item(3, 1.0), item(5, 4.0)]));
    assert!(element.children().item(2).is_some_and(|found| found == kept));
    assert_eq!(kept.get_attribute("r").as_deref(), Some("4"));
}
