//! What was found about one packet: a small set of findings, with the evidence of the send order.

use super::send_order::OrderEvidence;

/// Something that was found about one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Finding {
    /// All or part of its bytes were already captured.
    Resent,
    /// A second copy made by the network or the capture.
    Duplicate,
    /// It was sent before a packet that was captured before it.
    OutOfOrder,
    /// It was sent again because its first copy was lost before the capture point.
    LostUpstream,
    /// Bytes before it were not captured so far.
    Gap,
    /// It brought other bytes than those captured before at the same place.
    OverlapConflict,
    /// A keep-alive probe (RFC 9293 §3.8.4).
    KeepAlive,
    /// It repeats an acknowledgment (RFC 5681 §2).
    DuplicateAck,
    /// It advertises a window of 0.
    ZeroWindow,
    /// It fills the receiver's window to the last byte.
    WindowFull,
    /// Its sequence number cannot belong to the stream.
    InvalidSequence,
    /// A reset whose sequence number is outside the window.
    InvalidReset,
    /// Its checksum is wrong.
    BadChecksum,
    /// The capture kept only a part of it.
    Truncated,
}

impl Finding {
    /// All findings in their order.
    pub const ALL: [Self; 14] = [
        Self::Resent,
        Self::Duplicate,
        Self::OutOfOrder,
        Self::LostUpstream,
        Self::Gap,
        Self::OverlapConflict,
        Self::KeepAlive,
        Self::DuplicateAck,
        Self::ZeroWindow,
        Self::WindowFull,
        Self::InvalidSequence,
        Self::InvalidReset,
        Self::BadChecksum,
        Self::Truncated,
    ];

    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// The findings of one packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    bits: u16,
    evidence: Option<OrderEvidence>,
}

impl Findings {
    /// Adds a finding.
    pub const fn insert(&mut self, finding: Finding) {
        self.bits |= finding.bit();
    }

    /// Adds a finding when it holds.
    pub const fn insert_if(&mut self, holds: bool, finding: Finding) {
        self.bits |= finding.bit() * holds as u16;
    }

    /// Adds a finding about the order of sending, with what told it; the first evidence stays.
    pub const fn insert_told(&mut self, finding: Finding, evidence: OrderEvidence) {
        self.insert(finding);
        if self.evidence.is_none() {
            self.evidence = Some(evidence);
        }
    }

    /// Adds all findings of `other`.
    pub const fn extend(&mut self, other: Self) {
        self.bits |= other.bits;
        if self.evidence.is_none() {
            self.evidence = other.evidence;
        }
    }

    /// True when it was found.
    pub const fn has(self, finding: Finding) -> bool {
        self.bits & finding.bit() != 0
    }

    /// True when nothing was found.
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// What told the order of sending, for [`Finding::OutOfOrder`] and [`Finding::LostUpstream`].
    pub const fn evidence(self) -> Option<OrderEvidence> {
        self.evidence
    }

    /// What was found, in the order of [`Finding::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Finding> {
        Finding::ALL
            .into_iter()
            .filter(move |finding| self.has(*finding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_a_set_in_a_fixed_order() {
        let mut findings = Findings::default();
        assert!(findings.is_empty());
        findings.insert_told(Finding::LostUpstream, OrderEvidence::IpId);
        findings.insert_told(Finding::OutOfOrder, OrderEvidence::TcpTimestamps);
        findings.insert_if(false, Finding::ZeroWindow);
        let found: Vec<_> = findings.iter().collect();
        assert_eq!(found, [Finding::OutOfOrder, Finding::LostUpstream]);
        assert_eq!(findings.evidence(), Some(OrderEvidence::IpId));
    }

    #[test]
    fn every_finding_has_a_bit_of_its_own() {
        for (index, finding) in Finding::ALL.into_iter().enumerate() {
            assert_eq!(finding.bit(), 1 << index);
        }
    }
}
