//! A deployment of CodeDeploy: what it was created with, and how far it is.
//!
//! Rules: CD-01, CD-02, CD-05, CD-17, CD-27.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::routing::TrafficRouting;
use crate::id::{AlarmId, FunctionId};
use crate::plan::Qualifier;
use crate::time::Instant;

choices! {
    /// What a deployment does, one after the other (CD-01).
    LifecycleEvent {
        /// A hook may look at the new version before it gets any traffic.
        BeforeAllowTraffic "BeforeAllowTraffic",
        /// Traffic is shifted.
        AllowTraffic "AllowTraffic",
        /// A hook may look at how the new version does with all of it.
        AfterAllowTraffic "AfterAllowTraffic",
    }
}

choices! {
    /// How far one of these is (CD-02).
    EventStatus {
        /// Not begun.
        Pending "Pending",
        /// Under way.
        InProgress "InProgress",
        /// Done.
        Succeeded "Succeeded",
        /// It went wrong.
        Failed "Failed",
        /// There was nothing to do, or it did not come to that.
        Skipped "Skipped",
    }
}

choices! {
    /// How far a deployment is (CD-02).
    Status {
        /// It has not begun.
        Created "Created",
        /// Under way.
        InProgress "InProgress",
        /// All traffic is on the new version.
        Succeeded "Succeeded",
        /// It went wrong.
        Failed "Failed",
        /// It was stopped.
        Stopped "Stopped",
    }
}

choices! {
    /// What went wrong.
    ErrorCode {
        /// The alias is not as the AppSpec says (CD-20 to CD-22).
        InvalidLambdaConfiguration "INVALID_LAMBDA_CONFIGURATION",
        /// An alarm has gone off (CD-24).
        AlarmActive "ALARM_ACTIVE",
        /// A hook said so, or nothing (CD-06, CD-29, CD-30).
        HookExecutionFailure "HOOK_EXECUTION_FAILURE",
        /// Somebody stopped it (CD-31).
        ManualStop "MANUAL_STOP",
    }
}

choices! {
    /// What can make a deployment roll back by itself (CD-27).
    RollbackEvent {
        /// It failed.
        Failure "DEPLOYMENT_FAILURE",
        /// An alarm stopped it.
        StopOnAlarm "DEPLOYMENT_STOP_ON_ALARM",
        /// Somebody stopped it.
        StopOnRequest "DEPLOYMENT_STOP_ON_REQUEST",
    }
}

choices! {
    /// What a hook reports (CD-05).
    HookStatus {
        /// All is well.
        Succeeded "Succeeded",
        /// The deployment is to fail.
        Failed "Failed",
    }
}

/// A function that looks at a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Which function.
    pub function: FunctionId,
    /// Which version of it.
    pub qualifier: Qualifier,
}

/// What a deployment was created with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How traffic is shifted.
    pub routing: TrafficRouting,
    /// The version that the alias is to come from.
    pub current: u64,
    /// The version it is to lead to.
    pub target: u64,
    /// Who looks at it before.
    pub before: Option<Hook>,
    /// Who looks at it after.
    pub after: Option<Hook>,
    /// The alarms that stop it.
    pub alarms: Vec<AlarmId>,
    /// What makes it roll back.
    pub rollback: Vec<RollbackEvent>,
}

/// A hook that was called and has not reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Called {
    /// Its number among all calls of hooks of the group.
    pub(super) call: u32,
    /// For which of the things the deployment does.
    pub(super) event: LifecycleEvent,
}

/// One deployment.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// What it was created with.
    pub terms: Rc<Terms>,
    /// When it was created.
    pub created: Instant,
    /// How far it is.
    pub status: Status,
    /// By [`LifecycleEvent`], in order of its values.
    pub lifecycle: [EventStatus; 3],
    /// What went wrong.
    pub error: Option<ErrorCode>,
    /// When it ended.
    pub ended: Option<Instant>,
    /// The share of traffic that the new version has by it, in percent.
    pub percent: u8,
    /// Each share of traffic that it has given the new version, in percent, and since when.
    pub shifts: Vec<(Instant, u8)>,
    /// When traffic is shifted next.
    pub next_shift: Option<Instant>,
    /// The number of the deployment that took it back.
    pub rolled_back_by: Option<u32>,
    /// The number of the deployment that it takes back.
    pub rolls_back: Option<u32>,
    pub(super) hook: Option<Called>,
}

impl Deployment {
    pub(super) fn new(terms: Rc<Terms>, now: Instant) -> Self {
        Self {
            terms,
            created: now,
            status: Status::Created,
            lifecycle: [EventStatus::Pending; 3],
            error: None,
            ended: None,
            percent: 0,
            shifts: Vec::new(),
            next_shift: None,
            rolled_back_by: None,
            rolls_back: None,
            hook: None,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(self.shifts.as_slice())
    }

    /// Whether it has not ended.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.ended.is_none()
    }

    /// How far one of the things it does is.
    #[must_use]
    pub const fn event(&self, event: LifecycleEvent) -> EventStatus {
        self.lifecycle[event as usize]
    }
}

/// Where an alias is to lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reroute {
    /// Its `FunctionVersion`.
    pub version: u64,
    /// The other version, and its share of traffic in percent.
    pub additional: Option<(u64, u8)>,
}
