//! What is asked and answered while two runs are compared.

use lambdarium_sim::id::Part;
use lambdarium_sim::view::{Frame, Look, Tally};

use super::{Opened, Refusal, Source};

/// What is asked of the run that another one is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparing {
    /// Keep the present run beside what becomes of it.
    Pin,
    /// Open another one, to compare the present one with.
    Open {
        /// From here.
        source: Source,
        /// The text of the lesson that it names.
        lesson: Option<String>,
    },
    /// Let it go.
    Unpin,
    /// Show a moment of it.
    Look(Look),
    /// What has come of both runs.
    Tally {
        /// Whose gauges, in that run and in the present one; none for all functions together
        /// and the first source.
        parts: Vec<Option<Part>>,
    },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Compared {
    /// The run that was to be opened, all of it recorded.
    Opened(Box<Opened>),
    /// It cannot be opened.
    Refused(Refusal),
    /// There is no run to compare with any more.
    Gone,
    /// A moment of it.
    Frame(Box<Frame>),
    /// What has come of both.
    Tallies(Tallies),
}

/// What has come of the run that is kept, and of the present one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tallies {
    /// That of each.
    pub tallies: Vec<Tally>,
    /// The seed of each.
    pub seeds: Vec<u64>,
}
