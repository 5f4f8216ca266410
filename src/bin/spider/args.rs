//! What the user typed, checked but not yet used: nothing is opened here.

mod export;
mod http;
mod one;

use std::collections::BTreeMap;
use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use spider_pcap::select::{EndPattern, NamePattern, Network};
use spider_pcap::session::{Shard, State};
use spider_pcap::time::{Span, Timestamp};

use crate::{exit, quantity};

pub(crate) use export::{CaptureFormat, ExportArgs};
pub(crate) use http::{HttpArgs, HttpFormat, HttpOutputArgs, StatusRange};
pub(crate) use one::{
    ContentArgs, ContentFormat, PacketFormat, PacketsArgs, PageArgs, ShowArgs, ShowFormat,
    WhichPackets,
};

/// Analyse TCP sessions in PCAP and PCAP-NG captures, offline
#[derive(Debug, Parser)]
#[command(name = "spider", version, after_help = exit::HELP, arg_required_else_help = true)]
pub(crate) struct LowArgs {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) console: ConsoleArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the TCP sessions of captures
    #[command(after_help = SESSIONS_EXAMPLES, after_long_help = sessions_long_help())]
    Sessions(Box<SessionsArgs>),
    /// Show all of one session on a screen: general, TLS, timing, statistics, what went wrong
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Box<ShowArgs>),
    /// Show the packet flow of one session
    #[command(after_help = PACKETS_EXAMPLES)]
    Packets(Box<PacketsArgs>),
    /// Show what was said in one session: its lots, reassembled and decoded
    #[command(after_help = CONTENT_EXAMPLES)]
    Content(Box<ContentArgs>),
    /// Show when things happened: of all sessions as a table, of one as a diagram
    #[command(after_help = TIMING_EXAMPLES)]
    Timing(Box<TimingArgs>),
    /// Print statistics of captures: totals, distributions, hosts, pairs, ports, states
    #[command(after_help = STATS_EXAMPLES, after_long_help = stats_long_help())]
    Stats(Box<StatsArgs>),
    /// List HTTP requests with their responses
    #[command(after_help = http::EXAMPLES, after_long_help = http::long_help())]
    Http(Box<HttpArgs>),
    /// Write the packets of sessions as pcap or pcapng
    #[command(after_help = export::EXAMPLES, after_long_help = export::long_help())]
    Export(Box<ExportArgs>),
    /// Print the JSON Schema of a document
    Schema {
        /// Print the schema of this document
        #[arg(value_name = "DOCUMENT", default_value = "session")]
        document: DocumentChoice,
    },
    /// Print completions for a shell
    Completions {
        /// Shell to complete for
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Print a manual page (roff)
    Man {
        /// Print the page of this command [default: of spider itself]
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
}

impl Command {
    /// What is read, of a command that reads captures.
    pub(crate) fn input_mut(&mut self) -> Option<&mut InputArgs> {
        match self {
            Self::Sessions(args) => Some(&mut args.input),
            Self::Show(args) => Some(&mut args.input),
            Self::Packets(args) => Some(&mut args.input),
            Self::Content(args) => Some(&mut args.input),
            Self::Timing(args) => Some(&mut args.list.input),
            Self::Stats(args) => Some(&mut args.input),
            Self::Http(args) => Some(&mut args.input),
            Self::Export(args) => Some(&mut args.input),
            Self::Schema { .. } | Self::Completions { .. } | Self::Man { .. } => None,
        }
    }
}

/// How the program talks while it works.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ConsoleArgs {
    /// Print results, errors and damage only
    #[arg(short, long, global = true, help_heading = "Console")]
    pub(crate) quiet: bool,
    /// Show no progress bar
    #[arg(long, global = true, help_heading = "Console")]
    pub(crate) no_progress: bool,
    /// Choose when to colour [default: auto]
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        help_heading = "Console",
        hide_possible_values = false
    )]
    pub(crate) color: Option<ColorChoice>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Even into a pipe
    Always,
    /// Not at all
    Never,
}

/// `spider sessions`.
#[derive(Debug, Args)]
pub(crate) struct SessionsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) choose: ChooseArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Exit with 1 if a chosen session matches EXPR (can be repeated: any)
    #[arg(long, value_name = "EXPR", help_heading = "Conditions")]
    pub(crate) fail_if: Vec<String>,
    /// Exit with 1 if no chosen session matches EXPR (can be repeated: each)
    #[arg(long, value_name = "EXPR", help_heading = "Conditions")]
    pub(crate) expect: Vec<String>,
}

