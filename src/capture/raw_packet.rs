//! One captured packet, as every reader gives it.
//!
//! Plain values without behaviour; the bytes stay in the [`Batch`](super::Batch) that was read.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;

use super::section::Section;
use crate::pcapng::OptionList;
use crate::time::{Precision, Timestamp};

/// Number of a packet in the whole capture, counted from 1 as Wireshark counts.
///
/// Several files are one capture: numbers go on from file to file in merged order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketNumber(NonZeroU64);

impl PacketNumber {
    /// The first packet of a capture.
    pub const FIRST: Self = Self(NonZeroU64::MIN);

    /// The packet with this number; `None` for 0.
    pub const fn new(number: u64) -> Option<Self> {
        match NonZeroU64::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The packet after this one.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The number, from 1.
    pub const fn value(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for PacketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A link-layer type, numbered as in the registry of `LINKTYPE_` values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

/// Index of a capture interface, counted over all sections and files of the capture from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceId(pub u32);

/// One captured packet.
#[derive(Clone, Copy, Debug)]
pub struct RawPacket<'a> {
    /// Position in the capture.
    pub number: PacketNumber,
    /// Capture time; absent for simple packet blocks and for times that cannot be represented.
    pub time: Option<Timestamp>,
    /// Digits of that time which the capture's clock gives.
    pub precision: Precision,
    /// Where it was captured.
    pub interface: InterfaceId,
    /// How `bytes` start.
    pub link_type: LinkType,
    /// Bytes on the wire; may be larger than `bytes` (snapshot length), and is never smaller.
    pub original_len: u32,
    /// Length of the frame check sequence that ends the packet on the wire, 0 where unknown.
    pub fcs_len: u8,
    /// Bytes kept.
    pub bytes: &'a [u8],
}

/// One capture interface, as the capture describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Name, where the capture gives one.
    pub name: Option<String>,
    /// Link type of its packets.
    pub link_type: LinkType,
    /// Digits of a second that its clock gives.
    pub precision: Precision,
    /// Longest packet kept, in bytes; 0 is no limit.
    pub snaplen: u32,
    /// The options of its description. What the header of a pcap file says of its clock and of
    /// the frame check sequence stands here as options of pcapng would say it.
    pub options: Arc<OptionList>,
    /// Where it is described; interfaces of one section share it.
    pub section: Arc<Section>,
}

impl Interface {
    /// Length of the frame check sequence at the end of packets, where the capture says so.
    pub fn fcs_len(&self) -> Option<u8> {
        let value = self.options.last(OptionList::FCS_LEN)?;
        value.first().copied()
    }
}
