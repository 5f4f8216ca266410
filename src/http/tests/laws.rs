//! Laws: cuts between packets change nothing, a prefix gives a prefix, any bytes are taken.

use proptest::prelude::*;

use super::super::{Fields, HttpFacts, Item};
use super::{Part, bytes, read};
use crate::session::Direction::{self, In, Out};

/// An exchange that ends well: what the client sends, and what the server answers.
fn exchange() -> impl Strategy<Value = (String, String)> {
    let request = prop_oneof![
        "[a-z]{0,9}".prop_map(|path| format!("GET /{path} HTTP/1.1\r\nHost: h\r\n\r\n")),
        "[a-z]{0,9}".prop_map(|path| format!("HEAD /{path} HTTP/1.1\r\n\r\n")),
        "[a-zGET /\r\n]{1,30}".prop_map(|body| format!(
            "POST /p HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )),
        "[a-z\r\n]{1,30}".prop_map(|body| format!(
            "PUT /q HTTP/1.1\nTransfer-Encoding: chunked\n\n{:x};e=1\r\n{body}\r\n0\r\nA: b\r\n\r\n",
            body.len()
        )),
    ];
    let response = prop_oneof![
        Just("HTTP/1.1 204 No Content\r\n\r\n".to_owned()),
        Just("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n".to_owned()),
        "[a-z]{0,40}".prop_map(|body| format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )),
        ("[a-z\r\n]{1,30}", "[a-z\r\n]{1,30}").prop_map(|(one, other)| format!(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 206 Part\r\nTransfer-Encoding: chunked\r\n\r\n\
             {:X}\r\n{one}\r\n{:X}\r\n{other}\r\n0\r\n\r\n",
            one.len(),
            other.len()
        )),
    ];
    (request, response).prop_map(|(request, response)| {
        let response = match request.starts_with("HEAD") {
            true => "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n".to_owned(),
            false => response,
        };
        (request, response)
    })
}

/// Exchanges one behind the other, every message cut into packets of these sizes.
fn session(exchanges: &[(String, String)], cuts: &[usize]) -> Vec<(Direction, Part)> {
    let mut cuts = cuts.iter().cycle();
    let mut parts = Vec::new();
    for (request, response) in exchanges {
        for (direction, text) in [(Out, request), (In, response)] {
            let mut rest = text.as_bytes();
            while !rest.is_empty() {
                let len = cuts.next().copied().unwrap_or(1).clamp(1, rest.len());
                let (head, tail) = rest.split_at(len);
                parts.push((direction, bytes(head)));
                rest = tail;
            }
        }
    }
    parts
}

/// Items without where they came.
fn without_places(facts: Option<&HttpFacts>) -> Vec<Item<Fields<'_>>> {
    let mut items: Vec<_> = facts.iter().flat_map(|facts| facts.items.iter()).collect();
    for item in &mut items {
        for message in item.request.iter_mut().chain(&mut item.response) {
            message.extent.packets = (0, 0);
            message.extent.first = None;
            message.extent.last = None;
        }
    }
    items
}

proptest! {
    #[test]
    fn cuts_between_packets_change_nothing(
        exchanges in prop::collection::vec(exchange(), 1..6),
        cuts in prop::collection::vec(1_usize..40, 1..10),
    ) {
        let facts = [&[usize::MAX][..], &cuts].map(|cuts| read(&session(&exchanges, cuts)));
        let [whole, cut] = [&facts[0], &facts[1]].map(|facts| without_places(facts.as_ref()));
        prop_assert_eq!(whole.len(), exchanges.len());
        let is_whole = |item: &Item<Fields<'_>>| {
            let messages = item.request.iter().chain(&item.response);
            messages.filter(|message| message.is_complete).count() == 2
        };
        prop_assert!(whole.iter().all(is_whole));
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn a_prefix_gives_a_prefix_of_the_items(
        exchanges in prop::collection::vec(exchange(), 1..6),
        cuts in prop::collection::vec(1_usize..40, 1..10),
        kept in 0_usize..200,
    ) {
        let mut parts = session(&exchanges, &cuts);
        let all = read(&parts);
        let whole = without_places(all.as_ref());
        parts.truncate(kept);
        let some = read(&parts);
        let mut prefix = without_places(some.as_ref());
        // The last may be in the middle.
        let last = prefix.pop();
        prop_assert_eq!(&whole[..prefix.len()], &prefix[..]);
        if let (Some(last), Some(full)) = (last, whole.get(prefix.len())) {
            prop_assert_eq!(last.index, full.index);
            if last.response.is_some_and(|response| response.is_complete) {
                prop_assert!(last.request.is_some_and(|request| request.is_complete));
            }
        }
    }

    #[test]
    fn any_bytes_are_taken(
        parts in prop::collection::vec(
            (any::<bool>(), prop_oneof![
                prop::collection::vec(any::<u8>(), 1..60),
                "(GET|HTTP/1.1|PRI \\* HTTP/2.0|CONNECT) [ -~]{0,20}\r\n(Content-Length: [0-9]{1,25}\r\n|Upgrade: websocket\r\n|Transfer-Encoding: chunked\r\n)?\r\n"
                    .prop_map(String::into_bytes),
                "HTTP/1.1 (101|200|100) x\r\n\r\n".prop_map(String::into_bytes),
            ], 0_u64..3),
            0..20,
        ),
    ) {
        let mut all = Vec::new();
        for (is_out, text, gap) in parts {
            let direction = if is_out { Out } else { In };
            all.push((direction, bytes(text)));
            if gap == 2 {
                all.push((direction, Part::Gap(3)));
            }
        }
        let facts = read(&all);
        if let Some(facts) = facts {
            prop_assert_eq!(facts.item_count, facts.items.len() as u64);
        }
    }
}
