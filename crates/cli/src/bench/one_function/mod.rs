//! W2: Poisson arrivals at one function whose durations are exponential.
//!
//! The clock starts with no environment and stops at the last arrival. An idle environment
//! is removed after 600 s; a request over the limit is dropped. Where AWS does not say
//! which idle environment takes a request, the simulator takes the one used last (ENV-12);
//! the workload's own words say the one created last, and the expected values cannot tell
//! the two apart.
//!
//! Units: simulated microseconds; means are over simulated time.

pub mod plain;
pub mod simulated;

use lambdarium_sim::time::Span;

/// Arrivals of the full workload; the expected values hold for it.
pub const ARRIVALS: u32 = 1_000_000;
/// How long an environment may stay idle.
pub const IDLE_TTL: Span = Span::seconds(600);

/// One of the four settings of the workload.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its letter.
    pub letter: char,
    /// Arrivals, in billionths per second.
    pub rate: u64,
    /// Mean duration.
    pub duration: Span,
    /// Init, always the same.
    pub init: Span,
    /// Most requests in flight.
    pub limit: u32,
    /// What must come out.
    pub expected: Expected,
}

/// A value with three standard deviations of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Within {
    /// The value.
    pub value: f64,
    /// How far off one run may be.
    pub by: f64,
}

/// What must come out of [`ARRIVALS`] arrivals.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// Share of cold starts among the requests that ran.
    pub p_cold: Within,
    /// Share of arrivals that were throttled.
    pub p_reject: Within,
    /// Requests in flight.
    pub mean_running: Within,
    /// Environments there are.
    pub mean_instances: Within,
}

const fn within(value: f64, by: f64) -> Within {
    Within { value, by }
}

/// The cases: sparse, busy, throttled, single.
pub const CASES: [Case; 4] = [
    Case {
        letter: 'a',
        rate: 900_000_000,
        duration: Span::seconds(2),
        init: Span::millis(250),
        limit: 1_000,
        expected: Expected {
            p_cold: within(0.001_356, 0.000_10),
            p_reject: within(0.0, 0.0),
            mean_running: within(1.800, 0.009),
            mean_instances: within(7.72, 0.09),
        },
    },
    Case {
        letter: 'b',
        rate: 1_000_000_000_000,
        duration: Span::millis(100),
        init: Span::millis(250),
        limit: 1_000,
        expected: Expected {
            p_cold: within(0.000_309, 0.000_07),
            p_reject: within(0.0, 0.0),
            mean_running: within(100.06, 0.5),
            mean_instances: within(241.0, 36.0),
        },
    },
    Case {
        letter: 'c',
        rate: 1_000_000_000_000,
        duration: Span::millis(100),
        init: Span::ZERO,
        limit: 100,
        expected: Expected {
            // 100 cold starts among those that ran.
            p_cold: within(0.000_108_19, 0.000_000_33),
            p_reject: within(0.0757, 0.0028),
            mean_running: within(92.43, 0.16),
            mean_instances: within(99.99, 0.01),
        },
    },
    Case {
        letter: 'd',
        // 1 in 300 s.
        rate: 3_333_333,
        duration: Span::SECOND,
        init: Span::millis(250),
        limit: 1,
        expected: Expected {
            p_cold: within(0.135_34, 0.0010),
            p_reject: within(0.003_434, 0.000_18),
            mean_running: within(0.003_434, 0.000_015),
            mean_instances: within(0.8651, 0.0012),
        },
    },
];

impl Case {
    /// The case with this letter.
    #[must_use]
    pub fn from_letter(letter: char) -> Option<&'static Self> {
        CASES.iter().find(|case| case.letter == letter)
    }
}

/// What has come out so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Requests that arrived.
    pub arrivals: u64,
    /// Of them, those that were throttled.
    pub throttled: u64,
    /// Those that needed a new environment.
    pub cold: u64,
    /// Those that have been answered by the function.
    pub completed: u64,
    /// Environments removed because they were idle.
    pub expired: u64,
    /// The last arrival.
    pub end_us: u64,
    /// Requests in flight, summed over time.
    pub running_us: u64,
    /// Environments, summed over time.
    pub instances_us: u64,
    /// Most events pending between two instants.
    pub pending_max: usize,
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Outcome {
    /// Arrivals, completions and removals.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.arrivals + self.completed + self.expired
    }

    /// Share of cold starts among the requests that ran.
    #[must_use]
    pub fn p_cold(&self) -> f64 {
        ratio(self.cold, self.arrivals - self.throttled)
    }

    /// Share of arrivals that were throttled.
    #[must_use]
    pub fn p_reject(&self) -> f64 {
        ratio(self.throttled, self.arrivals)
    }

    /// Requests in flight, on average.
    #[must_use]
    pub fn mean_running(&self) -> f64 {
        ratio(self.running_us, self.end_us)
    }

    /// Environments, on average.
    #[must_use]
    pub fn mean_instances(&self) -> f64 {
        ratio(self.instances_us, self.end_us)
    }
}

impl Within {
    /// Whether a value is near enough.
    #[must_use]
    pub fn admits(&self, found: f64) -> bool {
        (found - self.value).abs() <= self.by
    }
}

/// A statistic beside what it must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Check {
    /// Its name, as in the report.
    pub name: &'static str,
    /// What came out.
    pub found: f64,
    /// What must come out.
    pub expected: Within,
}

impl Check {
    /// Whether it is as it must be.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.expected.admits(self.found)
    }
}

impl Expected {
    /// All statistics of an outcome beside what they must be.
    #[must_use]
    pub fn checks(&self, outcome: &Outcome) -> [Check; 4] {
        let check = |name, found, expected| Check { name, found, expected };
        [
            check("p_cold", outcome.p_cold(), self.p_cold),
            check("p_reject", outcome.p_reject(), self.p_reject),
            check("mean_running", outcome.mean_running(), self.mean_running),
            check("mean_instances", outcome.mean_instances(), self.mean_instances),
        ]
    }
}
