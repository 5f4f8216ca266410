//! What single messages say.

use super::Data::{Address, Alias, Other};
use super::{Message, labelled, says, wire};
use crate::names::NameService;
use crate::names::dns::{MAX_ALIASES, MAX_RECORDS};

#[test]
fn an_address_has_the_name_that_was_asked_for() {
    let message = Message::to("www.example.test")
        .answer("www.example.test", &Address("10.0.0.1"))
        .answer("www.example.test", &Address("10.0.0.2"))
        .answer("www.example.test", &Address("2001:db8::1"));
    let expected = [
        "10.0.0.1 www.example.test",
        "10.0.0.2 www.example.test",
        "2001:db8::1 www.example.test",
    ];
    assert_eq!(message.says(), expected);
}

#[test]
fn a_chain_of_aliases_is_followed_in_any_order_and_its_end_is_weaker() {
    let message = Message::to("www.example.test")
        .answer("edge.cdn.test", &Address("2001:db8::7"))
        .answer("lb.example.test", &Alias("edge.cdn.test"))
        .answer("www.example.test", &Alias("lb.example.test"));
    let expected = ["2001:db8::7 www.example.test", "2001:db8::7 ~edge.cdn.test"];
    assert_eq!(message.says(), expected);
}

#[test]
fn names_are_compressed_by_pointers_backwards() {
    let message = Message::to("www.example.test")
        .record(
            6,
            &[0xC0, 12],
            1,
            &Other(5, &[3, b'l', b'b', b'1', 0xC0, 16]),
        )
        .record(6, &[0xC0, 46], 1, &Address("10.0.0.1"));
    let expected = ["10.0.0.1 www.example.test", "10.0.0.1 ~lb1.example.test"];
    assert_eq!(message.says(), expected);
}

#[test]
fn pointers_to_themselves_and_forwards_lead_nowhere() {
    for pointer in [[0xC0, 12], [0xC0, 14], [0xC0, 40], [0xFF, 0xFF]] {
        let mut bytes = Message::response().question(&pointer).bytes;
        bytes.extend([0; 60]);
        assert!(says(&bytes, NameService::Dns).is_empty(), "{pointer:?}");
    }
    // Two names that point at each other.
    let message = Message::to("a.test")
        .record(6, &[1, b'b', 0xC0, 24], 1, &Address("10.0.0.1"))
        .record(6, &[0xC0, 26], 1, &Address("10.0.0.2"));
    assert!(message.says().is_empty());
}

#[test]
fn aliases_in_a_circle_end() {
    let message = Message::to("a.test")
        .answer("a.test", &Alias("b.test"))
        .answer("b.test", &Alias("a.test"))
        .answer("b.test", &Address("10.0.0.1"));
    assert_eq!(message.says(), ["10.0.0.1 a.test", "10.0.0.1 ~b.test"]);
}

#[test]
fn a_chain_that_is_too_long_gives_only_the_weaker_name() {
    let name = |index: usize| format!("n{index}.test");
    let chain = |aliases: usize| {
        let start = Message::to(&name(0));
        let message = (0..aliases).fold(start, |message, index| {
            message.answer(&name(index), &Alias(&name(index + 1)))
        });
        message.answer(&name(aliases), &Address("10.0.0.1")).says()
    };
    assert_eq!(chain(MAX_ALIASES).len(), 2);
    assert_eq!(chain(MAX_ALIASES + 1), ["10.0.0.1 ~n17.test"]);
}

#[test]
fn addresses_that_nobody_asked_for_are_weaker() {
    let message = Message::to("example.test")
        .answer("example.test", &Other(15, b"\0\x05\x02mx\xC0\x0C"))
        .beside("mx.example.test", &Address("10.0.0.25"));
    assert_eq!(message.says(), ["10.0.0.25 ~mx.example.test"]);
}

#[test]
fn records_that_are_not_known_are_passed() {
    let message = Message::to("a.test")
        .answer("a.test", &Other(46, &[0xC0; 40]))
        .answer("a.test", &Other(65, b"\0\x01\0\0\x04\0\x04\x0A\0\0\x09"))
        .record(6, &wire("a.test"), 3, &Address("10.0.0.3"))
        .answer("a.test", &Other(1, &[10, 0, 0]))
        .answer("a.test", &Other(1, &[10, 0, 0, 4, 5]))
        .answer("a.test", &Address("0.0.0.0"))
        .answer("a.test", &Address("10.0.0.1"));
    assert_eq!(message.says(), ["10.0.0.1 a.test"]);
}

