//! Sessions, packets and bytes against those that tshark counts.
//!
//! `cargo test --test differential -- --ignored` runs it where tshark is installed.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "differential/copies.rs"]
mod copies;
#[path = "support/copy.rs"]
mod copy;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/diff.rs"]
mod diff;
#[path = "differential/http.rs"]
mod http;
#[path = "support/seen.rs"]
mod seen;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;

use corpus::files::CaptureFile;
use serde_json::Value;
use spider_pcap::session::{Direction, Target};

#[test]
#[ignore = "needs tshark"]
fn sessions_are_those_of_tshark() {
    let mut report = String::new();
    for file in corpus::all() {
        let is_known = DIFFERENCES.iter().any(|(name, _)| *name == file.name);
        let (theirs, ours) = (theirs(&file), ours(&file));
        if (theirs == ours) == is_known {
            let lines = diff::lines(&theirs, &ours);
            writeln!(report, "{} (- tshark, + ours):\n{lines}", file.name).unwrap();
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

/// Here packet 7 brings bytes that packet 6 had acknowledged: tshark drops them and has a text in
/// their place.
const FILLED_LATE: &str = "hand-made/late-gap-filled.pcap";

/// The bytes of [`FILLED_LATE`] with those of packet 7 for tshark's text.
fn with_late_bytes(theirs: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(theirs.to_vec()).unwrap();
    let gap = "[20 bytes missing in capture file]\0";
    assert!(text.contains(gap), "{text:?}");
    text.replace(gap, "s/17 HTTP/1.1\r\nhost:").into_bytes()
}

#[test]
#[ignore = "needs tshark"]
fn content_is_that_of_tshark() {
    let (mut report, mut compared) = (String::new(), 0);
    for file in corpus::all() {
        let bytes = file.bytes();
        let analysis = corpus::try_analysis(&file.name, bytes.clone()).unwrap();
        let streams = first_packets(&file);
        for record in analysis.sessions.iter() {
            let summary = &record.summary;
            let halves = [&summary.halves.out, &summary.halves.r#in];
            let has_gaps = halves.iter().any(|half| 0 < half.missing_bytes);
            let has_conflicts = halves.iter().any(|half| 0 < half.overlap_conflicts);
            if has_gaps || has_conflicts {
                continue;
            }
            let first = summary.first_packet.value();
            let Some(stream) = streams.get(&first) else {
                writeln!(
                    report,
                    "{}: no stream starts with packet {first}",
                    file.name
                )
                .unwrap();
                continue;
            };
            let target = Target::FirstPacket(summary.first_packet);
            let (_, seen) = seen::followed(&file.name, &bytes, target, 64 << 20);
            let ends = [
                (Direction::Out, summary.client),
                (Direction::In, summary.server),
            ];
            let theirs = follow_raw(&file, *stream);
            for (direction, end) in ends {
                let end = SocketAddr::new(end.ip, end.port);
                let ours = seen.content.get(&direction).cloned().unwrap_or_default();
                let mut theirs = theirs.get(&end).cloned().unwrap_or_default();
                if file.name == FILLED_LATE && direction == Direction::Out {
                    theirs = with_late_bytes(&theirs);
                }
                compared += ours.len();
                if ours != theirs {
                    let (ours, theirs) = (ours.len(), theirs.len());
                    let name = &file.name;
                    writeln!(report, "{name}: {end}: {ours} bytes, tshark {theirs}").unwrap();
                }
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
    assert!(500_000 < compared, "{compared} bytes");
}

/// The streams of a capture by their first packets.
fn first_packets(file: &CaptureFile) -> BTreeMap<u64, u64> {
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(&file.path);
    command.args(["-Y", "tcp && !icmp && !icmpv6", "-T", "fields"]);
    command.args([
        "-e",
        "tcp.stream",
        "-e",
        "frame.number",
        "-E",
        "occurrence=l",
    ]);
    let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let mut first = BTreeMap::new();
    for line in text.lines() {
        let (stream, number) = line.split_once('\t').unwrap();
        let stream: u64 = stream.parse().unwrap();
        first
            .entry(stream)
            .or_insert_with(|| number.parse::<u64>().unwrap());
    }
    first
        .into_iter()
        .map(|(stream, number)| (number, stream))
        .collect()
}

/// The bytes that each end of a stream sent, as tshark follows it.
fn follow_raw(file: &CaptureFile, stream: u64) -> BTreeMap<SocketAddr, Vec<u8>> {
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-q").arg("-r").arg(&file.path);
    command.arg("-z").arg(format!("follow,tcp,raw,{stream}"));
    let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let node = |name: &str| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap();
        let (ip, port) = line.trim().rsplit_once(':').unwrap();
        let ip: IpAddr = ip.trim_matches(['[', ']']).parse().unwrap();
        SocketAddr::new(ip, port.parse().unwrap())
    };
    let (zero, one) = (node("Node 0:"), node("Node 1:"));
    let mut bytes = BTreeMap::<SocketAddr, Vec<u8>>::new();
    let content = text
        .lines()
        .skip_while(|line| !line.starts_with("Node 1:"))
        .skip(1);
    for line in content.take_while(|line| !line.starts_with('=')) {
        let (end, digits) = match line.strip_prefix('\t') {
            Some(digits) => (one, digits),
            None => (zero, line),
        };
        let pairs = digits.as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        bytes.entry(end).or_default().extend(pairs.map(byte));
    }
    bytes
}

/// Captures in which the two do not agree, and why.
const DIFFERENCES: &[(&str, &str)] = &[];

/// One session as both programs see it.
#[derive(Default)]
struct Session {
    first: u64,
    last: u64,
    /// Packets and payload bytes by their sender.
    sent: BTreeMap<SocketAddr, (u64, u64)>,
}

/// The sessions as text, a line each, in the order of their first packets.
fn text(mut sessions: Vec<Session>) -> String {
    sessions.sort_by_key(|session| session.first);
    let mut text = String::new();
    for Session { first, last, sent } in sessions {
        write!(text, "packets {first} to {last}:").unwrap();
        for (sender, (packets, bytes)) in sent {
            write!(text, " {sender} sent {packets} with {bytes} bytes,").unwrap();
        }
        text.push('\n');
    }
    text
}

fn ours(file: &CaptureFile) -> String {
    let analysis = corpus::try_analysis(&file.name, file.bytes()).unwrap();
    let session = |line: &String| {
        let document: Value = serde_json::from_str(line).unwrap();
        let number = |pointer: &str| document.pointer(pointer).unwrap().as_u64().unwrap();
        let half = |direction: &str| {
            let packets = number(&format!("/analysis/{direction}/packets"));
            (packets, number(&format!("/{direction}/payload")))
        };
        let ends = ["src", "dst"].map(|end| document[end]["socket"].as_str().unwrap());
        let ends = ends.map(|end| end.parse().unwrap());
        let sent = ends.into_iter().zip([half("out"), half("in")]);
        Session {
            first: number("/capture/firstPacket"),
            last: number("/capture/lastPacket"),
            sent: sent.filter(|(_, (packets, _))| 0 < *packets).collect(),
        }
    };
    text(
        corpus::lines(&file.name, &analysis)
            .iter()
            .map(session)
            .collect(),
    )
}

fn theirs(file: &CaptureFile) -> String {
    let mut sessions: BTreeMap<u64, Session> = BTreeMap::new();
    for line in tshark(file).lines() {
        let fields: Vec<_> = line.split('\t').collect();
        let [frame, protocols, stream, ip, ip6, port, len] = fields.try_into().unwrap();
        // An ICMP error quotes a packet that is another one's.
        if protocols.contains("icmp") {
            continue;
        }
        let frame = frame.parse().unwrap();
        let session = sessions
            .entry(stream.parse().unwrap())
            .or_insert_with(|| Session {
                first: frame,
                ..Session::default()
            });
        session.last = frame;
        let sender = sender(protocols, ip, ip6, port);
        let (packets, bytes) = session.sent.entry(sender).or_default();
        *packets += 1;
        *bytes += len.parse::<u64>().unwrap();
    }
    text(sessions.into_values().collect())
}

/// The innermost source of a packet.
fn sender(protocols: &str, ip: &str, ip6: &str, port: &str) -> SocketAddr {
    let layers = protocols.split(':').collect::<Vec<_>>();
    let innermost = layers
        .iter()
        .rev()
        .find(|layer| matches!(**layer, "ip" | "ipv6"));
    let ip = if innermost == Some(&"ipv6") { ip6 } else { ip };
    let ip: IpAddr = ip.parse().unwrap();
    SocketAddr::new(ip, port.parse().unwrap())
}

/// A line for each packet with TCP, the innermost where there are several.
fn tshark(file: &CaptureFile) -> String {
    let fields = [
        "frame.number",
        "frame.protocols",
        "tcp.stream",
        "ip.src",
        "ipv6.src",
        "tcp.srcport",
        "tcp.len",
    ];
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(&file.path);
    command.args(["-o", "ip.defragment:TRUE", "-Y", "tcp", "-T", "fields"]);
    command.args(["-E", "occurrence=l"]);
    for field in fields {
        command.args(["-e", field]);
    }
    // The exit status is that of a failure where the capture is cut short.
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!text.is_empty(), "{}: {errors}", file.name);
    text
}
