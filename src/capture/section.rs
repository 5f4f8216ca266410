//! Where interfaces come from: the sections of capture files.
//!
//! Sources: draft-ietf-opsawg-pcapng, "Section Header Block".

use crate::pcapng::OptionList;

/// A section of a pcapng file, or a whole pcap file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The file it is in, as the user named it.
    pub file: String,
    /// Comments, hardware, operating system and program of its header; a pcap file has none.
    pub options: OptionList,
}
