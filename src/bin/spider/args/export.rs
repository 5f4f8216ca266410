//! What the user typed for `spider export`.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use spider_pcap::export::{ExportFormat, FieldStyle};

use super::{ChooseArgs, InputArgs};
use crate::quantity;

/// `spider export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) choose: ChooseArgs,
    #[command(flatten)]
    pub(crate) output: ExportOutputArgs,
}

/// What is written, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct ExportOutputArgs {
    /// Choose the format [default: by the ending of the file, else pcapng]
    #[arg(short = 'o', long, value_name = "FORMAT")]
    pub(crate) format: Option<CaptureFormat>,
    /// Write to a file, whole or not at all [default: -, standard output]
    #[arg(short = 'w', long, value_name = "FILE", conflicts_with = "split")]
    pub(crate) write: Option<PathBuf>,
    /// Write a file a session into this directory, named <number>-<name>
    #[arg(long, value_name = "DIR")]
    pub(crate) split: Option<PathBuf>,
    /// Overwrite existing files
    #[arg(long)]
    pub(crate) force: bool,
    /// Write only the packets of one lot of the session, or of several
    #[arg(long, value_name = "N|A..B", value_parser = quantity::lots, conflicts_with = "split")]
    pub(crate) lot: Option<RangeInclusive<u64>>,
    /// Write no TLS secrets
    #[arg(long)]
    pub(crate) no_secrets: bool,
    /// Choose how TLS version, cipher and the like are written beside the secrets
    #[arg(long, value_name = "HOW", default_value = "dsb")]
    pub(crate) spider_fields: FieldChoice,
}

/// Formats of captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CaptureFormat {
    /// Packets and times only
    Pcap,
    /// With interfaces, comments, names and TLS secrets
    Pcapng,
}

/// How custom fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FieldChoice {
    /// As key-log lines in a block of their own
    Dsb,
    /// As comments in the key log with the secrets
    Comment,
    /// Not at all
    None,
}

impl From<CaptureFormat> for ExportFormat {
    fn from(choice: CaptureFormat) -> Self {
        match choice {
            CaptureFormat::Pcap => Self::Pcap,
            CaptureFormat::Pcapng => Self::Pcapng,
        }
    }
}

impl From<FieldChoice> for FieldStyle {
    fn from(choice: FieldChoice) -> Self {
        match choice {
            FieldChoice::Dsb => Self::Block,
            FieldChoice::Comment => Self::Comments,
            FieldChoice::None => Self::Nothing,
        }
    }
}
