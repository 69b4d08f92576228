//! Pictures as plain data, and the few shapes they are made of: the page hands them to its
//! components, the embedded player writes them out.

mod drawn;

use yew::html::IntoPropValue;
use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, Attributes, Key, VTag, VText};

pub use drawn::Drawn;

use crate::geometry::{Point, Rect, px};

/// An element with what is in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    tag: &'static str,
    /// The names of its attributes, in the order of their values.
    names: &'static [&'static str],
    values: Vec<AttrValue>,
    text: Option<AttrValue>,
    inner: Vec<Node>,
    /// Who it is among its siblings, where they come and go. They stand in this order.
    key: Option<u64>,
}

impl Node {
    /// An element with nothing in it.
    pub fn new<const N: usize>(
        tag: &'static str,
        names: &'static [&'static str; N],
        values: [AttrValue; N],
    ) -> Self {
        let values = Vec::from(values);
        Self { tag, names, values, text: None, inner: Vec::new(), key: None }
    }

    /// The same with a key.
    pub fn keyed(self, key: u64) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Its key.
    pub const fn key(&self) -> Option<u64> {
        self.key
    }

    /// The same with other elements in it.
    pub fn with(self, inner: Vec<Self>) -> Self {
        Self { inner, ..self }
    }

    /// Writes it as text.
    pub fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.tag);
        for (name, value) in self.names.iter().zip(&self.values) {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            push_escaped(out, value);
            out.push('"');
        }
        out.push('>');
        if let Some(text) = &self.text {
            push_escaped(out, text);
        }
        for node in &self.inner {
            node.write(out);
        }
        out.push_str("</");
        out.push_str(self.tag);
        out.push('>');
    }
}

/// Names of parts are whatever somebody typed.
pub fn push_escaped(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}

impl From<Node> for Html {
    fn from(node: Node) -> Self {
        let mut tag = VTag::new(AttrValue::Static(node.tag));
        let attribute = |value| Some(AttributeOrProperty::Attribute(value));
        let values = node.values.into_iter().map(attribute).collect();
        tag.set_attributes(Attributes::Dynamic { keys: node.names, values });
        if let Some(text) = node.text {
            tag.add_child(VText::new(text).into());
        }
        tag.add_children(node.inner.into_iter().map(Html::from));
        tag.key = node.key.map(Key::from);
        tag.into()
    }
}

impl IntoPropValue<Html> for Node {
    fn into_prop_value(self) -> Html {
        self.into()
    }
}

/// A rectangle with rounded corners.
pub fn rect(at: Rect, rx: &'static str, class: &'static str) -> Node {
    rounded(&["x", "y", "width", "height", "rx", "class"], at, rx, class)
}

/// A rectangle filled with the hatching of Init.
pub fn hatched(at: Rect, rx: &'static str) -> Node {
    rounded(&["x", "y", "width", "height", "rx", "fill"], at, rx, "url(#hatch)")
}

fn rounded(
    names: &'static [&'static str; 6],
    at: Rect,
    rx: &'static str,
    last: &'static str,
) -> Node {
    let (w, h) = (at.w.max(0.0), at.h);
    Node::new(
        "rect",
        names,
        [value(at.x), value(at.y), value(w), value(h), rx.into(), last.into()],
    )
}

/// A line of text; classes say where it is anchored.
pub fn text(x: f64, y: f64, class: &'static str, content: impl Into<AttrValue>) -> Node {
    let node =
        Node::new("text", &["x", "y", "class"], [value(x), value(y), class.into()]);
    Node { text: Some(content.into()), ..node }
}

/// A straight line.
pub fn line(from: Point, to: Point, class: &'static str) -> Node {
    let values = [value(from.x), value(from.y), value(to.x), value(to.y), class.into()];
    Node::new("line", &["x1", "y1", "x2", "y2", "class"], values)
}

/// A circle.
pub fn circle(at: Point, r: f64, class: &'static str) -> Node {
    let values = [value(at.x), value(at.y), value(r), class.into()];
    Node::new("circle", &["cx", "cy", "r", "class"], values)
}

/// A path.
pub fn path(d: impl Into<AttrValue>, class: &'static str) -> Node {
    Node::new("path", &["d", "class"], [d.into(), class.into()])
}

/// A path drawn from a point. It is moved by its coordinates: each transform is a layer
/// the browser has to put together with all others whenever one of them moves.
pub fn mark(at: Point, d: &'static str, class: &'static str) -> Node {
    path(["M", &px(at.x), " ", &px(at.y), d].concat(), class)
}

/// Where a wire leads at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// To the right.
    Right,
    /// Down.
    Down,
    /// Back to the left.
    Left,
    /// Up.
    Up,
}

/// The head of a wire.
pub fn head(tip: Point, ahead: Ahead, class: &'static str) -> Node {
    let d = match ahead {
        Ahead::Right => "l-6.340 2.960l1.300-2.960l-1.300-2.960z",
        Ahead::Down => "l-2.960-6.340l2.960 1.300l2.960-1.300z",
        Ahead::Up => "l2.960 6.340l-2.960-1.300l-2.960 1.300z",
        Ahead::Left => "l6.340 2.960l-1.300-2.960l1.300-2.960z",
    };
    mark(tip, d, class)
}

/// Several things as one.
pub fn group(class: &'static str, inner: Vec<Node>) -> Node {
    Node::new("g", &["class"], [class.into()]).with(inner)
}

/// The transform that moves the origin to a point.
pub fn moved(at: Point) -> String {
    format!("translate({} {})", px(at.x), px(at.y))
}

/// A number as an attribute.
pub fn value(number: f64) -> AttrValue {
    px(number).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_written_as_it_would_be_drawn() {
        let at = Rect { x: 1.0, y: 2.0, w: -3.0, h: 4.5 };
        let inner =
            vec![rect(at, "3", "card"), text(0.0, 0.5, "t11", "5 < 6".to_string())];
        let mut out = String::new();
        group("k1", inner).write(&mut out);
        let expected = "<g class=\"k1\">\
            <rect x=\"1\" y=\"2\" width=\"0\" height=\"4.5\" rx=\"3\" class=\"card\"></rect>\
            <text x=\"0\" y=\"0.5\" class=\"t11\">5 &lt; 6</text></g>";
        assert_eq!(out, expected);
    }

    #[test]
    fn no_name_of_a_part_leaves_its_place() {
        let mut out = String::new();
        text(0.0, 0.0, "", "</text><script>\"&".to_string()).write(&mut out);
        assert!(out.ends_with(">&lt;/text&gt;&lt;script&gt;&quot;&amp;</text>"), "{out}");
        assert_eq!(out.matches('<').count(), 2, "{out}");
    }
}
