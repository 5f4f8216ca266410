//! Packets to a classic pcap file.
//!
//! Written is little-endian, version 2.4, with microseconds, or with nanoseconds where a clock
//! gives more than six digits. It deliberately writes none of the variants, and judges no snapshot
//! length: it is the one that the capture had.
//!
//! Limits: times from 1970 to 2106; a clock finer than nanoseconds was cut when it was read;
//! a packet is as long as readers take it, 256 KiB or the snapshot length.
//! Sources: draft-ietf-opsawg-pcap.

use std::io::{self, Write};

use thiserror::Error;

use super::pcap::{DEFAULT_MAX_PACKET, FCS_PRESENT};
use super::{Interface, LinkType, PacketNumber};
use crate::time::{Precision, Timestamp};

/// Writes one pcap file to `output`, a record at a time; buffer what is slow to write to.
#[derive(Debug)]
pub struct PcapWriter<W> {
    output: W,
    record: Vec<u8>,
    nanos_per_tick: u32,
    max_packet_bytes: u32,
}

/// What the header of a pcap file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PcapHeader {
    /// Link type of all packets.
    pub link_type: LinkType,
    /// Length of the frame check sequence at the end of packets, where it is known.
    pub fcs_len: Option<u8>,
    /// Longest packet kept, in bytes.
    pub snaplen: u32,
    /// Digits of a second: more than six need nanoseconds.
    pub precision: Precision,
}

impl PcapHeader {
    /// A header for packets of all these interfaces; microseconds and Ethernet without any.
    ///
    /// The finest clock counts and the longest snapshot length. The length of the frame check
    /// sequence is only kept where all agree and the format has a way to say it.
    ///
    /// # Errors
    /// When the link types differ.
    pub fn covering<'a>(
        interfaces: impl IntoIterator<Item = &'a Interface>,
    ) -> Result<Self, PcapWriteError> {
        let mut header: Option<Self> = None;
        for interface in interfaces {
            let one = Self::of(interface);
            header = Some(header.map_or(Ok(one), |header| header.merged(&one))?);
        }
        Ok(header.unwrap_or(Self {
            link_type: LinkType(1),
            fcs_len: None,
            snaplen: DEFAULT_MAX_PACKET,
            precision: Precision::MICROS,
        }))
    }

    /// Makes sure that packets of this interface can follow a header that is written.
    ///
    /// # Errors
    /// When the link type, the clock or the frame check sequence is another one.
    pub fn check(&self, interface: &Interface) -> Result<(), PcapWriteError> {
        let merged = self.merged(&Self::of(interface))?;
        let is_same = self.fcs_len == merged.fcs_len && self.precision == merged.precision;
        is_same.then_some(()).ok_or(PcapWriteError::HeaderOutgrown)
    }

    fn of(interface: &Interface) -> Self {
        let fcs_len = interface.fcs_len();
        Self {
            link_type: interface.link_type,
            fcs_len: fcs_len.filter(|len| fcs_bits(*len).is_some()),
            snaplen: match interface.snaplen {
                0 => DEFAULT_MAX_PACKET,
                snaplen => snaplen,
            },
            precision: interface.precision,
        }
    }

    fn merged(self, other: &Self) -> Result<Self, PcapWriteError> {
        if self.link_type != other.link_type {
            return Err(PcapWriteError::LinkTypes {
                first: self.link_type.0,
                other: other.link_type.0,
            });
        }
        Ok(Self {
            link_type: self.link_type,
            fcs_len: self.fcs_len.filter(|_| self.fcs_len == other.fcs_len),
            snaplen: self.snaplen.max(other.snaplen),
            precision: self.precision.max(other.precision),
        })
    }
}

/// What stopped a [`PcapWriter`].
///
/// All but [`PcapWriteError::Io`] are found before a byte of the packet is written: the writer can
/// go on without it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PcapWriteError {
    /// The output refused; what was written is not a whole capture.
    #[error("cannot write the capture: {source}")]
    Io {
        /// What it said.
        #[from]
        source: io::Error,
    },
    /// Packets of two link types cannot be in one pcap file.
    #[error("link types {first} and {other} cannot be in one pcap file")]
    LinkTypes {
        /// Link type of the first interface.
        first: u16,
        /// One that is not the same.
        other: u16,
    },
    /// An interface that comes after the header was written, and is not as the header says.
    #[error("an interface that appears behind the first packets needs another header of the file")]
    HeaderOutgrown,
    /// A frame check sequence that the header cannot describe.
    #[error("a frame check sequence of {len} bytes: only even lengths up to 30 are possible")]
    FcsLength {
        /// Its bytes.
        len: u8,
    },
    /// A packet without a time.
    #[error("packet {packet} has no time, which a pcap file needs")]
    NoTime {
        /// Number of the packet.
        packet: u64,
    },
    /// A packet whose seconds do not fit into 32 bits.
    #[error("packet {packet}: second {second} is not from 0 to 4294967295")]
    TimeOutOfRange {
        /// Number of the packet.
        packet: u64,
        /// Second since the epoch.
        second: i64,
    },
    /// A packet with a time finer than the file gives it.
    #[error("packet {packet}: nanosecond {nanosecond} cannot be written in microseconds")]
    TimeTooFine {
        /// Number of the packet.
        packet: u64,
        /// Nanoseconds in its second.
        nanosecond: u32,
    },
    /// A packet that readers would take for damage.
    #[error("packet {packet} of {len} bytes: at most {at_most} are possible")]
    PacketTooLong {
        /// Number of the packet.
        packet: u64,
        /// Bytes kept of it.
        len: usize,
        /// The snapshot length, or what readers take at least.
        at_most: u32,
    },
}