#[test]
fn only_responses_without_an_error_say_something() {
    let answers = |flags| {
        Message::with_flags(flags)
            .question(&wire("a.test"))
            .answer("a.test", &Address("10.0.0.1"))
            .says()
            .len()
    };
    // A query, a name that does not exist, a failure, an update, and a good response.
    let found = [0x0100, 0x8183, 0x8182, 0xA880, 0x8580].map(answers);
    assert_eq!(found, [0, 0, 0, 0, 1]);
}

#[test]
fn a_message_with_several_questions_or_none_says_nothing() {
    let none = Message::response().answer("a.test", &Address("10.0.0.1"));
    assert!(none.says().is_empty());
    let two = Message::to("a.test")
        .question(&wire("b.test"))
        .answer("a.test", &Address("10.0.0.1"));
    assert!(two.says().is_empty());
}

#[test]
fn a_message_that_was_cut_gives_the_records_before_the_cut() {
    let first = Message::to("a.test").answer("a.test", &Address("10.0.0.1"));
    let whole = first.clone().answer("a.test", &Address("10.0.0.2"));
    for len in first.bytes.len()..whole.bytes.len() {
        let said = says(&whole.bytes[..len], NameService::Dns);
        assert_eq!(said, ["10.0.0.1 a.test"], "{len} bytes");
    }
    for len in 0..first.bytes.len() {
        let said = says(&whole.bytes[..len], NameService::Dns);
        assert!(said.is_empty(), "{len} bytes");
    }
}

#[test]
fn the_longest_name_is_taken_and_a_longer_one_is_not() {
    let name = |last: usize| {
        let label = "n".repeat(63);
        format!("{label}.{label}.{label}.{}", "n".repeat(last))
    };
    let says = |name: &str| Message::to(name).answer(name, &Address("10.0.0.1")).says();
    // Three labels of 63 and one of 61 with their lengths and the root.
    assert_eq!(wire(&name(61)).len(), 255);
    assert_eq!(says(&name(61)), [format!("10.0.0.1 {}", name(61))]);
    assert!(says(&name(62)).is_empty());
}

#[test]
fn a_name_that_grows_behind_pointers_is_limited_too() {
    let long = "n".repeat(63);
    let question = format!("{long}.{long}.{long}");
    let mut owner = labelled(long.as_bytes());
    owner.extend([0xC0, 12]);
    let message = Message::to(&question)
        .record(6, &owner, 1, &Address("10.0.0.1"))
        .answer(&question, &Address("10.0.0.2"));
    assert_eq!(message.says(), [format!("10.0.0.2 {question}")]);
}

#[test]
fn case_means_nothing_in_names() {
    let message = Message::to("wWw.eXample.test").answer("WWW.example.TEST", &Address("10.0.0.1"));
    assert_eq!(message.says(), ["10.0.0.1 www.example.test"]);
}

#[test]
fn bytes_that_no_host_name_has_are_escaped_and_utf_8_is_kept() {
    let label = |label: &[u8]| {
        let name = [labelled(label), vec![0]].concat();
        Message::response()
            .question(&name)
            .record(6, &[0xC0, 12], 1, &Address("10.0.0.1"))
            .says()
    };
    assert_eq!(label(b"a.b\\c d"), ["10.0.0.1 a\\.b\\\\c\\032d"]);
    assert_eq!(label(b"\x1B[2J\0\x7F"), ["10.0.0.1 \\027[2j\\000\\127"]);
    assert_eq!(label("caf\u{e9}".as_bytes()), ["10.0.0.1 caf\u{e9}"]);
    assert_eq!(label(b"\xFF\xC3"), ["10.0.0.1 \\255\\195"]);
    assert_eq!(label("\u{9b}".as_bytes()), ["10.0.0.1 \\194\\155"]);
}

#[test]
fn a_host_tells_its_own_name_by_multicast() {
    let flush = 0x8001;
    let message = Message::with_flags(0x8400)
        .record(6, &wire("printer.local"), flush, &Address("10.0.0.9"))
        .record(10, &wire("printer.local"), flush, &Address("fe80::9"));
    let expected = ["10.0.0.9 printer.local", "fe80::9 printer.local"];
    assert_eq!(says(&message.bytes, NameService::MulticastDns), expected);
}

#[test]
fn records_are_limited() {
    let many = (0..=MAX_RECORDS).fold(Message::to("a.test"), |message, _| {
        message.record(6, &[0xC0, 12], 1, &Address("10.0.0.1"))
    });
    assert_eq!(many.says().len(), MAX_RECORDS);
}
