//! Which packets of a capture: their numbers in order, and their interfaces.
//!
//! Numbers are kept as distances to the one before, seven bits a byte: one or two bytes a packet of
//! a session in a busy capture. A number that comes after a greater one (an early fragment of a
//! datagram) takes eight bytes.
//!
//! Limits: grows with the packets that are put in.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::batch::Slot;
use super::raw_packet::{InterfaceId, PacketNumber};

/// What has to be known of a packet before it is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketOrigin {
    /// Its position in the capture.
    pub number: PacketNumber,
    /// Where it was captured.
    pub interface: InterfaceId,
    /// False for a packet whose format has no time.
    pub has_time: bool,
}

impl PacketOrigin {
    /// The origin of the packet in a slot.
    pub const fn of(slot: &Slot) -> Self {
        Self {
            number: slot.number,
            interface: slot.interface,
            has_time: slot.time.is_some() || slot.block.is_some(),
        }
    }
}

/// Packets of a capture, each once.
#[derive(Clone, Debug, Default)]
pub struct PacketSet {
    distances: Vec<u8>,
    last: u64,
    /// Numbers that came after a greater one, ascending.
    strays: Vec<PacketNumber>,
    /// Interfaces, and whether all of their packets have a time.
    interfaces: BTreeMap<InterfaceId, bool>,
}

impl PacketSet {
    /// Puts a packet in; cheapest in ascending order.
    pub fn insert(&mut self, origin: PacketOrigin) {
        let all_have_time = self.interfaces.entry(origin.interface).or_insert(true);
        *all_have_time &= origin.has_time;
        let number = origin.number.value();
        match number.cmp(&self.last) {
            Ordering::Greater => {
                push_distance(&mut self.distances, number.saturating_sub(self.last));
                self.last = number;
            }
            Ordering::Equal => {}
            Ordering::Less => {
                if let Err(place) = self.strays.binary_search(&origin.number) {
                    self.strays.insert(place, origin.number);
                }
            }
        }
    }

    /// The numbers, ascending, each once.
    pub fn numbers(&self) -> Numbers<'_> {
        let mut numbers = Numbers {
            distances: &self.distances,
            next: None,
            last: 0,
            strays: &self.strays,
        };
        numbers.next = numbers.following();
        numbers
    }

    /// The interfaces of the packets, ascending, and whether all packets of each have a time.
    pub fn interfaces(&self) -> impl Iterator<Item = (InterfaceId, bool)> {
        self.interfaces.iter().map(|(id, timed)| (*id, *timed))
    }

    /// The last packet; absent when none was put in.
    pub const fn last(&self) -> Option<PacketNumber> {
        PacketNumber::new(self.last)
    }

    /// True when no packet was put in.
    pub const fn is_empty(&self) -> bool {
        self.last == 0
    }
}

/// The numbers of a [`PacketSet`].
#[derive(Clone, Debug)]
pub struct Numbers<'a> {
    distances: &'a [u8],
    /// The next of the distances, as a number.
    next: Option<PacketNumber>,
    last: u64,
    strays: &'a [PacketNumber],
}

impl Numbers<'_> {
    /// The number that the next distance leads to.
    fn following(&mut self) -> Option<PacketNumber> {
        let (mut distance, mut shift) = (0_u64, 0_u32);
        while let Some((byte, rest)) = self.distances.split_first() {
            self.distances = rest;
            let bits = u64::from(byte & LOW_BITS);
            distance |= bits.checked_shl(shift).unwrap_or_default();
            shift = shift.saturating_add(7);
            if byte & MORE == 0 {
                self.last = self.last.saturating_add(distance);
                return PacketNumber::new(self.last);
            }
        }
        None
    }
}

impl Iterator for Numbers<'_> {
    type Item = PacketNumber;

    fn next(&mut self) -> Option<PacketNumber> {
        let stray = self.strays.split_first();
        if let Some((stray, rest)) = stray
            && self.next.is_none_or(|next| *stray <= next)
        {
            self.strays = rest;
            if self.next == Some(*stray) {
                self.next = self.following();
            }
            return Some(*stray);
        }
        let next = self.next?;
        self.next = self.following();
        Some(next)
    }
}

fn push_distance(distances: &mut Vec<u8>, distance: u64) {
    let mut rest = distance;
    loop {
        let low = u8::try_from(rest & u64::from(LOW_BITS)).unwrap_or_default();
        rest >>= 7;
        if rest == 0 {
            return distances.push(low);
        }
        distances.push(low | MORE);
    }
}

const LOW_BITS: u8 = 0x7f;
/// The distance goes on in the next byte.
const MORE: u8 = 0x80;

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: &[u64]) -> PacketSet {
        let mut set = PacketSet::default();
        for number in numbers {
            set.insert(PacketOrigin {
                number: PacketNumber::new(*number).unwrap(),
                interface: InterfaceId(u32::from(number.is_multiple_of(2))),
                has_time: *number != 4,
            });
        }
        set
    }

    fn numbers(set: &PacketSet) -> Vec<u64> {
        set.numbers().map(PacketNumber::value).collect()
    }

    #[test]
    fn numbers_come_back_in_order_and_once() {
        for (given, expected) in [
            (&[][..], &[][..]),
            (&[1], &[1]),
            (
                &[5, 5, 6, 300, 70_000, u64::MAX],
                &[5, 6, 300, 70_000, u64::MAX],
            ),
            (&[9, 3, 12, 3, 10, 11, 9, 12], &[3, 9, 10, 11, 12]),
            (&[128, 256, 2, 1], &[1, 2, 128, 256]),
        ] {
            assert_eq!(numbers(&set(given)), expected);
            assert_eq!(set(given).is_empty(), expected.is_empty());
        }
    }

    #[test]
    fn a_packet_takes_a_byte_where_packets_are_close() {
        let set = set(&(1..=1000).map(|at| at * 100).collect::<Vec<_>>());
        assert_eq!(set.distances.len(), 1000);
    }

    #[test]
    fn interfaces_are_noted_with_their_packets_without_time() {
        let set = set(&[1, 2, 4, 3]);
        let interfaces: Vec<_> = set.interfaces().collect();
        assert_eq!(
            interfaces,
            [(InterfaceId(0), true), (InterfaceId(1), false)]
        );
    }
}
