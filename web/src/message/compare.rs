//! What is asked and answered while two runs are compared.

use lambdarium_sim::view::{Frame, Look, Tally};

/// What is asked of the run that another one is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparing {
    /// Keep the present run beside what becomes of it.
    Pin,
    /// Let it go.
    Unpin,
    /// Show a moment of it.
    Look(Look),
    /// What has come of both runs.
    Tally {
        /// Whose gauges, by the name of the part; none for all functions together and the
        /// first source.
        part: Option<String>,
    },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Compared {
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