/// `spider stats`.
#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) choose: ChooseArgs,
    #[command(flatten)]
    pub(crate) output: StatsOutputArgs,
}

/// What `spider stats` writes, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct StatsOutputArgs {
    /// Print one table only [default: all but session; with csv: capture]
    #[arg(long, value_name = "TABLE")]
    pub(crate) by: Option<StatsTable>,
    /// List the first N hosts, pairs and ports by payload; 0: all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) top: usize,
    /// Choose the format
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: StatsFormat,
    /// Write to a file, whole or not at all [default: -, standard output]
    #[arg(short = 'w', long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
}

/// The tables of `spider stats`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatsTable {
    /// Totals, and what went each way
    Capture,
    /// A row a session
    Session,
    /// A row a host
    Host,
    /// A row a client with a server
    Pair,
    /// A row a server port
    Port,
    /// A row a state
    State,
    /// A row a measure: duration, latency, round trips, payload
    Distribution,
}

/// Output formats of `spider stats`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatsFormat {
    /// For people, fitted to the terminal
    Table,
    /// One document
    Json,
    /// A row of the table of --by a line; without --by the document on one line
    Ndjson,
    /// Exact values of one table
    Csv,
}

/// Documents that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DocumentChoice {
    /// `TcpSession`, of 'spider sessions'
    Session,
    /// `Packet`, of 'spider packets'
    Packet,
    /// `PacketDetail`, of 'spider packets --packet N'
    PacketDetail,
    /// `PacketLot`, of 'spider content'
    Lot,
    /// `SessionTiming`, of 'spider timing'
    Timing,
    /// `HttpCommunication`, of 'spider http'
    Http,
    /// `HttpParsingLog`, of 'spider http --parsing-log'
    HttpLog,
    /// `Statistics`, of 'spider stats'
    Statistics,
}

/// `spider timing`.
#[derive(Debug, Args)]
pub(crate) struct TimingArgs {
    #[command(flatten)]
    pub(crate) list: SessionsArgs,
    /// Draw the diagram of one session with ASCII characters only
    #[arg(long, help_heading = "Output")]
    pub(crate) ascii: bool,
}

/// What is read, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Read these captures as one, of a directory all that lie in it; `-`, or none, is standard
    /// input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Read this capture, too (can be repeated)
    #[arg(short = 'r', long = "read", value_name = "FILE")]
    pub(crate) read: Vec<PathBuf>,
    /// What lies in those of them that are directories.
    #[arg(skip)]
    pub(crate) directories: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// Take TLS secrets from a key log (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Vec<PathBuf>,
    /// Take names from a hosts file (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub(crate) hosts: Vec<PathBuf>,
    /// Show addresses only, whatever names are known
    #[arg(short = 'n', long)]
    pub(crate) no_names: bool,
    /// Stop after N packets [default: all]
    #[arg(short = 'c', long = "count", value_name = "N")]
    pub(crate) count: Option<NonZeroU64>,
    /// Track sessions on N threads; no result depends on it [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Name who captured, in ids
    #[arg(long, value_name = "NAME", default_value = "offline")]
    pub(crate) whisperer: String,
    /// Name the capturing instance, in ids [default: name of the first capture]
    #[arg(long, value_name = "NAME")]
    pub(crate) instance: Option<String>,
    /// End sessions after this much silence, e.g. 500ms, 30s, 5m [default: never]
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    pub(crate) idle_timeout: Option<Span>,
    /// Keep sessions apart by these, for overlapping address spaces [default: none]
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) separate: Vec<SeparateBy>,
    /// Take the sessions of shard I of N only, from 1/N to N/N; together they are all sessions
    #[arg(long, value_name = "I/N", value_parser = quantity::shard)]
    pub(crate) shard: Option<Shard>,
    /// Leave out packets with a wrong checksum [default: count and use them]
    #[arg(long)]
    pub(crate) verify_checksums: bool,
}

/// What keeps sessions of one 4-tuple apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeparateBy {
    /// VLAN ids
    Vlan,
    /// Tunnels and their identifiers
    Tunnel,
    /// Capture interfaces
    Interface,
}

