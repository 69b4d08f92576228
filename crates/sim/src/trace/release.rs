//! What happened to alarms and to deployments.

use crate::id::FunctionId;
use crate::release::alarm::StateValue;
use crate::release::deployment::{
    ErrorCode, EventStatus, HookStatus, LifecycleEvent, Status,
};

/// What happened to an alarm, or to a deployment of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseFact {
    /// An alarm is in another state.
    AlarmChanged {
        /// This one.
        value: StateValue,
    },
    /// A deployment was created.
    Created {
        /// From this version.
        current: u32,
        /// To this one.
        target: u32,
    },
    /// One of the things that a deployment does is so far.
    Lifecycle {
        /// Which.
        event: LifecycleEvent,
        /// How far.
        status: EventStatus,
    },
    /// A hook was called.
    HookCalled {
        /// This function.
        to: FunctionId,
    },
    /// A hook has reported.
    Reported {
        /// This.
        status: HookStatus,
    },
    /// Traffic was shifted.
    Shifted {
        /// So many percent are on the new version.
        percent: u8,
    },
    /// A deployment has ended.
    Ended {
        /// How.
        status: Status,
        /// What went wrong.
        error: Option<ErrorCode>,
    },
    /// A deployment was taken back.
    RolledBack {
        /// To this version.
        to: u32,
        /// Whether it had shifted anything yet (CD-29).
        shifted: bool,
    },
}
