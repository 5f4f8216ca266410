//! What is packed comes out as it was.

use proptest::prelude::*;

use super::super::fields::FieldsBuf;
use super::super::message::Oddity;
use super::*;

fn message() -> impl Strategy<Value = Message<FieldsBuf>> {
    let number = || prop_oneof![0..300_u64, any::<u64>()];
    let time = || prop::option::of(any::<i64>().prop_map(Timestamp::from_nanos));
    let extent = (
        time(),
        time(),
        number(),
        number(),
        number(),
        number(),
        0..3_u64,
    )
        .prop_map(|(first, last, a, b, c, d, late_packets)| Extent {
            first,
            last,
            lots: (a, b),
            packets: (c, d),
            late_packets,
        });
    let pairs = prop::collection::vec(("[A-C]{0,2}", "[x-z]{0,3}"), 0..5);
    let fields = || {
        pairs.clone().prop_map(|pairs| {
            let mut fields = FieldsBuf::default();
            for (name, value) in pairs {
                fields.push(name.as_bytes(), value.as_bytes());
            }
            fields
        })
    };
    let numbers = (number(), number(), number(), any::<u16>());
    let rare = (prop::option::of(number()), prop::option::of(number()));
    let words = (0..4_usize, 0..5_usize, any::<bool>(), 0..15_usize);
    (extent, fields(), fields(), numbers, rare, words).prop_map(
        |(extent, head, trailers, numbers, rare, words)| {
            let mut message = Message {
                head,
                trailers,
                head_bytes: numbers.0,
                body_bytes: numbers.1,
                missing_bytes: numbers.2,
                status: numbers.3,
                content_length: rare.0,
                grpc_messages: rare.1,
                framing: Framing::ALL[words.1],
                is_complete: words.2,
                ..Message::starting_at(extent, HttpVersion::ALL[words.0])
            };
            message.oddities.insert(Oddity::ALL[words.3]);
            message
        },
    )
}

fn item() -> impl Strategy<Value = Item<FieldsBuf>> {
    let totals = || {
        (any::<u64>(), 0..9_u64, 0..9_u64, prop::option::of(0..9_u64)).prop_map(
            |(frames, messages, payload_bytes, message_bytes)| FrameTotals {
                frames,
                messages,
                payload_bytes,
                message_bytes,
            },
        )
    };
    let socket = (any::<bool>(), totals(), totals()).prop_map(|(is_deflated, client, server)| {
        WebSocketTotals {
            is_deflated,
            client,
            server,
        }
    });
    (
        (0..50_u64, 0..4_usize, any::<bool>()),
        prop::option::of(any::<u32>()),
        prop::collection::vec(any::<u16>(), 0..3),
        prop::option::of(socket),
        (prop::option::of(message()), prop::option::of(message())),
    )
        .prop_map(
            |((index, protocol, is_tls), stream, interim, web_socket, messages)| Item {
                stream,
                interim,
                web_socket,
                request: messages.0,
                response: messages.1,
                ..Item::new(index, PROTOCOLS[protocol], is_tls)
            },
        )
}

proptest! {
    #[test]
    fn items_come_out_as_they_went_in_by_their_indexes(all in prop::collection::vec(item(), 0..9)) {
        let mut items = Items::default();
        all.iter().for_each(|item| items.push(item));
        prop_assert_eq!(items.len(), all.len());
        prop_assert!(items.iter().eq(all.iter().map(Item::view)));
        items.sort();
        let mut sorted: Vec<_> = items.iter().collect();
        prop_assert_eq!(sorted.len(), all.len());
        prop_assert!(sorted.is_sorted_by_key(|item| item.index));
        for ((place, item), time) in items.places().zip(items.times()) {
            let first = item.request.as_ref().or(item.response.as_ref());
            prop_assert_eq!(time, (place, first.and_then(|message| message.extent.first)));
            prop_assert_eq!(items.get(place), Some(item));
        }
        for item in &all {
            let at = sorted.iter().position(|other| *other == item.view());
            prop_assert!(at.is_some());
            sorted.swap_remove(at.unwrap());
        }
    }

    #[test]
    fn bytes_that_were_not_packed_give_nothing_or_anything(bytes in prop::collection::vec(any::<u8>(), 0..99)) {
        let items = Items { bytes, ..Items::default() };
        prop_assert!(items.iter().count() <= 99);
    }
}
