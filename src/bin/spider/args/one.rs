//! What the user typed for the commands that show one session.

use std::num::NonZeroU64;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use spider_pcap::lot::Overlap;
use spider_pcap::session::Direction;
use spider_pcap::view::Characters;

use super::{InputArgs, TimeChoice};
use crate::quantity::{self, Moment};

/// Which session.
#[derive(Debug, Args)]
#[command(next_help_heading = "Choosing the session")]
pub(crate) struct OneArgs {
    /// Show this session: number as listed (3, '#3'), id, part of an id, or socket-socket [default: the only one]
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,
}

/// `spider show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) one: OneArgs,
    /// Choose the format
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        default_value = "table",
        help_heading = "Output"
    )]
    pub(crate) format: ShowFormat,
    #[command(flatten)]
    pub(crate) page: PageArgs,
}

/// Formats of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people: all of it on a screen
    #[value(alias = "text")]
    Table,
    /// Its document, on one line
    #[value(alias = "ndjson")]
    Json,
}

/// `spider packets`.
#[derive(Debug, Args)]
pub(crate) struct PacketsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) one: OneArgs,
    #[command(flatten)]
    pub(crate) which: WhichPackets,
    /// Open one packet, by its number in the capture: all layers field by field, and its bytes
    #[arg(long, value_name = "N", help_heading = "Choosing packets", conflicts_with_all = ["from", "to", "around", "lot", "direction"])]
    pub(crate) packet: Option<NonZeroU64>,
    /// Choose the format
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        default_value = "table",
        help_heading = "Output"
    )]
    pub(crate) format: PacketFormat,
    #[command(flatten)]
    pub(crate) page: PageArgs,
}

/// Which packets of the session.
#[derive(Debug, Args)]
#[command(next_help_heading = "Choosing packets")]
pub(crate) struct WhichPackets {
    /// Start at TIME (RFC 3339, seconds since the epoch, or +DURATION since the first packet)
    #[arg(long, value_name = "TIME", value_parser = quantity::moment)]
    pub(crate) from: Option<Moment>,
    /// Stop behind TIME
    #[arg(long, value_name = "TIME", value_parser = quantity::moment)]
    pub(crate) to: Option<Moment>,
    /// Show the packets around TIME: the 10 before it and the 10 from it on
    #[arg(long, value_name = "TIME", value_parser = quantity::moment, conflicts_with_all = ["from", "to"])]
    pub(crate) around: Option<Moment>,
    /// Show the packets of one lot, or of several
    #[arg(long, value_name = "N|A..B", value_parser = quantity::lots)]
    pub(crate) lot: Option<RangeInclusive<u64>>,
    /// Show one direction: out (client to server) or in
    #[arg(long, value_name = "DIRECTION")]
    pub(crate) direction: Option<DirectionChoice>,
}

/// `spider content`.
#[derive(Debug, Args)]
pub(crate) struct ContentArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) one: OneArgs,
    /// Show one lot, or several
    #[arg(long, value_name = "N|A..B", value_parser = quantity::lots, help_heading = "Choosing lots")]
    pub(crate) lot: Option<RangeInclusive<u64>>,
    /// Show one direction: out (client to server) or in
    #[arg(long, value_name = "DIRECTION", help_heading = "Choosing lots")]
    pub(crate) direction: Option<DirectionChoice>,
    /// Choose the decoder; auto looks at the bytes, raw shows them as they are
    #[arg(
        long,
        value_name = "NAME",
        default_value = "auto",
        help_heading = "Content"
    )]
    pub(crate) decode: String,
    /// Show the TCP bytes as captured, never deciphered
    #[arg(long, help_heading = "Content")]
    pub(crate) encrypted: bool,
    /// Choose which copy of a byte counts where packets bring different ones
    #[arg(
        long,
        value_name = "COPY",
        default_value = "first",
        help_heading = "Content"
    )]
    pub(crate) overlap: OverlapChoice,
    /// Hold at most SIZE of the session while late packets may still come
    #[arg(long, value_name = "SIZE", default_value = "4MiB", value_parser = quantity::bytes, help_heading = "Content")]
    pub(crate) hold: u64,
    /// Choose the format
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    pub(crate) format: ContentFormat,
    #[command(flatten)]
    pub(crate) page: PageArgs,
}

/// Where a long text goes, and how it is drawn.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct PageArgs {
    /// Write to a file, whole or not at all [default: -, standard output]
    #[arg(short = 'w', long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
    /// Open a pager on a terminal: $PAGER, or less
    #[arg(long)]
    pub(crate) paginate: bool,
    /// Choose how times are shown
    #[arg(long, value_name = "STYLE", default_value = "absolute")]
    pub(crate) time: TimeChoice,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub(crate) ascii: bool,
}

impl PageArgs {
    /// What it is drawn with.
    pub(crate) const fn characters(&self) -> Characters {
        match self.ascii {
            true => Characters::Ascii,
            false => Characters::Unicode,
        }
    }
}

/// Formats of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PacketFormat {
    /// For people: the packet flow, client left and server right
    #[value(alias = "text")]
    Table,
    /// One array of documents
    Json,
    /// A document a line
    Ndjson,
    /// Exact values, one packet a row
    Csv,
}

/// Formats of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ContentFormat {
    /// For people: lots with their headers
    #[value(alias = "table")]
    Text,
    /// One array of documents
    Json,
    /// A document a line
    Ndjson,
    /// The bytes of the stream and nothing else
    Raw,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DirectionChoice {
    /// Client to server
    #[value(alias = "client")]
    Out,
    /// Server to client
    #[value(alias = "server")]
    In,
}

/// Which copy of a byte counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OverlapChoice {
    /// The one captured first
    First,
    /// The one captured last
    Last,
}

impl From<DirectionChoice> for Direction {
    fn from(choice: DirectionChoice) -> Self {
        match choice {
            DirectionChoice::Out => Self::Out,
            DirectionChoice::In => Self::In,
        }
    }
}

impl From<OverlapChoice> for Overlap {
    fn from(choice: OverlapChoice) -> Self {
        match choice {
            OverlapChoice::First => Self::First,
            OverlapChoice::Last => Self::Last,
        }
    }
}
