//! Names turned into numbers: what a plan and everything behind it speaks in.

use crate::Given;

/// A function of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u16);

/// A caller of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallerId(pub u16);

/// A queue, topic, bus or bucket of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(pub u16, pub Given);

impl ServiceId {
    /// The service at this place of the plan.
    #[must_use]
    pub const fn new(at: u16) -> Self {
        Self(at, Given::here())
    }
}

/// An event source mapping of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MappingId(pub u16, pub Given);

impl MappingId {
    /// The mapping at this place of the plan.
    #[must_use]
    pub const fn new(at: u16) -> Self {
        Self(at, Given::here())
    }
}

/// An alarm of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlarmId(pub u16, pub Given);

impl AlarmId {
    /// The alarm at this place of the plan.
    #[must_use]
    pub const fn new(at: u16) -> Self {
        Self(at, Given::here())
    }
}

/// A deployment group of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub u16, pub Given);

impl GroupId {
    /// The deployment group at this place of the plan.
    #[must_use]
    pub const fn new(at: u16) -> Self {
        Self(at, Given::here())
    }
}

/// A version of one function: 0 is `$LATEST`, the others are in order of publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionIx(pub u16);

impl VersionIx {
    /// The one version that can still change.
    pub const LATEST: Self = Self(0);
}

/// An alias of one function; one that was deleted keeps its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AliasIx(pub u16, pub Given);

/// An execution environment of one function; numbers are never used again in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvironmentId(pub u32);

/// Who sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A caller of the scenario.
    Caller(CallerId),
    /// An `Invoke` call made by an act, by its place in the list of acts.
    Act(u16),
    /// A function: records it sends to destinations, dead letters, and what its code sends.
    Function(FunctionId),
    /// A topic or bus that passes something on; of a queue, a message it holds.
    Service(ServiceId),
    /// An event source mapping: its batches.
    Mapping(MappingId),
    /// A deployment group: the hooks it calls.
    Deployment(GroupId),
}

/// One request as its sender counts it, through all of its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Job {
    /// Who sent it.
    pub origin: Origin,
    /// Its number at the sender, from 1.
    pub call: u32,
}

/// A thing that AWS runs apart from the others; every trace entry is about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A caller.
    Caller(CallerId),
    /// A function's front door with all behind it.
    Function(FunctionId),
    /// The person at the page: acts and their replies.
    Desk,
    /// A queue, topic, bus or bucket.
    Service(ServiceId),
    /// An event source mapping.
    Mapping(MappingId),
    /// An alarm.
    Alarm(AlarmId),
    /// A deployment group.
    Deployment(GroupId),
}
