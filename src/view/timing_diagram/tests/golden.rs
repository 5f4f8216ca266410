//! Diagrams as they come out.

use super::script::{self, START};
use super::{lines, style};
use crate::time::Timestamp;
use crate::view::timing_diagram::{Characters, DiagramStyle, Words};
use crate::view::{Surface, TimeStyle, TimeText};

/// Two requests with an answer each; all that can be found is found once.
pub(super) const WEB: &str = "
    0       C S
    20      S SA
    40      C A
    41      C A 97 lot
    80      S A
    120     S A 14600 lot
    130     S A 29200
    140     S A 29200 gap
    150     C A 0 zero
    200     S A 1460 lost
    240     S A 1460 order
    260     S A 1460 resent
    900     C A 120 lot
    910     C A 20 late
    930     S A 8000 lot
    1290    S FA
    1297    C R
";

#[track_caller]
fn check(script: &str, style: &DiagramStyle<'_>, expect: &str) {
    let found = lines(&script::timeline(script), style);
    let expected: Vec<_> = expect.lines().skip(1).collect();
    assert_eq!(found, expected, "\n{}\n", found.join("\n"));
}

#[test]
fn a_session_in_80_cells() {
    check(
        WEB,
        &style(80),
        "
2024-01-14  21:43:26.416                       21:43:27.713  1.297 s
            ├0───────────────┬0.5 s────────────┬1.0 s─────┤
client      ·▁   ·                         ▁▁             ·  237 B, 7 packets
            SA   z                          l             R
server      · · █  ▂▂▂                       ▃           ·   85.3 kB, 10 packets
            S   g  xor                                   F
lots         ↓0 ↑1                         ↓ ↑3
silence               ╌╌╌╌╌╌ 640 ms ╌╌╌╌╌╌╌  ╌╌ 360 ms ╌╌
marks       SYN at the start, SYN+ACK after 20.0 ms, established after 40.0 ms,
            first byte of the client after 41.0 ms,
            first byte of the server after 120 ms,
            FIN of the server after 1.290 s, reset by the client after 1.297 s
pauses      640 ms of silence after 260 ms, before lot 2 of the client
            360 ms of silence after 930 ms, until a FIN of the server
legend      R reset  F FIN  S SYN  g gap  x lost upstream  z zero window
            r re-sent  o out of order  l late  A established  · no payload
            ↓ lot of client  ↑ lot of server
            █ 73.0 kB in 28.1 ms, square-root scale
",
    );
}

#[test]
fn a_session_in_160_cells() {
    check(
        WEB,
        &style(160),
        "
2024-01-14  21:43:26.416                                                                                          21:43:27.713  1.297 s
            ├0──────┬0.1 s───┬0.2 s───┬0.3 s──┬0.4 s───┬0.5 s───┬0.6 s──┬0.7 s───┬0.8 s───┬0.9 s───┬1.0 s──┬1.1 s───┬1.2 s───┤
client      ·  ▁         ·                                                                ▁▁                                 ·  237 B in 7 packets
            S  A         z                                                                 l                                 R
server       ·    ·   ▆██    ▂  ▂ ▂                                                          ▅                              ·   85.3 kB in 10 packets, 1 re-sent
             S          g    x  o r                                                                                         F
lots           ↓0     ↑1                                                                  ↓2 ↑3
silence                            ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 640 ms ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌    ╌╌╌╌╌╌╌╌╌╌╌ 360 ms ╌╌╌╌╌╌╌╌╌╌╌
marks       SYN at the start, SYN+ACK after 20.0 ms, established after 40.0 ms, first byte of the client after 41.0 ms, first byte of the server after 120 ms,
            FIN of the server after 1.290 s, reset by the client after 1.297 s
pauses      640 ms of silence after 260 ms, before lot 2 of the client
            360 ms of silence after 930 ms, until a FIN of the server
legend      R reset  F FIN  S SYN  g gap  x lost upstream  z zero window  r re-sent  o out of order  l late  A established  · no payload  ↓ lot of client
            ↑ lot of server  █ 29.2 kB in 11.4 ms, square-root scale
",
    );
}

#[test]
fn a_session_in_seven_bits() {
    let style = DiagramStyle {
        characters: Characters::Ascii,
        client: "kunde-süd.example",
        server: "a\u{1b}b",
        ..style(80)
    };
    check(
        WEB,
        &style,
        r"
2024-01-14        21:43:26.416                             21:43:27.713  1.297 s
                  |0------+0.2 s--+0.4 s--+0.6 s--+0.8 s--+1.0 s--+---|
kunde-s?d.examp~  '.    '                             .               '  237 B
                  SA    z                             l               R
a\x1bb            '  '=@ : ::                          -             '   85.3 kB
                  S    g x or                                        F
lots               v0 ^1                              v^3
silence                      ~~~~~~~~ 640 ms ~~~~~~~~~  ~~ 360 ms ~~~
marks             SYN at the start, SYN+ACK after 20.0 ms,
                  established after 40.0 ms,
                  first byte of the client after 41.0 ms,
                  first byte of the server after 120 ms,
                  FIN of the server after 1.290 s,
                  reset by the client after 1.297 s
pauses            640 ms of silence after 260 ms, before lot 2 of the client
                  360 ms of silence after 930 ms, until a FIN of the server
legend            R reset  F FIN  S SYN  g gap  x lost upstream  z zero window
                  r re-sent  o out of order  l late  A established  ' no payload
                  v lot of client  ^ lot of server
                  @ 58.4 kB in 24.9 ms, square-root scale
",
    );
}

