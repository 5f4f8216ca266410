//! The packets of one session as people and programs get them, compared with the files of
//! `testdata/views/`, and what chooses among them.
//!
//! `UPDATE_GOLDEN=1 cargo test --test packet_flow` writes the files anew; review reads their diff.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/files.rs"]
mod files;
#[path = "support/golden.rs"]
mod golden;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::ops::ControlFlow;
use std::process::{Command, Stdio};

use golden::Goldens;
use program::{Run, testdata};
use spider_pcap::analyze::{CaptureTables, FollowedPacket, Follower, NoProgress, follow};
use spider_pcap::config::Config;
use spider_pcap::document::{DocumentContext, Identity, Packet, PacketClock, TcpSession};
use spider_pcap::lot::{Hold, LotPart};
use spider_pcap::names::Names;
use spider_pcap::session::{LabelledPacket, SessionSummary, Target, WiresharkAnalyser};
use spider_pcap::tls::KeyLog;
use spider_pcap::view::{Characters, FlowStyle, PacketFlow, Surface, TimeStyle};
use unicode_width::UnicodeWidthStr as _;

/// A golden by its name, the capture, and what is asked for.
const GOLDENS: [(&str, &str, &[&str]); 6] = [
    (
        "lossy-client",
        "session/lossy-client.pcap",
        &["--session", "1", "--to", "+60ms"],
    ),
    (
        "lossy-server",
        "session/lossy-server.pcap",
        &["--session", "1", "--to", "+60ms"],
    ),
    ("keepalive-requests", "http/keepalive-requests.pcap", &[]),
    ("zero-window", "session/zero-window.pcap", &[]),
    ("late-request-tail", "hand-made/late-request-tail.pcap", &[]),
    ("keep-alive-probes", "session/keep-alive-probes.pcap", &[]),
];

#[test]
fn packets_are_those_of_the_golden_files() {
    let mut goldens = Goldens::default();
    for (name, capture, choice) in GOLDENS {
        for (ending, format) in [("txt", "table"), ("ndjson", "ndjson")] {
            let run = packets(capture, &[choice, &["-o", format]].concat());
            assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{capture}");
            goldens.compare(format!("views/{name}.packets.{ending}"), &run.stdout);
        }
    }
    goldens.check();
}

#[test]
fn narrow_terminals_see_those_of_the_golden_files() {
    let mut goldens = Goldens::default();
    for (name, capture, _) in GOLDENS {
        let bytes = fs::read(testdata().join(capture)).unwrap();
        let [text] = flows(capture, bytes, [(80, Characters::Unicode)]);
        goldens.compare(format!("views/{name}.packets.80.txt"), &text);
    }
    goldens.check();
}

#[test]
fn no_line_of_any_capture_is_wider_than_the_terminal() {
    let surfaces = [1, 12, 39, 60, 80, 100, 120, 145, 146, 200]
        .map(|width| [(width, Characters::Unicode), (width, Characters::Ascii)]);
    for file in files::all() {
        let styles: [_; 20] = surfaces.concat().try_into().unwrap();
        let texts = flows(&file.name, file.bytes(), styles);
        for ((width, characters), text) in styles.into_iter().zip(texts) {
            assert!(1 < text.lines().count(), "{} shows nothing", file.name);
            for line in text.lines() {
                assert!(line.width() <= width, "{} at {width}: {line}", file.name);
                assert!(!line.contains('\x1b'), "{}: {line:?}", file.name);
            }
            assert!(
                characters == Characters::Unicode || text.is_ascii(),
                "{text}"
            );
        }
    }
}

#[test]
fn packets_are_chosen_by_time_lot_and_direction() {
    for (choice, expected) in [
        (&["--to", "+113us"][..], "1 2 3 4"),
        (&["--from", "+3300us"], "33 34 35 36 37 38"),
        (&["--from", "+100us", "--to", "+0.00013s"], "4 5"),
        (
            &[
                "--from",
                "2026-11-23T22:10:51.1632Z",
                "--to",
                "1795471851.16327",
            ],
            "1 2",
        ),
        (&["--lot", "3"], "9 10"),
        (&["--lot", "4..6"], "12 13 14 16 17"),
        (&["--lot", "4..6", "--direction", "out"], "12 17"),
        (&["--lot", "0..3", "--direction", "server"], "6 9 10"),
        (
            &["--around", "+1h", "--direction", "out", "--lot", "0..4"],
            "4 8 12",
        ),
        (
            &["--around", "+0.0018s"],
            "7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26",
        ),
    ] {
        let run = packets("http/keepalive-requests.pcap", choice);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{choice:?}");
        assert_eq!(numbers(&run.stdout), expected, "{choice:?}");
    }
}

