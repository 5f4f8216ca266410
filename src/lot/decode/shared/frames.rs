//! Lots of frames that follow one another: each is shown, or the rest of the lot plainly.
//!
//! A decoder gives a function that reads one frame and writes its lines. Frames are read up to the
//! first gap, or the end of the first part of a lot in parts, since behind it nobody knows where the
//! next one begins. A frame that cannot be read is taken back, and the lot is shown from its start
//! on as text or hex, behind a note that says why.

use super::cursor::{Cursor, Stop};
use super::decoded::Decoded;
use super::lot_bytes::LotBytes;
use super::registry::show_rest;

/// Shows the frames of a lot; `format` is their name in the note.
pub(crate) fn show(
    lot: &LotBytes<'_>,
    format: &str,
    out: &mut Decoded,
    frame: impl FnMut(&mut Cursor<'_>, &mut Decoded) -> Result<(), Stop>,
) {
    show_from(lot, 0, format, out, frame);
}

/// Shows the frames from an index on; no gap lies before.
pub(crate) fn show_from(
    lot: &LotBytes<'_>,
    from: usize,
    format: &str,
    out: &mut Decoded,
    mut frame: impl FnMut(&mut Cursor<'_>, &mut Decoded) -> Result<(), Stop>,
) {
    out.close_line();
    let front = lot.front();
    let mut cursor = Cursor::new(front, from..front.len());
    while !cursor.is_empty() {
        let start = cursor.at();
        let mark = out.mark();
        if let Err(stop) = frame(&mut cursor, out) {
            out.take_back(mark);
            show_stopped(lot, format, start, &stop, out);
            return;
        }
    }
    show_behind(lot, format, cursor.at(), out);
}

/// Shows what is left behind whole frames: what follows a gap, and later parts of a lot.
pub(crate) fn show_behind(lot: &LotBytes<'_>, format: &str, from: usize, out: &mut Decoded) {
    if from < lot.bytes.len() && 0 < from {
        out.note(format_args!(
            "no {format} from byte {from} on: bytes are missing"
        ));
    }
    if from < lot.bytes.len() || !lot.gaps.is_empty() {
        show_rest(lot, from, out);
    }
}

/// Shows what is left from the index `from` on, since it cannot be read as `format`.
pub(crate) fn show_stopped(
    lot: &LotBytes<'_>,
    format: &str,
    from: usize,
    stop: &Stop,
    out: &mut Decoded,
) {
    let reason = match stop {
        Stop::Odd(reason) => reason.as_ref(),
        Stop::Short if lot.front().len() < lot.bytes.len() || !lot.gaps.is_empty() => {
            "bytes are missing"
        }
        Stop::Short if lot.is_whole => "it ends too early",
        Stop::Short => "it goes on in the next part of the lot",
    };
    out.note(format_args!("no {format} from byte {from} on: {reason}"));
    show_rest(lot, from, out);
}

/// What was found when a lot was looked through for frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whole frames.
    pub(crate) frames: usize,
    /// Why there are no more.
    pub(crate) end: End,
}

/// How frames end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the lot, or with what is looked at of it.
    Whole,
    /// Within a frame that is not all there.
    Short,
    /// At bytes that are no frame.
    Odd,
}

