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
    let mut nodes = super::service::head(at, &view.name, &text.gets, selected);
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
        picture::text(x + 12.0, y + 53.0, "t11 d", fits(doing, 5.7)),
        picture::text(x + 12.0, y + 69.0, class, fits(under_way, 5.9)),
    ]);
    picture::group("", nodes)
}
