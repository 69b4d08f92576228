//! A picture that stands in the page and is changed only where it has changed.
//!
//! The board is drawn anew sixty times a second while a run plays, and nearly all of it is
//! as it was. Comparing plain data and touching only those elements that differ takes a
//! fraction of what a tree of components does.

use web_sys::Element;

use super::Node;

/// A picture in the page.
pub struct Drawn {
    element: Element,
    node: Node,
}

impl Drawn {
    /// An element that is there, and what is in it.
    pub fn new(element: Element, node: Node) -> Self {
        Self { element, node }
    }

    /// Shows something else in its place. It has to be of the same kind.
    pub fn show(&mut self, node: Node) {
        if self.node != node {
            change(&self.element, &self.node, &node);
            self.node = node;
        }
    }
}

/// Whether an element can become another one by its attributes and what is in it.
fn is_alike(was: &Node, is: &Node) -> bool {
    was.tag == is.tag
        && was.names == is.names
        && was.key == is.key
        && was.text.is_some() == is.text.is_some()
}

fn change(element: &Element, was: &Node, is: &Node) {
    for ((name, was), is) in is.names.iter().zip(&was.values).zip(&is.values) {
        if was != is {
            // Every name here is one, so this cannot fail.
            let _ = element.set_attribute(name, is);
        }
    }
    if was.text != is.text {
        element.set_text_content(is.text.as_deref());
    }
    if was.inner != is.inner {
        change_inner(element, &was.inner, &is.inner);
    }
}

/// Both lists are in the order of their keys. What has none is told apart by its place.
fn change_inner(parent: &Element, mut was: &[Node], mut is: &[Node]) {
    let children = parent.children();
    let mut at = 0;
    while let Some(next) = is.first() {
        let old = was.first();
        let gone = old.filter(|old| old.key.is_some() && old.key < next.key);
        if gone.is_some() {
            remove(children.item(at));
            was = &was[1..];
            continue;
        }
        match old.filter(|old| old.key == next.key) {
            Some(old) => {
                was = &was[1..];
                if old != next
                    && let Some(child) = children.item(at)
                {
                    if is_alike(old, next) {
                        change(&child, old, next);
                    } else {
                        child.set_outer_html(&written(next));
                    }
                }
            }
            None => insert(parent, children.item(at), next),
        }
        is = &is[1..];
        at += 1;
    }
    for _ in was {
        remove(children.item(at));
    }
}

fn insert(parent: &Element, before: Option<Element>, node: &Node) {
    let html = written(node);
    // Fails for elements without a parent alone.
    let _ = match before {
        Some(next) => next.insert_adjacent_html("beforebegin", &html),
        None => parent.insert_adjacent_html("beforeend", &html),
    };
}

fn remove(element: Option<Element>) {
    if let Some(element) = element {
        element.remove();
    }
}

fn written(node: &Node) -> String {
    let mut out = String::new();
    node.write(&mut out);
    out
}
