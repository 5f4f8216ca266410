//! Laws for any bytes: cuts, order, damage, limits.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::record::HANDSHAKE;
use super::super::testing::{HelloBytes, message, record, sni};
use super::*;
use crate::session::StreamRange;

#[test]
fn what_is_held_is_bounded() {
    let limits = TlsLimits {
        message_bytes: 1000,
        ..TlsLimits::default()
    };
    let mut observer = Observer::new(limits);
    let long = [&[1, 0, 0x03, 0xe8][..], &[0; 900]].concat();
    observer.push(
        OUT,
        Piece::Bytes(StreamOffset::ZERO, &record(HANDSHAKE, &long)),
    );
    for _ in 0..1000 {
        let alert = record(21, &[1, 90]);
        observer.push(OUT, Piece::Bytes(StreamOffset::ZERO, &alert));
    }
    let name = "a".repeat(60_000);
    let hello = HelloBytes::client(&[0xc02f]).with(&sni(name.as_bytes()));
    let body = message(1, &hello.body());
    for part in body.chunks(16_000) {
        observer.push(IN, Piece::Bytes(StreamOffset::ZERO, &record(22, part)));
    }
    let printed = format!("{observer:?}").len();
    assert!(printed < 8_000, "{printed} characters");
    let mut roomy = Observer::new(TlsLimits::default());
    for part in body.chunks(16_000) {
        roomy.push(IN, Piece::Bytes(StreamOffset::ZERO, &record(22, part)));
    }
    assert_eq!(roomy.facts().unwrap().server_name.unwrap().len(), 1024);
}

/// Any of the talks above.
fn talk() -> impl Strategy<Value = Talk> {
    let talks = vec![
        tls_1_2(),
        tls_1_3(53),
        behind(b"EHLO a\r\nSTARTTLS\r\n", b"220 a\r\n250 ok\r\n220 go\r\n"),
        behind(
            b"CONNECT a:1 HTTP/1.1\r\nA: b\r\n\r\n",
            b"HTTP/1.1 200 ok\r\n\r\n",
        ),
        behind(b"\0\0\0\x08\x04\xd2\x16\x2f", b"S"),
        behind(b"<a><starttls/> ", b"<a><proceed/>"),
    ];
    prop::sample::select(talks)
}

/// The bytes of a talk in pieces, each direction in order, the directions mixed.
fn in_pieces(talk: &Talk, cuts: &[Index], order: &[bool]) -> Talk {
    let stream = |wanted: Direction| -> Vec<Vec<u8>> {
        let own = talk.iter().filter(|(direction, _)| *direction == wanted);
        let bytes: Vec<u8> = own.flat_map(|(_, bytes)| bytes.clone()).collect();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pairs = places.windows(2);
        pairs.map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
    };
    let mut out = stream(OUT).into_iter();
    let mut r#in = stream(IN).into_iter();
    let mut pieces = Talk::new();
    for is_out in order {
        let (direction, next) = if *is_out {
            (OUT, out.next())
        } else {
            (IN, r#in.next())
        };
        pieces.extend(next.map(|bytes| (direction, bytes)));
    }
    pieces.extend(out.map(|bytes| (OUT, bytes)));
    pieces.extend(r#in.map(|bytes| (IN, bytes)));
    pieces
}

proptest! {
    #[test]
    fn cuts_and_order_change_no_fact(
        talk in talk(),
        cuts in prop::collection::vec(any::<Index>(), 0..60),
        order in prop::collection::vec(any::<bool>(), 0..60),
    ) {
        let pieces = in_pieces(&talk, &cuts, &order);
        prop_assert_eq!(observed(&pieces).facts(), observed(&talk).facts());
    }

    #[test]
    fn damage_does_no_harm(
        talk in talk(),
        changes in prop::collection::vec((any::<Index>(), any::<Index>(), any::<u8>()), 0..8),
        cuts in prop::collection::vec(any::<Index>(), 0..8),
        len in any::<Index>(),
    ) {
        let mut talk = talk;
        for (part, place, byte) in changes {
            let bytes = part.get_mut(&mut talk);
            *place.get_mut(&mut bytes.1) = byte;
        }
        let mut pieces = in_pieces(&talk, &cuts, &[]);
        let whole = observed(&pieces).facts();
        prop_assert_eq!(observed(&talk).facts(), whole);
        pieces.truncate(len.index(pieces.len()));
        drop(observed(&pieces).facts());
    }

    #[test]
    fn any_bytes_do_no_harm(
        pieces in prop::collection::vec(
            (any::<bool>(), prop::option::of(prop::collection::vec(any::<u8>(), 0..40))),
            0..40,
        ),
        start in prop::sample::select(vec![
            &b""[..], b"\x16\x03\x01", b"\x17\x03\x03\0", b"\x80\x1c\x01\x03", b"0\x84", b"STARTTLS\r\n",
            b"\x16\x03\x03\x40\0\x0b\0\x30\0",
        ]),
    ) {
        let mut observer = Observer::new(TlsLimits::default());
        observer.push(OUT, Piece::Bytes(StreamOffset::ZERO, start));
        observer.push(IN, Piece::Bytes(StreamOffset::ZERO, start));
        for (is_out, piece) in &pieces {
            let direction = if *is_out { OUT } else { IN };
            match piece {
                Some(bytes) => observer.push(direction, Piece::Bytes(StreamOffset::ZERO, bytes)),
                None => {
                    let range = StreamRange::new(StreamOffset::ZERO, 17);
                    observer.push(direction, Piece::Gap(range));
                }
            }
        }
        drop(observer.facts());
    }

    #[test]
    fn any_key_log_is_kept(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut log = KeyLog::default();
        log.add(&text);
        let kept: usize = log.other_lines().map(|line| line.as_bytes().len()).sum();
        prop_assert!(kept <= text.len());
    }
}
