//! Records of one shard, one after the other.
//!
//! Whoever reads a shard shares its records with it, as far as they lie in full pieces of
//! its shelf: to read ten thousand of them, to put a hundred into a batch and to halve that
//! costs a few pointers.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ops::Index;

use super::record::{Content, Record};
use crate::service::shelf::Shelf;

/// Records in order. Copies share them.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pieces: VecDeque<Piece>,
    len: u32,
    /// Whether all are known to share what they hold: a load puts the same again and again.
    is_same: bool,
}

/// Some of the records that are kept together; never none.
#[derive(Clone, Debug)]
struct Piece {
    records: Rc<Vec<Record>>,
    from: u32,
    to: u32,
}

impl Piece {
    fn records(&self) -> &[Record] {
        &self.records[self.from as usize..self.to as usize]
    }

    fn len(&self) -> u32 {
        self.to - self.from
    }
}

impl Row {
    /// Records of a shelf from a place up to another one.
    pub(super) fn of(shelf: &Shelf<Record>, from: u32, to: u32) -> Self {
        let pieces = shelf.pieces(from as usize, to as usize);
        let small = |number| u32::try_from(number).expect("pieces are small");
        let pieces = pieces.map(|(records, range)| {
            let (from, to) = (small(range.start), small(range.end));
            Piece { records, from, to }
        });
        Self { pieces: pieces.collect(), len: to - from, is_same: false }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first.
    #[must_use]
    pub fn first(&self) -> Option<&Record> {
        self.pieces.front()?.records().first()
    }

    /// The last.
    #[must_use]
    pub fn last(&self) -> Option<&Record> {
        self.pieces.back()?.records().last()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Record> {
        self.pieces.iter().flat_map(Piece::records)
    }

    /// Calls something with each, in order: quicker than [`Self::iter`].
    #[inline]
    pub fn each<'a>(&'a self, mut call: impl FnMut(&'a Record)) {
        for piece in &self.pieces {
            piece.records().iter().for_each(&mut call);
        }
    }

    /// All of them, in order: one of those that follow one another and share what they hold,
    /// and how many these are.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (&Record, u32)> {
        let share = |a: &Record, b: &Record| Rc::ptr_eq(&a.content, &b.content);
        let runs = self.pieces.iter().flat_map(move |one| one.records().chunk_by(share));
        runs.map(|run| (&run[0], u32::try_from(run.len()).expect("pieces are small")))
    }

    /// How many there are from the first on for which something holds.
    #[inline]
    pub(crate) fn leading(&self, mut holds: impl FnMut(&Record) -> bool) -> u32 {
        let mut count = 0;
        for piece in &self.pieces {
            for record in piece.records() {
                if !holds(record) {
                    return count;
                }
                count += 1;
            }
        }
        count
    }

    /// Whether one of them is the record at a place of the shard.
    #[must_use]
    pub fn has(&self, place: u32) -> bool {
        let after =
            self.pieces.partition_point(|piece| piece.records()[0].place <= place);
        let piece = after.checked_sub(1).map(|at| self.pieces[at].records());
        piece.is_some_and(|all| all.binary_search_by_key(&place, |one| one.place).is_ok())
    }

    /// The same, and all are known to share what they hold, or not.
    pub(super) fn sharing(self, is_same: bool) -> Self {
        Self { is_same, ..self }
    }

    /// One of them, if all are known to share what they hold.
    pub(crate) fn shared(&self) -> Option<&Record> {
        self.first().filter(|_| self.is_same)
    }

    /// Adds one at the end.
    pub fn push(&mut self, record: Record) {
        self.len += 1;
        self.is_same = false;
        if let Some(last) = self.pieces.back_mut()
            && last.to as usize == last.records.len()
            && let Some(records) = Rc::get_mut(&mut last.records)
        {
            records.push(record);
            last.to += 1;
            return;
        }
        let records = Rc::new(Vec::from([record]));
        self.pieces.push_back(Piece { records, from: 0, to: 1 });
    }

    /// Adds others at the end.
    pub fn append(&mut self, mut others: Self) {
        self.is_same = match (self.shared(), others.shared()) {
            (Some(one), Some(other)) => Rc::ptr_eq(&one.content, &other.content),
            (None, Some(_)) => self.is_empty(),
            (_, None) => false,
        };
        self.len += others.len;
        self.pieces.append(&mut others.pieces);
    }

    /// Takes the first off, so many.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn take(&mut self, count: u32) -> Self {
        let mut taken = Self::default().sharing(self.is_same);
        while taken.len < count {
            let piece = self.pieces.front_mut().expect("there are as many");
            let left = count - taken.len;
            let part = if piece.len() <= left {
                self.pieces.pop_front().expect("it is there")
            } else {
                let to = piece.from + left;
                let part = Piece { to, ..piece.clone() };
                piece.from = to;
                part
            };
            taken.len += part.len();
            taken.pieces.push_back(part);
        }
        self.len -= count;
        taken
    }

