//! The site as published, used in a real browser as a person would.
//!
//! Run by `cargo xtask test site`, which builds the site first.

mod acts;
mod bad_events;
mod beyond;
mod biography;
mod browser;
mod compare;
mod deployments;
mod editing;
mod embed;
mod fates;
mod find;
mod hands;
mod journey;
mod keys;
mod lessons;
mod loading;
mod mistakes;
mod odds;
mod queues;
mod senders;
mod site;
mod speed;
mod start;
mod streams;
mod text;
mod timeline;
