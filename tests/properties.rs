//! Laws that hold for any traffic: what the order, the numbers, the threads and damage of a
//! capture may change, and what they may not.
//!
//! The cases are random, but the same in every run.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/build.rs"]
mod build;
#[path = "support/conversation.rs"]
mod conversation;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/damage.rs"]
mod damage;
#[path = "support/facts.rs"]
mod facts;
#[path = "support/traffic.rs"]
mod traffic;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use corpus::files::CaptureFile;
use facts::Facts;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use spider_pcap::analyze::{Analysis, NoProgress, SessionRecord, analyze, analyze_each};
use spider_pcap::config::Config;
use spider_pcap::packet::SeqNumber;
use spider_pcap::session::{Anchor, Direction, Piece, Reassembler, StreamOffset};
use traffic::Traffic;

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn order_copies_and_overlaps_change_no_stream(
        sessions in prop::collection::vec(traffic::traffic(), 1..4),
    ) {
        let analysis = analysis(traffic::capture(&sessions));
        prop_assert_eq!(analysis.sessions.len(), sessions.len());
        for (traffic, line) in sessions.iter().zip(corpus::lines("random.pcap", &analysis)) {
            let document: Value = serde_json::from_str(&line).unwrap();
            for direction in Direction::BOTH {
                let half = &document["analysis"][direction.as_str()];
                prop_assert_eq!(&half["streamBytes"], traffic.stream_len(direction), "{}", &line);
                prop_assert_eq!(&half["missingBytes"], 0, "{}", &line);
                prop_assert_eq!(&half["overlapConflicts"], 0, "{}", &line);
                prop_assert_eq!(&half["badChecksums"], 0, "{}", &line);
            }
            prop_assert_eq!(&document["state"], "CLOSED", "{}", &line);
            prop_assert_eq!(&document["analysis"]["complete"], true, "{}", &line);
            prop_assert_eq!(Facts::of(&line).broken(), Vec::<String>::new(), "{}", &line);
        }
    }

    #[test]
    fn a_reassembler_gives_what_was_sent(traffic in traffic::traffic()) {
        for direction in Direction::BOTH {
            let sent: Vec<_> = (0..traffic.stream_len(direction)).map(traffic::byte_at).collect();
            prop_assert_eq!(reassembled(&traffic, direction), sent);
        }
    }

    #[test]
    fn initial_sequence_numbers_change_no_finding(
        traffic in traffic::traffic(),
        lost in prop::collection::vec(any::<Index>(), 0..4),
        isns in [isn(), isn()],
    ) {
        let [low, high] = [[0, 0], isns].map(|isns| {
            let mut packets = traffic.at(isns).packets();
            for lost in &lost {
                packets.remove(lost.index(packets.len()));
            }
            let bytes = build::capture(build::Format::Pcap, &packets);
            let lines = corpus::lines("random.pcap", &analysis(bytes));
            let documents = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
            documents.map(|mut document| document["analysis"].take()).collect::<Vec<_>>()
        });
        prop_assert_eq!(low, high);
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_cut_capture_gives_the_start_of_the_whole(file in any::<Index>(), cut in any::<Index>()) {
        let file = &corpus::all()[file.index(corpus::all().len())];
        let mut bytes = file.bytes();
        let whole = corpus::try_analysis(&file.name, bytes.clone()).unwrap();
        bytes.truncate(cut.index(bytes.len() + 1));
        // Within the first header there is no capture yet.
        if let Ok(start) = corpus::try_analysis(&file.name, bytes) {
            let sessions = start.sessions.iter().zip(whole.sessions.iter());
            prop_assert!(start.sessions.len() <= whole.sessions.len());
            for (start, whole) in sessions {
                check_start(&start, &whole)?;
            }
        }
    }

    #[test]
    fn damage_never_stops_the_program(
        file in any::<Index>(),
        damages in prop::collection::vec(damage::damage(), 1..6),
    ) {
        let file = &corpus::all()[file.index(corpus::all().len())];
        let mut bytes = file.bytes();
        for damage in damages {
            damage.inflict(&mut bytes);
        }
        let inputs = vec![corpus::input(&file.name, bytes.clone())];
        let threaded = analyze(inputs, &config(2, 4096), &NoProgress);
        let analysis = corpus::try_analysis(&file.name, bytes);
        prop_assert_eq!(threaded.is_ok(), analysis.is_ok());
        if let (Ok(threaded), Ok(analysis)) = (threaded, analysis) {
            let lines = corpus::lines(&file.name, &analysis);
            for line in &lines {
                prop_assert!(serde_json::from_str::<Value>(line).is_ok(), "{}", line);
            }
            prop_assert_eq!(lines, corpus::lines(&file.name, &threaded));
            prop_assert_eq!(threaded.capture.notices, analysis.capture.notices);
        }
    }
}

#[test]
fn no_document_depends_on_threads_or_batches() {
    for file in corpus::all() {
        let [expected, found @ ..] = [(1, 1 << 20), (1, 4096), (2, 1 << 20), (2, 4096), (7, 4096)]
            .map(|(threads, batch_bytes)| {
                let config = config(threads, batch_bytes);
                let inputs = vec![corpus::input(&file.name, file.bytes())];
                let analysis = analyze(inputs, &config, &NoProgress).unwrap();
                corpus::lines(&file.name, &analysis)
            });
        for found in found {
            assert_eq!(found, expected, "{}", file.name);
        }
    }
}