/// Looks for frames in the first 1 MiB. Bytes that are no frames are left at once.
pub(crate) fn look(
    lot: &LotBytes<'_>,
    mut frame: impl FnMut(&mut Cursor<'_>, &mut Decoded) -> Result<(), Stop>,
) -> Found {
    let front = lot.front();
    let sample = front.get(..SAMPLE_BYTES).unwrap_or(front);
    let is_cut = sample.len() < lot.bytes.len() || !lot.gaps.is_empty() || !lot.is_whole;
    let mut cursor = Cursor::new(sample, 0..sample.len());
    let mut out = Decoded::default();
    let mut frames = 0;
    while !cursor.is_empty() {
        let end = match frame(&mut cursor, &mut out) {
            Ok(()) => {
                frames += 1;
                out.clear();
                continue;
            }
            Err(Stop::Short) if is_cut && 0 < frames => End::Whole,
            Err(Stop::Short) => End::Short,
            Err(Stop::Odd(_)) => End::Odd,
        };
        return Found { frames, end };
    }
    let end = End::Whole;
    Found { frames, end }
}

impl Found {
    /// True when there are frames and nothing else.
    pub(crate) fn is_all(self) -> bool {
        0 < self.frames && self.end == End::Whole
    }
}

const SAMPLE_BYTES: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::decode::{Gap, SpanKind};
    use crate::session::Direction;

    /// A length, and as many bytes.
    fn frame(cursor: &mut Cursor<'_>, out: &mut Decoded) -> Result<(), Stop> {
        let length = cursor.u8()?;
        out.add(SpanKind::Text, "frame ", false);
        let range = cursor.take(length)?;
        if cursor.slice(range).contains(&0xff) {
            return Err(Stop::odd("0xff"));
        }
        out.add(SpanKind::Number, length, false);
        out.end_line(crate::lot::decode::LineEnd::Own);
        Ok(())
    }

    fn check(lot: &LotBytes<'_>, expected: &str, found: (usize, End)) {
        let mut out = Decoded::default();
        show(lot, "frame", &mut out, frame);
        assert_eq!(out.to_string(), expected);
        let (frames, end) = found;
        assert_eq!(look(lot, frame), Found { frames, end });
    }

    #[test]
    fn what_cannot_be_read_is_shown_from_its_start() {
        let whole = LotBytes::whole(Direction::In, b"\x01a\x02bc");
        check(&whole, "frame 1\nframe 2\n", (2, End::Whole));
        let odd = LotBytes::whole(Direction::In, b"\x01a\x02b\xff");
        let rest = "00000002  02 62 ff                                          |.b.|\n";
        check(
            &odd,
            &format!("frame 1\nno frame from byte 2 on: 0xff\n{rest}"),
            (1, End::Odd),
        );
        let short = LotBytes::whole(Direction::In, b"\x01aback");
        check(
            &short,
            "frame 1\nno frame from byte 2 on: it ends too early\nback\n",
            (1, End::Short),
        );
    }

    #[test]
    fn frames_end_at_a_gap() {
        let gaps = [1, 4].map(|at| Gap {
            at,
            missing_bytes: 7,
        });
        let lot = LotBytes::whole(Direction::In, b"\x01a\x02bc");
        let behind = LotBytes {
            gaps: &gaps[1..],
            ..lot
        };
        let rest = "00000002  02 62                                             |.b|\n\
                    00000004  [7 bytes missing]\n\
                    0000000b  63                                                |c|\n";
        check(
            &behind,
            &format!("frame 1\nno frame from byte 2 on: bytes are missing\n{rest}"),
            (1, End::Whole),
        );
        let between = [Gap {
            at: 2,
            missing_bytes: 7,
        }];
        let between = LotBytes {
            gaps: &between,
            ..LotBytes::whole(Direction::In, b"\x01abc")
        };
        check(
            &between,
            "frame 1\nno frame from byte 2 on: bytes are missing\n[7 bytes missing]bc\n",
            (1, End::Whole),
        );
    }

    #[test]
    fn later_parts_are_shown_plainly() {
        let part = LotBytes {
            is_whole: false,
            ..LotBytes::whole(Direction::In, b"\x01a\x02b")
        };
        check(
            &part,
            "frame 1\nno frame from byte 2 on: it goes on in the next part of the lot\n\
             00000002  02 62                                             |.b|\n",
            (1, End::Whole),
        );
        let later = LotBytes { offset: 64, ..part };
        let mut out = Decoded::default();
        show(&later, "frame", &mut out, frame);
        assert!(out.to_string().starts_with("00000040  01 61"));
    }
}
