//! The life of a request, as the whole program tells it.

use lambdarium_sim::id::{Job, Part};
use lambdarium_sim::time::Moment;

/// The life of a request, over the whole run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Which request.
    pub job: Job,
    /// What it is called.
    pub title: String,
    /// The ID by which AWS knows it.
    pub request_id: String,
    /// The request it comes from.
    pub from: Option<Relative>,
    /// Its stations, the first one first; none if it has none in this run.
    pub stations: Vec<Station>,
    /// How many older ones were left out.
    pub left_out: u32,
    /// The request itself, and what was sent to services because of it.
    pub jobs: Vec<Job>,
    /// The parts it comes to.
    pub parts: Vec<Part>,
    /// What is sent along the wires behind functions, topics and buses: by whom, and to which part.
    pub sends: Vec<(Part, Part)>,
}

/// A request that another one comes from, or goes on as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// Which.
    pub job: Job,
    /// What it is called.
    pub name: String,
}

/// A station in the life of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Station {
    /// The moment just after it.
    pub moment: Moment,
    /// What happened.
    pub text: String,
    /// The rule behind it.
    pub rule: String,
    /// What the JSON is that is handed over or answered here; empty if there is none.
    pub what: String,
    /// That JSON, and what stands beside it.
    pub json: String,
    /// The request it goes on as.
    pub goes_on: Option<Relative>,
}
