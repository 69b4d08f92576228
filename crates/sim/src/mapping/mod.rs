//! Event source mappings: what reads a source and invokes a function with what it reads.

pub mod stream;
