//! What has become of everything, and whether that was expected.

use lambdarium_sim::time::Moment;

/// Whether an expectation holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Whether it does.
    pub holds: bool,
    /// How much was found, with its unit.
    pub found: String,
    /// Where it was broken, if it ever held.
    pub broken: Option<Moment>,
}

/// The calls and events behind a number of the fates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FateList {
    /// The first of them, in the order they came in.
    pub jobs: Vec<FateText>,
    /// Whether there are more.
    pub more: bool,
}

/// A call or an event, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FateText {
    /// Which.
    pub name: String,
    /// What was last told of it.
    pub told: String,
    /// The moment just after that.
    pub moment: Moment,
}
