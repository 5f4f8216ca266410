//! A summary in as few bytes as its numbers need.
//!
//! Sessions that have ended wait for the end of the capture by the million. Most of their numbers
//! are 0 or small, so that the usual summary takes some 150 bytes instead of 900. Packing is
//! exact: what is unpacked equals what was packed. One list of fields ([`fields`]) serves both
//! ways, so that they cannot disagree.
//!
//! ```text
//!   count | flags | widths of the numbers, 4 bits each | numbers, little-endian, without leading zeros | lists
//! ```
//!
//! Deliberately absent: any promise about the layout, which never leaves the process.

mod fields;
mod packer;
#[cfg(test)]
mod tests;
mod unpacker;

use super::small_set::SmallSet;
use super::summary::SessionSummary;
use crate::capture::InterfaceId;
use crate::packet::EncapsulationId;
use fields::Lists;
use packer::Packer;
use unpacker::Unpacker;

/// One way through the fields: numbers are taken from them, or put into them.
trait Pass {
    /// Numbers are taken from fields.
    const IS_PACKING: bool;

    /// A number; 0 takes half a byte.
    fn number(&mut self, number: &mut u64);

    /// A number of `count` bits; those of a summary are 64 bits at most.
    fn bits(&mut self, number: &mut u64, count: u32);
}

impl SessionSummary {
    /// Numbers of other layers that are packed with those of a summary.
    pub const BESIDE: usize = 7;

    /// Appends this summary to `out`, with numbers that belong to it.
    pub fn pack(mut self, mut beside: [u64; Self::BESIDE], out: &mut Vec<u8>) {
        let mut lists = Lists {
            history: self.history.len() as u64,
            interfaces: self.interfaces.others().len() as u64,
            encapsulations: self.encapsulations.others().len() as u64,
        };
        let mut packer = Packer::new();
        fields::pass(&mut self, &mut lists, &mut beside, &mut packer);
        packer.append_to(out);
        out.extend_from_slice(self.history.as_bytes());
        for id in self.interfaces.others() {
            out.extend_from_slice(&id.0.to_le_bytes());
        }
        for id in self.encapsulations.others() {
            out.extend_from_slice(&id.0.to_le_bytes());
        }
    }

    /// The summary at the start of `bytes`, with the numbers beside it.
    ///
    /// Bytes that were not packed give any summary, and no panic.
    pub fn unpack(bytes: &[u8]) -> (Self, [u64; Self::BESIDE]) {
        let mut summary = fields::blank();
        let mut beside = [0; Self::BESIDE];
        let mut lists = Lists::default();
        let mut unpacker = Unpacker::new(bytes);
        fields::pass(&mut summary, &mut lists, &mut beside, &mut unpacker);
        let history = unpacker.take(lists.history);
        summary.history.push_str(&String::from_utf8_lossy(history));
        fill(
            &mut summary.interfaces,
            InterfaceId,
            &mut unpacker,
            lists.interfaces,
        );
        let ids = &mut summary.encapsulations;
        fill(ids, EncapsulationId, &mut unpacker, lists.encapsulations);
        (summary, beside)
    }
}

/// Adds the ids of a list.
fn fill<T: Copy + PartialEq>(
    set: &mut SmallSet<T>,
    id: impl Fn(u32) -> T,
    unpacker: &mut Unpacker<'_>,
    count: u64,
) {
    let (ids, _) = unpacker.take(count.saturating_mul(4)).as_chunks::<4>();
    ids.iter()
        .for_each(|bytes| set.insert(id(u32::from_le_bytes(*bytes))));
}