#[test]
fn a_pipe_gets_a_hundred_cells() {
    let times = TimeText::new(TimeStyle::Absolute, None);
    let style = DiagramStyle {
        words: Words::Left,
        ..DiagramStyle::new(Surface::default(), times)
    };
    check(
        WEB,
        &style,
        "
2024-01-14  21:43:26.416                                           21:43:27.713  1.297 s
            ├0────────┬0.2 s────┬0.4 s────┬0.6 s────┬0.8 s────┬1.0 s─────┬────┤
client      · ▁    ·                                     ▁▁                   ·  237 B, 7 packets
            S A    z                                      l                   R
server       ·  · █▇  ▂ ▂▂                                 ▄                 ·   85.3 kB, 10 packets
             S     g  x or                                                   F
lots          ↓0  ↑1                                     ↓ ↑3
silence                   ╌╌╌╌╌╌╌╌╌╌╌ 640 ms ╌╌╌╌╌╌╌╌╌╌╌╌   ╌╌╌╌ 360 ms ╌╌╌╌╌
legend      R reset  F FIN  S SYN  g gap  x lost upstream  z zero window  r re-sent  o out of order
            l late  A established  · no payload  ↓ lot of client  ↑ lot of server
            █ 43.8 kB in 19.6 ms, square-root scale
",
    );
}

#[test]
fn a_narrow_terminal_loses_the_totals_and_then_the_diagram() {
    check(
        WEB,
        &style(30),
        "
2024-01-14  21:43:26.416
            ├0───────────┬1 s┤
client      ▁·         ▁     ·
            Sz         l     R
server      ·█▂▂        ▃   ·
            Sgxr            F
lots        ↓↑1        ↓↑3
silence         640 ms
marks       SYN at the start,
            SYN+ACK after 20.…
            established after…
            first byte of the…
            first byte of the…
            FIN of the server…
            reset by the clie…
pauses      640 ms of silence…
            360 ms of silence…
legend      R reset  F FIN
            S SYN  g gap
            x lost upstream
            z zero window
            r re-sent  l late
            · no payload
            ↓ lot of client
            ↑ lot of server
            █ 73.0 kB in 76.2…
",
    );
    check(
        WEB,
        &DiagramStyle {
            words: Words::Left,
            ..style(19)
        },
        "
client      237 B
server      85.3 kB
",
    );
}

#[test]
fn one_packet_is_one_cell() {
    check(
        "0 S RA",
        &style(80),
        "
2024-01-14  21:43:26.416  0 s
            ├0─────────┤
client                    0 B, 0 packets
server      ·             0 B, 1 packet
            R
marks       reset by the server at the start
legend      R reset  · no payload
",
    );
}

#[test]
fn packets_at_one_instant_are_one_cell() {
    check(
        "0 C A 10 lot\n0 S A 5000 lot\n0 C FA",
        &style(80),
        "
2024-01-14  21:43:26.416  0 s
            ├0─────────┤
client      ▁             10 B, 2 packets
            F
server      █             5.00 kB, 1 packet
lots        ↕0-1
marks       first byte of the client at the start,
            first byte of the server at the start,
            FIN of the client at the start
legend      F FIN  ↕ lots of both  █ 5.00 kB
",
    );
}

#[test]
fn a_microsecond_fills_the_width() {
    check(
        "0 C A 10 lot\n0.0004 S A 50 lot\n0.001 C A 10 lot",
        &style(80),
        "
2024-01-14  21:43:26.416                           21:43:26.416  1 µs
            ├0────────┬0.2 µs───┬0.4 µs───┬0.6 µs───┬0.8 µs───┤
client      ▄                                                 ▄  20 B, 2 packets
server                          █                                50 B, 1 packet
lots        ↓0                  ↑1                            ↓
silence      ╌╌╌╌╌ 400 ns ╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌ 600 ns ╌╌╌╌╌╌╌╌╌╌╌
marks       first byte of the client at the start,
            first byte of the server after 400 ns
pauses      600 ns of silence after 400 ns, before lot 2 of the client
            400 ns of silence at the start, before lot 1 of the server
legend      ↓ lot of client  ↑ lot of server  █ 50 B in 20 ns, square-root scale
",
    );
}

