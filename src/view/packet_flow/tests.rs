use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::document::{Seconds, Text};
use crate::session::Direction;
use crate::time::Timestamp;
use crate::view::table::width_of;

/// A request of a session that began at 22:10:51.163240.
fn packet() -> Packet<'static> {
    Packet {
        document_type: Packet::TYPE,
        session: "s",
        index: 3,
        number: 4,
        time: Some(time(BEGIN + 113_000)),
        relative_time: Some(span(113_000)),
        delta: Some(span(64_000)),
        direction: Text(Direction::Out),
        packet_lot: Some(0),
        flags: vec!["PSH", "ACK"],
        seq: 149_328_216,
        ack: Some(1_582_849_553),
        relative_seq: Some(1),
        relative_ack: Some(1),
        has_data: true,
        len: 80,
        win: 63,
        win_scaled: 64_512,
        original_length: 146,
        findings: Vec::new(),
        evidence: None,
        wireshark: Vec::new(),
    }
}

fn answer() -> Packet<'static> {
    Packet {
        index: 4,
        number: 5,
        direction: Text(Direction::In),
        packet_lot: None,
        flags: vec!["ACK"],
        has_data: false,
        len: 0,
        relative_ack: Some(81),
        ..packet()
    }
}

fn time(nanos: i64) -> Seconds {
    Seconds(Timestamp::from_nanos(nanos).decimal(Precision::MICROS))
}

fn span(nanos: i64) -> Seconds {
    Seconds(Span::from_nanos(nanos).decimal(Precision::MICROS))
}

fn style(width: Option<usize>, characters: Characters) -> FlowStyle<'static> {
    FlowStyle {
        surface: Surface {
            width,
            colored: false,
        },
        characters,
        times: TimeStyle::Absolute,
    }
}

fn show(style: FlowStyle<'_>, packets: &[(Packet<'_>, &[u8])]) -> String {
    let mut out = Vec::new();
    let mut flow = PacketFlow::new(&mut out, style);
    flow.day = flow.clock.day(time(BEGIN));
    for (packet, payload) in packets {
        flow.packet(packet, payload).unwrap();
    }
    flow.finish().unwrap();
    String::from_utf8(out).unwrap()
}

fn check(style: FlowStyle<'_>, packets: &[(Packet<'_>, &[u8])], expect: &str) {
    let found = show(style, packets);
    assert_eq!(found, expect, "\n{found}");
}

const BEGIN: i64 = 1_795_471_851_163_240_000;
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: api.example.test\r\nUser-Agent: \x1b[2J\r\n\r\n.......................";

#[test]
fn a_pipe_gets_a_line_a_packet_uncut() {
    let late = Packet {
        findings: vec!["retransmission", "late"],
        wireshark: vec!["retransmission", "outOfOrder"],
        ..packet()
    };
    check(
        style(None, Characters::Unicode),
        &[(packet(), REQUEST), (answer(), b""), (late, b"GET")],
        concat!(
            "     4  22:10:51.163353    0.000113   (+64 µs)   lot 0  ├─ PSH ACK  80 B  seq 1  ack 1  ",
            "win 64512 ────────────────────▶│   GET / HTTP/1.1..Host: api.example.test..User-Agent: ",
            ".[2J...........................\n",
            "     5  22:10:51.163353    0.000113   (+64 µs)          │◀───────────────────────────── ",
            "ACK  seq 1  ack 81  win 64512 ─┤\n",
            "     4  22:10:51.163353    0.000113   (+64 µs)       0  ├─ PSH ACK  80 B  seq 1  ack 1  ",
            "win 64512 ────────────────────▶│ ▲ retransmission; late; Wireshark: out-of-order · GET…\n",
        ),
    );
}

#[test]
fn a_narrow_terminal_gets_a_second_line_where_there_is_something_to_say() {
    let found = Packet {
        number: 6,
        findings: vec!["outOfOrder", "lostUpstream"],
        evidence: Some("tcpTimestamps"),
        ..packet()
    };
    check(
        style(Some(80), Characters::Unicode),
        &[(packet(), REQUEST), (answer(), b""), (found, REQUEST)],
        concat!(
            "     4    0.000113   (+64 µs)  ├─ PSH ACK  80 B  seq 1  ack 1  win 64512 ─────▶│\n",
            "        lot 0                  │   GET / HTTP/1.1..Host: api.example.test..Us… │\n",
            "     5    0.000113   (+64 µs)  │◀────────────── ACK  seq 1  ack 81  win 64512 ─┤\n",
            "     6    0.000113   (+64 µs)  ├─ PSH ACK  80 B  seq 1  ack 1  win 64512 ─────▶│\n",
            "            0  ▲ out of order; lost before capture, sent again (by timestamps)\n",
        ),
    );
}

#[test]
fn ascii_draws_with_ascii() {
    let reset = Packet {
        flags: vec!["RST"],
        findings: vec!["zeroWindow"],
        ..answer()
    };
    check(
        style(Some(146), Characters::Ascii),
        &[(packet(), REQUEST), (reset, b"")],
        concat!(
            "     4  22:10:51.163353    0.000113   (+64 us)   lot 0  |- PSH ACK  80 B  seq 1  ack 1  ",
            "win 64512 -------------------->|   GET / HTTP/1.1..Host: ~\n",
            "     5  22:10:51.163353    0.000113   (+64 us)          |x============================= ",
            "RST  seq 1  ack 81  win 64512 =| ! zero window\n",
        ),
    );
}

#[test]
fn long_pauses_and_new_days_are_seen() {
    let slow = Packet {
        delta: Some(span(1_204_000_000)),
        ..answer()
    };
    let next_day = Packet {
        time: Some(time(BEGIN + 86_400_000_000_000)),
        ..answer()
    };
    let text = show(
        style(Some(80), Characters::Unicode),
        &[(slow.clone(), b""), (slow, b""), (next_day, b"")],
    );
    let breaks: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("                               │  "))
        .collect();
    assert_eq!(
        breaks,
        [
            "⋮ 1.204 s                                    │",
            "2026-11-24                                   │"
        ]
    );
}

