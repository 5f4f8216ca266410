//! Directories as inputs, and captures that were cut into many files.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::process::Command;

use tempfile::TempDir;

/// A pcap file of these records, of raw IP.
fn pcap(records: &[Vec<u8>]) -> Vec<u8> {
    let mut file = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    file.extend([
        2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 101, 0, 0, 0,
    ]);
    file.extend(records.concat());
    file
}

/// Records of sessions whose packets take turns.
fn records(sessions: u16, packets: u32) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    for (at, session) in (0..packets).flat_map(|at| (0..sessions).map(move |one| (at, one))) {
        let mut record = Vec::new();
        for number in [1_705_268_606, at, 41, 41] {
            record.extend(number.to_le_bytes());
        }
        record.extend([
            0x45, 0, 0, 41, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
        ]);
        record.extend((10_000 + session).to_be_bytes());
        record.extend([0, 80]);
        record.extend((1000 + at).to_be_bytes());
        record.extend([0, 0, 0, 1, 0x50, 0x18, 0x20, 0, 0, 0, 0, 0, b'x']);
        records.push(record);
    }
    records
}

/// Exit code, standard output and standard error.
fn run(arguments: &str, directory: &TempDir) -> (Option<i32>, String, String) {
    // Far fewer files may be open than there are.
    let program = env!("CARGO_BIN_EXE_spider");
    let script = format!("ulimit -n 40; exec {program} {arguments}");
    let mut command = Command::new("sh");
    let output = command
        .args(["-c", &script])
        .current_dir(directory.path())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn write(directory: &TempDir, name: &str, bytes: &[u8]) {
    let path = directory.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[cfg(unix)]
#[test]
fn sessions_cross_the_files_of_a_rotated_set() {
    let directory = tempfile::tempdir().unwrap();
    let records = records(7, 300);
    write(&directory, "whole.pcap", &pcap(&records));
    for (at, part) in records.chunks(7).enumerate() {
        // Names that sort in another order than times do.
        let name = format!("set/{}-of-300.pcap", (at * 7) % 300);
        write(&directory, &name, &pcap(part));
    }
    let sessions = |capture| {
        let (code, stdout, stderr) = run(
            &format!("sessions --instance x -o ndjson {capture}"),
            &directory,
        );
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        // The parts are interfaces of their own.
        let comparable = |line: &str| {
            let (rest, _) = line.split_once(",\"capture\":").unwrap();
            let (before, rest) = rest.split_once("\"_eTag\":\"").unwrap();
            let (_, after) = rest.split_once(',').unwrap();
            format!("{before}{after}")
        };
        stdout.lines().map(comparable).collect::<Vec<_>>()
    };
    let whole = sessions("whole.pcap");
    assert_eq!(whole.len(), 7);
    assert_eq!(sessions("set"), whole);
    assert_eq!(sessions("-r set/"), whole);
}

#[test]
fn what_is_no_capture_is_left_out_and_named() {
    let directory = tempfile::tempdir().unwrap();
    write(&directory, "in/a.pcap", &pcap(&records(1, 2)));
    for name in ["in/notes.txt", "in/.hidden", "in/z", "in/y", "in/x"] {
        write(&directory, name, b"no capture at all");
    }
    write(&directory, "in/empty.pcap", b"");
    write(&directory, "in/cut.pcap", &pcap(&[])[..20]);
    write(&directory, "in/deeper/b.pcap", &pcap(&records(1, 2)));
    let (code, stdout, stderr) = run("sessions -o csv --columns number in", &directory);
    assert_eq!((code, stdout.as_str()), (Some(0), "number\n1\n"));
    assert_eq!(
        stderr,
        "spider: left out in/cut.pcap: the pcap header is cut short: 24 bytes needed, 20 found\n\
         spider: left out 5 files of 'in' that are no captures: empty.pcap, notes.txt, x, ...\n"
    );
}

#[test]
fn a_directory_without_captures_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    write(&directory, "in/deeper/b.pcap", &pcap(&records(1, 2)));
    let (code, _, stderr) = run("sessions in", &directory);
    assert_eq!(code, Some(2));
    let expected = "spider: no captures in 'in'\nhint: captures are looked for";
    assert!(stderr.starts_with(expected), "{stderr}");
}
