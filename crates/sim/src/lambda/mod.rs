//! AWS Lambda: functions, their settings, and everything behind their front door.
//!
//! Units: memory and storage in MB, time-outs in simulated time.
//! Rules: ENV-05 (timeout), ENV-15 (memory), CON-03, CON-04 (reserved, provisioned).

pub mod admission;
pub(crate) mod alias;
pub mod answer;
mod arrival;
pub mod async_queue;
mod batch;
pub mod behaviour;
pub mod billing;
pub mod concurrency;
pub mod counts;
pub mod destination;
pub mod environment;
pub mod event_invoke;
pub mod invoke;
pub mod keep;
pub mod provision;
pub mod run;
pub mod supplied;

use alloc::string::String;
use alloc::vec::Vec;

use crate::knob::{Choices, Kind, Knob, Knobs};
use crate::time::Span;
use crate::{Given, WithEvents};
use behaviour::Behaviour;

choices! {
    /// Instruction set of a function.
    Architecture {
        /// Intel and AMD.
        X86 "x86_64",
        /// Graviton.
        Arm "arm64",
    }
}

/// The settings of a function that a published version freezes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Memory in MB.
    pub memory_mb: u64,
    /// Bound on the Invoke phase.
    pub timeout: Span,
    /// Instruction set.
    pub architecture: Architecture,
    /// `/tmp` in MB.
    pub storage_mb: u64,
    /// A name for its environment variables.
    pub environment: String,
    /// A name for its code.
    pub code: String,
    /// AWS's `Description`.
    pub description: String,
    /// Where asynchronous events are put that are given up; empty is nowhere.
    pub dead_letter: String,
    /// What it does.
    pub behaviour: Behaviour,
}

impl Default for Spec {
    /// What AWS gives a function for which nothing is set.
    fn default() -> Self {
        Self {
            memory_mb: 128,
            timeout: Span::seconds(3),
            architecture: Architecture::X86,
            storage_mb: 512,
            environment: String::new(),
            code: String::new(),
            description: String::new(),
            dead_letter: String::new(),
            behaviour: Behaviour::default(),
        }
    }
}

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(memory_mb: count, "memory", "MemorySize", "Memory",
            Kind::Count { min: 128, max: 10_240, unit: "MB" }, Env15,
            "Memory of each environment; the price of time goes with it."),
        knob!(timeout: span, "timeout", "Timeout", "Timeout",
            Kind::Span { min: Span::SECOND, max: Span::seconds(900), whole_seconds: true }, Env05,
            "How long the Invoke phase may take before Lambda cuts it."),
        knob!(architecture: choice, "architecture", "Architectures", "Architecture",
            Kind::Choice(Architecture::WORDS), Cost03,
            "Instruction set; the price of time depends on it."),
        knob!(storage_mb: count, "ephemeral-storage", "EphemeralStorage", "Ephemeral storage",
            Kind::Count { min: 512, max: 10_240, unit: "MB" }, Cost06,
            "Size of /tmp; what is over 512 MB is billed."),
        knob!(environment: text, "environment", "Environment", "Environment",
            Kind::Text { max: 256 }, Env09,
            "A name for the environment variables; changing it replaces the environments of $LATEST."),
        knob!(code: text, "code", "Code", "Code",
            Kind::Text { max: 256 }, Ver01,
            "A name for the code; changing it is an update of $LATEST."),
        knob!(description: text, "description", "Description", "Description",
            Kind::Text { max: 256 }, Ver02,
            "Free text, kept in each version."),
        knob!(dead_letter: text, "dead-letter", "DeadLetterConfig", "Dead-letter queue",
            Kind::Text { max: 64 }, Dlq01,
            "The queue or topic that gets asynchronous events that are given up."),
    ];
}

/// A published version with the settings it froze.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub number: u64,
    /// Its settings.
    pub spec: Spec,
}

/// A name for a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// The number of the version it points to; 0 is `$LATEST`.
    pub version: u64,
    /// The version that gets a share of the requests, if one does.
    pub routing: Option<Routing>,
}

impl Alias {
    /// An alias that leads to one version.
    #[must_use]
    pub fn to(name: &str, version: u64) -> Self {
        Self { name: name.into(), version, routing: None }
    }

    /// The number of the version that a request runs for which this was drawn, in
    /// millionths (ALI-19).
    #[must_use]
    pub fn drawn(&self, u_ppm: u64) -> u64 {
        match self.routing {
            Some(routing) if routing.is_drawn(u_ppm) => routing.version,
            Some(_) | None => self.version,
        }
    }
}

/// The one entry of `AdditionalVersionWeights` (ALI-09).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Routing {
    /// The number of the additional version.
    pub version: u64,
    /// Its share of the requests, in parts per million; the alias's own has the rest.
    pub weight_ppm: u32,
    /// Only the whole simulator draws.
    pub given: Given,
}

impl Routing {
    /// Whether a draw, in millionths, leads to the additional version (ALI-19).
    #[must_use]
    pub const fn is_drawn(&self, u_ppm: u64) -> bool {
        u_ppm < self.weight_ppm as u64
    }
}

/// Provisioned concurrency of a version or an alias, requested when the run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// Version number or alias name.
    pub qualifier: String,
    /// Environments.
    pub count: u64,
}

/// A function as a scenario says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The settings of `$LATEST`.
    pub spec: Spec,
    /// Settings that no version freezes.
    pub shared: Shared,
    /// Versions published before the run, in order of number.
    pub versions: Vec<Version>,
    /// Aliases.
    pub aliases: Vec<Alias>,
    /// Provisioned concurrency.
    pub provisioned: Vec<Provisioned>,
    /// What becomes of asynchronous events, by version or alias; `$LATEST` is for calls
    /// without one.
    pub event_invoke: WithEvents<(String, event_invoke::Spec)>,
}

choices! {
    /// What happens to a chain of requests that runs a function too often (REC-01).
    RecursiveLoop {
        /// It is stopped.
        Terminate "Terminate",
        /// It goes on.
        Allow "Allow",
    }
}

/// The settings that belong to the function as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Reserved concurrency, if there is a reservation.
    pub reserved: Option<u64>,
    /// Whether loops through it are stopped.
    pub recursive_loop: RecursiveLoop,
}

impl Knobs for Shared {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(reserved: optional_count, "reserved-concurrency",
            "ReservedConcurrentExecutions", "Reserved concurrency",
            Kind::Count { min: 0, max: 1_000_000, unit: "" }, Con03,
            "Units set aside for this function, and its cap; 0 stops it, unset shares the pool."),
        knob!(recursive_loop: choice, "recursive-loop", "RecursiveLoop", "Recursive loops",
            Kind::Choice(RecursiveLoop::WORDS), Rec01,
            "Whether a chain of requests that comes back here again and again is stopped."),
    ];
}

impl Default for Shared {
    fn default() -> Self {
        Self { reserved: None, recursive_loop: RecursiveLoop::Terminate }
    }
}
