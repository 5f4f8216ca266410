//! What the user typed behind `spider http`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ChooseArgs, InputArgs, TimeChoice};
use crate::{exit, quantity};

/// `spider http`.
#[derive(Debug, Args)]
pub(crate) struct HttpArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) choose: ChooseArgs,
    /// Choose requests by status of the response: 404, 5xx, 200-299, none (comma between several)
    #[arg(
        long,
        value_name = "STATUS,...",
        value_delimiter = ',',
        value_parser = status,
        help_heading = "Choosing requests (besides --where, --no-response, --sort and --limit)"
    )]
    pub(crate) status: Vec<StatusRange>,
    #[command(flatten)]
    pub(crate) output: HttpOutputArgs,
}

/// What `spider http` writes, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct HttpOutputArgs {
    /// Choose the format
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: HttpFormat,
    /// Write to a file, whole or not at all [default: -, standard output]
    #[arg(short = 'w', long, value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
    /// Choose columns of table or csv: their names, or fields such as response.contentType
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// Choose how the table shows times
    #[arg(long, value_name = "STYLE", default_value = "absolute")]
    pub(crate) time: TimeChoice,
    /// Print how messages were read instead: their lots, packets, bytes, and what was odd
    #[arg(long)]
    pub(crate) parsing_log: bool,
    /// Write the bodies of the requests and responses into this directory, decoded
    #[arg(long, value_name = "DIR")]
    pub(crate) save_bodies: Option<PathBuf>,
    /// Write no more than SIZE of a decoded body
    #[arg(long, value_name = "SIZE", value_parser = quantity::bytes, default_value = "100MB")]
    pub(crate) max_body: u64,
}

/// Output formats of `spider http`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HttpFormat {
    /// For people, fitted to the terminal
    Table,
    /// One array of documents
    Json,
    /// A document a line
    Ndjson,
    /// Exact values, one request a row
    Csv,
    /// HTTP archive 1.2, for the developer tools of browsers
    Har,
}

/// Status codes from one to another; `None` is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StatusRange(pub(crate) Option<(u16, u16)>);

fn status(text: &str) -> Result<StatusRange, String> {
    let text = text.trim().to_ascii_lowercase();
    let number = |text: &str| {
        let number = text.parse::<u16>().ok();
        number.filter(|number| (100..1000).contains(number))
    };
    let range = match (text.strip_suffix("xx"), text.split_once('-')) {
        _ if text == "none" => return Ok(StatusRange(None)),
        (Some(class), _) => class
            .parse::<u16>()
            .ok()
            .filter(|class| (1..10).contains(class))
            .map(|class| (class * 100, class * 100 + 99)),
        (None, Some((from, to))) => number(from).zip(number(to)),
        (None, None) => number(&text).map(|number| (number, number)),
    };
    range
        .map(|range| StatusRange(Some(range)))
        .ok_or_else(|| "expected a code such as 404, a class such as 5xx, or none".to_owned())
}

pub(super) fn long_help() -> String {
    format!("{LONG_HELP}\n\n{}", exit::HELP)
}

pub(super) const EXAMPLES: &str = "\
Examples:
  spider http capture.pcapng
  spider http capture.pcapng --status 5xx,none --sort -duration
  spider http capture.pcapng --where 'request.method == \"POST\" && response.status >= 400'
More with --help.";

const LONG_HELP: &str = "\
Examples:
  spider http capture.pcapng
  spider http capture.pcapng --status 5xx,none --sort -duration
  spider http capture.pcapng --where 'request.method == \"POST\" && response.status >= 400'
  spider http capture.pcapng --session 3 -o ndjson | jq .request.headers
  spider http capture.pcapng -o har -w capture.har
  spider http capture.pcapng --status 200 --save-bodies bodies/
  spider http capture.pcapng -o csv --columns time,url,status,response.contentType

Sessions are chosen by the options that name ends, times and states. --where, --no-response, --sort and
--limit are about requests: their fields are those of the document that `-o json` prints and `spider
schema http` describes. Requests are listed in the order of their first packets.

--save-bodies writes DIR/NUMBER-request-NAME and DIR/NUMBER-response-NAME, without the content codings
gzip, deflate, br and zstd; a file that exists is not overwritten. In a HAR file, TLS sessions that could
not be read are listed as _undecryptedTls, and responses without a request as _responsesWithoutRequest.

Columns of the table: number, time, client, server, method, url, status, out, in, wait, duration, type,
session, lots, notes; where room is short clock and host stand in for time and client. out and in are the
bodies as captured, before content decoding, 'of' what Content-Length says where that differs. wait is
the time from the first packet of the request to the first of the response, duration to its last. lots
are those of the request and of the response. Any field of the document can be a column, too.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_codes_classes_ranges_or_none() {
        let range = |text| status(text).map(|StatusRange(range)| range);
        assert_eq!(range("404"), Ok(Some((404, 404))));
        assert_eq!(range("5xx"), Ok(Some((500, 599))));
        assert_eq!(range("200-299"), Ok(Some((200, 299))));
        assert_eq!(range("none"), Ok(None));
        for bad in ["", "99", "xx", "0xx", "1000", "2x", "-"] {
            assert!(range(bad).is_err(), "{bad}");
        }
    }
}
