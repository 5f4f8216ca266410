//! A mini-language for sessions: one segment a line, read like a packet log.
//!
//! ```text
//! C S 100 ws=7          the client (10.0.0.1:40000) sends a SYN with sequence number 100
//! S SA 300/101          the server (10.0.0.2:80) sends SYN and ACK, acknowledging 101
//! C PA 101/301 'GET'    payload as text
//! C A 104/301 +1448     payload of 1448 bytes
//! ```
//!
//! Flags: `S`, `A`, `F`, `R`, `P`, or `.` for none. Then any of `t=SECONDS` (default 1 ms after
//! the line before), `id=N`, `ts=VALUE:ECHO`, `win=N`, `ws=N`, `mss=N`, `sackok`, `cut=N` (bytes
//! that the snapshot length cut off).

#![expect(
    clippy::cast_possible_truncation,
    reason = "scripts hold small numbers"
)]

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::capture::{InterfaceId, PacketNumber};
use crate::lot::LotCounter;
use crate::packet::{EncapsulationId, Endpoint, Segment, SegmentHead, SeqNumber, TcpFlags};
use crate::session::{
    Direction, Ended, FollowedSession, Limits, Payloads, Route, SessionObserver, SessionSummary,
    Tracker,
};
use crate::time::{Precision, Timestamp};

/// One line of a script, with the bytes that a capture would hold.
pub(crate) struct Line {
    head: SegmentHead,
    header: Vec<u8>,
    payload: Vec<u8>,
}

impl Line {
    pub(crate) fn segment(&self) -> Segment<'_> {
        Segment {
            head: self.head,
            header: &self.header,
            payload: &self.payload,
        }
    }
}

/// All payloads of a script.
struct AllPayloads(HashMap<PacketNumber, Vec<u8>>);

impl AllPayloads {
    fn of(script: &[Line]) -> Self {
        let payloads = script.iter();
        Self(
            payloads
                .map(|line| (line.head.number, line.payload.clone()))
                .collect(),
        )
    }
}

impl Payloads for AllPayloads {
    fn payload(&self, number: PacketNumber) -> Option<&[u8]> {
        self.0.get(&number).map(Vec::as_slice)
    }
}

/// Runs a script and checks facts of its sessions.
///
/// `expected` holds one line a session with `fact=value` words; facts not named are not checked.
#[track_caller]
pub(super) fn check(script: &str, expected: &str) {
    check_with(Limits::default(), script, expected);
}

#[track_caller]
pub(super) fn check_with(limits: Limits, script: &str, expected: &str) {
    let found: Vec<_> = run(limits, &parse(script)).iter().map(facts).collect();
    let wanted: Vec<&str> = lines(expected).collect();
    assert_eq!(found.len(), wanted.len(), "sessions: {found:#?}");
    for (session, (facts, wanted)) in found.iter().zip(wanted).enumerate() {
        for word in wanted.split_whitespace() {
            let (name, value) = word.split_once('=').expect("fact=value");
            let fact = facts
                .get(name)
                .unwrap_or_else(|| panic!("no fact {name}: {facts:#?}"));
            assert_eq!(fact, value, "{name} of session {session}: {facts:#?}");
        }
    }
}

/// The sessions of a script in the order of their first packets.
pub(super) fn run(limits: Limits, script: &[Line]) -> Vec<Ended<LotCounter>> {
    let payloads = AllPayloads::of(script);
    let mut tracker = Tracker::new(limits);
    let mut ended = Vec::new();
    for line in script {
        let segment = line.segment();
        let route = Route::of(line.head.source, line.head.destination, 0, 0);
        ended.extend(tracker.handle(&segment, &route, &payloads).ended);
    }
    ended.extend(tracker.finish());
    ended.sort_by_key(|ended| ended.summary.first_packet);
    ended
}

