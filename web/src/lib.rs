//! The Lambdarium page: an engine behind a worker, and components that draw what it says.
//!
//! The page holds no simulator. It asks ([`message::Ask`]), the worker answers
//! ([`message::Answer`]), and everything on screen is drawn from the last answers.
#![warn(missing_docs)]
// Whatever is made of `Given` is never reached without it.
#![cfg_attr(not(feature = "events"), allow(unreachable_code, unused_variables))]

pub mod components;
pub mod desk;
pub mod effects;
pub mod embed;
pub mod engine;
pub mod gallery;
pub mod geometry;
pub mod message;
pub mod pack;
pub mod program;
pub mod rules;
pub mod shared;
pub mod snippet;
pub mod texts;
pub mod words;
