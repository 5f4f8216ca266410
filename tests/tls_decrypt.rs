//! Decryption of recorded TLS sessions: whole, cut in any way, damaged, and without a start.
//!
//! `cargo test --test tls_decrypt -- --ignored` compares with tshark where that is installed.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "tls_decrypt/damage.rs"]
mod damage;
#[path = "support/deciphered.rs"]
mod deciphered;
#[path = "tls_decrypt/derived.rs"]
mod derived;
#[path = "support/files.rs"]
mod files;
#[path = "tls_decrypt/http_inside.rs"]
mod http_inside;
#[path = "support/program.rs"]
mod program;
#[path = "support/streams.rs"]
mod streams;
#[path = "tls_decrypt/tshark.rs"]
mod tshark;

use deciphered::{Pieces, Placed, data, keys_of, pieces_of, reasons, records};
use files::CaptureFile;
use proptest::prelude::*;
use spider_pcap::analyze::{NoProgress, analyze};
use spider_pcap::config::Config;
use spider_pcap::session::Direction;
use spider_pcap::tls::KeyLog;

/// A recorded session with its secrets.
struct Recorded {
    name: String,
    keys: KeyLog,
    pieces: Pieces,
}

/// The captures of testdata with secrets.
fn captures_with_keys() -> Vec<(CaptureFile, KeyLog)> {
    let with_keys = |file: CaptureFile| {
        if file.name.contains("cut-tail") {
            return None;
        }
        let input = files::input(&file.name, file.bytes());
        let analysis = analyze(vec![input], &Config::default(), &NoProgress).unwrap();
        let keys = keys_of(&file, &analysis.capture.tables);
        (!keys.is_empty()).then_some((file, keys))
    };
    files::all().into_iter().filter_map(with_keys).collect()
}

/// Their sessions with TLS.
fn recorded() -> Vec<Recorded> {
    let mut sessions = Vec::new();
    for (file, keys) in captures_with_keys() {
        for (first_packet, pieces) in pieces_of(&file) {
            if !records(&pieces, &keys).is_empty() {
                sessions.push(Recorded {
                    name: format!("{} from packet {first_packet}", file.name),
                    keys: keys.clone(),
                    pieces,
                });
            }
        }
    }
    assert!(25 <= sessions.len(), "sessions are missing");
    sessions
}

fn session(name: &str) -> Recorded {
    let mut sessions = recorded();
    let place = sessions
        .iter()
        .position(|session| session.name.starts_with(name));
    sessions.swap_remove(place.unwrap())
}

#[test]
fn every_record_of_recorded_sessions_is_deciphered() {
    for session in recorded() {
        let records = records(&session.pieces, &session.keys);
        assert_eq!(reasons(&records), [], "{}", session.name);
        for direction in Direction::BOTH {
            assert!(!data(&records, direction).is_empty(), "{}", session.name);
        }
    }
}

#[test]
fn what_the_ends_of_the_matrix_sent_comes_out() {
    let sent: String = (1..=3)
        .map(|n| format!("text {n} of the client\n"))
        .collect();
    let answered: String = (1..=3)
        .map(|n| {
            format!(
                "text {n} of the server, a little longer: {}\n",
                "x".repeat(40 * n)
            )
        })
        .collect();
    let mut checked = 0;
    for session in recorded() {
        let records = records(&session.pieces, &session.keys);
        let [out, back] = Direction::BOTH.map(|direction| data(&records, direction));
        let out = String::from_utf8_lossy(&out).replace("text in early data\n", "");
        if out.starts_with("text 1") {
            checked += 1;
            assert_eq!(out, sent, "{}", session.name);
            // GnuTLS answers with what it got.
            let is_right = back == answered.as_bytes() || back == sent.as_bytes();
            assert!(is_right, "{}", session.name);
        }
    }
    assert!(18 <= checked, "{checked} sessions");
}

#[test]
fn early_data_is_deciphered() {
    let resumption = "tls/tls13-resumption.pcap";
    let is_last = |session: &Recorded| session.name.starts_with(resumption);
    let session = recorded().into_iter().rfind(is_last).unwrap();
    let records = records(&session.pieces, &session.keys);
    let request = data(&records, Direction::Out);
    assert!(request.starts_with(b"GET "), "{request:?}");
}

#[test]
fn without_secrets_only_the_handshake_is_known() {
    let session = session("tls/tls13-curl");
    let with = records(&session.pieces, &session.keys);
    let without = records(&session.pieces, &KeyLog::default());
    assert_eq!(with.len(), without.len());
    assert!(data(&without, Direction::In).is_empty());
    let reasons = reasons(&without);
    let no_secrets = |(_, reason): &(_, _)| *reason == spider_pcap::tls::Undeciphered::NoSecrets;
    assert!(!reasons.is_empty() && reasons.iter().all(no_secrets));
}

/// The pieces in other cuts and another mixture of the directions; the order within each stays.
fn mixed(pieces: &Pieces, cuts: &[usize], turns: &[bool]) -> Pieces {
    let mut cuts = cuts.iter().cycle();
    let mut queues =
        spider_pcap::session::PerDirection::<std::collections::VecDeque<Placed>>::default();
    for (direction, piece) in pieces {
        let Placed::Bytes(start, bytes) = piece else {
            queues[*direction].push_back(piece.clone());
            continue;
        };
        let (mut at, mut rest) = (*start, bytes.as_slice());
        while !rest.is_empty() {
            let (cut, tail) = rest.split_at((*cuts.next().unwrap()).clamp(1, rest.len()));
            queues[*direction].push_back(Placed::Bytes(at, cut.to_vec()));
            at = at.add(u32::try_from(cut.len()).unwrap());
            rest = tail;
        }
    }
    let mut turns = turns.iter().cycle();
    let mut mixed = Vec::new();
    while !queues.out.is_empty() || !queues.r#in.is_empty() {
        let first = if *turns.next().unwrap() {
            Direction::Out
        } else {
            Direction::In
        };
        for direction in [first, first.opposite()] {
            if let Some(piece) = queues[direction].pop_front() {
                mixed.push((direction, piece));
                break;
            }
        }
    }
    mixed
}

#[test]
fn a_direction_may_come_whole_before_the_other() {
    for session in recorded() {
        let whole = records(&session.pieces, &session.keys);
        for turn in [true, false] {
            let mixed = mixed(&session.pieces, &[usize::MAX], &[turn]);
            assert_eq!(records(&mixed, &session.keys), whole, "{}", session.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn records_do_not_depend_on_cuts_and_mixture(
        cuts in prop::collection::vec(prop_oneof![1_usize..8, 1_usize..2000], 1..30),
        turns in prop::collection::vec(any::<bool>(), 1..30),
    ) {
        for session in recorded() {
            let whole = records(&session.pieces, &session.keys);
            let mixed = mixed(&session.pieces, &cuts, &turns);
            prop_assert_eq!(records(&mixed, &session.keys), whole, "{}", session.name);
        }
    }
}
