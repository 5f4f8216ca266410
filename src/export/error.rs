//! Why sessions cannot be written, and what can be done.

use std::io;

use crate::capture::PcapWriteError;
use crate::pcapng::WriteError;

/// What stopped an export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// As pcap.
    #[error(transparent)]
    Pcap(#[from] PcapWriteError),
    /// As pcapng.
    #[error(transparent)]
    Pcapng(#[from] WriteError),
}

impl ExportError {
    /// What the output said, where it is to blame.
    ///
    /// # Errors
    /// This error, where the output is not to blame.
    pub fn into_io(self) -> Result<io::Error, Self> {
        match self {
            Self::Pcap(PcapWriteError::Io { source }) | Self::Pcapng(WriteError::Io { source }) => {
                Ok(source)
            }
            Self::Pcap(_) | Self::Pcapng(_) => Err(self),
        }
    }

    /// What the user can do, as a lower-case fragment; `None` when nothing comes to mind.
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Pcap(PcapWriteError::Io { .. }) | Self::Pcapng(WriteError::Io { .. }) => None,
            Self::Pcap(_) => Some("a pcapng file can hold it: add --format pcapng"),
            Self::Pcapng(WriteError::NotOfFirstInterface { .. }) => {
                Some("export sessions without times of one capture at a time")
            }
            Self::Pcapng(_) => None,
        }
    }
}
