//! What each command does.

pub mod bench;
pub mod check;
pub mod explain;
pub mod link;
pub mod odds;
pub mod run;
pub mod summary;
mod table;
pub mod trace;
