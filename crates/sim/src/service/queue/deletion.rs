//! How messages are deleted: those that were processed, and those that no filter lets
//! through.
//!
//! Rules: SQS-05, SQS-12, ESM-19, FIFO-09.

use super::{State, tell};
use crate::event::{Event, MappingEvent};
use crate::id::ServiceId;
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::scenario::LateDelete;
use crate::service::parcel::{Parcel, Receipt};
use crate::sim::Cx;
use crate::trace::MessageFact;

impl State {
    /// Deletes what was processed, or what no filter lets through.
    pub(in crate::service) fn on_delete_called(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        parcel: u32,
    ) {
        match cx.parcels.take(parcel) {
            Parcel::Processed { batch, failed, by } => {
                let batch = batch.batch().map_or(&[][..], |batch| &batch.messages);
                let done = batch.iter().zip(0..);
                let done = done.filter(|(_, place)| !failed.contains(place));
                let done = done.map(|(handed, _)| handed.receipt);
                let count = self.delete(id, plan, cx, done, Rule::Sqs05);
                self.counts.deleted += u64::from(count);
                let event = MappingEvent::Deleted { count };
                cx.hand_on(cx.now, Rank::RunEnd, Event::Mapping(by, event));
            }
            Parcel::FilteredOut(out) => {
                let count = self.delete(id, plan, cx, out.into_iter(), Rule::Esm19);
                self.counts.filtered += u64::from(count);
            }
            Parcel::Received(_)
            | Parcel::Redriven(_)
            | Parcel::Listed(_)
            | Parcel::Read(_)
            | Parcel::Response(_) => unreachable!("only messages are deleted"),
        }
        self.ask_to_serve(id, plan, cx);
    }

    /// Deletes those messages whose receipts still hold, and says how many.
    fn delete(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        receipts: impl Iterator<Item = Receipt>,
        because: Rule,
    ) -> u32 {
        let fifo = plan.service(id).spec.fifo;
        let until_lapse = match plan.settings.sqs_late_delete {
            LateDelete::ByQueue => fifo,
            LateDelete::UntilReceivedAgain => false,
            LateDelete::UntilLapse => true,
        };
        let (cause, mut count) = (cx.cause(), 0);
        for Receipt { number, receives } in receipts {
            let held = self.held.remove_if(number, |held| {
                held.receives == receives && (!until_lapse || held.is_in_flight())
            });
            let (rule, fact) = match (&held, because, fifo) {
                (None, _, true) => (Rule::Fifo09, MessageFact::NotDeleted),
                (None, _, false) => (Rule::Sqs12, MessageFact::NotDeleted),
                (Some(_), Rule::Esm19, _) => (because, MessageFact::FilteredOut),
                (Some(_), _, _) => (because, MessageFact::Deleted),
            };
            if let Some(held) = held {
                self.let_go(number, held);
                count += 1;
            }
            tell(id, cx, number, rule, fact);
            cx.because_of(cause);
        }
        count
    }
}
