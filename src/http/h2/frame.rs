//! Bytes of one direction to frames (RFC 9113 §4.1).
//!
//! The content of DATA passes through; that of frames with fields or settings is put together,
//! since it is needed as a whole. Limits: the caller's, of what is put together.

/// Reads the frames of one direction.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// Bytes of the client's preface that are left to come.
    pub(super) preface: usize,
    header: Vec<u8>,
    frame: Option<Open>,
}

/// The frame at hand.
#[derive(Debug)]
struct Open {
    head: FrameHead,
    left: usize,
    /// Of DATA: bytes of padding at its end, when they are known.
    padding: Option<usize>,
    payload: Vec<u8>,
}

/// What the header of a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) len: usize,
}

/// A part of what a direction says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event<'b> {
    /// Content of DATA.
    Data(u32, &'b [u8]),
    /// The end of DATA: whether it ends the stream.
    DataEnd(u32, bool),
    /// Another frame, as a whole.
    Whole(FrameHead, Vec<u8>),
    /// A frame that is longer than is put together.
    TooLong,
}

impl FrameHead {
    pub(super) const DATA: u8 = 0;
    pub(super) const HEADERS: u8 = 1;
    pub(super) const RST_STREAM: u8 = 3;
    pub(super) const PUSH_PROMISE: u8 = 5;
    pub(super) const CONTINUATION: u8 = 9;

    pub(super) const END_STREAM: u8 = 0x01;
    pub(super) const END_HEADERS: u8 = 0x04;
    pub(super) const PADDED: u8 = 0x08;
    pub(super) const PRIORITY: u8 = 0x20;

    pub(super) const fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// True for frames that are put together.
    const fn is_wanted(self) -> bool {
        matches!(
            self.kind,
            Self::HEADERS | Self::RST_STREAM | Self::PUSH_PROMISE | Self::CONTINUATION
        )
    }

    fn parse(header: &[u8]) -> Option<Self> {
        let [a, b, c, kind, flags, s0, s1, s2, s3] = *header else {
            return None;
        };
        Some(Self {
            kind,
            flags,
            stream: u32::from_be_bytes([s0 & 0x7f, s1, s2, s3]),
            len: usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or(usize::MAX),
        })
    }
}

impl Frames {
    /// Reads from `bytes`; gives an event, if there is one, and what is left.
    pub(super) fn step<'b>(
        &mut self,
        mut bytes: &'b [u8],
        limit: usize,
    ) -> (Option<Event<'b>>, &'b [u8]) {
        if 0 < self.preface {
            let len = self.preface.min(bytes.len());
            self.preface = self.preface.saturating_sub(len);
            bytes = bytes.get(len..).unwrap_or_default();
        }
        let Some(open) = &mut self.frame else {
            let missing = HEADER_BYTES.saturating_sub(self.header.len());
            let (head, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
            self.header.extend_from_slice(head);
            if let Some(head) = FrameHead::parse(&self.header) {
                self.header.clear();
                self.frame = Some(Open {
                    head,
                    left: head.len,
                    padding: (!head.has(FrameHead::PADDED)).then_some(0),
                    payload: Vec::new(),
                });
                // Frames without payload end here.
                return (if head.len == 0 { self.end() } else { None }, rest);
            }
            return (None, rest);
        };
        let head = open.head;
        if head.kind == FrameHead::DATA {
            return self.data(bytes);
        }
        let (part, rest) = bytes.split_at_checked(open.left).unwrap_or((bytes, &[]));
        open.left = open.left.saturating_sub(part.len());
        if head.is_wanted() {
            if limit < head.len {
                return (Some(Event::TooLong), &[]);
            }
            open.payload.extend_from_slice(part);
        }
        let is_over = open.left == 0;
        (if is_over { self.end() } else { None }, rest)
    }

    fn data<'b>(&mut self, mut bytes: &'b [u8]) -> (Option<Event<'b>>, &'b [u8]) {
        let Some(open) = &mut self.frame else {
            return (None, bytes);
        };
        if open.left == 0 {
            return (self.end(), bytes);
        }
        let padding = match (open.padding, bytes) {
            (Some(padding), _) => padding,
            (None, [padding, rest @ ..]) => {
                open.left = open.left.saturating_sub(1);
                open.padding = Some(usize::from(*padding));
                bytes = rest;
                usize::from(*padding)
            }
            (None, []) => return (None, bytes),
        };
        let content = open.left.saturating_sub(padding).min(bytes.len());
        if 0 < content {
            let (part, rest) = bytes.split_at_checked(content).unwrap_or((bytes, &[]));
            open.left = open.left.saturating_sub(content);
            return (Some(Event::Data(open.head.stream, part)), rest);
        }
        let skipped = open.left.min(bytes.len());
        open.left = open.left.saturating_sub(skipped);
        let rest = bytes.get(skipped..).unwrap_or_default();
        (if open.left == 0 { self.end() } else { None }, rest)
    }

    /// True when the last byte of a frame came, and its end was not told yet.
    pub(super) fn is_at_end(&self) -> bool {
        self.frame.as_ref().is_some_and(|open| open.left == 0)
    }

    /// Tells the end of the frame at hand.
    pub(super) fn end<'b>(&mut self) -> Option<Event<'b>> {
        let Open { head, payload, .. } = self.frame.take()?;
        if head.kind == FrameHead::DATA {
            let ends = head.has(FrameHead::END_STREAM);
            return Some(Event::DataEnd(head.stream, ends));
        }
        head.is_wanted().then_some(Event::Whole(head, payload))
    }

    /// Skips bytes that were never captured; gives the stream of the DATA that they belong to, or
    /// nothing where the next frame cannot be found.
    pub(super) fn skip(&mut self, len: u64) -> Option<u32> {
        let len = usize::try_from(len).ok()?;
        let open = self.frame.as_mut()?;
        open.padding?;
        let left = open.left.checked_sub(len)?;
        if open.head.kind != FrameHead::DATA {
            return None;
        }
        open.left = left;
        Some(open.head.stream)
    }

    /// True within a frame.
    pub(super) const fn is_inside(&self) -> bool {
        self.frame.is_some() || !self.header.is_empty()
    }
}

/// Bytes of the header of a frame.
const HEADER_BYTES: usize = 9;
