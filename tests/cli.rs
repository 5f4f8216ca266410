//! The program from outside: what it prints, where, and how it exits.

#![expect(
    clippy::unwrap_used,
    reason = "helpers beside test functions may panic, too"
)]

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A directory with captures, and the program to run in it.
struct Scene {
    directory: TempDir,
}

impl Scene {
    /// `two.pcap` holds an answered session on port 80 and an unanswered one on port 443.
    fn new() -> Self {
        let scene = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        scene.write("two.pcap", &two_sessions());
        scene
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spider"));
        command.current_dir(self.directory.path()).args(arguments);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let output = self
            .command(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Run::from(output)
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A classic pcap file, little-endian, microseconds, of raw IPv4 packets.
fn pcap(packets: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(0xa1b2_c3d4_u32.to_le_bytes());
    file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(65_535_u32.to_le_bytes());
    file.extend(101_u32.to_le_bytes());
    for (micros, packet) in packets {
        let len = u32::try_from(packet.len()).unwrap();
        for number in [1_705_268_606, *micros, len, len] {
            file.extend(number.to_le_bytes());
        }
        file.extend(packet);
    }
    file
}

/// A TCP segment over IPv4 between 10.0.0.1 and 10.0.0.2; checksums are left zero.
fn segment(from: (u8, u16), to: (u8, u16), seq: u32, ack: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(40 + data.len()).unwrap();
    let mut packet = vec![0x45, 0];
    packet.extend(len.to_be_bytes());
    packet.extend([0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, from.0, 10, 0, 0, to.0]);
    packet.extend(from.1.to_be_bytes());
    packet.extend(to.1.to_be_bytes());
    packet.extend(seq.to_be_bytes());
    packet.extend(ack.to_be_bytes());
    packet.extend([0x50, flags, 0x20, 0, 0, 0, 0, 0]);
    packet.extend(data);
    packet
}

fn two_sessions() -> Vec<u8> {
    let (client, server, other) = ((1, 5000), (2, 80), (2, 443));
    pcap(&[
        (100, segment(client, server, 1000, 0, SYN, b"")),
        (324, segment(server, client, 2000, 1001, SYN | ACK, b"")),
        (400, segment(client, server, 1001, 2001, ACK, b"")),
        (500, segment(client, server, 1001, 2001, ACK, b"GET /\r\n")),
        (600, segment((1, 6000), other, 7000, 0, SYN, b"")),
        (
            900,
            segment(server, client, 2001, 1008, ACK, b"hello, world"),
        ),
    ])
}

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;

#[test]
fn a_table_goes_to_standard_output_uncut() {
    let run = Scene::new().run(&["sessions", "two.pcap"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("#  TIME (UTC)"), "{}", run.stdout);
    assert!(
        lines[1].contains("2024-01-14 21:43:26.000  10.0.0.1:5000  10.0.0.2:80"),
        "{}",
        run.stdout
    );
    assert!(lines[2].ends_with("no answer"), "{}", run.stdout);
    assert_eq!(lines.len(), 3);
}

#[test]
fn lines_and_arrays_hold_the_same_documents() {
    let scene = Scene::new();
    let lines = scene.run(&["sessions", "two.pcap", "-o", "ndjson"]).stdout;
    let array = scene
        .run(&["sessions", "-r", "two.pcap", "-o", "json"])
        .stdout;
    assert_eq!(
        array,
        format!("[\n{}\n]\n", lines.trim_end().replace('\n', ",\n"))
    );
    let documents: Vec<serde_json::Value> = serde_json::from_str(&array).unwrap();
    assert_eq!(
        documents[0]["@id"],
        "offline.two.473686.10.0.0.1-5000-10.0.0.2-80.1000"
    );
    assert!(lines.contains("\"latency\":0.000224,"), "{lines}");
}

#[test]
fn a_pipe_is_read_and_named_stdin() {
    let scene = Scene::new();
    for arguments in [
        &["sessions", "-o", "ndjson"][..],
        &["sessions", "-", "-o", "ndjson", "--unordered"],
    ] {
        let mut command = scene.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(&two_sessions())
            .unwrap();
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!(
            run.stdout.matches("\"@id\":\"offline.stdin.").count(),
            2,
            "{run:?}"
        );
    }
}

#[test]
fn sessions_are_chosen_by_flags_expressions_and_ids() {
    let scene = Scene::new();
    let numbers = |arguments: &[&str]| {
        let mut all = vec!["sessions", "two.pcap", "-o", "csv", "--columns", "number"];
        all.extend(arguments);
        let run = scene.run(&all);
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout.lines().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(numbers(&["--port", "443"]), "2");
    assert_eq!(
        numbers(&["--ip", "10.0.0.0/24", "--state", "syn-sent"]),
        "2"
    );
    assert_eq!(numbers(&["--src", "10.0.0.1:5000"]), "1");
    assert_eq!(
        numbers(&["--min-bytes", "19", "--until", "2024-01-15"]),
        "1"
    );
    assert_eq!(numbers(&["--where", "latency > 0.0002"]), "1");
    assert_eq!(numbers(&["--where", "!(in.payload > 0)"]), "2");
    assert_eq!(
        numbers(&["--session", "#2", "--session", "10.0.0.1:5000-10.0.0.2:80"]),
        "1 2"
    );
    assert_eq!(numbers(&["--sort", "-dst.port", "--limit", "1"]), "2");
    assert_eq!(numbers(&["--host", "elsewhere"]), "");
}

#[test]
fn csv_is_exact() {
    let scene = Scene::new();
    scene.write("hosts", b"10.0.0.2 server.example\n");
    let columns = "number,dst.name,latency,first,in,notes,analysis.history";
    let run = scene.run(&[
        "sessions",
        "two.pcap",
        "--hosts",
        "hosts",
        "-o",
        "csv",
        "--columns",
        columns,
        "--limit",
        "1",
    ]);
    let row = run.stdout.lines().nth(1).unwrap();
    assert!(
        row.starts_with("1,server.example,0.000224,1705268606.000100,12,,"),
        "{run:?}"
    );
    let run = scene.run(&["sessions", "two.pcap", "--hosts", "hosts", "-n"]);
    assert!(!run.stdout.contains("server.example"));
}

#[test]
fn names_come_from_the_best_evidence_or_not_at_all() {
    let scene = Scene::new();
    let capture = include_bytes!("../testdata/hand-made/dns-names.pcap");
    scene.write("names.pcap", capture);
    scene.write("hosts", b"10.20.0.9 laser.example\n");
    let servers = |options: &[&str]| {
        let columns = ["-o", "csv", "--columns", "dst.name,dst.nameSource"];
        let run = scene.run(&[&["sessions", "names.pcap"], &columns[..], options].concat());
        let rows = run.stdout.lines().skip(1);
        rows.map(str::to_owned).collect::<Vec<_>>()
    };
    let dns = [
        "shop.example.test,dns",
        "blog.example.test,dns",
        "www.example.test,dns",
        "printer.local,dns",
        "late.example.test,dns",
        ",",
        "big.example.test,dns",
        "api.example.test,sni",
    ];
    let mut with_hosts = dns;
    with_hosts[3] = "laser.example,hosts";
    assert_eq!(servers(&[]), dns);
    assert_eq!(servers(&["--threads", "1"]), dns);
    assert_eq!(servers(&["--hosts", "hosts"]), with_hosts);
    assert_eq!(servers(&["-n"]), [","; 8]);
    assert_eq!(servers(&["--name", "*.example.test"]).len(), 6);
    let run = scene.run(&["stats", "names.pcap", "--by", "host"]);
    assert!(
        run.stdout.contains("blog.example.test"),
        "the latest: {run:?}"
    );
    assert!(!run.stdout.contains("shop.example.test"), "{run:?}");
    assert!(!run.stdout.contains("api.example.test"), "{run:?}");
}

#[test]
fn conditions_decide_the_exit_code() {
    let scene = Scene::new();
    for (option, condition, code) in [
        ("--fail-if", "state == 'SYN_SENT'", 1),
        ("--fail-if", "latency > 1.0", 0),
        ("--expect", "dst.port == 443", 0),
        ("--expect", "dst.port == 8080", 1),
    ] {
        let run = scene.run(&["sessions", "two.pcap", option, condition]);
        assert_eq!(run.code, Some(code), "{condition}: {run:?}");
        assert_eq!(run.stdout.lines().count(), 3);
    }
}

#[test]
fn what_cannot_be_used_is_one_line_and_a_hint() {
    let scene = Scene::new();
    scene.write(
        "a.bin",
        b"\x7fELF and more than enough bytes to be read as a header",
    );
    scene.write("empty.pcap", b"");
    for (arguments, expect) in [
        (
            &["sessions", "absent.pcap"][..],
            "spider: absent.pcap: no such file",
        ),
        (
            &["sessions", "a.bin"],
            "spider: a.bin: not a pcap or pcapng capture (starts with 7f 45 4c 46)\nhint: ",
        ),
        (&["sessions", "empty.pcap"], "spider: empty.pcap: empty"),
        (
            &["sessions", "two.pcap", "--where", "dst.prot == 1"],
            "spider: --where: unknown field 'dst.prot'\nhint: did you mean 'dst.port'?",
        ),
        (
            &["sessions", "two.pcap", "--where", "dst.port = 1"],
            "spider: --where 'dst.port = 1': at character 10: ",
        ),
        (
            &["sessions", "two.pcap", "--sort", "latencyy"],
            "spider: --sort: unknown field 'latencyy'\nhint: did you mean 'latency'?",
        ),
        (
            &["sessions", "two.pcap", "--columns", "latencyy"],
            "spider: --columns: unknown field 'latencyy'\nhint: did you mean 'latency'?",
        ),
        (
            &["sessions", "two.pcap", "--session", "10.0.0.1"],
            "spider: session '10.0.0.1' is ambiguous: 2 sessions fit\nhint: choose one of #1 (10.0.0.1:5000-10.0.0.2:80), #2 ",
        ),
        (
            &[
                "sessions",
                "two.pcap",
                "--session",
                "10.0.0.1:5001-10.0.0.2:80",
            ],
            "spider: no session '10.0.0.1:5001-10.0.0.2:80' among 2\nhint: the closest is #1 (10.0.0.1:5000-10.0.0.2:80)",
        ),
        (
            &["sessions", "two.pcap", "--unordered"],
            "spider: --unordered needs a document a line\nhint: add -o ndjson",
        ),
        (
            &["sessions", "two.pcap", "--hosts", "absent"],
            "spider: cannot read 'absent': No such file or directory",
        ),
        (
            &["sessions", "two.pcap", "-w", "two.pcap"],
            "spider: 'two.pcap' is an input and would be overwritten\nhint: ",
        ),
        (
            &["sessions", "two.pcap", "-w", "absent/x"],
            "spider: cannot write 'absent/x': No such file or directory",
        ),
        (
            &["sessions", "-", "-"],
            "spider: standard input (-) can be read only once\nhint: ",
        ),
        (
            &["sessions", "--nonsense"],
            "error: unexpected argument '--nonsense'",
        ),
    ] {
        let run = scene.run(arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {run:?}");
        assert_eq!(run.stdout, "");
        assert!(
            run.stderr.starts_with(expect),
            "{arguments:?}: {}",
            run.stderr
        );
    }
    assert_eq!(fs::read(scene.path("two.pcap")).unwrap(), two_sessions());
}

#[test]
fn damage_is_told_after_the_results() {
    let scene = Scene::new();
    let whole = two_sessions();
    scene.write("cut.pcap", &whole[..whole.len() - 5]);
    let run = scene.run(&["sessions", "cut.pcap", "--quiet"]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 3);
    assert!(run.stderr.starts_with("spider: cut.pcap: "), "{run:?}");
}

#[test]
fn a_header_without_packets_is_fine() {
    let scene = Scene::new();
    scene.write("none.pcap", &pcap(&[]));
    let run = scene.run(&["sessions", "none.pcap"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert_eq!(run.stderr, "spider: the capture has no packets\n");
    assert_eq!(
        scene.run(&["sessions", "none.pcap", "-o", "json"]).stdout,
        "[]\n"
    );
}

#[test]
fn files_are_written_whole_and_pipes_may_close() {
    let scene = Scene::new();
    let run = scene.run(&["sessions", "two.pcap", "-o", "ndjson", "-w", "out.ndjson"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert_eq!(
        fs::read_to_string(scene.path("out.ndjson"))
            .unwrap()
            .lines()
            .count(),
        2
    );

    let mut command = scene.command(&["sessions", "two.pcap"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let run = Scene::new().run(&["sessions", "two.pcap", "-w", "/dev/full"]);
    assert_eq!(run.code, Some(2));
    assert_eq!(
        run.stderr,
        "spider: cannot write '/dev/full': No space left on device\n"
    );
}

#[test]
fn colour_comes_only_when_asked_for() {
    let scene = Scene::new();
    assert!(!scene.run(&["sessions", "two.pcap"]).stdout.contains('\x1b'));
    assert!(
        scene
            .run(&["sessions", "two.pcap", "--color", "always"])
            .stdout
            .contains("\x1b[31mno answer\x1b[0m")
    );
    let mut forced = scene.command(&["sessions", "two.pcap"]);
    let output = forced.env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(Run::from(output).stdout.contains('\x1b'));
}

#[test]
fn the_program_describes_itself() {
    let scene = Scene::new();
    let schema: serde_json::Value = serde_json::from_str(&scene.run(&["schema"]).stdout).unwrap();
    assert!(schema["properties"]["latency"].is_object());
    assert!(
        scene
            .run(&["completions", "bash"])
            .stdout
            .contains("spider")
    );
    assert!(
        scene
            .run(&["man", "sessions"])
            .stdout
            .contains("missed\\-syn")
    );
    let help = scene.run(&["sessions", "--help"]);
    assert_eq!(help.code, Some(0));
    assert!(help.stdout.contains("Exit codes:"));
}
