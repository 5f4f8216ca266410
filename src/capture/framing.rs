//! What a file format gets to see, and what it says of it.
//!
//! A format turns bytes that were read into slots. It never reads itself: it says how many bytes
//! it needs to go on.

use super::batch::Slot;
use super::raw_packet::PacketNumber;
use super::{Findings, Format};

/// Bytes of one input in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window<'a> {
    /// All bytes of the batch so far.
    pub(crate) bytes: &'a [u8],
    /// First byte that is not framed yet.
    pub(crate) start: usize,
    /// Offset of `bytes` in the input.
    pub(crate) offset: u64,
    /// No byte will follow.
    pub(crate) at_end: bool,
}

impl<'a> Window<'a> {
    /// The bytes that are not framed yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Offset in the input of the byte at `position`.
    pub(crate) fn offset_of(&self, position: usize) -> u64 {
        self.offset.saturating_add(position as u64)
    }
}

/// Where the packets of a window go.
#[derive(Debug)]
pub(crate) struct Output<'a> {
    pub(crate) slots: &'a mut Vec<Slot>,
    /// Number of the next packet.
    pub(crate) number: &'a mut PacketNumber,
    pub(crate) findings: &'a mut Findings,
}

impl Output<'_> {
    /// Adds a packet; its number is set here.
    #[inline]
    pub(crate) fn push(&mut self, slot: Slot) {
        let number = *self.number;
        *self.number = number.next();
        self.slots.push(Slot { number, ..slot });
    }
}

/// How far a format came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framed {
    /// First byte that is not framed yet.
    pub(crate) position: usize,
    /// What has to happen next.
    pub(crate) next: Next,
}

/// How reading goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// This many bytes from `position` are needed.
    Need(usize),
    /// Nothing more can be read from this input; a notice says why.
    Stop,
}

impl Format {
    /// Frames what is in the window.
    pub(crate) fn frame(&mut self, window: &Window<'_>, out: &mut Output<'_>) -> Framed {
        match self {
            Self::Pcap(pcap) => pcap.frame(window, out),
            Self::Blocks(blocks) => blocks.frame(window, out),
        }
    }

    /// What one unit of this format is called.
    pub(crate) const fn unit(&self) -> &'static str {
        match self {
            Self::Pcap(_) => "packet record",
            Self::Blocks(_) => "block",
        }
    }
}