impl<W: Write> PcapWriter<W> {
    /// Writes the header of a file.
    ///
    /// # Errors
    /// When the output fails, or the length of the frame check sequence is odd or above 30.
    pub fn new(mut output: W, header: &PcapHeader) -> Result<Self, PcapWriteError> {
        let fcs_bits = match header.fcs_len {
            Some(len) => fcs_bits(len).ok_or(PcapWriteError::FcsLength { len })?,
            None => 0,
        };
        let is_micros = header.precision <= Precision::MICROS;
        let mut bytes = Vec::with_capacity(24);
        for number in [
            if is_micros { MICROS } else { NANOS },
            VERSION,
            0,
            0,
            header.snaplen,
            u32::from(header.link_type.0) | fcs_bits,
        ] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        output.write_all(&bytes)?;
        Ok(Self {
            output,
            record: bytes,
            nanos_per_tick: if is_micros { 1000 } else { 1 },
            max_packet_bytes: header.snaplen.max(DEFAULT_MAX_PACKET),
        })
    }

    /// Writes a packet of `original_len` bytes on the wire; `number` is only for errors.
    ///
    /// # Errors
    /// When the output fails, or the format cannot hold the time or the length.
    pub fn packet(
        &mut self,
        number: PacketNumber,
        time: Option<Timestamp>,
        original_len: u32,
        bytes: &[u8],
    ) -> Result<(), PcapWriteError> {
        let (seconds, fraction) = self.time(number.value(), time)?;
        let captured_len = self.captured_len(number.value(), bytes.len())?;
        self.record.clear();
        for number in [seconds, fraction, captured_len, original_len] {
            self.record.extend_from_slice(&number.to_le_bytes());
        }
        self.record.extend_from_slice(bytes);
        self.output.write_all(&self.record)?;
        Ok(())
    }

    /// The output; what is written to it by others stands between records.
    pub const fn output_mut(&mut self) -> &mut W {
        &mut self.output
    }

    /// Gives the output back with everything written.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(mut self) -> Result<W, PcapWriteError> {
        self.output.flush()?;
        Ok(self.output)
    }

    /// Seconds, and the fraction as the file counts it.
    fn time(&self, packet: u64, time: Option<Timestamp>) -> Result<(u32, u32), PcapWriteError> {
        let nanos = time.ok_or(PcapWriteError::NoTime { packet })?.nanos();
        let second = nanos.div_euclid(NANOS_PER_SECOND);
        let Ok(seconds) = u32::try_from(second) else {
            return Err(PcapWriteError::TimeOutOfRange { packet, second });
        };
        let nanosecond = u32::try_from(nanos.rem_euclid(NANOS_PER_SECOND)).unwrap_or_default();
        let fraction = nanosecond.checked_div(self.nanos_per_tick);
        let fraction = fraction.unwrap_or_default();
        if fraction.saturating_mul(self.nanos_per_tick) != nanosecond {
            return Err(PcapWriteError::TimeTooFine { packet, nanosecond });
        }
        Ok((seconds, fraction))
    }

    fn captured_len(&self, packet: u64, len: usize) -> Result<u32, PcapWriteError> {
        let at_most = self.max_packet_bytes;
        let fits = u32::try_from(len).ok().filter(|len| *len <= at_most);
        fits.ok_or(PcapWriteError::PacketTooLong {
            packet,
            len,
            at_most,
        })
    }
}

/// The bits of the link-type word that say how long a frame check sequence is, in words of two.
fn fcs_bits(len: u8) -> Option<u32> {
    let words = u32::from(len.checked_div(2)?);
    (len & 1 == 0 && words <= 0xf).then_some(FCS_PRESENT | words << 28)
}

