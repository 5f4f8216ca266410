//! Classic pcap: file header and packet records to slots.
//!
//! Reads the microsecond, nanosecond, modified (Kuznetzov), Nokia, Red Hat 6.1, SUSE 6.3, AIX and
//! Ixia variants in both byte orders. Variants that share a magic number are told apart by
//! [`variant`](super::variant). It deliberately does not resynchronise: records carry no mark, so
//! an impossible length ends the input.
//!
//! Limits: a record is at most as long as the snapshot length says, but never held to less than
//! 256 KiB nor to more than [`ReadLimits::max_packet_bytes`].
//! Sources: draft-ietf-opsawg-pcap; libpcap `sf-pcap.c`; Wireshark `wiretap/libpcap.c`.

use std::sync::Arc;

use super::byte_order::ByteOrder;
use super::framing::{Framed, Next, Output, Window};
use super::variant::{self, Candidates};
use super::{Interface, InterfaceId, LinkType, PacketNumber, ReadLimits, Section, Slot};
use crate::pcapng::OptionList;
use crate::time::{Precision, Timestamp};

/// The magic number of a pcap file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Magic {
    order: ByteOrder,
    kind: MagicKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MagicKind {
    Standard,
    Nanos,
    Modified,
    IxiaMicros,
    IxiaNanos,
}

impl Magic {
    /// The magic number in the first four bytes of a file.
    pub(crate) fn from_bytes(bytes: [u8; 4]) -> Option<Self> {
        [ByteOrder::Little, ByteOrder::Big]
            .into_iter()
            .find_map(|order| {
                let kind = match order.u32(bytes) {
                    0xa1b2_c3d4 => MagicKind::Standard,
                    0xa1b2_3c4d => MagicKind::Nanos,
                    0xa1b2_cd34 => MagicKind::Modified,
                    0x1c00_01ac => MagicKind::IxiaNanos,
                    0x1c00_01ab => MagicKind::IxiaMicros,
                    _ => return None,
                };
                Some(Self { order, kind })
            })
    }

    /// Bytes of the file header; Ixia adds a count of bytes.
    pub(crate) const fn header_len(self) -> usize {
        match self.kind {
            MagicKind::Standard | MagicKind::Nanos | MagicKind::Modified => 24,
            MagicKind::IxiaMicros | MagicKind::IxiaNanos => 28,
        }
    }
}

/// The fields of a file header that say how to read the records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileHeader {
    pub(crate) major: u16,
    pub(crate) minor: u16,
    snaplen: u32,
    /// Link type and frame check sequence length.
    network: u32,
}

impl FileHeader {
    /// The header at the start of a file; `None` where it is cut.
    pub(crate) fn parse(magic: Magic, head: &[u8]) -> Option<Self> {
        let (order, head) = (magic.order, head.get(..magic.header_len())?);
        Some(Self {
            major: order.u16_at(head, 4)?,
            minor: order.u16_at(head, 6)?,
            snaplen: order.u32_at(head, 16)?,
            network: order.u32_at(head, 20)?,
        })
    }

    /// True for versions 2.x, and for the 543.0 that DG/UX writes.
    pub(crate) const fn is_supported(&self) -> bool {
        matches!(self.major, 2 | 543)
    }

    /// AIX writes version 2.2 and numbers link types as interface types (RFC 1573).
    const fn aix_link_type(&self) -> Option<u16> {
        match (self.major, self.minor, self.network) {
            (2, 2, 6) => Some(1),
            (2, 2, 9) => Some(6),
            (2, 2, 24) => Some(0),
            _ => None,
        }
    }

    /// The low half of the word.
    fn link_type(&self) -> u16 {
        u16::try_from(self.network & 0xffff).unwrap_or_default()
    }

    const fn length_order(&self) -> LengthOrder {
        match (self.major, self.minor) {
            (2, 3) => LengthOrder::BySize,
            (2, 0..3) | (543, _) => LengthOrder::OriginalFirst,
            _ => LengthOrder::CapturedFirst,
        }
    }

