//! What holds for any message.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::Data::{Address, Alias};
use super::{Message, says};
use crate::names::NameService::{Dns, MulticastDns};
use crate::names::{AnswerCollector, Names};

/// A host name of up to four labels.
fn host() -> impl Strategy<Value = String> {
    vec("[a-z0-9][a-z0-9-]{0,20}", 1..5).prop_map(|labels| labels.join("."))
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        (1_u32..).prop_map(|bits| std::net::Ipv4Addr::from(bits).to_string()),
        (1_u128..).prop_map(|bits| std::net::Ipv6Addr::from(bits).to_string()),
    ]
}

/// The header of a response with counts, then anything.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    // Lengths and pointers into the message are more likely than by chance.
    let byte = prop_oneof![
        any::<u8>(),
        0_u8..64,
        proptest::prelude::Just(0xC0),
        0_u8..2
    ];
    vec(byte, 0..400).prop_map(|mut bytes| {
        for (byte, set) in bytes.iter_mut().zip([0, 0, 0x81, 0x80, 0, 1, 0, 9]) {
            *byte = set;
        }
        bytes
    })
}

proptest! {
    #[test]
    fn no_bytes_are_too_much(any_bytes in vec(any::<u8>(), 0..200), hostile in hostile()) {
        let mut collector = AnswerCollector::default();
        for (bytes, service) in [(&any_bytes, Dns), (&hostile, Dns), (&hostile, MulticastDns)] {
            collector.read(bytes, service, None);
        }
        for answer in collector.answers() {
            prop_assert!(!answer.name.is_empty());
            prop_assert!(answer.name.len() <= Names::MAX_NAME_BYTES);
            prop_assert!(answer.name.chars().all(|character| !character.is_control()));
        }
    }

    #[test]
    fn a_damaged_message_is_survived(
        name in host(), at in any::<proptest::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = Message::to(&name)
            .answer(&name, &Alias("b.test"))
            .answer("b.test", &Address("10.0.0.1"))
            .bytes;
        let at = at.index(bytes.len());
        bytes[at] = byte;
        says(&bytes, Dns);
        says(&bytes, MulticastDns);
    }

    #[test]
    fn a_valid_message_is_read_as_it_was_meant(
        chain in vec(host(), 1..6), addresses in vec(address(), 1..6),
    ) {
        let (question, owner) = (&chain[0], &chain[chain.len() - 1]);
        let mut distinct = chain.clone();
        distinct.sort();
        distinct.dedup();
        proptest::prop_assume!(distinct.len() == chain.len());
        let mut message = Message::to(question);
        for pair in chain.windows(2) {
            message = message.answer(&pair[0], &Alias(&pair[1]));
        }
        let mut expected = Vec::new();
        for address in &addresses {
            message = message.answer(owner, &Address(address));
            expected.push(format!("{address} {question}"));
            if owner != question {
                expected.push(format!("{address} ~{owner}"));
            }
        }
        prop_assert_eq!(message.says(), expected);
    }
}
