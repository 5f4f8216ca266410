//! What was wrong with a capture: values that stand beside the results, never instead of them.
//!
//! Limits: at most [`NoticeLog::LIMIT_PER_KIND`] notices of a kind are kept; all are counted.

use std::fmt;

/// One kind of damage or oddity in a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// The file ends inside a header, record or block.
    CutShort,
    /// A length, number or field that cannot be true; reading went on or ended there.
    Damaged,
    /// A packet of a link type that is not read.
    UnknownLinkType,
    /// A packet whose link, IP or TCP header is cut or contradicts itself.
    BadPacket,
    /// A limit was reached and something was left out.
    LimitReached,
}

impl NoticeKind {
    /// True where part of the capture could not be read (exit status 3).
    pub const fn is_damage(self) -> bool {
        match self {
            Self::CutShort | Self::Damaged => true,
            Self::UnknownLinkType | Self::BadPacket | Self::LimitReached => false,
        }
    }
}

/// One notice: what, where, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureNotice {
    /// What kind of thing it is.
    pub kind: NoticeKind,
    /// File it was found in, as the user named it; empty for the whole capture.
    pub file: String,
    /// Offset in the (decompressed) file in bytes, where there is one place.
    pub byte_offset: Option<u64>,
    /// Lower-case fragment without a period: what was found, and what was needed.
    pub message: String,
    /// How often it was seen.
    pub count: u64,
}

impl fmt::Display for CaptureNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}: ", self.file)?;
        }
        f.write_str(&self.message)?;
        if let Some(offset) = self.byte_offset {
            write!(f, " at byte {offset}")?;
        }
        if self.count > 1 {
            write!(f, " ({} times)", self.count)?;
        }
        Ok(())
    }
}

/// Notices of a capture, capped a kind.
#[derive(Clone, Debug, Default)]
pub struct NoticeLog {
    kept: Vec<CaptureNotice>,
}

impl NoticeLog {
    /// Notices kept of one kind.
    pub const LIMIT_PER_KIND: usize = 20;

    /// Adds a notice; one with the same kind, file and message is counted up instead.
    pub fn push(&mut self, notice: CaptureNotice) {
        let twin = self.kept.iter_mut().find(|kept| {
            kept.kind == notice.kind && kept.file == notice.file && kept.message == notice.message
        });
        if let Some(twin) = twin {
            twin.count = twin.count.saturating_add(notice.count);
        } else if self
            .kept
            .iter()
            .filter(|kept| kept.kind == notice.kind)
            .count()
            < Self::LIMIT_PER_KIND
        {
            self.kept.push(notice);
        } else if let Some(last) = self.kept.iter_mut().rfind(|kept| kept.kind == notice.kind) {
            last.count = last.count.saturating_add(notice.count);
        }
    }

    /// Takes all notices out.
    pub(crate) fn take(&mut self) -> Vec<CaptureNotice> {
        std::mem::take(&mut self.kept)
    }

    /// The notices in the order in which they were first seen.
    pub fn notices(&self) -> &[CaptureNotice] {
        &self.kept
    }
}
