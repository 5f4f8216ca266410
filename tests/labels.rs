//! Wireshark's labels for packets against those that tshark gives.
//!
//! `cargo test --test labels -- --ignored` runs it where tshark is installed. With the variable
//! `CAPTURES` it looks at the captures below another folder.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/diff.rs"]
mod diff;
#[path = "support/files.rs"]
mod files;
#[path = "support/random_packets.rs"]
mod random_packets;

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use files::CaptureFile;
use spider_pcap::capture::{Batch, Capture, ReadLimits};
use spider_pcap::packet::{DecodeLimits, Decoder};
use spider_pcap::session::{
    Direction, KeyEnd, LabelledPacket, Route, SessionKey, WiresharkAnalyser, WiresharkLabel,
    WiresharkLabels,
};

#[test]
#[ignore = "needs tshark"]
fn labels_are_those_of_tshark() {
    let folder = env::var_os("CAPTURES");
    let files = folder.map_or_else(files::all, |folder| files::below(Path::new(&folder)));
    check(&files);
}

#[test]
#[ignore = "needs tshark"]
fn labels_of_random_packets_are_those_of_tshark() {
    let folder = tempfile::tempdir().unwrap();
    let sessions = [1, 5, 50, 500];
    for (seed, sessions) in (1..).zip(sessions) {
        let path = folder.path().join(format!("{sessions}-sessions.pcap"));
        fs::write(path, random_packets::capture(seed, sessions, 20_000)).unwrap();
    }
    let tally = check(&files::below(folder.path()));
    for label in WiresharkLabel::ALL {
        assert!(tally.0.contains_key(label.as_str()), "{label} never came");
    }
}

/// Compares all packets of these captures.
fn check(files: &[CaptureFile]) -> Tally {
    let mut report = String::new();
    let mut tally = Tally::default();
    for file in files {
        let (theirs, ours) = (theirs(file), ours(file));
        tally.add(&theirs, &ours);
        let is_known = DIFFERENCES.iter().any(|(name, _)| *name == file.name);
        if (theirs == ours) == is_known {
            let lines = diff::lines(&text(&theirs), &text(&ours));
            writeln!(report, "{} (- tshark, + ours):\n{lines}", file.name).unwrap();
        }
    }
    assert!(report.is_empty(), "\n{report}\n{}", tally.text());
    tally
}

/// Captures in which the two do not agree, and why.
const DIFFERENCES: &[(&str, &str)] = &[];

/// The labels of each packet that has some, by its number.
type Labels = BTreeMap<u64, Vec<String>>;

/// Packets by label: with it in both programs, in tshark alone, in ours alone.
#[derive(Default)]
struct Tally(BTreeMap<String, [u64; 3]>);

impl Tally {
    fn add(&mut self, theirs: &Labels, ours: &Labels) {
        let has = |labels: &Labels, packet, label| {
            labels
                .get(packet)
                .is_some_and(|labels: &Vec<String>| labels.contains(label))
        };
        for (packet, label) in pairs(theirs) {
            let place = if has(ours, packet, label) { 0 } else { 1 };
            self.0.entry(label.clone()).or_default()[place] += 1;
        }
        for (_, label) in pairs(ours).filter(|(packet, label)| !has(theirs, packet, label)) {
            self.0.entry(label.clone()).or_default()[2] += 1;
        }
    }

    fn text(&self) -> String {
        let mut text = String::from("both, tshark alone, ours alone:\n");
        let labels = self.0.iter().filter(|(label, _)| !label.contains('#'));
        for (label, [both, theirs, ours]) in labels {
            writeln!(text, "{label:24} {both:7} {theirs:5} {ours:5}").unwrap();
        }
        text
    }
}

fn pairs(labels: &Labels) -> impl Iterator<Item = (&u64, &String)> {
    let pairs = |(packet, labels)| std::iter::repeat(packet).zip(labels);
    labels.iter().flat_map(pairs)
}

fn text(labels: &Labels) -> String {
    let line = |(packet, labels): (&u64, &Vec<String>)| format!("{packet} {}\n", labels.join(" "));
    labels.iter().map(line).collect()
}

fn ours(file: &CaptureFile) -> Labels {
    let input = files::input(&file.name, file.bytes());
    let mut labels = Labels::new();
    let Ok(mut capture) = Capture::open(vec![input], ReadLimits::default()) else {
        return labels;
    };
    let mut decoder = Decoder::new(DecodeLimits::default());
    let mut sessions: BTreeMap<SessionKey, WiresharkAnalyser> = BTreeMap::new();
    let (mut batch, mut heads) = (Batch::default(), Vec::new());
    while capture.next_batch(&mut batch) {
        decoder.decode(&mut batch, &mut heads);
        for head in heads.drain(..) {
            let segment = head.resolve(&batch);
            let route = Route::of(head.source, head.destination, 0, 0);
            let direction = match route.from {
                KeyEnd::Low => Direction::Out,
                KeyEnd::High => Direction::In,
            };
            let analyser = sessions.entry(route.key).or_default();
            let names = names(analyser.handle(&LabelledPacket::of(direction, &segment)));
            if !names.is_empty() {
                labels.entry(head.number.value()).or_default().extend(names);
            }
        }
    }
    labels
}

fn names(labels: WiresharkLabels) -> Vec<String> {
    let mut names: Vec<_> = labels.iter().map(|label| label.as_str().into()).collect();
    let number = labels.duplicate_ack_number();
    names.extend(number.map(|number| format!("duplicateAck#{number}")));
    names
}

fn theirs(file: &CaptureFile) -> Labels {
    let mut labels = Labels::new();
    for line in tshark(file).lines() {
        let mut fields = line.split('\t');
        let (frame, number) = (fields.next().unwrap(), fields.next().unwrap());
        let set = WiresharkLabel::ALL.iter().zip(fields);
        let mut names: Vec<_> = set
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, _)| label.as_str().to_owned())
            .collect();
        if !number.is_empty() {
            names.push(format!("duplicateAck#{number}"));
        }
        if !names.is_empty() {
            labels.insert(frame.parse().unwrap(), names);
        }
    }
    labels
}

/// Number of the packet, number of the duplicate, and a column for each label.
fn tshark(file: &CaptureFile) -> String {
    let mut command = Command::new("tshark");
    command.arg("-n").arg("-r").arg(&file.path);
    command.args(["-o", "ip.defragment:TRUE", "-Y", "tcp.analysis.flags"]);
    command.args(["-T", "fields", "-e", "frame.number"]);
    command.args(["-e", "tcp.analysis.duplicate_ack_num"]);
    for label in WiresharkLabel::ALL {
        command.arg("-e").arg(field(label));
    }
    // The exit status is that of a failure where the capture is cut short.
    let output = command.output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Wireshark's name of a label: ours in snake case.
fn field(label: WiresharkLabel) -> String {
    let mut name = String::from("tcp.analysis.");
    for letter in label.as_str().chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
