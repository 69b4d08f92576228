//! A deterministic simulator of AWS Lambda's wiring.
//!
//! A [`scenario::Scenario`] is checked into a [`plan::Plan`], played by a [`sim::Sim`],
//! and kept as a [`record::Recording`], which every screen looks into as a
//! [`view::Frame`]. The simulator has no I/O, no wall clock and no randomness of its
//! own: the same run gives the same trace everywhere, to the byte.
#![no_std]
#![deny(missing_docs)]
#![deny(clippy::float_arithmetic)]
// Whatever is made of `Given` is never reached without it.
#![cfg_attr(not(feature = "events"), allow(unreachable_code, unused_variables))]

extern crate alloc;

mod beyond;
pub use beyond::{Given, Nothing, WithEvents};

/// Whether asynchronous events can be played.
pub const EVENTS: bool = cfg!(feature = "events");

#[macro_use]
pub mod knob;

pub mod advice;
pub mod call;
pub mod caller;
pub mod dice;
pub mod event;
pub mod expect;
pub mod id;
pub mod lambda;
pub mod limits;
pub mod mapping;
pub mod md5;
pub mod message;
pub mod odds;
pub mod plan;
pub mod queue;
pub mod record;
pub mod release;
pub mod rule;
pub mod scenario;
pub mod service;
pub mod sim;
pub mod time;
pub mod trace;
pub mod value;
pub mod view;
