//! What the packets say about the connection: round trips, options, Zeek's words.
//!
//! Sources: Zeek's `conn.log` (`conn_state`, `history`).

use super::block::{Block, Paper};
use super::facts::span_text;
use crate::document::{HalfAnalysis, Rtt, TcpSession};
use crate::view::HumanBytes;
use crate::view::units::plural;

/// The tracking section.
pub(super) fn section(session: &TcpSession<'_>, paper: Paper) -> Block {
    let analysis = &session.analysis;
    let mut block = Block::titled("Tracking", paper);
    block.pair_if("Handshake", analysis.handshake_rtt.map(span_text));
    block.pair_if("To server", analysis.rtt.as_ref().map(round_trip));
    block.pair_if("To client", analysis.client_rtt.as_ref().map(round_trip));
    block.pair_if("Client offers", offers(&analysis.out));
    block.pair_if("Server offers", offers(&analysis.r#in));
    block.pair_if("In flight", in_flight(session));
    let state = analysis.conn_state;
    let meaning = state_meaning(state);
    block.pair("Zeek state", &format!("{state}: {meaning}"));
    block.pair_if("Zeek history", history(analysis.history));
    block.pair("Community ID", &analysis.community_id.to_string());
    block
}

fn round_trip(rtt: &Rtt) -> String {
    let [min, p50, p95, max] = [rtt.min, rtt.p50, rtt.p95, rtt.max].map(span_text);
    let samples = plural(rtt.samples, "sample");
    if rtt.samples == 1 {
        return format!("{min} ({samples})");
    }
    format!("min {min}, median {p50}, p95 {p95}, max {max} ({samples})")
}

/// What the SYN of a side offered, and what its packets carried.
fn offers(half: &HalfAnalysis) -> Option<String> {
    let parts = [
        half.mss.map(|mss| format!("MSS {mss}")),
        half.window_scale
            .map(|shift| format!("window scale {shift}")),
        half.sack_permitted.then(|| "SACK".to_owned()),
        half.timestamps.then(|| "timestamps".to_owned()),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The most that each side had sent without an acknowledgment.
fn in_flight(session: &TcpSession<'_>) -> Option<String> {
    let analysis = &session.analysis;
    let sides = [
        ("client", analysis.out.max_bytes_in_flight),
        ("server", analysis.r#in.max_bytes_in_flight),
    ];
    let told = sides.iter().filter(|(_, bytes)| 0 < *bytes);
    let told: Vec<_> = told
        .map(|(who, bytes)| format!("{who} {}", HumanBytes(*bytes)))
        .collect();
    (!told.is_empty()).then(|| format!("at most {}", told.join(", ")))
}

fn state_meaning(state: &str) -> &'static str {
    match state {
        "S0" => "connection attempt, no reply",
        "S1" => "established, not closed",
        "SF" => "opened and closed normally",
        "REJ" => "connection attempt refused",
        "S2" => "established, client closed, server did not",
        "S3" => "established, server closed, client did not",
        "RSTO" => "established, reset by the client",
        "RSTR" => "reset by the server",
        "RSTOS0" => "SYN, then a reset by the client, no SYN+ACK",
        "RSTRH" => "SYN+ACK, then a reset by the server, no SYN",
        "SH" => "SYN, then a FIN of the client, no SYN+ACK",
        "SHR" => "SYN+ACK, then a FIN of the server, no SYN",
        _ => "start missed, or none of the usual",
    }
}

/// The letters, with what those that occur mean.
fn history(letters: &str) -> Option<String> {
    if letters.is_empty() {
        return None;
    }
    let occurs = |letter: char| letters.contains([letter, letter.to_ascii_uppercase()]);
    let known = LETTERS.iter().filter(|(letter, _)| occurs(*letter));
    let told: Vec<_> = known
        .map(|(letter, meaning)| format!("{letter}={meaning}"))
        .collect();
    Some(format!("{letters} ({}; capitals: client)", told.join(", ")))
}

/// Zeek's letters for the server; those of the client are capitals.
const LETTERS: [(char, &str); 12] = [
    ('s', "SYN"),
    ('h', "SYN+ACK"),
    ('a', "ACK"),
    ('d', "data"),
    ('f', "FIN"),
    ('r', "RST"),
    ('c', "bad checksum"),
    ('g', "gap"),
    ('t', "re-sent"),
    ('w', "zero window"),
    ('i', "FIN with RST"),
    ('q', "SYN with FIN or RST"),
];
