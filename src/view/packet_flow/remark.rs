//! What stands beside or below an arrow: findings in words, and the first bytes of the payload.

use std::io::Write;

use super::line::{CUT_MARK, width_of};
use super::words::{self, Words};
use super::{DIM, PacketFlow};
use crate::document::Packet;

impl<W: Write> PacketFlow<'_, W> {
    /// Findings and payload right of the ladder.
    ///
    /// Payload never stands where the mark of findings does.
    pub(super) fn put_remark_beside(&mut self, packet: &Packet<'_>, payload: &[u8]) {
        let words = words::of(packet);
        let start = self.line.width().max(self.layout.ladder.end) + 1;
        if has_findings(packet) {
            self.line.pad_to(start);
            self.put_findings(packet, &words);
            if !payload.is_empty() {
                self.line.put(DIM, self.style.glyphs.between());
            }
        }
        if !payload.is_empty() {
            self.line.pad_to(start + MARK_WIDTH);
            let room = self.line.room();
            self.put_payload(packet, payload, room);
        }
    }

    /// Findings and payload on the next line: within the ladder, or from the left where the
    /// findings need more room.
    pub(super) fn put_remark_below(&mut self, packet: &Packet<'_>, payload: &[u8]) {
        if payload.is_empty() && packet.packet_lot.is_none() && !has_findings(packet) {
            return;
        }
        let words = words::of(packet);
        let ladder = self.layout.ladder.clone();
        if LOT_END < ladder.start {
            self.put_lot(LOT_END, packet);
        }
        let needed = findings_width(packet, &words) + 2 * RAIL_WIDTH + MARK_WIDTH;
        let is_within = needed <= ladder.len();
        let rail = self.style.glyphs.rail();
        let end = if is_within {
            self.line.pad_to(ladder.start);
            self.line.put(DIM, rail);
            self.line.pad_to(ladder.start + RAIL_WIDTH);
            ladder.end.saturating_sub(RAIL_WIDTH)
        } else {
            self.line.pad_to(LOT_END + 2);
            ladder.end
        };
        if has_findings(packet) {
            self.put_findings(packet, &words);
            if !payload.is_empty() && self.line.width() + PAYLOAD_WORTH < end {
                self.line.put(DIM, self.style.glyphs.between());
            }
        } else {
            self.line.pad_to(self.line.width() + MARK_WIDTH);
        }
        let room = end.saturating_sub(self.line.width());
        if !payload.is_empty() && (PAYLOAD_WORTH <= room || !has_findings(packet)) {
            self.put_payload(packet, payload, Some(room));
        }
        if is_within {
            self.line.pad_to(ladder.end.saturating_sub(1));
            self.line.put(DIM, rail);
        }
    }

    fn put_findings(&mut self, packet: &Packet<'_>, words: &[Words]) {
        let mark = self.style.glyphs.mark();
        let tone = words.iter().map(|words| words.tone).max();
        let mark_color = tone.unwrap_or_default().color();
        self.line.put(mark_color, mark);
        let mut gap = "";
        for finding in words {
            let color = if finding.tone.color().is_empty() {
                DIM
            } else {
                finding.tone.color()
            };
            self.line.put("", gap);
            self.line.put(color, finding.text);
            if let Some(evidence) = finding.evidence {
                for part in [" (", evidence, ")"] {
                    self.line.put(color, part);
                }
            }
            gap = GAP;
        }
        if !packet.wireshark.is_empty() {
            self.line.put("", gap);
            self.line.put(DIM, WIRESHARK);
            self.line.put(DIM, &packet.wireshark.join(", "));
        }
    }

    /// Printable ASCII as it is, other bytes as points; a mark at the end when there is more.
    fn put_payload(&mut self, packet: &Packet<'_>, payload: &[u8], room: Option<usize>) {
        let shown = room.map_or(payload.len(), |room| payload.len().min(room));
        let total = usize::try_from(packet.len).unwrap_or(usize::MAX);
        let is_more = shown < total;
        // The mark takes the place of a byte where there is no room behind.
        let is_full = room.is_some_and(|room| room <= shown);
        let shown = shown - usize::from(is_more && is_full && 0 < shown);
        self.part.clear();
        let bytes = payload.iter().take(shown);
        self.part.extend(bytes.map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        }));
        self.line.put("", &self.part);
        if is_more {
            self.line.put(DIM, CUT_MARK);
        }
    }
}

fn has_findings(packet: &Packet<'_>) -> bool {
    !packet.findings.is_empty() || !packet.wireshark.is_empty()
}

fn findings_width(packet: &Packet<'_>, words: &[Words]) -> usize {
    let own = words.iter().map(|words| {
        let evidence = words.evidence.map_or(0, |evidence| evidence.len() + 3);
        words.text.len() + evidence + 2
    });
    let labels = packet.wireshark.iter().map(|label| width_of(label) + 2);
    let wireshark = if packet.wireshark.is_empty() {
        0
    } else {
        WIRESHARK.len()
    };
    let width = own.sum::<usize>() + labels.sum::<usize>() + wireshark;
    width.saturating_sub(2)
}

/// Between findings: one of them has a comma.
const GAP: &str = "; ";
const WIRESHARK: &str = "Wireshark: ";
/// `▲ `, or spaces in its place.
const MARK_WIDTH: usize = 2;
/// `│ ` at each side.
const RAIL_WIDTH: usize = 2;
/// Where the lot ends in the line below an arrow.
const LOT_END: usize = 13;
/// Room from which on the payload is shown behind findings.
const PAYLOAD_WORTH: usize = 8;
