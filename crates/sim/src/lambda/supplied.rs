//! Code that the program around the simulator brings along, in place of a description of
//! what a handler does.
//!
//! It is given the records of a batch as they lie in the simulator, so that nothing has to
//! be worded for it. No text can hold it: a scenario that has some is made by a program.
//! Rules: INV-02 (function errors), PBR-02 (partial responses).

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt::Debug;

use crate::service::parcel::Handed;
use crate::service::stream::row::Row;
use crate::time::Instant;
use crate::{EVENTS, Given};

/// A batch as code gets it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// When it is given the batch, or answers.
    pub now: Instant,
    /// The records.
    pub records: Records<'a>,
}

/// The records of a batch, in order.
#[derive(Clone, Copy, Debug)]
pub enum Records<'a> {
    /// Messages of a queue, each with how often it was received.
    Messages(&'a [Handed]),
    /// Records of a stream.
    Records(&'a Row),
}

/// What a handler does. A moment of a recording is looked at by playing it again, so it is
/// asked again then, and has to say the same.
pub trait Code: Debug {
    /// A run has begun: whether it is to throw.
    fn throws(&self, call: &Call<'_>) -> bool {
        let _ = call;
        false
    }

    /// A run has ended well: the places of those records that it reports as failed. Without
    /// `ReportBatchItemFailures` nobody reads that.
    fn reports(&self, call: &Call<'_>) -> Vec<u32> {
        let _ = call;
        Vec::new()
    }
}

/// Code, as part of what a function does.
#[derive(Clone, Debug)]
pub struct Supplied {
    code: Rc<dyn Code>,
    _given: Given,
}

impl Supplied {
    /// A handler that does what this code does; none without events, as only they have
    /// records.
    #[must_use]
    pub fn new(code: Rc<dyn Code>) -> Option<Self> {
        EVENTS.then(|| Self { code, _given: Given::here() })
    }

    pub(crate) fn code(&self) -> &dyn Code {
        &*self.code
    }
}

impl PartialEq for Supplied {
    /// The same code, not code that does the same.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.code, &other.code)
    }
}

impl Eq for Supplied {}
