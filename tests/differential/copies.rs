//! Copies of captures, as tshark, editcap, mergecap and capinfos see them.
//!
//! `CAPTURES=folder` takes the captures in a folder of one's own instead of those of `testdata/`.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use spider_pcap::capture::{Capture, Input, ReadLimits};

use crate::copy::Whole;
use crate::{corpus, diff};

#[test]
#[ignore = "needs tshark"]
fn copies_are_read_as_their_originals() {
    let folder = tempfile::tempdir().unwrap();
    let mut report = Report::default();
    for (name, path) in originals() {
        if Capture::open(vec![Input::File(path.clone())], ReadLimits::default()).is_err() {
            continue;
        }
        let whole = Whole::read(vec![Input::File(path.clone())]);
        let original = Copied {
            name: &name,
            is_pcapng: is_pcapng(&path),
            path,
        };
        report.captures += 1;
        report.packets += whole.packets.len();
        let copy = folder.path().join("copy");
        match whole.write_pcapng(Vec::new()) {
            Ok(bytes) => {
                fs::write(&copy, bytes).unwrap();
                report.compare(&original, &copy, "pcapng");
                report.rewrite(&name, &copy, folder.path());
            }
            Err(error) => report.refused(&name, "pcapng", &error.to_string()),
        }
        match whole.write_pcap(Vec::new()) {
            Ok(bytes) => {
                fs::write(&copy, bytes).unwrap();
                report.compare(&original, &copy, "pcap");
            }
            Err(error) => report.refused(&name, "pcap", &error.to_string()),
        }
    }
    let Report {
        captures,
        packets,
        copies,
        refused,
        differences,
    } = report;
    println!("{captures} captures with {packets} packets, {copies} copies\n{refused}");
    assert!(differences.is_empty(), "\n{differences}");
}

/// A capture of which there are copies.
struct Copied<'a> {
    name: &'a str,
    path: PathBuf,
    is_pcapng: bool,
}

#[derive(Default)]
struct Report {
    captures: usize,
    packets: usize,
    copies: usize,
    /// What a format cannot hold.
    refused: String,
    differences: String,
}

impl Report {
    fn compare(&mut self, original: &Copied<'_>, copy: &Path, format: &str) {
        self.copies += 1;
        let mut fields = EVERYWHERE.to_vec();
        if format == "pcapng" && original.is_pcapng {
            fields.extend(ONLY_PCAPNG);
        }
        let (before, _) = tshark(&original.path, &fields);
        let (after, complaint) = tshark(copy, &fields);
        if before != after || !complaint.is_empty() {
            let lines = diff::lines(&before, &after);
            let name = original.name;
            writeln!(self.differences, "{name} as {format}: {complaint}\n{lines}").unwrap();
        }
        self.run(original.name, "capinfos", &[copy]);
    }

    /// Lets the tools that are strict about the order of blocks rewrite a copy.
    fn rewrite(&mut self, name: &str, copy: &Path, folder: &Path) {
        let out = folder.join("rewritten");
        self.run(name, "editcap", &[copy, &out]);
        self.run(name, "mergecap", &[Path::new("-w"), &out, copy, copy]);
    }

    fn run(&mut self, name: &str, program: &str, args: &[&Path]) {
        let output = Command::new(program).args(args).output().unwrap();
        let complaint = complaint(&output.stderr);
        if !output.status.success() || !complaint.is_empty() {
            let status = output.status;
            writeln!(self.differences, "{name}: {program} {status}: {complaint}").unwrap();
        }
    }

    fn refused(&mut self, name: &str, format: &str, error: &str) {
        writeln!(self.refused, "{name} as {format}: {error}").unwrap();
    }
}

/// The captures of `testdata/`, or those that the environment names.
fn originals() -> Vec<(String, PathBuf)> {
    let Some(folder) = env::var_os("CAPTURES") else {
        let files = corpus::all().into_iter();
        return files.map(|file| (file.name, file.path)).collect();
    };
    let mut originals = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                originals.push((path.display().to_string(), path));
            }
        }
    }
    originals.sort();
    originals
}

/// Whether tshark takes it for a pcapng file, whatever its name.
fn is_pcapng(path: &Path) -> bool {
    let output = Command::new("capinfos").arg("-t").arg(path).output();
    let text = String::from_utf8_lossy(&output.unwrap().stdout).into_owned();
    let mut lines = text.lines();
    lines.any(|line| line.starts_with("File type:") && line.contains("pcapng"))
}

/// These fields of each packet, a line each, and what was said to stderr.
fn tshark(path: &Path, fields: &[&str]) -> (String, String) {
    let mut command = Command::new("tshark");
    command.args(["-n", "-T", "fields"]).arg("-r").arg(path);
    command.args(["-o", "frame.generate_md5_hash:TRUE"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, complaint(&output.stderr))
}

fn complaint(stderr: &[u8]) -> String {
    let stderr = String::from_utf8_lossy(stderr);
    let lines = stderr
        .lines()
        .filter(|line| !line.starts_with("Running as user"));
    lines.collect::<Vec<_>>().join("\n")
}

const EVERYWHERE: [&str; 5] = [
    "frame.number",
    "frame.time_epoch",
    "frame.len",
    "frame.cap_len",
    "frame.md5_hash",
];
const ONLY_PCAPNG: [&str; 10] = [
    // Tells whether secrets are found.
    "frame.protocols",
    "frame.comment",
    "frame.interface_name",
    "frame.interface_description",
    "frame.interface_queue",
    "frame.packet_flags",
    "frame.packet_id",
    "frame.verdict",
    "frame.drop_count",
    "frame.encap_type",
];
