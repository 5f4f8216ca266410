//! Chosen packets of a capture, read again: framing only, and no further than the last of them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::capture::{Batch, Capture, Numbers, PacketNumber, PacketSet, Slot};

/// The packets of several sets in the order of the capture, each with the place of its set.
///
/// A packet of several sets comes once for each of them, one after the other.
#[derive(Debug)]
pub struct MergedNumbers<'a> {
    rest: Vec<Numbers<'a>>,
    next: BinaryHeap<Reverse<(PacketNumber, usize)>>,
}

impl<'a> MergedNumbers<'a> {
    /// The packets of these sets.
    pub fn new(sets: impl IntoIterator<Item = &'a PacketSet>) -> Self {
        let mut merged = Self {
            rest: sets.into_iter().map(PacketSet::numbers).collect(),
            next: BinaryHeap::new(),
        };
        for set in 0..merged.rest.len() {
            merged.advance(set);
        }
        merged
    }

    fn advance(&mut self, set: usize) {
        let number = self.rest.get_mut(set).and_then(Iterator::next);
        self.next
            .extend(number.map(|number| Reverse((number, set))));
    }
}

impl Iterator for MergedNumbers<'_> {
    type Item = (PacketNumber, usize);

    fn next(&mut self) -> Option<(PacketNumber, usize)> {
        let Reverse((number, set)) = self.next.pop()?;
        self.advance(set);
        Some((number, set))
    }
}

/// Reads packets by their numbers, which ascend, and hands out each with what came beside it.
///
/// Reading stops behind the last one. A number that the capture does not reach is passed over.
///
/// # Errors
/// The first error of `each`.
pub fn read_packets<T, E>(
    capture: &mut Capture,
    wanted: impl IntoIterator<Item = (PacketNumber, T)>,
    mut each: impl FnMut(T, &Batch, &Slot) -> Result<(), E>,
) -> Result<(), E> {
    let mut wanted = wanted.into_iter().peekable();
    let mut batch = Batch::default();
    while wanted.peek().is_some() && capture.next_batch(&mut batch) {
        let Some(last) = batch.slots.last().map(|slot| slot.number) else {
            continue;
        };
        while let Some((number, beside)) = wanted.next_if(|(number, _)| *number <= last) {
            if let Some(slot) = batch.slot(number) {
                each(beside, &batch, slot)?;
            }
        }
    }
    Ok(())
}
