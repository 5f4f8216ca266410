//! Bytes of one direction that were not captured so far, and where.

use super::ledger::Ledger;
use super::{Anomaly, AnomalyKind, End, Moment, Place};
use crate::session::{Direction, Finding, HalfSummary, StreamOffset, StreamRange};

/// The gaps of one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenGaps(Vec<(StreamRange, Place)>);

impl OpenGaps {
    /// Takes in what a packet opened or filled.
    pub(super) fn note(&mut self, moment: &Moment) {
        let placed = &moment.event.placed;
        let Some(range) = placed.facts.range else {
            return;
        };
        if placed.facts.findings.has(Finding::Gap) {
            // What is missing besides was cut from the packet's own bytes.
            let cut = range.len().saturating_sub(placed.new_bytes);
            let opened = placed.missing_bytes.saturating_sub(cut);
            let start = StreamOffset(range.start.0.saturating_sub_unsigned(opened));
            let end = range.start;
            if self.0.len() < GAPS {
                self.0.push((StreamRange { start, end }, moment.place));
            }
        } else if 0 < placed.new_bytes && !self.0.is_empty() {
            self.fill(range);
        }
    }

    fn fill(&mut self, filled: StreamRange) {
        let mut split = Vec::new();
        for (gap, place) in &mut self.0 {
            let shared = gap.intersection(filled);
            if shared.is_empty() {
                continue;
            }
            let behind = StreamRange {
                start: shared.end,
                end: gap.end,
            };
            gap.end = shared.start;
            split.push((behind, *place));
        }
        self.0.extend(split);
        self.0.retain(|(gap, _)| !gap.is_empty());
        self.0.truncate(GAPS);
    }

    /// Tells the gaps that stayed, as far as the summary of the half confirms them.
    pub(super) fn finish(
        &self,
        (direction, half, cut_bytes): (Direction, &HalfSummary, u64),
        end: &End,
        ledger: &mut Ledger,
    ) {
        let mut left = half
            .missing_bytes
            .saturating_sub(half.trailing_missing_bytes)
            .saturating_sub(cut_bytes);
        let mut missing = |kind, place, bytes: u64| {
            if 0 < bytes {
                let anomaly = Anomaly::new(kind, direction, place);
                ledger.add(Anomaly { bytes, ..anomaly });
            }
        };
        for (gap, place) in &self.0 {
            let bytes = gap.len().min(left);
            left -= bytes;
            missing(AnomalyKind::Missing, *place, bytes);
        }
        // Found when no packet told: a SYN that came after data, or more gaps than are kept.
        let nowhere = Place {
            lot: None,
            ..end.place
        };
        missing(AnomalyKind::Missing, nowhere, left);
        let at_end = match half.packets {
            0 => AnomalyKind::OneSided,
            _ => AnomalyKind::MissingAtEnd,
        };
        missing(at_end, end.place, half.trailing_missing_bytes);
    }
}

/// Gaps that are known by their place.
const GAPS: usize = 256;