#[test]
fn thirty_days_show_their_dates() {
    let script = "0 C S\n1 S SA\n2 C A\n86400000 C A 100 lot\n86400100 S A 900 lot\n2592000000 S R";
    check(
        script,
        &style(80),
        "
TIME (UTC)  2024-01-14 21:43:26.416    2024-02-13 21:43:26.416  30d 00h
            ├0──────┬5d─────┬10d────┬15d────┬20d────┬25d─────┤
client      ·▃                                                  100 B, 3 packets
            S
server      ·█                                               ·  900 B, 3 packets
            S                                                R
lots         ↕0-1
silence       ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 28d 23h ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
marks       SYN at the start, SYN+ACK after 1.00 ms, established after 2.00 ms,
            first byte of the client after 1d 00h,
            first byte of the server after 1d 00h,
            reset by the server after 30d 00h
pauses      28d 23h of silence after 1d 00h, until a reset by the server
            23h 59m of silence after 2.00 ms, before lot 0 of the client
legend      R reset  S SYN  · no payload  ↕ lots of both
            █ 900 B in 14h 41m, square-root scale
",
    );
}

#[test]
fn packets_without_a_time_are_told_and_not_drawn() {
    check(
        "- C S\n- S SA\n- C A 100 lot",
        &style(80),
        "
client      100 B in 2 packets
server      0 B in 1 packet
times       no packet has a time
",
    );
    check(
        "0 C S\n1 S SA\n- C A 100 lot",
        &style(80),
        "
2024-01-14  21:43:26.416                          21:43:26.417  1.00 ms
            ├0───────┬0.2 ms───┬0.4 ms───┬0.6 ms───┬0.8 ms───┤
client      ·                                                   100 B, 2 packets
            S
server                                                       ·  0 B, 1 packet
                                                             S
silence      ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 1.00 ms ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
marks       SYN at the start, SYN+ACK after 1.00 ms
pauses      1.00 ms of silence at the start, until a SYN of the server
times       1 packet has none
legend      S SYN  · no payload
",
    );
    check(
        "",
        &style(80),
        "
client      0 B in 0 packets
server      0 B in 0 packets
times       no packets
",
    );
}

#[test]
fn many_lots_are_arrows() {
    let script: String = (0..200)
        .map(|number| {
            let side = if number % 2 == 0 { 'C' } else { 'S' };
            format!("{} {side} A {} lot\n", number * number / 40, 100 + number)
        })
        .collect();
    check(
        &script,
        &DiagramStyle {
            words: Words::Left,
            ..style(80)
        },
        "
2024-01-14  21:43:26.416                      21:43:27.406  990 ms
            ├0───────┬200 ms──┬400 ms──┬600 ms──┬800 ms──┤
client      █▆▆▅▅▅▅▄▅▄▅▄▄▄▄▅▅▅▃▅▅▃▅▄▅▄▅▄▄▅▄▄▅▄▄▅▄▄▄▄▄▅▄▄▄   19.9 kB, 100 packets
server      █▆▆▅▅▅▅▅▄▅▄▄▄▅▄▃▅▅▅▃▅▅▃▅▄▅▄▅▄▄▅▄▄▅▄▄▄▄▅▄▄▄▄▄▄▄  20.0 kB, 100 packets
lots        ↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↕↑
legend      ↑ lot of server  ↕ lots of both
            █ 1.72 kB in 22.0 ms, square-root scale
",
    );
}

#[test]
fn a_flood_of_marks_is_cut_short() {
    let script: String = (0..30)
        .map(|number| format!("{number} C S\n{number} S RA\n"))
        .collect();
    let lines = lines(&script::timeline(&script), &style(160));
    assert!(
        lines.iter().any(|line| line.ends_with("48 more")),
        "{lines:#?}"
    );
}

#[test]
fn every_way_to_show_times_fits() {
    let ends = |times: TimeStyle<'_>, script: &str| {
        let base = Some(Timestamp::from_nanos(START - 1_000_000_000));
        let style = DiagramStyle {
            times: TimeText::new(times, base),
            ..style(80)
        };
        let first = lines(&script::timeline(script), &style).remove(0);
        first.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let second = "0 C S\n1000 S SA";
    let midnight = "0 C S\n8200000 S SA";
    let found = [
        ends(TimeStyle::Absolute, second),
        ends(TimeStyle::Zoned(&|_| 9000), second),
        ends(TimeStyle::Epoch, second),
        ends(TimeStyle::Relative, second),
        ends(TimeStyle::Delta, second),
        ends(TimeStyle::Absolute, midnight),
    ];
    assert_eq!(
        found,
        [
            "2024-01-14 21:43:26.416 21:43:27.416 1.000 s",
            "2024-01-15 00:13:26.416 00:13:27.416 1.000 s",
            "EPOCH 1705268606.416464 1705268607.416464 1.000 s",
            "TIME 1.000000 2.000000 1.000 s",
            "DELTA 1.000000 1.000000 1.000 s",
            "TIME (UTC) 2024-01-14 21:43:26.416 2024-01-15 00:00:06.416 2h 16m",
        ]
    );
}