    /// Keeps only those for which something holds.
    pub fn retain(&mut self, mut holds: impl FnMut(&Record) -> bool) {
        *self = self.iter().filter(|record| holds(record)).cloned().collect();
    }

    /// The sizes of all, together. Records that share what they hold have the same.
    pub fn size(&self, size: impl Fn(&Record) -> u64) -> u64 {
        match self.shared() {
            Some(one) => size(one) * u64::from(self.len),
            None => self.runs().map(|(one, many)| size(one) * u64::from(many)).sum(),
        }
    }

    /// About what a copy takes, in bytes: the records are shared.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.pieces.len() * size_of::<Piece>()
    }
}

/// The size of what was measured last, as the next may well be the same.
#[derive(Default)]
pub(crate) struct Known {
    content: Option<*const Content>,
    size: u64,
}

impl Known {
    #[inline]
    pub(crate) fn size(&mut self, record: &Record, size: impl Fn(&Record) -> u64) -> u64 {
        let content = Some(Rc::as_ptr(&record.content));
        if self.content != content {
            *self = Self { content, size: size(record) };
        }
        self.size
    }
}

impl Index<usize> for Row {
    type Output = Record;

    fn index(&self, mut place: usize) -> &Record {
        for piece in &self.pieces {
            let records = piece.records();
            match records.get(place) {
                Some(record) => return record,
                None => place -= records.len(),
            }
        }
        panic!("there are not as many records")
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl Eq for Row {}

impl FromIterator<Record> for Row {
    fn from_iter<I: IntoIterator<Item = Record>>(records: I) -> Self {
        let mut row = Self::default();
        records.into_iter().for_each(|record| row.push(record));
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::stream::record::{Data, Sequence};
    use crate::time::Instant;
    use alloc::string::String;
    use proptest::prelude::*;

    fn shelf(count: u32) -> Shelf<Record> {
        let mut shelf = Shelf::default();
        let data = Data::Bytes(1);
        let content = Rc::new(Content::Data { partition_key: String::new(), data });
        for place in 0..count {
            let (sequence, content) = (Sequence(place.into()), Rc::clone(&content));
            shelf.push(Record { place, sequence, arrived: Instant::START, content });
        }
        shelf
    }

    fn places(row: &Row) -> Vec<u32> {
        row.iter().map(|record| record.place).collect()
    }

    #[test]
    fn nothing_of_a_shelf_is_nothing() {
        let row = Row::of(&shelf(700), 90, 90);
        assert!(row.is_empty() && !row.has(90) && row.first().is_none());
        assert_eq!(row.size(Record::bytes), 0);
    }

    proptest! {
        #[test]
        fn it_is_taken_apart_as_a_list_is(
            (from, to) in (0u32..700, 0u32..700),
            counts in prop::collection::vec(0u32..400, 1..9),
        ) {
            let (from, to) = (from.min(to), from.max(to));
            let all = shelf(700);
            let mut row = Row::of(&all, from, to);
            let mut next = from;
            for count in counts {
                let count = count.min(row.len());
                let taken = row.take(count);
                prop_assert_eq!(places(&taken), (next..next + count).collect::<Vec<_>>());
                next += count;
                prop_assert_eq!(row.len(), to - next);
                prop_assert_eq!(row.first().map(|one| one.place), (next < to).then_some(next));
                prop_assert_eq!(row.has(next), next < to);
                prop_assert!(!row.has(to) && (next == 0 || !row.has(next - 1)));
                let mut again = taken.clone();
                again.append(row.clone());
                prop_assert_eq!(again.len(), to - next + count);
                prop_assert!((0..again.len()).all(|at| again[at as usize].place == next - count + at));
                again.push(all.get(0).expect("one").clone());
                again.retain(|record| record.place % 2 == 0);
                prop_assert!(again.iter().all(|record| record.place % 2 == 0));
                prop_assert_eq!(places(&again).len() as u32, again.len());
                prop_assert_eq!(again.size(Record::bytes), again.len().into());
            }
        }
    }
}