    fn fcs_len(&self) -> Option<u8> {
        if self.network & FCS_PRESENT == 0 {
            return None;
        }
        let words = u8::try_from(self.network >> 28).ok()?;
        Some(words.saturating_mul(2))
    }
}

/// In which order a record gives its two lengths.
///
/// Version 2.3 turned them around, and some programs wrote 2.3 without doing so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LengthOrder {
    CapturedFirst,
    OriginalFirst,
    BySize,
}

/// Reads the records of one pcap file.
#[derive(Debug)]
pub(crate) struct PcapReader {
    order: ByteOrder,
    candidates: Candidates,
    length_order: LengthOrder,
    header_len: usize,
    nanos_per_tick: i64,
    max_packet_bytes: u32,
    reserved: u32,
    announced: bool,
    precision: Precision,
    link_type: LinkType,
    fcs_len: Option<u8>,
    snaplen: u32,
}

impl PcapReader {
    /// A reader for the records after this header.
    pub(crate) fn new(magic: Magic, header: &FileHeader, limits: &ReadLimits) -> Self {
        let aix = match magic.kind {
            MagicKind::Standard => header.aix_link_type(),
            _ => None,
        };
        let nanos = matches!(magic.kind, MagicKind::Nanos | MagicKind::IxiaNanos) || aix.is_some();
        let link_type = aix.unwrap_or_else(|| header.link_type());
        Self {
            order: magic.order,
            candidates: Candidates::of(magic.kind, header, aix.is_some()),
            length_order: header.length_order(),
            header_len: variant::PLAIN_RECORD,
            nanos_per_tick: if nanos { 1 } else { 1000 },
            max_packet_bytes: header
                .snaplen
                .clamp(
                    DEFAULT_MAX_PACKET,
                    limits.max_packet_bytes.max(DEFAULT_MAX_PACKET),
                )
                .min(limits.max_packet_bytes),
            reserved: header.network & RESERVED,
            announced: false,
            precision: if nanos {
                Precision::NANOS
            } else {
                Precision::MICROS
            },
            link_type: LinkType(link_type),
            fcs_len: header.fcs_len(),
            snaplen: header.snaplen,
        }
    }

    /// Frames the records in a window.
    pub(crate) fn frame(&mut self, window: &Window<'_>, out: &mut Output<'_>) -> Framed {
        if let Some(next) = self.settle(window, out) {
            return Framed {
                position: window.start,
                next,
            };
        }
        match self.order {
            ByteOrder::Little => self.records(window, out, u32::from_le_bytes),
            ByteOrder::Big => self.records(window, out, u32::from_be_bytes),
        }
    }

    /// Does what is done once, before the first record.
    fn settle(&mut self, window: &Window<'_>, out: &mut Output<'_>) -> Option<Next> {
        if self.announced {
            return None;
        }
        match self
            .candidates
            .decide(window, self.order, self.max_packet_bytes)
        {
            Some(header_len) => self.header_len = header_len,
            None => return Some(Next::Need(window.rest().len().saturating_add(1))),
        }
        self.announced = true;
        let interface = self.interface(out.findings.file());
        out.findings.interfaces.push(interface);
        if self.reserved != 0 {
            let message = format!(
                "the reserved bits of the link type are not zero ({:#010x})",
                self.reserved
            );
            out.findings.damaged(LINK_TYPE_OFFSET, message);
        }
        None
    }

    /// The header as the interface that all packets come from.
    fn interface(&self, file: &str) -> Interface {
        let mut options = OptionList::default();
        let resolution = (self.precision != Precision::MICROS).then(|| self.precision.digits());
        for (code, value) in [
            (OptionList::TIME_RESOLUTION, resolution),
            (OptionList::FCS_LEN, self.fcs_len),
        ] {
            if let Some(value) = value {
                options.push_byte(code, value);
            }
        }
        Interface {
            name: None,
            link_type: self.link_type,
            precision: self.precision,
            snaplen: self.snaplen,
            options: Arc::new(options),
            section: Arc::new(Section {
                file: file.to_owned(),
                options: OptionList::default(),
            }),
        }
    }