#[test]
fn times_are_shown_as_asked_for() {
    for (style, title, first) in [
        (
            "absolute",
            "     #       TIME (UTC)     SECONDS",
            "     1  22:10:51.163240    0.000000",
        ),
        (
            "epoch",
            "     #              EPOCH     SECONDS",
            "     1  1795471851.163240    0.000000",
        ),
        (
            "relative",
            "     #     SECONDS    (DELTA)",
            "     1    0.000000             ",
        ),
        (
            "delta",
            "     #     SECONDS    (DELTA)",
            "     1    0.000000             ",
        ),
    ] {
        let run = packets("http/keepalive-requests.pcap", &["--time", style]);
        let lines: Vec<_> = run.stdout.lines().collect();
        assert!(lines[5].starts_with(title), "{style}: {}", lines[5]);
        assert!(lines[6].starts_with(first), "{style}: {}", lines[6]);
    }
    let mut local = command("http/keepalive-requests.pcap", &["--time", "local"]);
    let run = Run::of(local.env("TZ", "Etc/GMT-2"));
    assert!(
        run.stdout
            .contains("start    2026-11-24 00:10:51.163240 local time\n")
    );
    assert!(
        run.stdout.contains("\n     1  00:10:51.163240 "),
        "{}",
        run.stdout
    );
}

