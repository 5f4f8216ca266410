//! Sessions as capture files, and back: nothing is lost, and nothing of others is given away.
//!
//! `cargo test --test export -- --ignored` lets tshark and its tools read the files, too.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/copy.rs"]
mod copy;
#[path = "support/files.rs"]
mod files;
#[path = "export/full_disk.rs"]
mod full_disk;
#[path = "export/long.rs"]
mod long;
#[path = "export/round_trip.rs"]
mod round_trip;
#[path = "export/scene.rs"]
mod scene;
#[path = "export/secrets.rs"]
mod secrets;
#[path = "export/tshark.rs"]
mod tshark;

use std::fs;
use std::process::Stdio;

use scene::{Scene, testdata};

#[test]
fn a_lot_has_only_its_packets() {
    let scene = Scene::new();
    let capture = testdata("http/keepalive-requests.pcap");
    let rows = scene.ok(&["packets", "-o", "ndjson", "--lot", "2", &capture]);
    let expected = rows.lines().count();
    assert!(0 < expected);
    scene.ok(&["export", "--lot", "2", "-w", "lot.pcap", &capture]);
    assert_eq!(scene.whole("lot.pcap").packets.len(), expected);
    scene.ok(&[
        "export",
        "--session",
        "1",
        "--lot",
        "2",
        "-w",
        "2.pcap",
        &capture,
    ]);
    scene.ok(&[
        "export", "--port", "80", "--lot", "2..2", "-w", "3.pcap", &capture,
    ]);
    for other in ["2.pcap", "3.pcap"] {
        assert_eq!(scene.bytes(other), scene.bytes("lot.pcap"));
    }
    let (code, _, stderr) = scene.run(&["export", "--lot", "99", "-w", "x.pcap", &capture]);
    assert_eq!(code, Some(2));
    let expected = "spider: the session has no packets of lot 99\nhint: ";
    assert!(stderr.starts_with(expected), "{stderr}");
    let demo = testdata("demo.pcapng");
    for choice in [&[][..], &["--port", "80"]] {
        let arguments = [&["export", "--lot", "1", &demo], choice].concat();
        let (code, _, stderr) = scene.run(&arguments);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains("hint: "), "{stderr}");
    }
    assert!(!scene.path("x.pcap").exists());
}

#[test]
fn a_split_gives_a_file_a_session() {
    let scene = Scene::new();
    let demo = testdata("demo.pcapng");
    let listed = scene.ok(&["sessions", "-o", "csv", "--columns", "number,name", &demo]);
    let expected: Vec<String> = listed
        .lines()
        .skip(1)
        .map(|line| line.replace(',', "-").replace(':', "_") + ".pcapng")
        .collect();
    assert_eq!(expected.len(), 14);
    let (code, stdout, stderr) = scene.run(&["export", "--split", "parts", &demo]);
    assert_eq!((code, stdout.len()), (Some(0), 0), "{stderr}");
    assert!(
        stderr.ends_with("packets of 14 sessions to 14 files in 'parts'\n"),
        "{stderr}"
    );
    for (name, number) in expected.iter().zip(1..) {
        let alone = scene.export(&["--session", &format!("{number}"), &demo]);
        let part = fs::read(scene.path("parts").join(name)).unwrap();
        assert!(part == alone, "{name}");
    }
    let in_folder = || fs::read_dir(scene.path("parts")).unwrap().count();
    assert_eq!(in_folder(), 14, "and no temporary ones");
    let (code, _, stderr) = scene.run(&["export", "--split", "parts", &demo]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("exists\nhint: --force"), "{stderr}");
    scene.ok(&["export", "--split", "parts", "--force", &demo]);
    scene.ok(&[
        "export", "--split", "parts", "-o", "pcap", "--port", "443", &demo,
    ]);
    assert_eq!(in_folder(), 15);
}

#[test]
fn a_split_of_more_sessions_than_files_may_be_open_is_whole() {
    let scene = Scene::new();
    scene.write("many.pcap", &scene::many_sessions(300, 5));
    scene.ok(&["export", "--split", "parts", "many.pcap"]);
    let parts = fs::read_dir(scene.path("parts")).unwrap();
    let mut packets = Vec::new();
    for part in parts {
        let name = format!("parts/{}", part.unwrap().file_name().display());
        packets.push(scene.whole(&name).packets.len());
    }
    assert_eq!(packets, [5; 300]);
}

