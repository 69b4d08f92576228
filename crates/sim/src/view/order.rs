//! Putting what a screen shows in order.
//!
//! All kinds of items share one heap of keys: a sort of the standard library is compiled
//! anew for each of them, and each is 2 kB to download.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;

/// What comes first has the smaller key.
pub(super) type Key = (u64, u64);

/// Keeps the `most` first items, in order; those with equal keys stay as they were.
pub(super) fn keep_first<T: Copy>(
    items: &mut Vec<T>,
    most: usize,
    key: impl Fn(&T) -> Key,
) {
    let keys = items.iter().map(key).collect();
    *items = first(keys, most).into_iter().map(|place| items[place as usize]).collect();
}

/// The places of the `most` smallest keys.
fn first(keys: Vec<Key>, most: usize) -> Vec<u32> {
    let mut heap = BinaryHeap::with_capacity(most.min(keys.len()) + 1);
    for (key, place) in keys.into_iter().zip(0_u32..) {
        heap.push((key, place));
        if heap.len() > most {
            heap.pop();
        }
    }
    heap.into_sorted_vec().into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_keeps_what_a_stable_sort_puts_first(
            items in prop::collection::vec((0_u64..9, 0_u64..9, any::<u8>()), 0..40),
            most in 0_usize..50,
        ) {
            let mut expected = items.clone();
            expected.sort_by_key(|(first, second, _)| (*first, *second));
            expected.truncate(most);
            let mut found = items;
            keep_first(&mut found, most, |(first, second, _)| (*first, *second));
            prop_assert_eq!(found, expected);
        }
    }
}