#[test]
fn names_and_ascii_come_when_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let hosts = directory.path().join("hosts");
    fs::write(
        &hosts,
        "10.20.0.10 web-client\n10.20.0.80 b\u{fc}cher.test\n",
    )
    .unwrap();
    let hosts = hosts.to_str().unwrap();
    let run = packets(
        "http/keepalive-requests.pcap",
        &["--hosts", hosts, "--ascii", "--paginate"],
    );
    assert!(run.stdout.is_ascii());
    assert!(
        run.stdout
            .contains("client   10.20.0.10:53966  web-client\n")
    );
    assert!(
        run.stdout.contains("LOT  web-client:53966 "),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains(" b\\u{fc}cher.test:80   FIRST BYTES\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn exit_codes_say_how_it_ended() {
    let missing = packets("http/keepalive-requests.pcap", &["--session", "nowhere"]);
    assert_eq!((missing.code, missing.stdout.as_str()), (Some(2), ""));
    assert!(
        missing.stderr.starts_with("spider: no session 'nowhere'"),
        "{}",
        missing.stderr
    );

    let damaged = packets("format/cut-tail.pcap", &["--session", "2"]);
    assert_eq!(damaged.code, Some(3));
    assert!(
        damaged.stdout.contains("[fd00:20::10]:40830"),
        "{}",
        damaged.stdout
    );
    assert!(damaged.stderr.contains("cut short"), "{}", damaged.stderr);

    let nothing = packets("http/keepalive-requests.pcap", &["--lot", "99"]);
    assert_eq!(
        (nothing.code, numbers(&nothing.stdout)),
        (Some(0), String::new())
    );
    assert_eq!(
        nothing.stderr,
        "spider: no packet of the session is among those that were asked for\n"
    );
}

#[test]
fn a_pipe_may_close_before_the_session_ends() {
    let directory = tempfile::tempdir().unwrap();
    let capture = directory.path().join("long.pcap");
    fs::write(&capture, long_session(100_000)).unwrap();
    let mut child = command(capture.to_str().unwrap(), &[])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.starts_with("session  "), "{first}");
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn columns_keep_their_place_over_a_long_session() {
    let directory = tempfile::tempdir().unwrap();
    let capture = directory.path().join("long.pcap");
    fs::write(&capture, long_session(20_000)).unwrap();
    let run = packets(capture.to_str().unwrap(), &[]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let mut shown = 0;
    for line in run.stdout.lines().skip(7) {
        let place = line.chars().position(|character| character == '├');
        assert_eq!(place, Some(56), "{line}");
        shown += 1;
    }
    assert_eq!(shown, 19_999);
}

/// The flow of the first session of a capture at several widths, to whose ends names were given
/// that no host should have.
fn flows<const N: usize>(
    name: &str,
    bytes: Vec<u8>,
    styles: [(usize, Characters); N],
) -> [String; N] {
    let mut written = [const { Vec::new() }; N];
    let flows = written
        .iter_mut()
        .zip(styles)
        .map(|(out, (width, characters))| {
            let surface = Surface {
                width: Some(width),
                colored: false,
            };
            let times = TimeStyle::Absolute;
            let style = FlowStyle {
                surface,
                characters,
                times,
            };
            PacketFlow::new(out, style)
        });
    let mut shown = Shown {
        session: String::new(),
        clock: PacketClock::default(),
        wireshark: WiresharkAnalyser::new(),
        flows: flows.collect(),
    };
    let inputs = vec![files::input(name, bytes)];
    let target = (Target::Number(1), Hold::Nothing);
    follow(inputs, &Config::default(), target, &NoProgress, &mut shown).unwrap();
    drop(shown);
    written.map(|bytes| String::from_utf8(bytes).unwrap())
}

/// Shows one session in several styles.
struct Shown<'a> {
    session: String,
    clock: PacketClock,
    wireshark: WiresharkAnalyser,
    flows: Vec<PacketFlow<'a, &'a mut Vec<u8>>>,
}

impl Follower for Shown<'_> {
    fn start(&mut self, summary: &SessionSummary, tables: &CaptureTables) -> ControlFlow<()> {
        let identity = Identity {
            whisperer: "offline".into(),
            instance: "capture".into(),
        };
        let mut names = Names::default();
        for (end, name) in [(summary.client, CLIENT_NAME), (summary.server, SERVER_NAME)] {
            names.add_record(end.ip, name);
        }
        let keys = KeyLog::default();
        let context = DocumentContext {
            keys: &keys,
            identity: &identity,
            names: &names,
            interfaces: &tables.interfaces,
            encapsulations: &tables.encapsulations,
        };
        let session = TcpSession::new(summary, &Default::default(), &context);
        for flow in &mut self.flows {
            flow.start(&session).unwrap();
        }
        self.session = session.id;
        ControlFlow::Continue(())
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> ControlFlow<()> {
        let head = &packet.segment.head;
        let mut document = Packet::new(&self.session, head, &packet.placed, &self.clock);
        let labelled = LabelledPacket::of(packet.placed.facts.direction, packet.segment);
        document.set_wireshark(self.wireshark.handle(&labelled));
        for flow in &mut self.flows {
            flow.packet(&document, packet.segment.payload).unwrap();
        }
        self.clock.advance(head.time);
        ControlFlow::Continue(())
    }

    fn lot(&mut self, _: LotPart) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

fn packets(capture: &str, arguments: &[&str]) -> Run {
    Run::of(&mut command(capture, arguments))
}

fn command(capture: &str, arguments: &[&str]) -> Command {
    program::command(&[&["packets", capture], arguments].concat())
}

/// The numbers of the packets that are shown.
fn numbers(text: &str) -> String {
    let first_words = text
        .lines()
        .filter_map(|line| line.split(' ').find(|w| !w.is_empty()));
    let numbers: Vec<_> = first_words
        .filter(|word| word.parse::<u64>().is_ok())
        .collect();
    numbers.join(" ")
}

/// A capture of one session in which a client sends so many packets.
fn long_session(packets: u32) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(0xa1b2_c3d4_u32.to_le_bytes());
    file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(65_535_u32.to_le_bytes());
    file.extend(RAW_IP.to_le_bytes());
    for index in 0..packets {
        let micros = index * 10;
        let len = u32::from(PACKET_BYTES);
        let (seconds, micros) = (1_705_268_606 + micros / 1_000_000, micros % 1_000_000);
        for number in [seconds, micros, len, len] {
            file.extend(number.to_le_bytes());
        }
        file.extend([0x45, 0, 0, PACKET_BYTES, 0, 1, 0x40, 0, 64, 6, 0, 0]);
        file.extend([10, 0, 0, 1, 10, 0, 0, 2, 0x13, 0x88, 0, 80]);
        let seq = 1000 + index * 10;
        file.extend([seq.to_be_bytes(), 2000_u32.to_be_bytes()].concat());
        file.extend([0x50, 0x10, 0x20, 0, 0, 0, 0, 0]);
        file.extend(PAYLOAD);
    }
    file
}

const CLIENT_NAME: &str = "\u{202e}例え.b\u{fc}cher-with-a-long-name.test\x1b[2J";
const SERVER_NAME: &str = "x";
const PAYLOAD: [u8; 10] = *b"0123456789";
/// With the headers of IP and TCP.
const PACKET_BYTES: u8 = 50;
const RAW_IP: u32 = 101;
