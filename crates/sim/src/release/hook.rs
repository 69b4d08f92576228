//! What a function that is called as a hook reports of the deployment.
//!
//! Rules: CD-05, CD-06.

use crate::event::{DeploymentEvent, Event};
use crate::id::{Job, Origin};
use crate::lambda::run::Run;
use crate::queue::Rank;
use crate::sim::Cx;
use crate::trace::Ending;

/// A run of a hook has begun: what it reports, and when, is settled. One that goes wrong
/// before it would report says nothing.
pub(crate) fn report(run: &Run, cx: &mut Cx<'_>) {
    let Job { origin: Origin::Deployment(group), call } = run.job else { return };
    let Some(report) = &run.spec.behaviour.reports else { return };
    let at = match report.after {
        Some(after) => run.init_until.plus(after),
        None => run.until,
    };
    if run.ending == Ending::Succeeded || at < run.until {
        let reported = DeploymentEvent::Reported { call, status: report.status };
        cx.post(at, Rank::Report, Event::Deployment(group, reported));
    }
}