/// Which sessions, and in which order.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Choosing sessions (different options: all must hold; one repeated: any)"
)]
pub(crate) struct ChooseArgs {
    /// Choose by number as listed (3, '#3'), id, part of an id, or socket-socket (can be repeated)
    #[arg(long, value_name = "ID")]
    pub(crate) session: Vec<String>,
    /// Choose by name or address of either end (can be repeated)
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Vec<EndPattern>,
    /// Choose by address or network of either end, e.g. 10.0.0.0/8 (can be repeated)
    #[arg(long, value_name = "ADDR[/LEN]")]
    pub(crate) ip: Vec<Network>,
    /// Choose by port or range of either end, e.g. 443 or 8000-8100 (can be repeated)
    #[arg(long, value_name = "PORT[-PORT]", value_parser = quantity::ports)]
    pub(crate) port: Vec<RangeInclusive<u16>>,
    /// Choose by client: socket, address, network or name (can be repeated)
    #[arg(long, value_name = "END")]
    pub(crate) src: Vec<EndPattern>,
    /// Choose by server: socket, address, network or name (can be repeated)
    #[arg(long, value_name = "END")]
    pub(crate) dst: Vec<EndPattern>,
    /// Choose by name of either end or of the TLS server, with * and ? (can be repeated)
    #[arg(long, value_name = "GLOB")]
    pub(crate) name: Vec<NamePattern>,
    /// Choose by state, e.g. established,closed (can be repeated)
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = parse_state)]
    pub(crate) state: Vec<State>,
    /// Choose sessions in which TLS was recognised
    #[arg(long)]
    pub(crate) tls: bool,
    /// Choose sessions in which HTTP was recognised
    #[arg(long)]
    pub(crate) http: bool,
    /// Choose sessions whose first SYN was not captured
    #[arg(long)]
    pub(crate) missed_syn: bool,
    /// Choose sessions of which bytes or the handshake are missing
    #[arg(long)]
    pub(crate) incomplete: bool,
    /// Choose sessions with data from the client and none from the server
    #[arg(long)]
    pub(crate) no_response: bool,
    /// Choose sessions with packets at or after TIME (RFC 3339, or seconds since the epoch)
    #[arg(long, value_name = "TIME", value_parser = quantity::time)]
    pub(crate) since: Option<Timestamp>,
    /// Choose sessions with packets at or before TIME
    #[arg(long, value_name = "TIME", value_parser = quantity::time)]
    pub(crate) until: Option<Timestamp>,
    /// Choose sessions with at least SIZE of payload, e.g. 1500, 10kB, 1MiB
    #[arg(long, value_name = "SIZE", value_parser = quantity::bytes)]
    pub(crate) min_bytes: Option<u64>,
    /// Choose sessions at least this long, e.g. 500ms, 30s, 5m
    #[arg(long, value_name = "DURATION", value_parser = quantity::duration)]
    pub(crate) min_duration: Option<Span>,
    /// Choose by an expression over the document, e.g. 'dst.port == 443 && latency > 0.2'
    #[arg(short = 'Y', long = "where", value_name = "EXPR")]
    pub(crate) r#where: Vec<String>,
    /// Sort by a field of the document, e.g. latency, or -out.payload for descending [default: capture order]
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    pub(crate) sort: Option<String>,
    /// Show the first N sessions only [default: all]
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

/// What is written, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Choose the format
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Format,
    /// Write to a file, whole or not at all [default: -, standard output]
    #[arg(short = 'w', long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
    /// Choose columns of table or csv: their names, or fields such as tls.serverName
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// Choose how the table shows times
    #[arg(long, value_name = "STYLE", default_value = "absolute")]
    pub(crate) time: TimeChoice,
    /// Print each session as it ends (with -o ndjson)
    #[arg(long, conflicts_with_all = ["session", "sort"])]
    pub(crate) unordered: bool,
}

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, fitted to the terminal
    Table,
    /// One array of documents
    Json,
    /// A document a line
    Ndjson,
    /// Exact values, one session a row
    Csv,
}

/// How the table shows times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TimeChoice {
    /// Date and time in UTC
    #[value(alias = "utc")]
    Absolute,
    /// Date and time in the zone of this computer
    Local,
    /// Seconds since the epoch
    Epoch,
    /// Since the first session of the capture
    Relative,
    /// Since the session listed before
    Delta,
}

fn sessions_long_help() -> String {
    format!("{SESSIONS_LONG_HELP}\n\n{}", exit::HELP)
}

fn stats_long_help() -> String {
    format!("{STATS_LONG_HELP}\n\n{}", exit::HELP)
}