    /// Frames record after record. `number` is generic so that the byte order costs nothing.
    #[inline]
    fn records(
        &self,
        window: &Window<'_>,
        out: &mut Output<'_>,
        number: impl Fn([u8; 4]) -> u32 + Copy,
    ) -> Framed {
        let mut rest = window.rest();
        let fcs_len = self.fcs_len.unwrap_or(0);
        let next = loop {
            let Some((head, body)) = rest.split_at_checked(self.header_len) else {
                break Next::Need(self.header_len);
            };
            let Some(record) = Record::parse(head, number) else {
                break Next::Need(variant::PLAIN_RECORD);
            };
            let (captured_len, original_len) = self.lengths(&record);
            if self.max_packet_bytes < captured_len {
                let position = window.bytes.len().saturating_sub(rest.len());
                let message = format!(
                    "packet record of {captured_len} bytes, at most {} are possible",
                    self.max_packet_bytes
                );
                out.findings.damaged(window.offset_of(position), message);
                break Next::Stop;
            }
            let Some((_, after)) = body.split_at_checked(captured_len as usize) else {
                break Next::Need(self.header_len.saturating_add(captured_len as usize));
            };
            let start = window.bytes.len().saturating_sub(body.len());
            out.push(Slot {
                number: PacketNumber::FIRST,
                time: Some(self.time(&record)),
                precision: self.precision,
                interface: InterfaceId(0),
                link_type: self.link_type,
                fcs_len,
                original_len,
                start: u32::try_from(start).unwrap_or(u32::MAX),
                captured_len,
                block: None,
            });
            rest = after;
        };
        Framed {
            position: window.bytes.len().saturating_sub(rest.len()),
            next,
        }
    }

    /// Captured and original length.
    #[inline]
    const fn lengths(&self, record: &Record) -> (u32, u32) {
        let (first, second) = (record.first_len, record.second_len);
        let swapped = match self.length_order {
            LengthOrder::CapturedFirst => false,
            LengthOrder::OriginalFirst => true,
            LengthOrder::BySize => second < first,
        };
        if swapped {
            (second, first)
        } else {
            (first, second)
        }
    }

    /// Never out of range: 2^32 seconds are less than 2^63 nanoseconds.
    #[inline]
    fn time(&self, record: &Record) -> Timestamp {
        let seconds = i64::from(record.seconds).saturating_mul(1_000_000_000);
        let fraction = i64::from(record.fraction).saturating_mul(self.nanos_per_tick);
        Timestamp::from_nanos(seconds.saturating_add(fraction))
    }
}

/// What all variants have at the start of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    seconds: u32,
    pub(super) fraction: u32,
    pub(super) first_len: u32,
    pub(super) second_len: u32,
}

impl Record {
    #[inline]
    pub(super) fn parse(head: &[u8], number: impl Fn([u8; 4]) -> u32) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *head.first_chunk()?;
        Some(Self {
            seconds: number([a, b, c, d]),
            fraction: number([e, f, g, h]),
            first_len: number([i, j, k, l]),
            second_len: number([m, n, o, p]),
        })
    }
}

impl Candidates {
    /// The record layouts that a file with this magic number and version can have.
    fn of(kind: MagicKind, header: &FileHeader, is_aix: bool) -> Self {
        match kind {
            _ if is_aix || header.length_order() != LengthOrder::CapturedFirst => Self::Plain,
            MagicKind::Standard => Self::Standard {
                snaplen: header.snaplen,
            },
            MagicKind::Modified => Self::Modified {
                snaplen: header.snaplen,
            },
            MagicKind::Nanos | MagicKind::IxiaMicros | MagicKind::IxiaNanos => Self::Plain,
        }
    }
}

/// Longest packet of most link types, as libpcap and Wireshark have it.
pub(super) const DEFAULT_MAX_PACKET: u32 = 262_144;
const LINK_TYPE_OFFSET: u64 = 20;
/// Bit of the link-type word: the length of the frame check sequence is known.
pub(super) const FCS_PRESENT: u32 = 0x0400_0000;
const RESERVED: u32 = 0x03ff_0000;
