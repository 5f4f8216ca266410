//! What the user typed for `spider export`.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use spider_pcap::export::{ExportFormat, FieldStyle};

use super::{ChooseArgs, InputArgs};
use crate::{exit, quantity};

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
    /// Write a file a session into this directory, named NUMBER-NAME
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

/// The long help: more examples, and what a file holds.
pub(super) fn long_help() -> String {
    format!("{LONG_HELP}\n\n{}", exit::HELP)
}

pub(super) const EXAMPLES: &str = "\
Examples:
  spider export --session 3 -w session.pcapng capture.pcapng
  spider export --session 3 --lot 14 -w lot.pcap capture.pcapng
  spider export --host db.example --split sessions/ capture.pcapng
More with --help.";

const LONG_HELP: &str = "\
Examples:
  spider export --session 3 -w session.pcapng capture.pcapng
  spider export --session 3 --session 7 -w two.pcapng capture.pcapng
  spider export --session 3 --lot 14 -w lot.pcap capture.pcapng
  spider export --where 'latency > 0.2' --keylog keys.log -w slow.pcapng capture.pcapng
  spider export --host db.example --split sessions/ capture.pcapng
  spider export --session 3 < capture.pcapng | tshark -r - -V

All TCP sessions are written unless some are chosen. Packets are written byte for byte in the
order of the capture, all fragments of their IP datagrams included.

pcapng keeps interfaces, comments, flags and times to the last digit, and adds what belongs to
these sessions and no other: the names of their ends (not with --no-names) and the TLS secrets
of their client randoms (not with --no-secrets), those of --hosts and --keylog included. Whoever
gets the file can decrypt these sessions. TLS version, cipher and encrypt-then-MAC stand in a
second key log, where the handshake may be missing (--spider-fields). Key-log lines of unknown
form are kept when all sessions are exported and the capture itself holds them. Wireshark shows
the names with '-N n' (View, Name Resolution).

One session that is named by its id, its ends or its number is written while it is read. For
others the capture is read two or three times; what is piped in is kept in a temporary file
meanwhile.";
