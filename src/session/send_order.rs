//! In which order the sender sent what was captured: by TCP time stamps and IPv4 identification.
//!
//! Neither is trusted blindly. The identification counts up by one a packet with most stacks and
//! is 0 or random with others, so it is used only while it has been seen to count. Time stamps
//! tick slowly (1 ms to 1 s), so equal ones say nothing.
//! Sources: RFC 7323 §4, RFC 6864 §4, RFC 1982 (serial comparison).

/// What one packet says of the moment at which it was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SentMark {
    /// TCP time stamp value.
    pub(super) tsval: Option<u32>,
    /// IPv4 identification, where it is not 0.
    pub(super) ip_id: Option<u16>,
}

/// Which of two packets was sent first, and what tells so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SendOrder {
    /// The first was sent before the second.
    Before,
    /// The first was sent after the second.
    After,
}

/// What an order was told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderEvidence {
    /// TCP time stamps (RFC 7323).
    TcpTimestamps,
    /// IPv4 identification.
    IpId,
    /// Selective or duplicate acknowledgments.
    DuplicateAcks,
    /// The time since the gap opened, against the round-trip time.
    RoundTripTime,
}

impl OrderEvidence {
    /// All kinds of evidence, strongest first.
    pub const ALL: [Self; 4] = [
        Self::TcpTimestamps,
        Self::IpId,
        Self::DuplicateAcks,
        Self::RoundTripTime,
    ];
}

/// The newest marks of one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SendClock {
    newest_tsval: Option<u32>,
    newest_id: Option<u16>,
    steps: u32,
    counting_steps: u32,
    /// Steps of exactly one.
    single_steps: u32,
}

impl SendClock {
    /// True while the identification has been seen to count up by small steps.
    const fn ids_count(self) -> bool {
        1 <= self.counting_steps && self.steps < 2 * self.counting_steps
    }

    /// True while nearly every packet has the identification after the one before: the sender
    /// counts for this connection alone, and what is skipped was sent in it.
    ///
    /// A counter that other connections share skips all the time. Three of five leaves room for
    /// losses and disorder.
    const fn ids_are_ours(self) -> bool {
        3 * self.steps <= 5 * self.single_steps
    }

    /// Compares two packets of this direction; `None` when nothing tells.
    pub(super) fn compare(self, a: SentMark, b: SentMark) -> Option<(SendOrder, OrderEvidence)> {
        if let (Some(a), Some(b)) = (a.tsval, b.tsval)
            && a != b
        {
            return Some((
                order_of(a.wrapping_sub(b).cast_signed() < 0),
                OrderEvidence::TcpTimestamps,
            ));
        }
        if let (Some(a), Some(b)) = (a.ip_id, b.ip_id)
            && a != b
            && self.ids_count()
        {
            return Some((
                order_of(a.wrapping_sub(b).cast_signed() < 0),
                OrderEvidence::IpId,
            ));
        }
        None
    }

    /// What tells that a packet was sent before one that was captured before it.
    pub(super) fn overtaken_by(self, mark: SentMark) -> Option<OrderEvidence> {
        let newest = SentMark {
            tsval: self.newest_tsval,
            ip_id: self.newest_id,
        };
        match self.compare(mark, newest)? {
            (SendOrder::Before, evidence) => Some(evidence),
            (SendOrder::After, _) => None,
        }
    }

    /// Identifications between the newest packet and this one; `None` when they do not count the
    /// packets of this connection.
    pub(super) fn skipped_ids(self, mark: SentMark) -> Option<u16> {
        let (Some(id), Some(newest)) = (mark.ip_id, self.newest_id) else {
            return None;
        };
        let step = id.wrapping_sub(newest);
        let counts = self.ids_count() && self.ids_are_ours();
        (counts && (1..=COUNTING_STEP).contains(&step)).then(|| step - 1)
    }

    /// Takes in a captured packet.
    pub(super) fn captured(&mut self, mark: SentMark) {
        if let Some(tsval) = mark.tsval
            && self
                .newest_tsval
                .is_none_or(|newest| 0 < tsval.wrapping_sub(newest).cast_signed())
        {
            self.newest_tsval = Some(tsval);
        }
        if let Some(id) = mark.ip_id {
            self.captured_id(id);
        }
    }

    fn captured_id(&mut self, id: u16) {
        let Some(newest) = self.newest_id else {
            self.newest_id = Some(id);
            return;
        };
        let step = id.wrapping_sub(newest);
        self.steps = self.steps.saturating_add(1);
        if (1..=COUNTING_STEP).contains(&step) {
            self.counting_steps = self.counting_steps.saturating_add(1);
        }
        if step == 1 {
            self.single_steps = self.single_steps.saturating_add(1);
        }
        if 0 < step.cast_signed() {
            self.newest_id = Some(id);
        }
    }
}

const fn order_of(before: bool) -> SendOrder {
    if before {
        SendOrder::Before
    } else {
        SendOrder::After
    }
}

/// The largest step that still looks like counting; a random identification makes such a step in
/// 1 of 64 packets.
const COUNTING_STEP: u16 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn id(ip_id: u16) -> SentMark {
        SentMark {
            tsval: None,
            ip_id: Some(ip_id),
        }
    }

    fn clock(ids: &[u16]) -> SendClock {
        let mut clock = SendClock::default();
        ids.iter().for_each(|n| clock.captured(id(*n)));
        clock
    }

    #[test]
    fn counting_ids_tell_the_order_across_the_wrap() {
        let clock = clock(&[65_533, 65_534, 65_535, 1]);
        assert_eq!(clock.overtaken_by(id(65_530)), Some(OrderEvidence::IpId));
        assert_eq!(clock.overtaken_by(id(2)), None);
        assert_eq!(clock.skipped_ids(id(4)), Some(2));
    }

    #[test]
    fn a_counter_shared_with_other_connections_skips_nothing() {
        let shared = clock(&[10, 12, 13, 17, 18, 25]);
        assert_eq!(shared.overtaken_by(id(16)), Some(OrderEvidence::IpId));
        assert_eq!(shared.skipped_ids(id(29)), None);
    }

    #[test]
    fn random_ids_tell_nothing() {
        let clock = clock(&[40_000, 3, 61_000, 20_000, 9_000]);
        assert_eq!(clock.compare(id(5), id(6)), None);
        assert_eq!(clock.skipped_ids(id(9_001)), None);
    }

    #[test]
    fn time_stamps_come_before_ids() {
        let clock = clock(&[1, 2, 3]);
        let old = SentMark {
            tsval: Some(u32::MAX),
            ip_id: Some(9),
        };
        let new = SentMark {
            tsval: Some(4),
            ip_id: Some(8),
        };
        let told = clock.compare(old, new);
        assert_eq!(
            told,
            Some((SendOrder::Before, OrderEvidence::TcpTimestamps))
        );
    }
}
