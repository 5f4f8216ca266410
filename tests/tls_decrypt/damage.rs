//! Records that are damaged or missing, and sessions whose start was not captured.

use proptest::prelude::*;
use spider_pcap::session::{Direction, StreamOffset, StreamRange};
use spider_pcap::tls::{ContentType, KeyLog, Undeciphered};

use crate::deciphered::{OwnPayload, OwnRecord, Pieces, Placed, data, reasons, records};
use crate::{Recorded, recorded, session};

/// The bytes of one direction in one run; recorded sessions have no gaps.
fn stream(pieces: &Pieces, direction: Direction) -> Vec<u8> {
    let own = pieces.iter().filter(|(own, _)| *own == direction);
    let bytes = own.filter_map(|(_, piece)| match piece {
        Placed::Bytes(_, bytes) => Some(bytes.as_slice()),
        Placed::Gap(_) => None,
    });
    bytes.collect::<Vec<_>>().concat()
}

/// Both directions whole, the client's first.
fn both(out: Vec<(i64, Vec<u8>)>, r#in: Vec<(i64, Vec<u8>)>) -> Pieces {
    let mut pieces = Vec::new();
    for (direction, runs) in [(Direction::Out, out), (Direction::In, r#in)] {
        let mut next = runs.first().map_or(0, |(start, _)| *start);
        for (start, bytes) in runs {
            if next < start {
                let range = StreamRange {
                    start: StreamOffset(next),
                    end: StreamOffset(start),
                };
                pieces.push((direction, Placed::Gap(range)));
            }
            next = start + i64::try_from(bytes.len()).unwrap();
            pieces.push((direction, Placed::Bytes(StreamOffset(start), bytes)));
        }
    }
    pieces
}

/// Sessions of captures with one cipher suite, whose names tell how their records are chained.
fn of_one_suite() -> Vec<Recorded> {
    let mut sessions = recorded();
    sessions.retain(|session| !session.name.starts_with("tls/export-ciphers"));
    sessions
}

fn index(offset: StreamOffset) -> usize {
    usize::try_from(offset.0).unwrap()
}

fn app_records(records: &[OwnRecord], direction: Direction) -> Vec<OwnRecord> {
    let is_own = |record: &&OwnRecord| {
        record.direction == direction && record.content == ContentType::ApplicationData
    };
    records.iter().filter(is_own).cloned().collect()
}

#[test]
fn a_changed_record_does_not_verify_and_those_behind_it_do() {
    for session in of_one_suite() {
        let whole = records(&session.pieces, &session.keys);
        for direction in Direction::BOTH {
            let own = app_records(&whole, direction);
            let mut bytes = [
                stream(&session.pieces, Direction::Out),
                stream(&session.pieces, Direction::In),
            ];
            let [out, r#in] = &mut bytes;
            let place = index(own[0].range.end) - 1;
            let changed = if direction == Direction::Out {
                out
            } else {
                r#in
            };
            changed[place] ^= 1;
            let [out, r#in] = bytes;
            let damaged = records(&both(vec![(0, out)], vec![(0, r#in)]), &session.keys);
            let changed = own[0].range;
            let reason = |record: &OwnRecord| match record.direction == direction {
                true if record.range == changed => Some(Undeciphered::NotVerified),
                // What its first block is chained to cannot be trusted.
                true if is_chained(&session.name) && record.range.start == changed.end => {
                    Some(Undeciphered::ChainBroken)
                }
                _ => None,
            };
            let expected: Vec<_> = whole
                .iter()
                .map(|record| (record.range, reason(record)))
                .collect();
            let came: Vec<_> = damaged
                .iter()
                .map(|record| {
                    let reasons = reasons(std::slice::from_ref(record));
                    (record.range, reasons.first().map(|(_, reason)| *reason))
                })
                .collect();
            assert_eq!(came, expected, "{} {direction}", session.name);
        }
    }
}

#[test]
fn a_gap_within_a_record_costs_that_record() {
    for session in of_one_suite() {
        let whole = records(&session.pieces, &session.keys);
        let own = app_records(&whole, Direction::In);
        let bytes = stream(&session.pieces, Direction::In);
        let (start, end) = (index(own[0].range.start) + 7, index(own[0].range.end) - 3);
        let runs = vec![
            (0, bytes[..start].to_vec()),
            (i64::try_from(end).unwrap(), bytes[end..].to_vec()),
        ];
        let out = vec![(0, stream(&session.pieces, Direction::Out))];
        let damaged = records(&both(out, runs), &session.keys);
        let mut expected = vec![(Direction::In, Undeciphered::BytesMissing)];
        if is_chained(&session.name) {
            expected.push((Direction::In, Undeciphered::ChainBroken));
        }
        let lost = expected.len();
        assert_eq!(reasons(&damaged), expected, "{}", session.name);
        let left: Vec<u8> = own[lost..]
            .iter()
            .flat_map(|record| data(std::slice::from_ref(record), Direction::In))
            .collect();
        assert_eq!(data(&damaged, Direction::In), left, "{}", session.name);
    }
}

#[test]
fn behind_missing_records_the_number_is_found_again() {
    for session in of_one_suite() {
        let whole = records(&session.pieces, &session.keys);
        let own = app_records(&whole, Direction::In);
        let is_out_of_reach = is_chained(&session.name)
            || session.name.contains("rc4")
            || session.name.contains("renegotiated");
        if own.len() < 3 || is_out_of_reach {
            continue;
        }
        let bytes = stream(&session.pieces, Direction::In);
        let (start, end) = (index(own[0].range.start) - 2, index(own[1].range.start) + 9);
        let runs = vec![
            (0, bytes[..start].to_vec()),
            (i64::try_from(end).unwrap(), bytes[end..].to_vec()),
        ];
        let out = vec![(0, stream(&session.pieces, Direction::Out))];
        let damaged = records(&both(out, runs), &session.keys);
        let left: Vec<u8> = own[2..]
            .iter()
            .flat_map(|record| data(std::slice::from_ref(record), Direction::In))
            .collect();
        assert_eq!(data(&damaged, Direction::In), left, "{}", session.name);
        assert!(!left.is_empty() && !reasons(&damaged).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever happens to the bytes: no panic, records in order, and nothing is handed out as
    /// deciphered that was not sent.
    #[test]
    fn only_what_was_sent_is_deciphered(
        changes in prop::collection::vec((any::<bool>(), 0.0..1.0_f64, any::<u8>()), 0..4),
        gaps in prop::collection::vec((any::<bool>(), 0.0..1.0_f64, 1_usize..400), 0..4),
    ) {
        for session in of_one_suite() {
            let whole = records(&session.pieces, &session.keys);
            let mut streams = Direction::BOTH.map(|direction| stream(&session.pieces, direction));
            for (is_out, place, byte) in &changes {
                let bytes = &mut streams[usize::from(!is_out)];
                let at = share(bytes.len(), *place);
                bytes[at] = *byte;
            }
            let holes = |is_out: bool| {
                let own = gaps.iter().filter(move |(own, _, _)| *own == is_out);
                own.map(|(_, place, len)| (*place, *len)).collect::<Vec<_>>()
            };
            let [out, r#in] = [true, false].map(|is_out| {
                with_holes(&streams[usize::from(!is_out)], &holes(is_out))
            });
            let damaged = records(&both(out, r#in), &session.keys);
            for pair in damaged.windows(2) {
                let is_in_order = pair[0].direction != pair[1].direction
                    || pair[0].range.end <= pair[1].range.start;
                prop_assert!(is_in_order, "{}: {:?}", session.name, pair);
            }
            for record in &damaged {
                let is_deciphered = matches!(record.payload, OwnPayload::Deciphered(_));
                prop_assert!(!is_deciphered || whole.contains(record), "{}", session.name);
            }
        }
    }
}

/// A place in so many bytes.
fn share(len: usize, place: f64) -> usize {
    let thousandths = (place * 1000.0).round();
    let found = (0..=1000).find(|step| f64::from(*step) >= thousandths);
    len.saturating_sub(1) * usize::try_from(found.unwrap_or(0)).unwrap() / 1000
}

/// The runs that are left of bytes with holes.
fn with_holes(bytes: &[u8], holes: &[(f64, usize)]) -> Vec<(i64, Vec<u8>)> {
    let mut is_there = vec![true; bytes.len()];
    for (place, len) in holes {
        let at = share(bytes.len(), *place);
        let end = (at + len).min(bytes.len());
        is_there[at..end].fill(false);
    }
    // Both ends stay, so that every hole lies between bytes.
    if let Some(first) = is_there.first_mut() {
        *first = true;
    }
    let mut runs: Vec<(i64, Vec<u8>)> = Vec::new();
    let mut was_there = false;
    for (at, (byte, is_there)) in bytes.iter().zip(is_there).enumerate() {
        if is_there && !was_there {
            runs.push((i64::try_from(at).unwrap(), Vec::new()));
        }
        if let (true, Some((_, run))) = (is_there, runs.last_mut()) {
            run.push(*byte);
        }
        was_there = is_there;
    }
    runs
}

/// True where the first block of a record depends on the record before.
fn is_chained(name: &str) -> bool {
    name.contains("tls10-cbc")
}

/// A session of TLS 1.3 from some place on, in the middle of a record.
fn without_start(fields: &str) -> Vec<OwnRecord> {
    let session = session("tls/tls13-curl");
    let whole = records(&session.pieces, &session.keys);
    let random = fields_random(&session.keys);
    let mut keys = session.keys.clone();
    keys.add(fields.replace("<random>", &random).as_bytes());
    let cut = |direction| {
        let own = app_records(&whole, direction);
        let start = index(own[0].range.start) + 10;
        let bytes = stream(&session.pieces, direction)[start..].to_vec();
        vec![(0, bytes)]
    };
    let pieces = both(cut(Direction::Out), cut(Direction::In));
    records(&pieces, &keys)
}

/// The client random of a log with one connection.
fn fields_random(keys: &KeyLog) -> String {
    let analysis = session("tls/tls13-curl");
    let whole = records(&analysis.pieces, keys);
    let hello = match &whole[0].payload {
        OwnPayload::Clear(hello) => hello.as_slice(),
        OwnPayload::Deciphered(_) | OwnPayload::Unknown(_) => &[],
    };
    hello[6..38]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn custom_fields_stand_in_for_a_handshake_of_tls_1_3() {
    let fields = "TLS_VERSION <random> TLS 1.3\nCIPHER_NAME <random> TLS_AES_256_GCM_SHA384\n";
    let found = without_start(fields);
    let request = data(&found, Direction::Out);
    assert!(request.starts_with(b"GET /items.json"), "{found:?}");
    let response = data(&found, Direction::In);
    assert!(response.starts_with(b"HTTP/1.1 200 OK"));
    let skipped = reasons(&found);
    let is_start = |(_, reason): &(_, _)| *reason == Undeciphered::StartMissing;
    assert!(skipped.iter().all(is_start), "{skipped:?}");
}

#[test]
fn tls_1_2_without_its_handshake_says_that_it_is_not_possible() {
    let fields = "TLS_VERSION <random> TLS 1.2\nCIPHER_NAME <random> \
                  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\nCLIENT_RANDOM <random> ";
    let found = without_start(&format!("{fields}{}\n", "00".repeat(48)));
    assert!(data(&found, Direction::In).is_empty());
    let reasons: Vec<String> = reasons(&found)
        .iter()
        .map(|(_, reason)| reason.to_string())
        .collect();
    assert!(
        reasons
            .iter()
            .any(|reason| reason.starts_with("not possible")),
        "{reasons:?}"
    );
}
