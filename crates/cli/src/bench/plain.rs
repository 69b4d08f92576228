//! The scheduler of the yardsticks: the standard library's heap, and nothing clever.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Events in order of time, those of one instant in the order they were pushed.
#[derive(Debug)]
pub struct Heap<E> {
    heap: BinaryHeap<Pending<E>>,
    pushed: u64,
}

#[derive(Debug)]
struct Pending<E> {
    at: u64,
    order: u64,
    event: E,
}

impl<E> Ord for Pending<E> {
    /// The standard heap gives the greatest: that is the earliest here.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl<E> PartialOrd for Pending<E> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Pending<E> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Pending<E> {}

impl<E> Default for Heap<E> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), pushed: 0 }
    }
}

impl<E> Heap<E> {
    /// Bytes of key and event for each pending event.
    #[must_use]
    pub const fn bytes_per_pending() -> usize {
        size_of::<Pending<E>>()
    }

    /// Adds an event.
    #[inline]
    pub fn push(&mut self, at: u64, event: E) {
        self.heap.push(Pending { at, order: self.pushed, event });
        self.pushed += 1;
    }

    /// Takes the earliest.
    #[inline]
    pub fn pop(&mut self) -> Option<(u64, E)> {
        self.heap.pop().map(|Pending { at, event, .. }| (at, event))
    }

    /// When the earliest is due.
    #[inline]
    pub fn next_at(&self) -> Option<u64> {
        self.heap.peek().map(|next| next.at)
    }

    /// How many are pending.
    #[inline]
    pub fn len(&self) -> usize {
        self.heap.len()
    }
}
