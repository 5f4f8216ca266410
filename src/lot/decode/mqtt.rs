//! MQTT 3.1, 3.1.1 and 5: packets, and what was published, by what it is.
//!
//! Only CONNECT says which version is spoken. In a lot without it, a packet is read as that version
//! whose rules it follows; when it follows those of both, as the older one, but for PUBLISH, where
//! properties that make sense are taken for such.
//!
//! Limits: those of `shared/nature.rs`; a packet is shown when all of it is there.
//!
//! Sources: MQTT Version 3.1.1 §3; MQTT Version 5.0 §2.2.2, §3.

use super::shared::cursor::{Cursor, Stop};
use super::shared::frames;
use super::shared::inner::Inner;
use super::shared::mqtt_body::{self, Body, Version};
use super::shared::nature::{self, Nesting};
use super::shared::tree::{Leaf, Tree};
use super::{Decoded, Decoder, Fit, LotBytes, SpanKind};

pub(crate) const DECODER: &dyn Decoder = &Mqtt;

struct Mqtt;

impl Decoder for Mqtt {
    fn name(&self) -> &'static str {
        "mqtt"
    }

    fn summary(&self) -> &'static str {
        "MQTT packets, and what was published by what it is"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        let mut version = None;
        let found = frames::look(lot, |cursor, _| {
            packet(cursor, &mut version, &mut Tree::default()).map(drop)
        });
        found.is_all().then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        let mut version = None;
        let mut nesting = Nesting::of_lot();
        frames::show(lot, "MQTT", out, |cursor, out| {
            let mut tree = Tree::default();
            let payload = packet(cursor, &mut version, &mut tree)?;
            tree.write(lot, out);
            if !payload.is_empty() {
                let inner = Inner::part(lot, payload);
                nature::show(&inner.lot(), "", &mut nesting, out);
            }
            Ok(())
        });
    }
}

/// Reads a packet; gives where what it publishes is.
fn packet(
    cursor: &mut Cursor<'_>,
    version: &mut Option<Version>,
    tree: &mut Tree,
) -> Result<std::ops::Range<usize>, Stop> {
    let first = cursor.u8()?;
    let kind = Kind::of(first)?;
    let length = mqtt_body::varint(cursor)?;
    let body = cursor.part(length)?;
    if kind.read.is_none() {
        if !body.is_empty() {
            return Err(Stop::odd("something in a packet without content"));
        }
        tree.leaf(Leaf::Made(SpanKind::Key, kind.name.into(), 0..0));
        return Ok(0..0);
    }
    let mark = tree.mark();
    let mut wrong = Stop::odd("no packet of any version");
    for guess in guesses(*version, first) {
        let mut body = Body {
            cursor: body.clone(),
            first,
            version: guess,
        };
        match read(&mut body, &kind, tree) {
            Ok(payload) => {
                if kind.name == "CONNECT" {
                    *version = Some(body.version);
                }
                return Ok(payload);
            }
            Err(stop) => {
                tree.take_back(mark);
                wrong = match stop {
                    Stop::Short => Stop::odd("a packet is shorter than what is in it"),
                    odd @ Stop::Odd(_) => odd,
                };
            }
        }
    }
    Err(wrong)
}

/// The versions as which a packet is read, in order.
fn guesses(known: Option<Version>, first: u8) -> Vec<Version> {
    match known {
        Some(version) => vec![version],
        None if first >> 4 == PUBLISH => vec![Version::Five, Version::Three],
        None => vec![Version::Three, Version::Five],
    }
}

fn read(body: &mut Body<'_>, kind: &Kind, tree: &mut Tree) -> Result<std::ops::Range<usize>, Stop> {
    tree.name(kind.name);
    tree.open("{");
    if let Some(read) = kind.read {
        read(body, tree)?;
    }
    tree.close("}");
    if body.first >> 4 == PUBLISH {
        return Ok(body.cursor.take_all());
    }
    if !body.cursor.is_empty() {
        return Err(Stop::odd("a packet is longer than what is in it"));
    }
    Ok(0..0)
}

