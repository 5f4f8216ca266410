//! What stands beside or below an arrow: findings in words, and the first bytes of the payload.

use std::io::Write;

use super::PacketFlow;
use super::line::CUT_MARK;
use super::words::Remark;
use crate::document::Packet;
use crate::view::Tone;
use crate::view::color::DIM;

impl<W: Write> PacketFlow<'_, W> {
    /// Findings and payload right of the ladder.
    ///
    /// Payload never stands where the mark of findings does.
    pub(super) fn put_remark_beside(&mut self, packet: &Packet<'_>, payload: &[u8]) {
        let remark = Remark::of(packet);
        let start = self.line.width().max(self.layout.ladder.end) + 1;
        if !remark.is_empty() {
            self.line.pad_to(start);
            self.put_findings(&remark);
            if !payload.is_empty() {
                self.line.put(DIM, self.style.characters.between());
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
        let remark = Remark::of(packet);
        if payload.is_empty() && packet.packet_lot.is_none() && remark.is_empty() {
            return;
        }
        let ladder = self.layout.ladder.clone();
        if LOT_END < ladder.start {
            self.put_lot(LOT_END, packet);
        }
        let needed = width(&remark) + 2 * RAIL_WIDTH + MARK_WIDTH;
        let is_within = needed <= ladder.len();
        let rail = self.style.characters.rail();
        let end = if is_within {
            self.line.pad_to(ladder.start);
            self.line.put(DIM, rail);
            self.line.pad_to(ladder.start + RAIL_WIDTH);
            ladder.end.saturating_sub(RAIL_WIDTH)
        } else {
            self.line.pad_to(LOT_END + 2);
            ladder.end
        };
        if remark.is_empty() {
            self.line.pad_to(self.line.width() + MARK_WIDTH);
        } else {
            self.put_findings(&remark);
            if !payload.is_empty() && self.line.width() + PAYLOAD_WORTH < end {
                self.line.put(DIM, self.style.characters.between());
            }
        }
        let room = end.saturating_sub(self.line.width());
        if !payload.is_empty() && (PAYLOAD_WORTH <= room || remark.is_empty()) {
            self.put_payload(packet, payload, Some(room));
        }
        if is_within {
            self.line.pad_to(ladder.end.saturating_sub(1));
            self.line.put(DIM, rail);
        }
    }

    fn put_findings(&mut self, remark: &Remark) {
        let mark_color = match remark.tone() {
            Tone::Calm => DIM,
            tone => tone.color(),
        };
        self.line.put(mark_color, self.style.characters.mark());
        let mut gap = "";
        for finding in &remark.findings {
            let color = finding.color();
            self.line.put("", gap);
            self.line.put(color, finding.text);
            if let Some(evidence) = finding.evidence {
                for part in [" (", evidence, ")"] {
                    self.line.put(color, part);
                }
            }
            gap = GAP;
        }
        for (label, title) in remark.labels.iter().zip(LABEL_TITLES) {
            self.line.put("", gap);
            for part in [title, label] {
                self.line.put(DIM, part);
            }
            gap = ", ";
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

fn width(remark: &Remark) -> usize {
    let findings = remark.findings.iter().map(|words| {
        let evidence = words.evidence.map_or(0, |evidence| evidence.len() + 3);
        words.text.len() + evidence + GAP.len()
    });
    let labels = remark.labels.iter().zip(LABEL_TITLES);
    let labels = labels.map(|(label, title)| title.len() + label.len() + GAP.len());
    let width = findings.sum::<usize>() + labels.sum::<usize>();
    width.saturating_sub(GAP.len())
}

/// Between findings: one of them has a comma.
const GAP: &str = "; ";
/// Before the first label of Wireshark, and before as many further ones as there can be.
const LABEL_TITLES: [&str; 14] = {
    let mut titles = [""; 14];
    titles[0] = "Wireshark: ";
    titles
};
/// `▲ `, or spaces in its place.
const MARK_WIDTH: usize = 2;
/// `│ ` at each side.
const RAIL_WIDTH: usize = 2;
/// Where the lot ends in the line below an arrow.
const LOT_END: usize = 13;
/// Room from which on the payload is shown behind findings.
const PAYLOAD_WORTH: usize = 8;
