//! Parts of a capture: shards of its sessions, its first sessions, and captures that lie in many
//! files. Whatever is done in parts comes out as if it had been done at once.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/program.rs"]
mod program;
#[path = "support/random_packets.rs"]
mod random_packets;

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;

use program::Run;
use spider_pcap::analyze::{Analysis, NoProgress, analyze};
use spider_pcap::config::Config;
use spider_pcap::session::Shard;

/// All captures of `testdata/`, and one of 40 sessions of packets that hardly any TCP would send.
fn captures() -> Vec<(String, Vec<u8>)> {
    let files = corpus::all().into_iter();
    let random = random_packets::capture(7, 40, 3000);
    files
        .map(|file| (file.name.clone(), file.bytes()))
        .chain([("random.pcap".to_owned(), random)])
        .collect()
}

/// The documents of sessions, each with the number of its first packet.
fn documents(name: &str, analysis: &Analysis) -> Vec<(u64, String)> {
    let firsts = analysis.sessions.iter();
    let firsts = firsts.map(|record| record.summary.first_packet.value());
    firsts.zip(corpus::lines(name, analysis)).collect()
}

fn whole((name, bytes): &(String, Vec<u8>)) -> Vec<(u64, String)> {
    documents(name, &corpus::try_analysis(name, bytes.clone()).unwrap())
}

fn part((name, bytes): &(String, Vec<u8>), config: &Config) -> Vec<(u64, String)> {
    let inputs = vec![corpus::input(name, bytes.clone())];
    documents(name, &analyze(inputs, config, &NoProgress).unwrap())
}

#[test]
fn shards_together_are_the_whole() {
    for capture in captures() {
        let whole = whole(&capture);
        for of in [1, 2, 5] {
            let shards = (1..=of).map(|number| Config {
                shard: Shard::new(number, of),
                ..Config::default()
            });
            let mut union: Vec<_> = shards.flat_map(|config| part(&capture, &config)).collect();
            union.sort();
            assert_eq!(union, sorted(whole.clone()), "{} in {of}", capture.0);
        }
    }
}

fn sorted(mut documents: Vec<(u64, String)>) -> Vec<(u64, String)> {
    documents.sort();
    documents
}

#[test]
fn the_first_sessions_are_those_of_the_whole() {
    for capture in captures() {
        let whole = whole(&capture);
        for (first, threads) in [(1, 1), (2, 2), (3, 7), (20, 2), (1000, 7)] {
            let mut config = Config {
                threads: NonZeroUsize::new(threads),
                ..Config::default()
            };
            config.session.first = Some(first);
            let found = part(&capture, &config);
            let expected = &whole[..first.min(whole.len())];
            assert_eq!(found, expected, "first {first} of {}", capture.0);
        }
    }
}

#[test]
fn every_command_takes_a_shard_and_numbers_its_sessions() {
    let capture = program::testdata().join("demo.pcapng");
    let capture = capture.to_str().unwrap();
    let run = |arguments: &[&str]| {
        let run = Run::of(&mut program::command(
            &[arguments, &["-q", capture]].concat(),
        ));
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
        run.stdout
    };
    let mut all = 0;
    for shard in ["1/2", "2/2"] {
        let list = run(&["sessions", "--shard", shard, "-o", "ndjson"]);
        for (number, document) in (1..).zip(list.lines()) {
            let number = number.to_string();
            let one = ["show", "--shard", shard, "--session", &number, "-o", "json"];
            assert_eq!(run(&one).trim_end(), document);
        }
        let rows = list.lines().count();
        assert_eq!(run(&["timing", "--shard", shard]).lines().count(), rows + 1);
        let stats = ["stats", "--shard", shard, "--by", "session", "-o", "ndjson"];
        assert_eq!(run(&stats).lines().count(), rows);
        all += rows;
    }
    assert_eq!(all, run(&["sessions", "-o", "ndjson"]).lines().count());
}

#[test]
fn a_shard_that_cannot_be_is_refused() {
    for shard in ["0/2", "3/2", "1", "1/65537", "a/b"] {
        let run = Run::of(&mut program::command(&[
            "sessions", "--shard", shard, "x.pcap",
        ]));
        assert_eq!(run.code, Some(2), "{shard}");
        assert!(run.stderr.contains("I/N"), "{}", run.stderr);
    }
}

#[test]
fn three_hundred_files_are_one_capture_with_few_files_open() {
    let directory = tempfile::tempdir().unwrap();
    let whole = random_packets::capture(11, 60, 3000);
    let files = cut(&whole, 10);
    assert_eq!(files.len(), 300);
    for (index, file) in files.iter().enumerate() {
        let name = directory.path().join(format!("part-{index:03}.pcap"));
        fs::write(name, file).unwrap();
    }
    let whole_file = tempfile::NamedTempFile::with_suffix(".pcap").unwrap();
    fs::write(whole_file.path(), &whole).unwrap();
    // As it was captured, not as the clock ran.
    let list = |path: &Path| {
        let program = env!("CARGO_BIN_EXE_spider");
        let script = "ulimit -n 32 && exec \"$0\" sessions -o ndjson --instance x \"$1\"";
        let mut command = Command::new("sh");
        let run = Run::of(command.args(["-c", script, program]).arg(path));
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        without_interfaces(&run.stdout)
    };
    assert_eq!(list(directory.path()), list(whole_file.path()));
}

/// Documents without what tells that the files have one interface each.
fn without_interfaces(lines: &str) -> Vec<serde_json::Value> {
    let mut documents: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for document in &mut documents {
        document["_eTag"].take();
        document["capture"]["interfaces"].take();
    }
    documents
}

/// A pcap file in files of so many packets.
fn cut(pcap: &[u8], packets: usize) -> Vec<Vec<u8>> {
    let (header, mut rest) = pcap.split_at(24);
    let mut files = Vec::new();
    while !rest.is_empty() {
        let mut len = 0;
        for _ in 0..packets {
            let captured = rest.get(len + 8..len + 12);
            len += captured.map_or(0, |bytes| {
                16 + u32::from_le_bytes(bytes.try_into().unwrap()) as usize
            });
        }
        let (file, behind) = rest.split_at(len);
        files.push([header, file].concat());
        rest = behind;
    }
    files
}
