//! The `Packet` document: one packet of a session, and what was found about it.

use std::io;

use serde::Serialize;

use super::exact::{Seconds, Text};
use super::times::distance;
use crate::lot::PlacedPacket;
use crate::packet::{SegmentHead, SeqNumber, TcpFlags};
use crate::session::{Direction, Finding, OrderEvidence, WiresharkLabel, WiresharkLabels};
use crate::time::Timestamp;

/// One packet of a session.
///
/// The order of the fields is that of the keys; an absent value is an absent key.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Packet<'a> {
    /// Always [`Self::TYPE`].
    #[serde(rename = "@type")]
    pub document_type: &'static str,
    /// `@id` of the session.
    pub session: &'a str,
    /// Index in the session, from 0.
    pub index: u64,
    /// Number in the capture, from 1.
    pub number: u64,
    /// Capture time in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Seconds>,
    /// Seconds since the first packet of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative_time: Option<Seconds>,
    /// Seconds since the packet of the session before; absent when either has no time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<Seconds>,
    /// `out` or `in`.
    pub direction: Text<Direction>,
    /// Index of its lot, from 0; absent without payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packet_lot: Option<u64>,
    /// Control bits that are set, from SYN on.
    pub flags: Vec<&'static str>,
    /// Sequence number as sent.
    pub seq: u32,
    /// Acknowledgment number as sent; absent without ACK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ack: Option<u32>,
    /// Sequence number relative to `initialSeq` of its direction: a SYN is 0, the first byte 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative_seq: Option<i64>,
    /// Acknowledgment number relative to `initialSeq` of the other direction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative_ack: Option<i64>,
    /// True with payload.
    pub has_data: bool,
    /// Payload bytes by the IP length.
    pub len: u32,
    /// Window as sent.
    pub win: u16,
    /// Window in bytes: scaled when both SYNs were seen to offer it.
    pub win_scaled: u32,
    /// Bytes of the whole packet on the wire.
    pub original_length: u32,
    /// What was found, most important first.
    pub findings: Vec<&'static str>,
    /// What told `outOfOrder` or `lostUpstream`: `tcpTimestamps`, `ipId`, `duplicateAcks` or
    /// `roundTripTime`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<&'static str>,
    /// What Wireshark calls it, for comparison.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wireshark: Vec<&'static str>,
}

/// Times of packets before the one at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct PacketClock {
    /// First packet of the session.
    pub first: Option<Timestamp>,
    /// The packet before.
    pub before: Option<Timestamp>,
}

impl PacketClock {
    /// Takes in the time of a packet that was shown.
    pub const fn advance(&mut self, time: Option<Timestamp>) {
        if self.first.is_none() {
            self.first = time;
        }
        self.before = time;
    }
}

impl<'a> Packet<'a> {
    /// The `@type` of every document of this kind.
    pub const TYPE: &'static str = "Packet";

    /// The document of a packet of the session `session`; labels of Wireshark are added later.
    pub fn new(
        session: &'a str,
        head: &SegmentHead,
        placed: &PlacedPacket,
        clock: &PacketClock,
    ) -> Self {
        let facts = &placed.facts;
        let seconds = |time: Timestamp| Seconds(time.decimal(head.precision));
        let first = clock.first.or(head.time);
        let before = if facts.index == 0 {
            head.time
        } else {
            clock.before
        };
        Self {
            document_type: Self::TYPE,
            session,
            index: facts.index,
            number: head.number.value(),
            time: head.time.map(seconds),
            relative_time: distance(first, head.time, head.precision),
            delta: distance(before, head.time, head.precision),
            direction: Text(facts.direction),
            packet_lot: placed.lot,
            flags: flag_names(head.flags).collect(),
            seq: number(head.seq),
            ack: head.flags.has(TcpFlags::ACK).then(|| number(head.ack)),
            relative_seq: facts.relative_seq,
            relative_ack: facts.relative_ack,
            has_data: 0 < head.payload_len,
            len: head.payload_len,
            win: head.window,
            win_scaled: facts.window_bytes,
            original_length: head.original_len,
            findings: finding_names(placed).collect(),
            evidence: facts.findings.evidence().map(evidence_name),
            wireshark: Vec::new(),
        }
    }

    /// Adds what Wireshark calls the packet.
    pub fn set_wireshark(&mut self, labels: WiresharkLabels) {
        self.wireshark = labels.shown().map(WiresharkLabel::as_str).collect();
    }

    /// The document as compact JSON on one line.
    ///
    /// # Errors
    ///
    /// Never in practice: every value of a document has JSON.
    pub fn to_json(&self) -> io::Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }
}