#[test]
fn sessions_handed_out_one_by_one_are_the_same() {
    for file in corpus::all() {
        let expected = corpus::try_analysis(&file.name, file.bytes()).unwrap();
        for threads in [1, 2, 7] {
            let found = handed_out(&file, &config(threads, 4096));
            assert_eq!(
                corpus::lines(&file.name, &found),
                corpus::lines(&file.name, &expected),
                "{}",
                file.name
            );
        }
    }
}

#[test]
fn the_order_of_rotated_files_does_not_matter() {
    let files = corpus::all();
    let rotated: Vec<_> = files
        .iter()
        .filter(|file| file.name.contains("rotated-"))
        .collect();
    assert_eq!(rotated.len(), 3);
    let [expected, found @ ..] = [[0, 1, 2], [2, 1, 0], [1, 2, 0]].map(|order| {
        let inputs = order.map(|index| corpus::input(&rotated[index].name, rotated[index].bytes()));
        let analysis = analyze(inputs.into(), &config(2, 4096), &NoProgress).unwrap();
        assert_eq!(analysis.sessions.len(), 2, "one session crosses the files");
        corpus::lines("rotated.pcapng", &analysis)
    });
    for found in found {
        assert_eq!(found, expected);
    }
}

/// What is known after a part of the packets does not contradict what is known at the end.
fn check_start(start: &SessionRecord, whole: &SessionRecord) -> Result<(), TestCaseError> {
    let (start, whole) = (&start.summary, &whole.summary);
    prop_assert_eq!(start.first_packet, whole.first_packet);
    prop_assert_eq!(start.times.first, whole.times.first);
    prop_assert!(start.packets <= whole.packets);
    prop_assert!(start.last_packet <= whole.last_packet);
    let ends = |client, server| {
        if client < server {
            [client, server]
        } else {
            [server, client]
        }
    };
    prop_assert_eq!(
        ends(start.client, start.server),
        ends(whole.client, whole.server)
    );
    if start.client != whole.client {
        prop_assert!(whole.client_evidence < start.client_evidence);
        return Ok(());
    }
    for direction in Direction::BOTH {
        let (start, whole) = (&start.halves[direction], &whole.halves[direction]);
        prop_assert!(start.packets <= whole.packets);
        prop_assert!(start.payload_bytes <= whole.payload_bytes);
        prop_assert!(start.stream_bytes <= whole.stream_bytes);
        if 0 < start.packets {
            prop_assert_eq!(start.initial_seq, whole.initial_seq);
        }
    }
    prop_assert_eq!(start.occurrence, whole.occurrence);
    Ok(())
}

/// The sessions of a capture, put in order.
fn handed_out(file: &CaptureFile, config: &Config) -> Analysis {
    let mut sessions = Vec::new();
    let inputs = vec![corpus::input(&file.name, file.bytes())];
    let capture = analyze_each(inputs, config, &NoProgress, &mut |record, _| {
        sessions.push(record);
        ControlFlow::Continue(())
    });
    Analysis {
        sessions: sessions.into_iter().collect(),
        capture: capture.unwrap(),
    }
}

/// The bytes of one direction as the reassembler delivers them; a gap fails.
fn reassembled(traffic: &Traffic, direction: Direction) -> Vec<u8> {
    let isn = match direction {
        Direction::Out => traffic.isns[0],
        Direction::In => traffic.isns[1],
    };
    let mut anchor = Anchor {
        seq: SeqNumber(isn).add(1),
        offset: StreamOffset::ZERO,
    };
    let mut reassembler = Reassembler::starting_at(StreamOffset::ZERO, usize::MAX);
    let mut bytes = Vec::new();
    let mut deliver = |piece: Piece<'_>| match piece {
        Piece::Bytes(start, piece) => {
            assert_eq!(usize::try_from(start.0).unwrap(), bytes.len());
            bytes.extend_from_slice(piece);
        }
        Piece::Gap(range) => assert!(range.is_empty(), "a gap at {range:?}"),
    };
    for segment in traffic.segments() {
        let Some(segment) = segment.of(direction) else {
            continue;
        };
        let start = anchor.offset_of(SeqNumber(segment.seq));
        reassembler.push(start, &segment.payload, &mut deliver);
        anchor.advance_to(start.max(anchor.offset));
    }
    reassembler.finish(&mut deliver);
    bytes
}

/// Initial sequence numbers, many of them shortly before the wrap.
fn isn() -> impl Strategy<Value = u32> {
    prop_oneof![
        2 => u32::MAX - 4000..=u32::MAX,
        1 => any::<u32>(),
        1 => (1 << 31) - 2000..(1_u32 << 31) + 2000,
    ]
}

fn analysis(bytes: Vec<u8>) -> Analysis {
    corpus::try_analysis("random.pcap", bytes).unwrap()
}

fn config(threads: usize, batch_bytes: usize) -> Config {
    let mut config = Config {
        threads: NonZeroUsize::new(threads),
        ..Config::default()
    };
    config.read.batch_bytes = batch_bytes;
    config
}

/// This many cases, the same in every run.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(0x5b1d),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