/// Follows the one session of a script; `each` sees its observer after every packet.
pub(crate) fn follow<O: SessionObserver>(
    script: &str,
    mut each: impl FnMut(&mut O, &Segment<'_>),
) -> Box<SessionSummary> {
    let script = parse(script);
    let payloads = AllPayloads::of(&script);
    let route = |line: &Line| Route::of(line.head.source, line.head.destination, 0, 0);
    let first = script.first().expect("a packet");
    let mut session = FollowedSession::<O>::starting_with(&route(first), &first.head);
    for line in &script {
        session.handle(&route(line), &line.segment(), &payloads);
        each(session.observer(), &line.segment());
    }
    session.finish().0
}

/// Reads a script.
pub(super) fn parse(script: &str) -> Vec<Line> {
    let mut number = PacketNumber::FIRST;
    let mut time = 0;
    lines(script)
        .map(|text| {
            let line = parse_line(text, number, time + 1_000_000);
            number = number.next();
            time = line.head.time.map_or(time, Timestamp::nanos);
            line
        })
        .collect()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
}

fn parse_line(text: &str, number: PacketNumber, time: i64) -> Line {
    let mut words = text.split_whitespace();
    let (client, server) = (end("10.0.0.1:40000"), end("10.0.0.2:80"));
    let (source, destination) = match words.next().expect("who") {
        "C" => (client, server),
        "S" => (server, client),
        other => panic!("who is {other}?"),
    };
    let flags = words
        .next()
        .expect("flags")
        .chars()
        .map(flag)
        .fold(TcpFlags(0), TcpFlags::with);
    let (seq, ack) = words
        .next()
        .map(|word| word.split_once('/').unwrap_or((word, "0")))
        .expect("seq");
    let mut line = Line {
        head: SegmentHead {
            number,
            time: Some(Timestamp::from_nanos(time)),
            precision: Precision::MICROS,
            interface: InterfaceId(0),
            encapsulation: EncapsulationId(0),
            source,
            destination,
            seq: SeqNumber(seq.parse().expect("seq")),
            ack: SeqNumber(ack.parse().expect("ack")),
            flags,
            window: 65_535,
            ip_id: Some(0),
            ip_checksum_good: true,
            ip_header_len: 20,
            tcp_header_len: 20,
            payload_len: 0,
            captured_payload_len: 0,
            original_len: 54,
            tcp_start: 0,
            truncated: false,
        },
        header: vec![0; 20],
        payload: Vec::new(),
    };
    words.for_each(|word| apply(&mut line, word));
    finish(&mut line);
    line
}

fn apply(line: &mut Line, word: &str) {
    if let Some(text) = word.strip_prefix('\'') {
        line.payload = text.trim_end_matches('\'').as_bytes().to_vec();
        return;
    }
    if let Some(len) = word.strip_prefix('+') {
        line.payload = (0..len.parse::<u32>().expect("len"))
            .map(|n| (n % 251) as u8)
            .collect();
        return;
    }
    let (name, value) = word.split_once('=').unwrap_or((word, "0"));
    let number = || value.parse::<u32>().expect("number");
    match name {
        "t" => {
            let seconds: f64 = value.parse().expect("seconds");
            line.head.time = Some(Timestamp::from_nanos((seconds * 1e9).round() as i64));
        }
        "id" => line.head.ip_id = Some(number() as u16),
        "win" => line.head.window = number() as u16,
        "ws" => line.header.extend([3, 3, number() as u8, 1]),
        "mss" => line
            .header
            .extend([[2, 4], (number() as u16).to_be_bytes()].concat()),
        "sackok" => line.header.extend([4, 2, 1, 1]),
        "ts" => {
            let (value, echo) = value.split_once(':').expect("ts=VALUE:ECHO");
            line.header.extend([1, 1, 8, 10]);
            line.header
                .extend(value.parse::<u32>().expect("value").to_be_bytes());
            line.header
                .extend(echo.parse::<u32>().expect("echo").to_be_bytes());
        }
        "cut" => {
            line.payload
                .truncate(line.payload.len().saturating_sub(number() as usize));
            line.head.payload_len = number();
            line.head.truncated = true;
        }
        other => panic!("what is {other}?"),
    }
}

fn finish(line: &mut Line) {
    line.head.captured_payload_len = line.payload.len() as u32;
    line.head.payload_len += line.head.captured_payload_len;
    line.head.tcp_header_len = line.header.len() as u8;
    line.head.original_len = 34 + line.header.len() as u32 + line.head.payload_len;
    line.header[12] = (line.head.tcp_header_len / 4) << 4;
    let sum = checksum(line).to_be_bytes();
    line.header[16..18].copy_from_slice(&sum);
}

/// The TCP checksum of a line (RFC 9293 §3.1), word by word.
fn checksum(line: &Line) -> u16 {
    let std::net::IpAddr::V4(source) = line.head.source.ip else {
        return 0;
    };
    let std::net::IpAddr::V4(destination) = line.head.destination.ip else {
        return 0;
    };
    let len = line.header.len() as u32 + line.head.payload_len;
    let mut bytes = [source.octets(), destination.octets(), [0, 0, 0, 6]].concat();
    bytes.extend(len.to_be_bytes());
    bytes.extend(&line.header);
    bytes.extend(&line.payload);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|word| u32::from(word[0]) * 256 + u32::from(word[1]))
        .sum();
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !(sum as u16)
}

