//! Workloads that any simulator can run, each with what must come out of it.
//!
//! Beside each stands its yardstick: the same workload as a plain loop over what the
//! standard library has. A goal is a ratio between the two in one run on one machine.
//! Units: simulated time is microseconds (W1 counts bare units), wall time seconds.

pub mod hold;
mod machine;
pub mod one_function;
pub mod pipeline;
mod plain;

/// Work that can be done in slices; setting it up is not part of it.
pub trait Workload {
    /// What has come out when it is done.
    type Outcome;

    /// Takes about so many steps, whole instants. `false` once nothing is left to do.
    fn advance(&mut self, steps: u64) -> bool;

    /// What has come out.
    fn outcome(&self) -> Self::Outcome;
}

/// What a clock shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// Seconds on the wall.
    pub seconds: f64,
    /// Seconds of processor time of this program, where the platform tells.
    pub cpu_seconds: Option<f64>,
}

impl Reading {
    /// What has passed since an earlier reading.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        let cpu = self.cpu_seconds.zip(earlier.cpu_seconds);
        Self {
            seconds: self.seconds - earlier.seconds,
            cpu_seconds: cpu.map(|(now, then)| now - then),
        }
    }
}

/// Does the whole work and says how long it took.
pub fn time<W: Workload>(
    work: &mut W,
    clock: impl Fn() -> Reading,
) -> (W::Outcome, Reading) {
    let start = clock();
    while work.advance(u64::MAX) {}
    let passed = clock().since(start);
    (work.outcome(), passed)
}