#[test]
fn absent_times_are_blank() {
    let timeless = Packet {
        time: None,
        relative_time: None,
        delta: None,
        ..answer()
    };
    let text = show(style(None, Characters::Ascii), &[(timeless, b"")]);
    assert!(
        text.starts_with(&format!("     5{}|<---", " ".repeat(50))),
        "{text}"
    );
}

#[test]
fn the_window_falls_away_before_the_numbers() {
    let far = Packet {
        relative_seq: Some(123_456_789),
        ..packet()
    };
    let line = |width| show(style(Some(width), Characters::Ascii), &[(far.clone(), b"")]);
    assert!(line(80).contains("|- PSH ACK  80 B  seq 123456789  ack 1 ----"));
    assert!(
        line(60).contains("|- PSH ACK  80 B  seq 123456789  ack 1 >|")
            || line(60).contains("seq 123456789")
    );
    assert!(line(30).contains("|- PSH ACK  80 B ---"), "{}", line(30));
}

#[test]
fn colours_wrap_text_and_change_nothing_else() {
    let mut colored = style(Some(80), Characters::Unicode);
    colored.surface.colored = true;
    let found = Packet {
        findings: vec!["late", "duplicateAck"],
        ..packet()
    };
    let text = show(colored, &[(found.clone(), REQUEST)]);
    assert!(text.contains("\x1b[97;41mlate\x1b[0m"), "{text}");
    assert!(
        text.contains("\x1b[36m├─ \x1b[0m\x1b[1mPSH ACK\x1b[0m"),
        "{text}"
    );
    let plain = show(style(Some(80), Characters::Unicode), &[(found, REQUEST)]);
    assert_eq!(without_colours(&text), plain);
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').unwrap().1);
    }
    plain
}

const FINDINGS: [&str; 5] = [
    "retransmission",
    "lostUpstream",
    "gap",
    "late",
    "unheard-of",
];

prop_compose! {
    fn odd_packet()(
        (number, index, lot) in any::<(u64, u64, Option<u64>)>(),
        (time, relative, delta) in any::<(Option<i64>, Option<i64>, Option<i64>)>(),
        (seq, ack, relative_seq, relative_ack) in any::<(u32, Option<u32>, Option<i64>, Option<i64>)>(),
        (len, win_scaled, is_out, digits) in (any::<u32>(), any::<u32>(), any::<bool>(), 0..=9_u8),
        flags in prop::sample::subsequence(vec!["SYN", "FIN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"], 0..=8),
        findings in prop::sample::subsequence(FINDINGS.to_vec(), 0..=5),
        evidence in prop::option::of(Just("roundTripTime")),
        wireshark in prop::sample::subsequence(vec!["outOfOrder", "spuriousRetransmission", "unheard-of"], 0..=3),
    ) -> Packet<'static> {
        let precision = Precision::from_digits(digits);
        let span = |nanos| Seconds(Span::from_nanos(nanos).decimal(precision));
        Packet {
            index,
            number,
            time: time.map(|time| Seconds(Timestamp::from_nanos(time).decimal(precision))),
            relative_time: relative.map(span),
            delta: delta.map(span),
            direction: Text(if is_out { Direction::Out } else { Direction::In }),
            packet_lot: lot,
            flags,
            seq,
            ack,
            relative_seq,
            relative_ack,
            has_data: 0 < len,
            len,
            win_scaled,
            findings,
            evidence,
            wireshark,
            ..packet()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_line_is_wider_than_the_terminal(
        packets in prop::collection::vec((odd_packet(), prop::collection::vec(any::<u8>(), 0..120)), 1..4),
        width in 1..240_usize,
        is_ascii in any::<bool>(),
    ) {
        let characters = if is_ascii { Characters::Ascii } else { Characters::Unicode };
        let packets: Vec<_> = packets.iter().map(|(packet, payload)| (packet.clone(), &payload[..])).collect();
        let text = show(style(Some(width), characters), &packets);
        for line in text.lines() {
            prop_assert!(width_of(line) <= width, "{width}: {line}");
        }
        prop_assert!(!is_ascii || text.is_ascii());
        let piped = show(style(None, characters), &packets);
        prop_assert!(packets.len() <= piped.lines().count());
    }
}