const MICROS: u32 = 0xa1b2_c3d4;
const NANOS: u32 = 0xa1b2_3c4d;
/// 2 and 4, 16 bits each.
const VERSION: u32 = 0x0004_0002;
const NANOS_PER_SECOND: i64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    fn header(precision: Precision) -> PcapHeader {
        PcapHeader {
            link_type: LinkType(1),
            fcs_len: None,
            snaplen: 65_535,
            precision,
        }
    }

    fn error(precision: Precision, time: Option<i64>, bytes: &[u8]) -> String {
        let mut writer = PcapWriter::new(Vec::new(), &header(precision)).unwrap();
        let time = time.map(Timestamp::from_nanos);
        let error = writer.packet(PacketNumber::FIRST, time, 9, bytes);
        assert_eq!(writer.finish().unwrap().len(), 24, "nothing was written");
        error.unwrap_err().to_string()
    }

    #[test]
    fn times_are_exact_in_both_resolutions() {
        let last = i64::from(u32::MAX) * NANOS_PER_SECOND;
        for (precision, fraction, text) in [
            (Precision::from_digits(0), 0, "000000"),
            (Precision::MICROS, 999_999_000, "999999"),
            (Precision::from_digits(7), 999_999_900, "999999900"),
            (Precision::NANOS, 999_999_999, "999999999"),
        ] {
            let mut writer = PcapWriter::new(Vec::new(), &header(precision)).unwrap();
            for nanos in [0, last + fraction] {
                let time = Some(Timestamp::from_nanos(nanos));
                writer.packet(PacketNumber::FIRST, time, 2, b"ab").unwrap();
            }
            let packets = read(&writer.finish().unwrap()).packets;
            assert_eq!(packets[1], format!("2@0 4294967295.{text} ab"));
        }
    }

    #[test]
    fn packets_that_the_format_cannot_hold_are_refused() {
        let past = (i64::from(u32::MAX) + 1) * NANOS_PER_SECOND;
        let long = vec![0; 262_145];
        for (precision, time, bytes, message) in [
            (
                Precision::NANOS,
                None,
                &b"ab"[..],
                "packet 1 has no time, which a pcap file needs",
            ),
            (
                Precision::NANOS,
                Some(past),
                b"ab",
                "packet 1: second 4294967296 is not from 0 to 4294967295",
            ),
            (
                Precision::NANOS,
                Some(-1),
                b"ab",
                "packet 1: second -1 is not from 0 to 4294967295",
            ),
            (
                Precision::MICROS,
                Some(1_000_000_001),
                b"ab",
                "packet 1: nanosecond 1 cannot be written in microseconds",
            ),
            (
                Precision::MICROS,
                Some(0),
                &long,
                "packet 1 of 262145 bytes: at most 262144 are possible",
            ),
        ] {
            assert_eq!(error(precision, time, bytes), message);
        }
    }

    #[test]
    fn frame_check_sequences_are_described_where_the_format_can() {
        for (len, is_possible) in [(0, true), (4, true), (30, true), (3, false), (32, false)] {
            let header = PcapHeader {
                fcs_len: Some(len),
                ..header(Precision::MICROS)
            };
            match PcapWriter::new(Vec::new(), &header) {
                Ok(writer) => {
                    assert!(is_possible);
                    let reading = read(&writer.finish().unwrap());
                    assert!(reading.notices.is_empty());
                    assert_eq!(reading.capture.interfaces()[0].fcs_len(), Some(len));
                }
                Err(error) => {
                    assert!(!is_possible);
                    assert!(error.to_string().contains(&format!("of {len} bytes")));
                }
            }
        }
    }

    #[test]
    fn one_header_covers_interfaces_that_agree() {
        let interface = |link_type, snaplen, digits, fcs_len| {
            let mut options = crate::pcapng::OptionList::default();
            options.push_byte(crate::pcapng::OptionList::FCS_LEN, fcs_len);
            Interface {
                name: None,
                link_type: LinkType(link_type),
                precision: Precision::from_digits(digits),
                snaplen,
                options: options.into(),
                section: std::sync::Arc::default(),
            }
        };
        let one = interface(1, 96, 6, 4);
        let covering = |other: &Interface| PcapHeader::covering([&one, other]);
        let header = covering(&interface(1, 0, 9, 4)).unwrap();
        assert_eq!((header.snaplen, header.fcs_len), (262_144, Some(4)));
        assert_eq!(header.precision, Precision::NANOS);
        let header = covering(&interface(1, 64, 3, 2)).unwrap();
        assert_eq!((header.snaplen, header.fcs_len), (96, None));
        assert_eq!(header.precision, Precision::MICROS);
        assert_eq!(
            covering(&interface(113, 0, 6, 4)).unwrap_err().to_string(),
            "link types 1 and 113 cannot be in one pcap file"
        );
    }
}