type Read = fn(&mut Body<'_>, &mut Tree) -> Result<(), Stop>;

/// A kind of packet.
struct Kind {
    name: &'static str,
    /// Reads what is in it; `None` when nothing is.
    read: Option<Read>,
}

impl Kind {
    /// The kind that the first byte of a packet names.
    fn of(first: u8) -> Result<Self, Stop> {
        let (name, flags, read): (_, _, Option<Read>) = match first >> 4 {
            1 => ("CONNECT", 0, Some(mqtt_body::connect)),
            2 => ("CONNACK", 0, Some(mqtt_body::connack)),
            PUBLISH => ("PUBLISH", first & 0x0f, Some(mqtt_body::publish)),
            4 => ("PUBACK", 0, Some(mqtt_body::acknowledgment)),
            5 => ("PUBREC", 0, Some(mqtt_body::acknowledgment)),
            6 => ("PUBREL", 2, Some(mqtt_body::acknowledgment)),
            7 => ("PUBCOMP", 0, Some(mqtt_body::acknowledgment)),
            8 => ("SUBSCRIBE", 2, Some(mqtt_body::subscribe)),
            9 => ("SUBACK", 0, Some(mqtt_body::suback)),
            10 => ("UNSUBSCRIBE", 2, Some(mqtt_body::unsubscribe)),
            11 => ("UNSUBACK", 0, Some(mqtt_body::unsuback)),
            12 => ("PINGREQ", 0, None),
            13 => ("PINGRESP", 0, None),
            14 => ("DISCONNECT", 0, Some(mqtt_body::reason)),
            15 => ("AUTH", 0, Some(mqtt_body::reason)),
            _ => return Err(Stop::odd("no kind of packet")),
        };
        if first & 0x0f != flags {
            return Err(Stop::odd("flags that are reserved"));
        }
        Ok(Self { name, read })
    }
}

const PUBLISH: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn check(bytes: &[u8], fit: bool, expected: &str) {
        let lot = LotBytes::whole(Direction::Out, bytes);
        let mut out = Decoded::default();
        Mqtt.decode(&lot, &mut out);
        assert_eq!(out.to_string(), expected);
        let found = Mqtt.fit(&lot).is_some();
        assert_eq!(found, fit, "{}", bytes.escape_ascii());
    }

    #[test]
    fn a_connection_says_its_version() {
        check(
            b"\x10\x1d\0\x04MQTT\x04\xc6\0\x3c\0\x02id\0\x01w\0\x03bye\0\x01u\0\x02pw\xc0\0",
            true,
            "CONNECT: {\n  protocol: \"MQTT\"\n  level: 4\n  cleanStart: true\n  keepAlive: 60\n  \
             client: \"id\"\n  will: {qos: 0, topic: \"w\", payload: \"bye\"}\n  user: \"u\"\n  \
             password: \"pw\"\n}\nPINGREQ\n",
        );
        check(
            b"\x10\x12\0\x04MQTT\x05\x02\0\x3c\x03\x21\0\x14\0\x02id\x30\x06\0\x01a\0hi",
            true,
            "CONNECT: {protocol: \"MQTT\", level: 5, cleanStart: true, keepAlive: 60, \
             properties: {receiveMaximum: 20}, client: \"id\"}\n\
             PUBLISH: {qos: 0, topic: \"a\", properties: {}}\nhi\n",
        );
    }

    #[test]
    fn what_was_published_is_shown_by_what_it_is() {
        check(
            b"\x3b\x0f\0\x03a/b\0\x07{\"n\":1}",
            false,
            "no MQTT from byte 0 on: it ends too early\n\
             00000000  3b 0f 00 03 61 2f 62 00  07 7b 22 6e 22 3a 31 7d  |;...a/b..{\"n\":1}|\n",
        );
        check(
            b"\x3b\x0e\0\x03a/b\0\x07{\"n\":1}",
            true,
            "PUBLISH: {qos: 1, retained: true, duplicate: true, topic: \"a/b\", id: 7}\n{\n  \"n\": 1\n}\n",
        );
    }

    #[test]
    fn packets_without_a_known_version_are_read_as_what_they_are() {
        check(
            b"\x82\x06\0\x01\0\x01a\x01",
            true,
            "SUBSCRIBE: {id: 1, topics: [{topic: \"a\", qos: 1}]}\n",
        );
        check(
            b"\x82\x07\0\x01\0\0\x01a\x01",
            true,
            "SUBSCRIBE: {id: 1, properties: {}, topics: [{topic: \"a\", qos: 1}]}\n",
        );
        check(
            b"\x90\x03\0\x01\x80",
            true,
            "SUBACK: {id: 1, reasons: [0x80]}\n",
        );
        check(b"\x20\x02\0\x05", true, "CONNACK: {reason: 0x05}\n");
        check(
            b"\xe0\x02\x8e\0",
            true,
            "DISCONNECT: {reason: 0x8e, properties: {}}\n",
        );
        check(b"\xe0\0", true, "DISCONNECT: {}\n");
    }

    #[test]
    fn what_is_no_packet_is_shown_plainly() {
        check(
            b"\xd0\0\x81\0",
            false,
            "PINGRESP\nno MQTT from byte 2 on: flags that are reserved\n\
             00000002  81 00                                             |..|\n",
        );
        check(
            b"\x30\x02\0\0",
            false,
            "no MQTT from byte 0 on: a topic that is none\n\
             00000000  30 02 00 00                                       |0...|\n",
        );
    }
}
