//! Alarms and deployments at the playhead.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::WithEvents;
use crate::id::{AlarmId, FunctionId, GroupId};
use crate::plan::{PlannedAlarm, PlannedGroup};
use crate::release::alarm::{self, StateValue};
use crate::release::deployment::{Deployment, ErrorCode, EventStatus, Status};
use crate::release::group;
use crate::sim::Sim;
use crate::time::Instant;

/// Most points of an alarm that are shown one by one.
pub const POINTS_SHOWN: usize = 10;

/// An alarm at the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmView {
    /// Which.
    pub id: AlarmId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub value: StateValue,
    /// The points it looks at when the present period ends, of which the last one is not
    /// complete; the last ones, oldest first.
    pub points: Vec<Point>,
    /// What it has measured in the present period, in millionths.
    pub measured: Option<u64>,
    /// When the present period ends.
    pub ends_at: Instant,
}

/// A point of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Nothing was measured.
    Missing,
    /// All is well.
    Holds,
    /// It breaches.
    Breaches,
}

/// A deployment group at the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// Which.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// The function whose alias it leads.
    pub function: FunctionId,
    /// The deployment that was created last; none before the first one. One that takes
    /// another back is told of with that.
    pub deployment: Option<DeploymentView>,
}

/// A deployment at the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentView {
    /// Its ID.
    pub deployment_id: String,
    /// How far it is.
    pub status: Status,
    /// The number of the version it comes from.
    pub current: u64,
    /// The number of the version it leads to.
    pub target: u64,
    /// How it shifts traffic.
    pub percentage: u8,
    /// So many minutes apart; 0 is all at once.
    pub interval: u16,
    /// When it was created.
    pub created: Instant,
    /// How far each of the things it does is: before, shifting, after.
    pub lifecycle: [EventStatus; 3],
    /// What went wrong.
    pub error: Option<ErrorCode>,
    /// When it ended.
    pub ended: Option<Instant>,
    /// Whether another one has taken it back.
    pub taken_back: bool,
    /// The share of traffic the new version has by it, in percent.
    pub percent: u8,
    /// When traffic is shifted next.
    pub next_shift: Option<Instant>,
    /// Each share it gives, in percent, and from when on: also what lies ahead, as far as it
    /// is recorded.
    pub shifts: Vec<(Instant, u8)>,
    /// All that was planned, from when the first one was.
    pub plan: Vec<(Instant, u8)>,
    /// When it will have ended, as far as that is recorded.
    pub ends: Option<Instant>,
}

pub(super) fn alarms(sim: &Sim, now: Instant) -> WithEvents<AlarmView> {
    let all = sim.plan().alarms().iter().zip(sim.world().alarms()).zip(0..);
    all.map(|((planned, state), at)| alarm_view(AlarmId::new(at), planned, state, now))
        .collect()
}

fn alarm_view(
    id: AlarmId,
    planned: &PlannedAlarm,
    state: &alarm::State,
    now: Instant,
) -> AlarmView {
    let spec = planned.spec();
    let period = spec.period_of(now);
    let values: Vec<Option<u64>> = state.points(spec, period).collect();
    let first = values.len().saturating_sub(POINTS_SHOWN);
    let points = values[first..].iter().map(|value| match value {
        None => Point::Missing,
        Some(value) if spec.breaches(*value) => Point::Breaches,
        Some(_) => Point::Holds,
    });
    AlarmView {
        id,
        name: planned.name().to_string(),
        value: state.value(),
        points: points.collect(),
        measured: values.last().copied().flatten(),
        ends_at: Instant::START.plus(spec.period.times(period + 1)),
    }
}

/// What is recorded of deployments, up to its end.
pub(super) fn recorded(sim: &Sim) -> WithEvents<Vec<Deployment>> {
    let groups = sim.world().groups().iter();
    groups.map(|group| group.deployments().to_vec()).collect()
}

pub(super) fn groups(sim: &Sim, recorded: &[Vec<Deployment>]) -> WithEvents<GroupView> {
    let all = sim.plan().groups().iter().zip(sim.world().groups()).zip(0..);
    all.map(|((planned, state), at)| {
        let ahead = recorded.get(usize::from(at)).map_or(&[][..], |all| &all[..]);
        GroupView {
            id: GroupId::new(at),
            name: planned.name().to_string(),
            function: planned.function(),
            deployment: deployment_view(planned, state, ahead),
        }
    })
    .collect()
}

fn deployment_view(
    planned: &PlannedGroup,
    state: &group::State,
    ahead: &[Deployment],
) -> Option<DeploymentView> {
    let mut all = state.deployments().iter().enumerate();
    let (at, deployment) = all.rfind(|(_, one)| one.rolls_back.is_none())?;
    let whole = ahead.get(at).unwrap_or(deployment);
    let terms = &deployment.terms;
    let routing = terms.routing;
    Some(DeploymentView {
        deployment_id: planned.deployment_id(at as u64 + 1),
        status: deployment.status,
        current: terms.current,
        target: terms.target,
        percentage: routing.shift(0).map_or(100, |shift| shift.percent),
        interval: routing.interval(),
        created: deployment.created,
        lifecycle: deployment.lifecycle,
        error: deployment.error,
        ended: deployment.ended,
        taken_back: deployment.rolled_back_by.is_some(),
        percent: deployment.percent,
        next_shift: deployment.next_shift,
        shifts: whole.shifts.clone(),
        plan: planned_shifts(deployment, whole),
        ends: whole.ended,
    })
}

/// All shifts as they are planned: from when the first one was, or would be if nothing had
/// to be waited for.
fn planned_shifts(deployment: &Deployment, whole: &Deployment) -> Vec<(Instant, u8)> {
    let first = whole.shifts.first().map_or(deployment.created, |(at, _)| *at);
    let shifts = deployment.terms.routing.shifts();
    shifts.map(|shift| (first.plus(shift.after), shift.percent)).collect()
}
