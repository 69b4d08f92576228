//! What alarms and deployment groups are told, in few words of memory.

use super::{Kind, Numbers, Sent};
use crate::Given;
use crate::event::{AlarmEvent, DeploymentEvent, Receive};
use crate::id::{AlarmId, GroupId, VersionIx};
use crate::knob::Choices;

/// What alarms and deployment groups are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReleaseKind {
    Measured,
    PeriodEnded,
    Begun,
    AlarmChanged,
    PollDue,
    Reported,
    ReportOverdue,
    ShiftDue,
    Answered,
}

impl ReleaseKind {
    /// Whether it only tidies up: an alarm says itself whether it waits for the end of a
    /// period, and a group whether a deployment is under way.
    pub(super) const fn is_idle(self) -> bool {
        match self {
            Self::PeriodEnded | Self::PollDue | Self::ReportOverdue | Self::ShiftDue => {
                true
            }
            Self::Measured
            | Self::Begun
            | Self::AlarmChanged
            | Self::Reported
            | Self::Answered => false,
        }
    }
}

impl Sent {
    #[inline(never)]
    pub(super) fn to_alarm(cause: u32, id: u16, event: AlarmEvent) -> Self {
        let of = |kind| Self::new(cause, id, Kind::Release(kind, Given::here()));
        match event {
            AlarmEvent::Measured { period, value } => {
                Self { numbers: Numbers::new(period, value), ..of(ReleaseKind::Measured) }
            }
            AlarmEvent::PeriodEnded => of(ReleaseKind::PeriodEnded),
        }
    }

    #[inline(never)]
    pub(super) fn to_deployment(cause: u32, id: u16, event: DeploymentEvent) -> Self {
        let of = |kind| Self::new(cause, id, Kind::Release(kind, Given::here()));
        match event {
            DeploymentEvent::Begun => of(ReleaseKind::Begun),
            DeploymentEvent::AlarmChanged { alarm, value } => Self {
                numbers: Numbers::new(alarm.0.into(), value as u32),
                ..of(ReleaseKind::AlarmChanged)
            },
            DeploymentEvent::PollDue => of(ReleaseKind::PollDue),
            DeploymentEvent::Reported { call, status } => Self {
                numbers: Numbers::new(call, status as u32),
                ..of(ReleaseKind::Reported)
            },
            DeploymentEvent::ReportOverdue { call } => {
                Self { numbers: Numbers::new(call, 0), ..of(ReleaseKind::ReportOverdue) }
            }
            DeploymentEvent::ShiftDue { number, shift } => Self {
                numbers: Numbers::new(number, 0),
                version: VersionIx(shift),
                ..of(ReleaseKind::ShiftDue)
            },
            DeploymentEvent::Answered => of(ReleaseKind::Answered),
        }
    }

    /// Hands over what alarms and deployment groups are told.
    #[inline(never)]
    pub(super) fn deliver_release(self, kind: ReleaseKind, to: &mut impl Receive) {
        let (number, slot) = self.numbers.parts();
        let (alarm, group) = (AlarmId::new(self.part), GroupId::new(self.part));
        let event = match kind {
            ReleaseKind::Measured => {
                let measured = AlarmEvent::Measured { period: number, value: slot };
                return to.on_alarm(alarm, measured);
            }
            ReleaseKind::PeriodEnded => {
                return to.on_alarm(alarm, AlarmEvent::PeriodEnded);
            }
            ReleaseKind::Begun => DeploymentEvent::Begun,
            ReleaseKind::AlarmChanged => DeploymentEvent::AlarmChanged {
                alarm: AlarmId::new(u16::try_from(number).expect("parts are limited")),
                value: word(slot, "a state was packed"),
            },
            ReleaseKind::PollDue => DeploymentEvent::PollDue,
            ReleaseKind::Reported => DeploymentEvent::Reported {
                call: number,
                status: word(slot, "a status was packed"),
            },
            ReleaseKind::ReportOverdue => DeploymentEvent::ReportOverdue { call: number },
            ReleaseKind::ShiftDue => {
                DeploymentEvent::ShiftDue { number, shift: self.version.0 }
            }
            ReleaseKind::Answered => DeploymentEvent::Answered,
        };
        to.on_deployment(group, event);
    }
}

/// The word at a place of a list.
fn word<T: Choices>(place: u32, was_packed: &str) -> T {
    u8::try_from(place).ok().and_then(T::from_place).expect(was_packed)
}
