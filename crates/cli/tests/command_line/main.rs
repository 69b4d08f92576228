//! The command line, as a person at a terminal meets it.

mod commands;
mod expectations;
mod program;
mod wrong;