fn parse_state(text: &str) -> Result<State, String> {
    let wanted = text.trim().to_ascii_uppercase().replace('-', "_");
    let found = State::ALL
        .into_iter()
        .find(|state| state.as_str() == wanted);
    found.ok_or_else(|| {
        let names: Vec<&str> = State::ALL.iter().map(|state| state.as_str()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

const SESSIONS_EXAMPLES: &str = "\
Examples:
  spider sessions capture.pcapng
  spider sessions *.pcap.gz --where 'dst.port == 443 && latency > 0.2'
  tcpdump -w - | spider sessions -o ndjson --unordered
More with --help.";

const TIMING_EXAMPLES: &str = "\
Examples:
  spider timing capture.pcapng
  spider timing capture.pcapng --sort -latency --limit 10
  spider timing --session 3 capture.pcapng

CONNECTED and FIRST BYTE are times since the first packet: until the SYN+ACK, and until the first payload
of the server.";

const SHOW_EXAMPLES: &str = "\
Examples:
  spider show --session 3 capture.pcapng
  spider show --session 10.0.0.1:5000-10.0.0.9:80 capture.pcapng
  spider show --session 3 -o json capture.pcapng | jq .analysis

JSON is the document that 'spider sessions -o json' has in its array and 'spider schema' describes.";

const PACKETS_EXAMPLES: &str = "\
Examples:
  spider packets --session 3 capture.pcapng
  spider packets --session 3 --lot 14 capture.pcapng
  spider packets --session 3 --around +1.5s capture.pcapng
  spider packets --session 3 --packet 217 capture.pcapng
  spider packets --session 10.0.0.1:5000-10.0.0.9:80 -o ndjson capture.pcapng";

const CONTENT_EXAMPLES: &str = "\
Examples:
  spider content --session 3 capture.pcapng
  spider content --session 3 --lot 0..3 --decode hex capture.pcapng
  spider content --session 3 --direction in -o raw -w body.bin capture.pcapng";

const SESSIONS_LONG_HELP: &str = "\
Examples:
  spider sessions capture.pcapng
  spider sessions *.pcap.gz --where 'dst.port == 443 && latency > 0.2'
  spider sessions capture.pcapng --sort -in.payload --limit 10
  spider sessions capture.pcapng -o csv --columns number,src.ip,dst.socket,tls.serverName
  spider sessions capture.pcapng --fail-if 'analysis.in.missingBytes > 0'
  tcpdump -w - | spider sessions -o ndjson --unordered

Expressions (Common Expression Language) name the fields of the document that `-o json` prints and
`spider schema` describes: == != < <= > >= && || ! in, 'text', startsWith, contains, matches.
A comparison with a field that a session does not have is false.

Columns of the table: number, time, client, server, state, duration, latency, packets, out, in, lots,
tls, notes; where room is short clock, host and bytes stand in for time, client, out and in. Any field
of the document can be a column, too.

TLS and HTTP count as recognised when the document says so (fields tls and parsers.http).";

const STATS_EXAMPLES: &str = "\
Examples:
  spider stats capture.pcapng
  spider stats *.pcap.gz --by host --top 20
  spider stats capture.pcapng --where 'dst.port == 443' -o json
More with --help.";

const STATS_LONG_HELP: &str = "\
Examples:
  spider stats capture.pcapng
  spider stats *.pcap.gz --by host --top 20
  spider stats capture.pcapng --where 'dst.port == 443' -o json
  spider stats capture.pcapng --by session --sort -in.payload --limit 10
  spider stats capture.pcapng --by host --top 0 -o csv -w hosts.csv
  spider stats capture.pcapng -o json | jq .distributions.latency.p95

What is counted: the chosen sessions; --sort with --limit chooses, too ('packets read', 'TCP packets'
and 'sessions' at the top are of the whole capture). 'out' is client to server, 'in' server to client.

Wire bytes are whole packets, link layer included. Overhead is IP and TCP headers as a share of
headers and payload. Throughput is payload bits per second, re-sent bytes included, goodput the same
with each byte once: over the span from the first to the last packet of the chosen sessions, or over a
session's own duration. Percentiles are by nearest rank, so that each is a value that occurred.
Percentages and rates are cut, not rounded.

CSV has exact numbers in one table (--by): a row a session, host, pair, port, state or measure, named
by paths of the document that '-o json' prints and 'spider schema statistics' describes. The capture
itself (the default) comes as rows of name and value: totals.sessions, out.payload, in.resentBytes.";
