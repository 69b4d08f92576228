//! Scenarios as text and as links, and runs as words: everything that goes in and out.
//!
//! Whatever is read here may come from a stranger. Reading never panics, is bounded by
//! [`lambdarium_sim::limits`], and says all that is wrong at once, each thing with its
//! place.

pub mod edit;
pub mod json;
pub mod link;
pub mod report;
pub mod schema;
pub mod unit;
