//! `spider show`: what it prints of real captures, that its document is that of `spider sessions`,
//! and that it fits every terminal.
//!
//! `UPDATE_GOLDEN=1 cargo test --test show` writes the files of `testdata/views/` anew.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[expect(dead_code, reason = "only the list of captures is needed here")]
#[path = "support/files.rs"]
mod files;
#[path = "support/golden.rs"]
mod golden;
#[path = "support/program.rs"]
mod program;

use std::ops::ControlFlow;
use std::process::Command;

use golden::Goldens;
use program::{Run, command, testdata};
use serde_json::value::RawValue;
use spider_pcap::analyze::{CaptureTables, FollowedPacket, Follower, NoProgress, follow};
use spider_pcap::capture::Input;
use spider_pcap::config::Config;
use spider_pcap::document::{
    Certificate, Cipher, Decrypted, DocumentContext, Identity, TcpSession, Text, Tls,
};
use spider_pcap::lot::{AnomalyLog, Hold, LotPart, Timeline};
use spider_pcap::names::Names;
use spider_pcap::session::{SessionSummary, Target};
use spider_pcap::time::{Precision, UnixSeconds};
use spider_pcap::tls::KeyLog;
use spider_pcap::view::{
    Characters, SessionSheet, SheetCommand, SheetStyle, Surface, TimeStyle, TimeText,
    write_session_sheet,
};

/// Runs the program.
fn spider(arguments: &[&str]) -> Run {
    Run::of(&mut command(arguments))
}

/// The names of all captures of `testdata/`.
fn captures() -> Vec<String> {
    files::all().into_iter().map(|file| file.name).collect()
}

