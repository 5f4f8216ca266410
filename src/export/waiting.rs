//! Packets of one session that wait to be written, so that they come out in the order of the
//! capture: a datagram in fragments is known to be of the session only when its last fragment came.
//!
//! Limits: none of its own; its owner asks for [`WaitingPackets::bytes`] and lets packets go.

use crate::capture::{Batch, PacketNumber, Slot};

/// Copies of packets with the blocks around them, by number.
#[derive(Debug, Default)]
pub struct WaitingPackets {
    /// Slots ascend; bytes need not.
    batch: Batch,
    spare: Batch,
    /// The last one that was let go.
    gone: Option<PacketNumber>,
}

impl WaitingPackets {
    /// True while packets with this number can be put in: no later one was let go.
    pub fn takes(&self, number: PacketNumber) -> bool {
        self.gone <= Some(number)
    }

    /// Takes in a packet, once.
    pub fn push(&mut self, from: &Batch, slot: &Slot) {
        if Some(slot.number) <= self.gone {
            return;
        }
        let slots = &self.batch.slots;
        let place = slots.partition_point(|waiting| waiting.number < slot.number);
        if slots.get(place).map(|waiting| waiting.number) == Some(slot.number) {
            return;
        }
        self.batch.push(from, *slot);
        // All behind its place move on; nearly always there is none.
        if let Some(behind) = self.batch.slots.get_mut(place..) {
            behind.rotate_right(1);
        }
    }

    /// Bytes that are held.
    pub const fn bytes(&self) -> usize {
        self.batch.bytes.len()
    }

    /// The packets that wait.
    pub fn slots(&self) -> &[Slot] {
        &self.batch.slots
    }

    /// Lets the first packets go until about `keep_bytes` are held.
    ///
    /// # Errors
    /// The first error of `each`.
    pub fn let_go<E>(
        &mut self,
        keep_bytes: usize,
        mut each: impl FnMut(&Batch, &Slot) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut left = self.batch.bytes.len();
        let mut slots = self.batch.slots.iter();
        while keep_bytes < left
            && let Some(slot) = slots.next()
        {
            each(&self.batch, slot)?;
            self.gone = Some(slot.number);
            let (block, _) = self.batch.enclosed(slot);
            left = left.saturating_sub(block.len());
        }
        self.spare.clear();
        for slot in slots {
            self.spare.push(&self.batch, *slot);
        }
        std::mem::swap(&mut self.batch, &mut self.spare);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::testing::numbered;

    fn numbers(waiting: &mut WaitingPackets, keep_bytes: usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        let let_go = waiting.let_go(keep_bytes, |batch, slot| {
            assert_eq!(
                batch.packet(slot).bytes,
                [u8::try_from(slot.number.value()).unwrap(); 4]
            );
            numbers.push(slot.number.value());
            Ok::<(), ()>(())
        });
        let_go.unwrap();
        numbers
    }

    #[test]
    fn packets_go_in_the_order_of_their_numbers_and_once() {
        let batch = numbered(1..=9);
        let mut waiting = WaitingPackets::default();
        let push = |waiting: &mut WaitingPackets, at: usize| {
            assert!(waiting.takes(batch.slots[at].number));
            waiting.push(&batch, &batch.slots[at]);
        };
        for at in [4, 2, 4, 7, 0] {
            push(&mut waiting, at);
        }
        assert_eq!(waiting.bytes(), 16);
        assert_eq!(numbers(&mut waiting, 8), [1, 3]);
        assert_eq!(waiting.bytes(), 8);
        assert!(!waiting.takes(batch.slots[1].number));
        // The frames of an aggregate are one packet.
        push(&mut waiting, 2);
        push(&mut waiting, 5);
        assert_eq!(numbers(&mut waiting, 0), [5, 6, 8]);
    }
}
