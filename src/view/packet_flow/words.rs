//! Findings in plain words: one table of what the document calls them, what people read, and how
//! much attention it asks for; and one of Wireshark's labels, with the finding that says the same.

use crate::document::Packet;
use crate::view::Tone;
use crate::view::color::{DIM, LATE};

/// A finding in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) text: &'static str,
    /// What told it, where that is not plain.
    pub(super) evidence: Option<&'static str>,
    pub(super) tone: Tone,
    is_late: bool,
}

impl Words {
    /// The colour of its tone; what is late looks as in the content of lots.
    pub(super) const fn color(self) -> &'static str {
        match self.tone {
            Tone::Calm => DIM,
            Tone::Severe if self.is_late => LATE,
            Tone::Notable | Tone::Severe => self.tone.color(),
        }
    }
}

/// What is said about a packet.
#[derive(Debug)]
pub(super) struct Remark {
    /// What was found, most important first.
    pub(super) findings: Vec<Words>,
    /// What Wireshark says beyond that.
    pub(super) labels: Vec<&'static str>,
}

impl Remark {
    /// What is said about a packet; the evidence stands at the last finding that it told.
    pub(super) fn of(packet: &Packet<'_>) -> Self {
        let evidence = packet.evidence.map(evidence_words);
        let is_told = |name: &&&str| matches!(**name, "outOfOrder" | "lostUpstream");
        let told = packet.findings.iter().rev().find(is_told);
        let findings = packet.findings.iter().map(|name| {
            let known = FINDINGS.iter().find(|(known, ..)| known == name);
            let (_, text, tone) = *known.unwrap_or(&(name, name, Tone::Notable));
            Words {
                text,
                evidence: evidence.filter(|_| told == Some(name)),
                tone,
                is_late: *name == "late",
            }
        });
        let labels = packet.wireshark.iter().filter_map(|name| {
            let known = LABELS.iter().find(|(known, ..)| known == name);
            let (_, text, same) = *known.unwrap_or(&(name, name, ""));
            (!packet.findings.contains(&same)).then_some(text)
        });
        Self {
            findings: findings.collect(),
            labels: labels.collect(),
        }
    }

    /// True when nothing is said.
    pub(super) const fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.labels.is_empty()
    }

    /// The tone of the finding that asks for most attention.
    pub(super) fn tone(&self) -> Tone {
        let tones = self.findings.iter().map(|words| words.tone);
        tones.max().unwrap_or_default()
    }
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

/// What Wireshark's packet list calls it, and the finding that makes it superfluous.
const LABELS: [(&str, &str, &str); 14] = [
    ("retransmission", "retransmission", "retransmission"),
    ("fastRetransmission", "fast retransmission", ""),
    ("spuriousRetransmission", "spurious retransmission", ""),
    ("outOfOrder", "out-of-order", "outOfOrder"),
    ("lostSegment", "previous segment not captured", "gap"),
    ("ackLostSegment", "ACKed unseen segment", ""),
    ("duplicateAck", "dup ACK", "duplicateAck"),
    ("zeroWindow", "zero window", "zeroWindow"),
    ("zeroWindowProbe", "zero window probe", ""),
    ("zeroWindowProbeAck", "zero window probe ACK", ""),
    ("keepAlive", "keep-alive", "keepAlive"),
    ("keepAliveAck", "keep-alive ACK", ""),
    ("windowUpdate", "window update", ""),
    ("windowFull", "window full", "windowFull"),
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
    use crate::session::{Finding, OrderEvidence, WiresharkLabel};

    #[test]
    fn everything_that_documents_say_has_words() {
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
        for label in WiresharkLabel::ALL {
            let name = label.as_str();
            assert!(LABELS.iter().any(|(known, ..)| *known == name), "{name}");
        }
    }
}
