//! How many pollers a mapping of a topic has.
//!
//! Rules: KAF-02. AWS says that the lag is evaluated every minute and that pollers follow
//! within three; assumed: they follow at once, there are as many as partitions are behind,
//! and half as many after a minute in which the function throttled; without the provisioned
//! mode each partition has its own as long as nothing throttles. How many bytes a poller
//! can take in a second, and poller groups, are not simulated.

use alloc::vec::Vec;

use super::part::{State, terms};
use super::reader::Deed;
use crate::event::{Event, MappingEvent};
use crate::id::{MappingId, Part};
use crate::lambda::invoke::small;
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::Span;
use crate::trace::{Fact, MessageFact};

/// How often they are counted.
const EVALUATION: Span = Span::MINUTE;

impl State {
    /// A topic with so many partitions is read from now on.
    pub(super) fn count_pollers(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        partitions: usize,
    ) {
        let mapping = plan.mapping(id);
        let terms = terms(mapping, plan);
        if terms.kind.is_topic() {
            let pollers = small(mapping.pollers_initial.min(partitions) as u64);
            self.reader.set_pollers(cx.now, &terms, pollers);
            scaled(id, cx, pollers);
        }
    }

    /// They are counted after a minute in which something is read.
    pub(super) fn arm_ramp(&mut self, id: MappingId, cx: &mut Cx<'_>) {
        if !core::mem::replace(&mut self.ramps, true) {
            let due = Event::Mapping(id, MappingEvent::RampDue);
            cx.post(cx.now.plus(EVALUATION), Rank::Timer, due);
        }
    }

    /// They follow how many partitions are behind.
    pub(super) fn on_ramp_due(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
    ) -> Vec<Deed> {
        self.ramps = false;
        let mapping = plan.mapping(id);
        let partitions = self.reader.shards().count();
        let behind = self.reader.shards().filter(|shard| shard.has_work()).count();
        let before = self.reader.pollers().unwrap_or(1);
        if behind > 0 {
            self.arm_ramp(id, cx);
        }
        let most = mapping.pollers_max.min(partitions);
        let (least, wanted) = match mapping.spec.is_provisioned() {
            true => (mapping.pollers_initial.min(most), behind),
            false => (1, partitions),
        };
        let wanted = match self.reader.was_throttled() {
            true => before as usize / 2,
            false => wanted,
        };
        let pollers = small(wanted.clamp(least, most) as u64);
        if pollers == before {
            return Vec::new();
        }
        scaled(id, cx, pollers);
        self.reader.set_pollers(cx.now, &terms(mapping, plan), pollers)
    }
}

fn scaled(id: MappingId, cx: &mut Cx<'_>, pollers: u32) {
    let fact = Fact::Message(MessageFact::Scaled { pollers });
    cx.tell(Part::Mapping(id), None, Rule::Kaf02, fact);
}
