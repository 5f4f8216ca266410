//! What the reader of one input finds besides packets.
//!
//! Interfaces are numbered within the input; whoever merges inputs renumbers them.

use std::collections::BTreeMap;

use super::notice::{CaptureNotice, NoticeKind, NoticeLog};
use super::raw_packet::{Interface, InterfaceId};
use crate::pcapng::{InterfaceStatistics, NameRecord, SecretBlock};

/// Interfaces, names, secrets, statistics and notices of one input since they were last taken.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    file: String,
    pub(crate) interfaces: Vec<Interface>,
    pub(crate) names: Vec<NameRecord>,
    pub(crate) secrets: Vec<SecretBlock>,
    /// The last ones of each interface.
    pub(crate) statistics: BTreeMap<InterfaceId, InterfaceStatistics>,
    pub(crate) notices: NoticeLog,
}

impl Findings {
    /// Nothing found yet in the input that the user calls `file`.
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            ..Self::default()
        }
    }

    /// The input as the user named it.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Adds a notice.
    pub(crate) fn note(&mut self, kind: NoticeKind, byte_offset: u64, message: String) {
        self.notices.push(CaptureNotice {
            kind,
            file: self.file.clone(),
            byte_offset: Some(byte_offset),
            message,
            count: 1,
        });
    }

    /// Adds a notice of something that cannot be true.
    pub(crate) fn damaged(&mut self, byte_offset: u64, message: String) {
        self.note(NoticeKind::Damaged, byte_offset, message);
    }
}