#[test]
fn sheets_are_those_of_the_views() {
    let mut goldens = Goldens::default();
    for (name, session, capture) in GOLDEN {
        let run = spider(&["show", "--session", session, capture]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{capture}");
        goldens.compare(format!("views/{name}.show.txt"), &run.stdout);
    }
    goldens.check();
}

#[test]
fn the_document_is_that_of_the_list() {
    let mut shown = 0;
    for capture in captures() {
        let list = spider(&["sessions", "-q", "-o", "json", &capture]).stdout;
        let documents: Vec<&RawValue> = serde_json::from_str(&list).unwrap();
        for (index, document) in documents.iter().enumerate() {
            let number = (index + 1).to_string();
            let run = spider(&["show", "-q", "-o", "json", "--session", &number, &capture]);
            assert_eq!(run.stdout.trim_end(), document.get(), "{capture} {number}");
            assert!(matches!(run.code, Some(0 | 3)), "{capture}: {run:?}");
            shown += 1;
        }
    }
    assert!(100 < shown);
}

#[test]
fn exit_codes_are_those_of_the_other_commands() {
    for (arguments, code, words) in [
        (&["demo.pcapng"][..], 2, "hint: "),
        (&["--session", "999", "demo.pcapng"], 2, "999"),
        (&["--session", "1", "missing.pcap"], 2, "missing.pcap"),
        (
            &["--session", "1", "format/cut-tail.pcap"],
            3,
            "cut-tail.pcap",
        ),
        (&["session/zero-window.pcap"], 0, ""),
    ] {
        let run = spider(&[&["show"], arguments].concat());
        assert_eq!(run.code, Some(code), "{run:?}");
        assert!(run.stderr.contains(words), "{run:?}");
    }
}

#[test]
fn commands_can_be_typed_as_they_are() {
    let options = ["--session", "#1", "-n", "--idle-timeout", "1m30s"];
    let run = spider(&[&["show"], &options[..], &["-r", "session/refused.pcap"]].concat());
    let packets = "spider packets --session '#1' --idle-timeout 90.000000000s \
                   --read session/refused.pcap --no-names\n";
    assert!(run.stdout.contains(packets), "{}", run.stdout);
    let commands = run
        .stdout
        .lines()
        .filter_map(|line| line.split_once("  spider "));
    let mut count = 0;
    for (_, command) in commands {
        let status = Command::new("sh")
            .current_dir(testdata())
            .args(["-c", &format!("\"$0\" {command} > /dev/null")])
            .arg(env!("CARGO_BIN_EXE_spider"))
            .status()
            .unwrap();
        assert!(status.success(), "{command}");
        count += 1;
    }
    assert!(3 < count);
}

#[test]
fn every_session_fits_every_terminal() {
    for capture in captures() {
        for number in 1.. {
            let Some(told) = Told::of(&capture, number) else {
                break;
            };
            for width in WIDTHS {
                for characters in [Characters::Unicode, Characters::Ascii] {
                    let text = told.write(Some(width), characters);
                    let widest = text.lines().map(columns).max().unwrap();
                    assert!(widest <= width, "{capture} {number} at {width}:\n{text}");
                    let is_ascii = characters == Characters::Ascii;
                    assert!(!is_ascii || text.is_ascii(), "{text}");
                }
            }
            assert_eq!(
                told.write(None, Characters::Unicode)
                    .matches('\u{1b}')
                    .count(),
                0
            );
        }
    }
}

#[test]
fn text_of_the_capture_is_harmless() {
    let mut told = Told::of("tls/tls13-curl.pcapng", 1).unwrap();
    told.tls = Some(Tls {
        tls_version: Some("TLS 1.3".to_owned()),
        cipher: Some(Cipher {
            name: Some("TLS_AES_256_GCM_SHA384".to_owned()),
            id: "0x1302".to_owned(),
        }),
        server_name: Some("evil\u{1b}[2J\u{202e}.test\n".to_owned()),
        alpn: Some("h2".to_owned()),
        certificate: Some(Certificate {
            subject: Some("CN=a\u{7}".to_owned()),
            issuer: Some("CN=b".to_owned()),
            not_before: Some(Text(UnixSeconds(1_704_067_200))),
            not_after: Some(Text(UnixSeconds(1_735_689_600))),
            sha256: "ab".repeat(32),
        }),
        client_encrypt_then_mac: Some(true),
        resumed: Some(true),
        decrypted: Some(Decrypted::Failed("no\u{1b}key".to_owned())),
        ..Tls::default()
    });
    let text = told.write(Some(80), Characters::Unicode);
    let allowed = |character: char| character == '\n' || !character.is_control();
    assert!(text.chars().all(allowed), "{text}");
    for line in [
        "  Version        TLS 1.3, resumed\n",
        "  Cipher         TLS_AES_256_GCM_SHA384 (0x1302)\n",
        "  Server name    evil\\x1b[2J\\u{202e}.test\\n\n",
        "  Valid          2024-01-01T00:00:00Z to 2025-01-01T00:00:00Z\n",
        "  Decrypted      no: no\\x1bkey\n",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}

/// One session, as a sheet needs it.
struct Told {
    summary: SessionSummary,
    lots: spider_pcap::lot::LotTotals,
    tables: CaptureTables,
    timeline: Timeline,
    anomalies: spider_pcap::lot::Anomalies,
    tls: Option<Tls>,
}

#[derive(Default)]
struct Watch {
    timeline: Timeline,
    log: AnomalyLog,
}

impl Follower for Watch {
    fn start(&mut self, _: &SessionSummary, _: &CaptureTables) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> ControlFlow<()> {
        self.timeline.handle_packet(&packet.timeline_event());
        self.log.handle_packet(&packet.anomaly_event());
        ControlFlow::Continue(())
    }

    fn lot(&mut self, _: LotPart) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl Told {
    fn of(capture: &str, number: u64) -> Option<Self> {
        let inputs = vec![Input::File(testdata().join(capture))];
        let mut watch = Watch::default();
        let target = (Target::Number(number), Hold::Nothing);
        let config = Config::default();
        let followed = follow(inputs, &config, target, &NoProgress, &mut watch).unwrap();
        let record = followed.session?;
        Some(Self {
            anomalies: watch.log.finish(&record.summary),
            timeline: watch.timeline,
            summary: *record.summary,
            lots: record.lots,
            tables: followed.capture.tables,
            tls: None,
        })
    }

    fn write(&self, width: Option<usize>, characters: Characters) -> String {
        let identity = Identity {
            whisperer: "offline".to_owned(),
            instance: "capture".to_owned(),
        };
        let names = Names::default();
        let keys = KeyLog::default();
        let context = DocumentContext {
            identity: &identity,
            names: &names,
            keys: &keys,
            interfaces: &self.tables.interfaces,
            encapsulations: &self.tables.encapsulations,
        };
        let mut session = TcpSession::new(&self.summary, &self.lots, &context);
        session.tls.clone_from(&self.tls);
        let words = "spider packets --session 3 --around +0.069665s a.pcapng b.pcapng";
        let commands = [SheetCommand {
            purpose: "around the worst",
            words: words.split(' ').map(str::to_owned).collect(),
        }];
        let sheet = SessionSheet {
            session: &session,
            timeline: &self.timeline,
            anomalies: &self.anomalies,
            commands: &commands,
        };
        let surface = Surface {
            width,
            colored: false,
        };
        let style = SheetStyle {
            surface,
            characters,
            times: TimeText::new(TimeStyle::Absolute, None),
            precision: Precision::MICROS,
        };
        let mut text = Vec::new();
        write_session_sheet(&mut text, &sheet, &style).unwrap();
        String::from_utf8(text).unwrap()
    }
}

/// The columns of a line: what is written here is one column a character.
fn columns(line: &str) -> usize {
    line.chars().count()
}

const WIDTHS: [usize; 9] = [60, 70, 80, 100, 120, 139, 140, 160, 200];

/// Name of the file, session, capture.
const GOLDEN: [(&str, &str, &str); 8] = [
    ("demo-10", "10", "demo.pcapng"),
    ("demo-13", "13", "demo.pcapng"),
    ("zero-window", "1", "session/zero-window.pcap"),
    ("lossy-client", "1", "session/lossy-client.pcap"),
    ("tls13-curl", "1", "tls/tls13-curl.pcapng"),
    ("mid-stream", "1", "hand-made/mid-stream.pcapng"),
    ("slow-server", "1", "http/slow-server.pcap"),
    ("no-answer", "1", "session/no-answer.pcap"),
];