#[test]
fn what_exists_is_overwritten_only_by_force() {
    let scene = Scene::new();
    let bytes = fs::read(testdata("format/micro.pcap")).unwrap();
    scene.write("in.pcap", &bytes);
    scene.write("old.pcap", b"old");
    for (arguments, expect) in [
        (
            &["-w", "old.pcap"][..],
            "spider: 'old.pcap' exists\nhint: --force",
        ),
        (
            &["-w", "in.pcap"],
            "spider: 'in.pcap' is an input and would be overwritten\n",
        ),
        (
            &["-w", "./in.pcap", "--force"],
            "spider: './in.pcap' is an input and would be",
        ),
        (
            &["-w", "absent/x"],
            "spider: cannot write 'absent/x': No such file",
        ),
        (
            &["--split", "old.pcap"],
            "spider: cannot write into 'old.pcap': ",
        ),
        (
            &["--port", "1", "-w", "x"],
            "spider: none of 2 sessions matches\n",
        ),
        (
            &["--session", "zzz", "-w", "x"],
            "spider: no session 'zzz' ",
        ),
    ] {
        let arguments = [&["export", "in.pcap"], arguments].concat();
        let (code, stdout, stderr) = scene.run(&arguments);
        assert_eq!(
            (code, stdout.len()),
            (Some(2), 0),
            "{arguments:?}: {stderr}"
        );
        assert!(stderr.starts_with(expect), "{arguments:?}: {stderr}");
    }
    assert_eq!(scene.bytes("old.pcap"), b"old");
    assert_eq!(scene.bytes("in.pcap"), bytes);
    assert!(!scene.path("x").exists());
    scene.ok(&["export", "in.pcap", "-w", "old.pcap", "--force"]);
    assert_eq!(scene.whole("old.pcap").packets.len(), 26);
}

#[test]
fn the_ending_of_a_file_tells_its_format() {
    let scene = Scene::new();
    let capture = testdata("format/nano.pcap");
    let nano = 0xa1b2_3c4d_u32.to_le_bytes();
    let section = 0x0a0d_0d0a_u32.to_le_bytes();
    for (arguments, magic) in [
        (&["-w", "a.pcap"][..], nano),
        (&["-w", "a.CAP"], nano),
        (&["-w", "a.pcapng"], section),
        (&["-w", "a"], section),
        (&["-w", "b.pcap", "--format", "pcapng"], section),
        (&["-w", "b.pcapng", "-o", "pcap"], nano),
    ] {
        scene.ok(&[&["export", &capture], arguments].concat());
        assert_eq!(&scene.bytes(arguments[1])[..4], magic, "{arguments:?}");
    }
    assert_eq!(&scene.export(&[&capture])[..4], section);
}

#[test]
fn what_a_pcap_cannot_hold_is_an_error_with_a_hint() {
    let scene = Scene::new();
    let files = [
        testdata("format/micro.pcap"),
        testdata("format/any-sll.pcap"),
    ];
    let both = ["export", &files[0], &files[1], "-w", "x.pcap"];
    let without_time = [
        "export",
        &testdata("format/simple-packets.pcapng"),
        "-w",
        "x.pcap",
    ];
    for (arguments, expect) in [
        (&both[..], " cannot be in one pcap file"),
        (&without_time, "has no time, which a pcap file needs"),
    ] {
        let (code, _, stderr) = scene.run(arguments);
        assert_eq!(code, Some(2));
        assert!(stderr.contains(expect), "{stderr}");
        assert!(stderr.ends_with("hint: a pcapng file can hold it: add --format pcapng\n"));
        assert!(!scene.path("x.pcap").exists());
    }
    scene.ok(&["export", &files[0], &files[1], "-w", "x.pcapng"]);
    assert_eq!(scene.whole("x.pcapng").interfaces.len(), 2);
}

#[test]
fn standard_input_is_read_as_often_as_needed() {
    let scene = Scene::new();
    let demo = testdata("demo.pcapng");
    for choice in [
        &["--session", "3"][..],
        &["--port", "443"],
        &["--session", "demo.test"],
    ] {
        let from_file = scene.run(&[&["export", &demo], choice].concat());
        let mut command = scene.command(&[&["export"], choice].concat());
        command.stdin(Stdio::from(fs::File::open(&demo).unwrap()));
        let piped = scene::run(&mut command);
        assert_eq!(from_file.0, piped.0);
        assert!(from_file.1 == piped.1, "{choice:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_with_a_name_is_read_as_often_as_needed() {
    let scene = Scene::new();
    let demo = testdata("demo.pcapng");
    for choice in [&["--session", "demo"][..], &["--port", "443"]] {
        let program = env!("CARGO_BIN_EXE_spider");
        let choice = choice.join(" ");
        let script = format!("cat {demo} | {program} export {choice} /dev/fd/0");
        let mut command = std::process::Command::new("sh");
        let piped = scene::run(command.args(["-c", &script]).current_dir(scene.path("")));
        let arguments: Vec<_> = ["export", &demo]
            .into_iter()
            .chain(choice.split(' '))
            .collect();
        let from_file = scene.run(&arguments);
        assert_eq!(from_file.0, piped.0, "{}", piped.2);
        assert!(from_file.1 == piped.1, "{choice}");
    }
}

#[test]
fn a_damaged_capture_gives_what_is_left_and_says_so() {
    let scene = Scene::new();
    let capture = testdata("format/cut-tail.pcapng");
    for choice in [&["--session", "1"][..], &[]] {
        let arguments = [
            &["export", &capture, "-w", "x.pcapng", "--force", "-q"],
            choice,
        ]
        .concat();
        let (code, _, stderr) = scene.run(&arguments);
        assert_eq!(code, Some(3), "{stderr}");
        assert!(stderr.contains("cut-tail.pcapng: "), "{stderr}");
        assert!(!scene.whole("x.pcapng").packets.is_empty());
    }
}
