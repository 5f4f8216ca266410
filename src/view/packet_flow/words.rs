//! Findings in plain words: one table of what the document calls them, what people read, and how
//! much attention it asks for.

use crate::document::Packet;
use crate::view::Tone;

/// A finding in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) text: &'static str,
    /// What told it, where that is not plain.
    pub(super) evidence: Option<&'static str>,
    pub(super) tone: Tone,
}

/// What was found about a packet, most important first; the evidence stands at the last finding
/// that it told.
pub(super) fn of(packet: &Packet<'_>) -> Vec<Words> {
    let evidence = packet.evidence.map(evidence_words);
    let is_told = |name: &&&str| matches!(**name, "outOfOrder" | "lostUpstream");
    let told = packet.findings.iter().rev().find(is_told);
    let words = packet.findings.iter().map(|name| {
        let known = FINDINGS.iter().find(|(known, ..)| known == name);
        let (_, text, tone) = *known.unwrap_or(&(name, name, Tone::Notable));
        Words {
            text,
            evidence: evidence.filter(|_| told == Some(name)),
            tone,
        }
    });
    words.collect()
}

fn evidence_words(name: &'static str) -> &'static str {
    let known = EVIDENCE.iter().find(|(known, _)| *known == name);
    known.map_or(name, |(_, words)| words)
}

const FINDINGS: [(&str, &str, Tone); 15] = [
    ("retransmission", "retransmission", Tone::Notable),
    ("duplicate", "duplicate", Tone::Notable),
    ("outOfOrder", "out of order", Tone::Notable),
    (
        "lostUpstream",
        "lost before capture, sent again",
        Tone::Notable,
    ),
    ("gap", "gap before", Tone::Severe),
    ("overlapConflict", "conflict", Tone::Severe),
    ("keepAlive", "keep-alive", Tone::Calm),
    ("duplicateAck", "duplicate ack", Tone::Calm),
    ("zeroWindow", "zero window", Tone::Notable),
    ("windowFull", "window full", Tone::Notable),
    (
        "invalidSequence",
        "sequence number outside the stream",
        Tone::Notable,
    ),
    ("invalidReset", "reset outside the window", Tone::Notable),
    ("badChecksum", "bad checksum", Tone::Notable),
    ("truncated", "cut by the capture", Tone::Notable),
    ("late", "late", Tone::Severe),
];

const EVIDENCE: [(&str, &str); 4] = [
    ("tcpTimestamps", "by timestamps"),
    ("ipId", "by IP id"),
    ("duplicateAcks", "by duplicate acks"),
    ("roundTripTime", "by round-trip time"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{evidence_name, finding_name};
    use crate::session::{Finding, OrderEvidence};

    #[test]
    fn every_finding_and_evidence_has_words() {
        for finding in Finding::ALL {
            let name = finding_name(finding);
            assert!(FINDINGS.iter().any(|(known, ..)| *known == name), "{name}");
        }
        for evidence in [
            OrderEvidence::TcpTimestamps,
            OrderEvidence::IpId,
            OrderEvidence::DuplicateAcks,
            OrderEvidence::RoundTripTime,
        ] {
            let name = evidence_name(evidence);
            assert!(EVIDENCE.iter().any(|(known, _)| *known == name), "{name}");
        }
    }
}
