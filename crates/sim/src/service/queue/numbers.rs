//! An ordered set of numbers that lie close together: one bit each.

use alloc::vec::Vec;

/// Numbers of one block.
const BLOCK: u32 = 64 * 64;

#[derive(Clone, Debug)]
struct Block {
    /// Which of the words have any.
    any: u64,
    words: [u64; 64],
}

const EMPTY: Block = Block { any: 0, words: [0; 64] };

/// A set of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// The number of the first block, if there are any.
    first: u32,
    blocks: Vec<Block>,
    /// The place of the first block that has any; behind all of them if none has.
    lowest: usize,
    len: usize,
}

const fn place(number: u32) -> (u32, usize, u64) {
    (number / BLOCK, (number / 64 % 64) as usize, 1 << (number % 64))
}

/// The bits of a word that are set, from the lowest on.
fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    core::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some(bit)
    })
}

impl Numbers {
    /// Adds a number.
    #[inline]
    pub(super) fn insert(&mut self, number: u32) {
        let (block, word, bit) = place(number);
        if self.blocks.is_empty() || block < self.first {
            self.begin_with(block);
        }
        let at = (block - self.first) as usize;
        if self.blocks.len() <= at {
            self.reach(at);
        }
        self.lowest = if self.len == 0 { at } else { self.lowest.min(at) };
        let block = &mut self.blocks[at];
        self.len += usize::from(block.words[word] & bit == 0);
        block.words[word] |= bit;
        block.any |= 1 << word;
    }

    /// Makes room for numbers from this block on.
    #[cold]
    #[inline(never)]
    fn begin_with(&mut self, block: u32) {
        if self.blocks.is_empty() {
            self.first = block;
        }
        while block < self.first {
            self.blocks.insert(0, EMPTY);
            self.first -= 1;
            self.lowest += 1;
        }
    }

    #[cold]
    #[inline(never)]
    fn reach(&mut self, at: usize) {
        self.blocks.resize(at + 1, EMPTY);
    }

    /// Takes a number out, if it is there.
    #[inline]
    pub(super) fn remove(&mut self, number: u32) {
        let (block, word, bit) = place(number);
        let at = block.checked_sub(self.first).map(|at| at as usize);
        let Some(block) = at.and_then(|at| self.blocks.get_mut(at)) else { return };
        self.len -= usize::from(block.words[word] & bit != 0);
        block.words[word] &= !bit;
        if block.words[word] == 0 {
            block.any &= !(1 << word);
            while self.blocks.get(self.lowest).is_some_and(|block| block.any == 0) {
                self.lowest += 1;
            }
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The lowest.
    #[inline(always)]
    pub(super) fn first(&self) -> Option<u32> {
        let block = self.blocks.get(self.lowest)?;
        let word = block.any.trailing_zeros();
        let at = self.first + u32::try_from(self.lowest).ok()?;
        Some(at * BLOCK + word * 64 + block.words[word as usize].trailing_zeros())
    }

    /// All of them, from the lowest on.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let blocks = self.blocks.iter().zip(self.first..);
        blocks.flat_map(|(block, at)| {
            bits(block.any).flat_map(move |word| {
                let first = at * BLOCK + word * 64;
                bits(block.words[word as usize]).map(move |bit| first + bit)
            })
        })
    }

    /// Hardly any number below this one will be there again.
    #[inline]
    pub(super) fn forget_before(&mut self, number: u32) {
        let first = number / BLOCK;
        if self.first < first && self.lowest > 0 {
            self.forget(first);
        }
    }

    #[cold]
    #[inline(never)]
    fn forget(&mut self, first: u32) {
        let count = self.lowest.min((first - self.first) as usize);
        self.blocks.drain(..count);
        self.lowest -= count;
        self.first += u32::try_from(count).expect("numbers are limited");
    }

    /// What a copy takes.
    pub(super) fn bytes(&self) -> usize {
        self.blocks.len() * size_of::<Block>()
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;
    use alloc::collections::BTreeSet;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_has_what_a_set_has(
            steps in prop::collection::vec((0u32..9_000, 0u32..4), 1..300),
        ) {
            let (mut numbers, mut model) = (Numbers::default(), BTreeSet::new());
            let mut least = 0;
            for (back, what) in steps {
                let number = least + back;
                match what {
                    0 | 1 => {
                        numbers.insert(number);
                        model.insert(number);
                    }
                    2 => {
                        numbers.remove(number);
                        model.remove(&number);
                    }
                    _ => {
                        least = model.first().copied().unwrap_or(number);
                        numbers.forget_before(least);
                    }
                }
                prop_assert_eq!(numbers.first(), model.first().copied());
                prop_assert_eq!((numbers.len(), numbers.is_empty()), (model.len(), model.is_empty()));
            }
            prop_assert!(numbers.iter().eq(model.iter().copied()));
        }
    }
}