const fn number(seq: SeqNumber) -> u32 {
    seq.0
}

/// The names of the bits that are set.
pub fn flag_names(flags: TcpFlags) -> impl Iterator<Item = &'static str> {
    FLAGS
        .into_iter()
        .filter(move |(flag, _)| flags.has(*flag))
        .map(|(_, name)| name)
}

fn finding_names(placed: &PlacedPacket) -> impl Iterator<Item = &'static str> {
    let late = placed.is_late.then_some("late");
    placed.facts.findings.iter().map(finding_name).chain(late)
}

/// The name of a finding in documents.
pub const fn finding_name(finding: Finding) -> &'static str {
    match finding {
        Finding::Resent => "retransmission",
        Finding::Duplicate => "duplicate",
        Finding::OutOfOrder => "outOfOrder",
        Finding::LostUpstream => "lostUpstream",
        Finding::Gap => "gap",
        Finding::OverlapConflict => "overlapConflict",
        Finding::KeepAlive => "keepAlive",
        Finding::DuplicateAck => "duplicateAck",
        Finding::ZeroWindow => "zeroWindow",
        Finding::WindowFull => "windowFull",
        Finding::InvalidSequence => "invalidSequence",
        Finding::InvalidReset => "invalidReset",
        Finding::BadChecksum => "badChecksum",
        Finding::Truncated => "truncated",
    }
}

/// The name of an evidence in documents.
pub const fn evidence_name(evidence: OrderEvidence) -> &'static str {
    match evidence {
        OrderEvidence::TcpTimestamps => "tcpTimestamps",
        OrderEvidence::IpId => "ipId",
        OrderEvidence::DuplicateAcks => "duplicateAcks",
        OrderEvidence::RoundTripTime => "roundTripTime",
    }
}

/// The control bits as people read them: what opens and closes first.
const FLAGS: [(TcpFlags, &str); 8] = [
    (TcpFlags::SYN, "SYN"),
    (TcpFlags::FIN, "FIN"),
    (TcpFlags::RST, "RST"),
    (TcpFlags::PSH, "PSH"),
    (TcpFlags::ACK, "ACK"),
    (TcpFlags::URG, "URG"),
    (TcpFlags::ECE, "ECE"),
    (TcpFlags::CWR, "CWR"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{InterfaceId, PacketNumber};
    use crate::packet::{EncapsulationId, Endpoint};
    use crate::session::{Findings, PacketFacts};
    use crate::time::Precision;

    /// `delta` of the packets of a session with these times in seconds.
    fn deltas(times: &[Option<i64>]) -> Vec<Option<String>> {
        let mut clock = PacketClock::default();
        let mut shown = Vec::new();
        for (index, seconds) in (0..).zip(times) {
            let time = seconds.map(|seconds| Timestamp::from_nanos(seconds * 1_000_000_000));
            let packet = Packet::new("", &head(time), &placed(index), &clock);
            shown.push(packet.delta.map(|delta| delta.to_string()));
            clock.advance(time);
        }
        shown
    }

    fn head(time: Option<Timestamp>) -> SegmentHead {
        let end = Endpoint {
            ip: [10, 0, 0, 1].into(),
            port: 1,
        };
        SegmentHead {
            number: PacketNumber::FIRST,
            time,
            precision: Precision::from_digits(0),
            interface: InterfaceId(0),
            encapsulation: EncapsulationId(0),
            source: end,
            destination: end,
            seq: SeqNumber(1),
            ack: SeqNumber(0),
            flags: TcpFlags::SYN,
            window: 0,
            ip_id: None,
            ip_checksum_good: true,
            ip_header_len: 20,
            tcp_header_len: 20,
            payload_len: 0,
            captured_payload_len: 0,
            original_len: 40,
            tcp_start: 20,
            truncated: false,
        }
    }

    fn placed(index: u64) -> PlacedPacket {
        PlacedPacket {
            facts: PacketFacts {
                direction: Direction::Out,
                index,
                range: None,
                relative_seq: None,
                relative_ack: None,
                window_bytes: 0,
                findings: Findings::default(),
            },
            lot: None,
            opens_lot: false,
            is_late: false,
            new_bytes: 0,
            missing_bytes: 0,
        }
    }

    #[test]
    fn a_distance_to_a_packet_without_a_time_is_not_known() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            deltas(&[Some(5), Some(7), None, Some(8), Some(4)]),
            [some("0"), some("2"), None, None, some("-4")]
        );
        assert_eq!(deltas(&[None, Some(7), Some(9)]), [None, None, some("2")]);
    }
}
