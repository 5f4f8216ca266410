//! Pcap variants that share a magic number, told apart by trying their record layouts.
//!
//! Each layout is tried on the first records. Under the standard magic number a rare layout is
//! taken where the usual one has faults and the rare one has none; under the modified one the
//! layout with fewer faults. A pipe that has no record yet is taken as the usual layout; only the
//! modified magic number waits for records.
//!
//! Limits: three records.
//! Sources: the heuristics of Wireshark's `wiretap/libpcap.c` (`libpcap_try_record`).

use super::byte_order::ByteOrder;
use super::framing::Window;
use super::pcap::Record;

/// The layouts that a file may have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Candidates {
    /// One: the standard layout.
    Plain,
    /// Standard magic number: standard, Red Hat 6.1 or Nokia.
    Standard { snaplen: u32 },
    /// Modified magic number: 1999-10-29 or SUSE 6.3.
    Modified { snaplen: u32 },
}

#[derive(Clone, Copy, Debug)]
enum Layout {
    Plain,
    /// Interface index, protocol, packet type and a byte of padding follow.
    Modified,
    /// The same with five bytes of padding.
    Suse,
    /// Four bytes of unknown meaning follow.
    Nokia,
}

impl Candidates {
    /// Bytes of a record header; `None` where more bytes are needed to decide.
    pub(super) fn decide(
        self,
        window: &Window<'_>,
        order: ByteOrder,
        max_packet_bytes: u32,
    ) -> Option<usize> {
        let trial = |snaplen| Trial {
            window: *window,
            order,
            snaplen,
            max_packet_bytes,
        };
        let layout = match self {
            Self::Plain => Layout::Plain,
            Self::Standard { snaplen } => trial(snaplen).standard(),
            Self::Modified { .. } if !window.at_end && window.rest().len() < UNDECIDED => {
                return None;
            }
            Self::Modified { snaplen } => trial(snaplen).modified(),
        };
        Some(layout.header_len())
    }
}

impl Layout {
    const fn header_len(self) -> usize {
        match self {
            Self::Plain => PLAIN_RECORD,
            Self::Modified => 24,
            Self::Suse => 28,
            Self::Nokia => 20,
        }
    }
}

/// What trying a layout came to.
#[derive(Clone, Copy, Debug, Default)]
struct Oddities {
    faults: usize,
    /// Records that are whole.
    records: usize,
}

struct Trial<'a> {
    window: Window<'a>,
    order: ByteOrder,
    snaplen: u32,
    max_packet_bytes: u32,
}

impl Trial<'_> {
    /// A rare layout has to fit without a fault, lest a damaged record in a usual file decides.
    fn standard(&self) -> Layout {
        if self.oddities(Layout::Plain).faults == 0 {
            return Layout::Plain;
        }
        [Layout::Modified, Layout::Nokia]
            .into_iter()
            .find(|layout| {
                let Oddities { faults, records } = self.oddities(*layout);
                faults == 0 && 0 < records
            })
            .unwrap_or(Layout::Plain)
    }

    fn modified(&self) -> Layout {
        [Layout::Modified, Layout::Suse]
            .into_iter()
            .min_by_key(|layout| self.oddities(*layout).faults)
            .unwrap_or(Layout::Modified)
    }

    /// How many things are wrong with the first records in this layout.
    fn oddities(&self, layout: Layout) -> Oddities {
        let mut rest = self.window.rest();
        let mut found = Oddities::default();
        while found.records < RECORDS_TRIED && !rest.is_empty() {
            match self.try_record(layout, rest, &mut found.faults) {
                Some(after) => rest = after,
                None => {
                    found.faults = found.faults.saturating_add(usize::from(self.window.at_end));
                    break;
                }
            }
            found.records = found.records.saturating_add(1);
        }
        found
    }

    /// The bytes after a record, or `None` where it is cut.
    fn try_record<'b>(
        &self,
        layout: Layout,
        bytes: &'b [u8],
        faults: &mut usize,
    ) -> Option<&'b [u8]> {
        let (head, body) = bytes.split_at_checked(layout.header_len())?;
        let record = Record::parse(head, |raw| self.order.u32(raw))?;
        *faults = faults
            .saturating_add(self.odd_fields(&record))
            .saturating_add(self.odd_extra(layout, head));
        body.get(record.first_len as usize..)
    }

    fn odd_fields(&self, record: &Record) -> usize {
        count(&[
            1_000_000 <= record.fraction,
            self.max_packet_bytes < record.first_len,
            self.snaplen < record.first_len,
            MAX_ORIGINAL < record.second_len,
            record.second_len < record.first_len,
        ])
    }

    fn odd_extra(&self, layout: Layout, head: &[u8]) -> usize {
        match layout {
            Layout::Plain => 0,
            Layout::Modified | Layout::Suse => self.odd_linux_fields(head).unwrap_or(3),
            Layout::Nokia => count(&[!self.order.u32_at(head, 16).is_some_and(is_nokia_mark)]),
        }
    }

    /// The limits are those of the Linux machines of 1999.
    fn odd_linux_fields(&self, head: &[u8]) -> Option<usize> {
        let interface = self.order.u32_at(head, 16)?;
        let protocol = self.order.u16_at(head, 20)?;
        let packet_type = *head.get(22)?;
        Some(count(&[
            10_000 < interface,
            !matches!(protocol, 0..=0x17 | 0x60 | 0x200 | 0x400 | 0x600..),
            4 < packet_type,
        ]))
    }
}

/// Values seen are `0xXfbfYZ0W` with X in 9 b, Y in b d, Z in 6 9, W in 1 2; Wireshark writes 0.
const fn is_nokia_mark(mark: u32) -> bool {
    mark == 0
        || mark & 0x0fff_00f0 == 0x0fbf_0000
            && matches!(mark >> 28, 0x9 | 0xb)
            && matches!((mark >> 12) & 0xf, 0xb | 0xd)
            && matches!((mark >> 8) & 0xf, 0x6 | 0x9)
            && matches!(mark & 0xf, 1 | 2)
}

fn count(oddities: &[bool]) -> usize {
    oddities.iter().filter(|odd| **odd).count()
}

/// Bytes of a standard record header.
pub(super) const PLAIN_RECORD: usize = 16;
const RECORDS_TRIED: usize = 3;
/// Bytes of a pipe without which the modified layouts cannot be told apart: some records.
const UNDECIDED: usize = 4096;
/// A packet that claims more is probably none; the largest D-Bus packet has this size.
const MAX_ORIGINAL: u32 = 128 << 20;
