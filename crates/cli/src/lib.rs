//! The benchmark workloads.