fn flag(letter: char) -> TcpFlags {
    match letter {
        'S' => TcpFlags::SYN,
        'A' => TcpFlags::ACK,
        'F' => TcpFlags::FIN,
        'R' => TcpFlags::RST,
        'P' => TcpFlags::PSH,
        '.' => TcpFlags(0),
        other => panic!("what flag is {other}?"),
    }
}

fn end(text: &str) -> Endpoint {
    let socket: std::net::SocketAddr = text.parse().expect("socket");
    Endpoint {
        ip: socket.ip(),
        port: socket.port(),
    }
}

/// All that a script can check of a session, by name.
fn facts(ended: &Ended<LotCounter>) -> BTreeMap<String, String> {
    let (summary, lots) = (&ended.summary, ended.observer.totals());
    let mut facts = BTreeMap::new();
    let mut fact = |name: &str, value: String| {
        facts.insert(name.to_owned(), value);
    };
    fact(
        "client",
        if summary.client.port == 40_000 {
            "C".into()
        } else {
            "S".into()
        },
    );
    fact("evidence", format!("{:?}", summary.client_evidence));
    fact("state", summary.state.to_string());
    fact("missed", summary.missed_syn.to_string());
    fact("packets", summary.packets.to_string());
    fact("lots", lots.lots.to_string());
    fact("history", summary.history.clone());
    fact("conn", summary.conn_state.to_owned());
    fact("occurrence", summary.occurrence.to_string());
    let closed = summary
        .closed_by
        .map(|closed| format!("{:?}/{}", closed.kind, closed.direction));
    fact("closed", closed.unwrap_or_else(|| "-".into()));
    let samples = summary.rtt.map_or(0, |rtt| rtt.samples);
    fact("rtt", samples.to_string());
    for direction in Direction::BOTH {
        let half = &summary.halves[direction];
        let mut fact = |name: &str, value: u64| {
            facts.insert(format!("{direction}.{name}"), value.to_string());
        };
        fact("isn", half.initial_seq.map_or(0, |seq| u64::from(seq.0)));
        fact("lastAck", half.last_ack.map_or(0, |seq| u64::from(seq.0)));
        fact("payload", half.payload_bytes);
        fact("stream", half.stream_bytes);
        fact("resent", half.resent_packets);
        fact("resentBytes", half.resent_bytes);
        fact("dup", half.duplicates);
        fact("ooo", half.out_of_order);
        fact("lost", half.lost_upstream);
        fact("gaps", half.gaps);
        fact("missing", half.missing_bytes);
        fact("dupAcks", half.duplicate_acks);
        fact("zeroWindows", half.zero_windows);
        fact("windowFull", half.window_full);
        fact("keepAlives", half.keep_alives);
        fact("late", lots.late_packets[direction]);
        fact("conflicts", half.overlap_conflicts);
        fact("invalidResets", half.invalid_resets);
        fact("invalidSequences", half.invalid_sequences);
        fact("inFlight", half.max_bytes_in_flight);
    }
    facts
}
