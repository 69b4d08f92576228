//! The benchmark workloads: what must come out, and how long it takes.
//!
//! They run natively behind `lambdarium bench` and in the browser's tests, so the clock is
//! passed in and the work can be done in slices.

pub mod bench;
