//! An event source mapping: the hand that polls a source and calls a function with what it
//! has found.

use lambdarium_sim::view::MappingView;

use super::super::picture::{self, Node};
use super::caller::cut;
use crate::geometry::Rect;
use crate::message::ServiceText;
use crate::texts::{self, grouped};

/// The card: how it makes batches, and how many hands and batches it has.
pub fn card(at: Rect, text: &ServiceText, view: &MappingView, selected: bool) -> Node {
    let Rect { x, y, w, .. } = at;
    let mut nodes = Vec::new();
    if selected {
        nodes.push(picture::rect(at, "8", "card-sel-halo"));
    }
    let fits = |text: String, px_each: f64| cut(&text, ((w - 24.0) / px_each) as usize);
    let word = |count: u64, one: &str, more: &str| {
        let word = if count == 1 { one } else { more };
        [grouped(count).as_str(), " ", word].concat()
    };
    let mut doing = match view.of_stream {
        true => word(view.pollers, texts::SHARD, texts::SHARDS),
        false => word(view.pollers, texts::POLLER, texts::POLLERS),
    };
    if view.collected > 0 {
        doing += ", ";
        doing += &[&grouped(view.collected), " ", texts::COLLECTED].concat();
    }
    let batches = word(view.under_way, texts::BATCH, texts::BATCHES);
    let (class, under_way) = match view.under_way {
        0 => ("t11 dd", texts::NO_BATCH.into()),
        _ => ("t11 b", [&batches, " ", texts::UNDER_WAY].concat()),
    };
    nodes.extend([
        picture::rect(at, "8", if selected { "card-sel" } else { "card" }),
        picture::text(x + 12.0, y + 20.0, "t12 b", fits(view.name.clone(), 7.8)),
        picture::text(x + 12.0, y + 36.0, "t11 d", fits(text.gets.clone(), 5.7)),
        picture::text(x + 12.0, y + 53.0, "t11 d", fits(doing, 5.7)),
        picture::text(x + 12.0, y + 69.0, class, fits(under_way, 5.9)),
    ]);
    picture::group("", nodes)
}
