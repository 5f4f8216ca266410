//! Anomalies made by hand, and how they read.

use super::*;
use crate::capture::PacketNumber;
use crate::lot::AnomalyKind;
use crate::session::Direction;
use crate::time::Span;

fn number(number: u64) -> PacketNumber {
    let mut packet = PacketNumber::FIRST;
    for _ in 1..number {
        packet = packet.next();
    }
    packet
}

fn anomaly(kind: AnomalyKind, packet: u64, lot: Option<u64>) -> Anomaly {
    let after = i64::try_from(packet).unwrap() * 100_000_000;
    Anomaly {
        kind,
        direction: Direction::In,
        place: Place {
            packet: number(packet),
            after: Some(Span::from_nanos(after)),
            lot,
        },
        packets: 2,
        bytes: 1500,
        duration: Some(Span::from_nanos(1_200_000_000)),
        is_open: false,
    }
}

fn texts(list: Vec<Anomaly>) -> Vec<String> {
    let anomalies = Anomalies {
        list,
        left_out: Vec::new(),
    };
    let sentences = anomaly_sentences(&anomalies);
    sentences
        .into_iter()
        .map(|sentence| sentence.text)
        .collect()
}

#[test]
fn a_sentence_says_who_what_how_long_and_where() {
    for (kind, lot, expected) in [
        (
            AnomalyKind::WindowClosed,
            Some(14),
            "The server closed its window for 1.200 s after lot 14 (+500 ms, packet 5).",
        ),
        (
            AnomalyKind::Missing,
            Some(3),
            "1.50 kB of the server's lot 3 were never captured (+500 ms, before packet 5).",
        ),
        (
            AnomalyKind::SlowAnswer,
            Some(4),
            "The server took 1.200 s to answer lot 4 (+500 ms, packet 5).",
        ),
        (
            AnomalyKind::Idle,
            Some(5),
            "Idle for 1.200 s after lot 5, until the server began lot 6 (+500 ms, packet 5).",
        ),
        (
            AnomalyKind::Reset,
            None,
            "The server reset the connection before the first lot (+500 ms, packet 5).",
        ),
    ] {
        assert_eq!(texts(vec![anomaly(kind, 5, lot)]), [expected]);
    }
}

#[test]
fn every_kind_is_a_sentence_of_its_own() {
    let mut seen = std::collections::BTreeSet::new();
    for kind in EVERY {
        for direction in Direction::BOTH {
            for (lot, is_open) in [(Some(7), false), (None, true)] {
                let anomaly = Anomaly {
                    direction,
                    is_open,
                    ..anomaly(kind, 5, lot)
                };
                let text = sentence(&anomaly);
                assert!(text.ends_with('.'), "{text}");
                assert!(!text.contains("  "), "{text}");
                seen.insert((kind, text.split('(').next().unwrap().to_owned()));
            }
        }
    }
    let kinds: std::collections::BTreeSet<_> = seen.iter().map(|(kind, _)| kind).collect();
    let texts: std::collections::BTreeSet<_> = seen.iter().map(|(_, text)| text).collect();
    assert_eq!(kinds.len(), EVERY.len());
    assert_eq!(texts.len(), seen.len(), "no two kinds read the same");
}

#[test]
fn the_worst_comes_first_and_then_the_earliest() {
    let list = vec![
        anomaly(AnomalyKind::KeepAlive, 1, None),
        anomaly(AnomalyKind::Resent, 2, Some(0)),
        anomaly(AnomalyKind::Duplicate, 3, Some(0)),
        anomaly(AnomalyKind::WindowClosed, 4, Some(0)),
        anomaly(AnomalyKind::Missing, 9, Some(1)),
    ];
    let anomalies = Anomalies {
        list,
        left_out: Vec::new(),
    };
    let sentences = anomaly_sentences(&anomalies);
    let order: Vec<_> = sentences
        .iter()
        .map(|sentence| (sentence.tone, sentence.place.packet.value()))
        .collect();
    let (calm, notable, severe) = (Tone::Calm, Tone::Notable, Tone::Severe);
    assert_eq!(
        order,
        [
            (severe, 9),
            (notable, 4),
            (notable, 2),
            (notable, 3),
            (calm, 1)
        ]
    );
}

#[test]
fn many_of_one_kind_become_the_worst_and_a_count() {
    let mut list: Vec<_> = (1..=5)
        .map(|packet| anomaly(AnomalyKind::WindowClosed, packet, Some(packet)))
        .collect();
    for anomaly in &mut list {
        anomaly.bytes = 0;
    }
    list[2].duration = Some(Span::from_nanos(3_000_000_000));
    let anomalies = Anomalies {
        left_out: vec![LeftOut {
            kind: AnomalyKind::WindowClosed,
            direction: Direction::In,
            count: 2000,
            packets: 2000,
            bytes: 0,
            last: Place {
                packet: number(90),
                after: Some(Span::from_nanos(61_000_000_000)),
                lot: Some(70),
            },
        }],
        list,
    };
    let sentences = anomaly_sentences(&anomalies);
    assert_eq!(sentences.len(), 1);
    assert_eq!(
        sentences[0].text,
        "The server closed its window for 3.000 s after lot 3 (+300 ms, packet 3). \
         2,004 more like it, the last at +1m 01s."
    );
}

const EVERY: [AnomalyKind; 37] = [
    AnomalyKind::Refused,
    AnomalyKind::NoAnswer,
    AnomalyKind::OneSided,
    AnomalyKind::Reset,
    AnomalyKind::ResetUnanswered,
    AnomalyKind::Missing,
    AnomalyKind::MissingAtEnd,
    AnomalyKind::Cut,
    AnomalyKind::LimitReached,
    AnomalyKind::OverlapConflict,
    AnomalyKind::WindowClosed,
    AnomalyKind::MissedSyn,
    AnomalyKind::NoSynAck,
    AnomalyKind::NoResponse,
    AnomalyKind::RepeatedSyn,
    AnomalyKind::Resent,
    AnomalyKind::LostUpstream,
    AnomalyKind::OutOfOrder,
    AnomalyKind::Duplicate,
    AnomalyKind::Late,
    AnomalyKind::InvalidReset,
    AnomalyKind::InvalidSequence,
    AnomalyKind::BadChecksum,
    AnomalyKind::SlowSynAck,
    AnomalyKind::SlowAnswer,
    AnomalyKind::SlowStart,
    AnomalyKind::PausedLot,
    AnomalyKind::UnansweredClose,
    AnomalyKind::HalfClosed,
    AnomalyKind::UnansweredEnd,
    AnomalyKind::Idle,
    AnomalyKind::IdleClose,
    AnomalyKind::IdleEnd,
    AnomalyKind::WindowFull,
    AnomalyKind::SimultaneousOpen,
    AnomalyKind::KeepAlive,
    AnomalyKind::WindowProbe,
];
