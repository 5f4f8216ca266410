//! What is in MQTT packets, added to a tree in the order of the bytes.
//!
//! Sources: MQTT Version 3.1.1 §3; MQTT Version 5.0 §2.2.2, §3.

use std::ops::Range;

use super::cursor::{Cursor, Stop};
use super::tree::{Leaf, Tree};

/// Versions whose packets have the same fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// 3.1 and 3.1.1.
    Three,
    /// 5.0, with properties and reasons.
    Five,
}

/// The body of a packet.
pub(crate) struct Body<'a> {
    /// Its bytes.
    pub(crate) cursor: Cursor<'a>,
    /// The first byte of the packet, with its flags.
    pub(crate) first: u8,
    /// As which it is read.
    pub(crate) version: Version,
}

type Outcome = Result<(), Stop>;

/// A number of 7 bits a byte, the lowest ones first, in four bytes at most.
pub(crate) fn varint(cursor: &mut Cursor<'_>) -> Result<u32, Stop> {
    let mut number = 0;
    for shift in [0, 7, 14, 21] {
        let byte = cursor.u8()?;
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Stop::odd("a length of more than four bytes"))
}

/// Bytes behind their length in two bytes.
fn bytes(cursor: &mut Cursor<'_>) -> Result<Range<usize>, Stop> {
    let length = cursor.u16()?;
    cursor.take(length)
}

/// Text behind its length; control characters make it none.
fn text(cursor: &mut Cursor<'_>) -> Result<Range<usize>, Stop> {
    let range = bytes(cursor)?;
    let text = std::str::from_utf8(cursor.slice(range.clone()));
    if text.is_ok_and(|text| !text.contains('\0')) {
        return Ok(range);
    }
    Err(Stop::odd("text that is none"))
}

fn topic(cursor: &mut Cursor<'_>) -> Result<Range<usize>, Stop> {
    let range = text(cursor)?;
    let text = std::str::from_utf8(cursor.slice(range.clone())).unwrap_or_default();
    if text.is_empty() || text.contains(char::is_control) {
        return Err(Stop::odd("a topic that is none"));
    }
    Ok(range)
}

fn text_or_bytes(cursor: &mut Cursor<'_>) -> Result<Leaf, Stop> {
    let range = bytes(cursor)?;
    Ok(Leaf::text_or_bytes(cursor.slice(0..range.end), range))
}

fn number(
    cursor: &mut Cursor<'_>,
    read: impl FnOnce(&mut Cursor<'_>) -> Result<u32, Stop>,
) -> Result<Leaf, Stop> {
    let start = cursor.at();
    let number = read(cursor)?;
    Ok(Leaf::number(number, start..cursor.at()))
}

fn short(cursor: &mut Cursor<'_>) -> Result<Leaf, Stop> {
    number(cursor, |cursor| cursor.u16().map(u32::from))
}

/// The number of a packet, which is not 0.
fn id(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    let start = body.cursor.at();
    match body.cursor.u16()? {
        0 => Err(Stop::odd("a packet of number 0")),
        id => {
            tree.field("id", Leaf::number(id, start..body.cursor.at()));
            Ok(())
        }
    }
}

fn code(cursor: &mut Cursor<'_>) -> Result<Leaf, Stop> {
    let start = cursor.at();
    let code = cursor.u8()?;
    Ok(Leaf::number(format!("{code:#04x}"), start..cursor.at()))
}

fn is_true(tree: &mut Tree, name: &'static str, range: Range<usize>) {
    tree.field(name, Leaf::word("true", range));
}

/// Reads what is in a CONNECT packet, and the version.
pub(crate) fn connect(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    let cursor = &mut body.cursor;
    let name = text(cursor)?;
    let start = cursor.at();
    let level = cursor.u8()?;
    body.version = match (cursor.slice(name.clone()), level & 0x7f) {
        (b"MQIsdp", 3) | (b"MQTT", 4) => Version::Three,
        (b"MQTT", 5) => Version::Five,
        _ => return Err(Stop::odd("no version of MQTT")),
    };
    tree.field("protocol", Leaf::Quoted(name));
    tree.field("level", Leaf::number(level, start..start + 1));
    let at = cursor.at();
    let flags = cursor.u8()?;
    if flags & 1 != 0 {
        return Err(Stop::odd("flags that are reserved"));
    }
    if flags & 2 != 0 {
        is_true(tree, "cleanStart", at..at + 1);
    }
    tree.field("keepAlive", short(cursor)?);
    properties(body, tree)?;
    let range = text(&mut body.cursor)?;
    tree.field("client", Leaf::Quoted(range));
    if flags & 4 != 0 {
        will(body, tree, flags, at)?;
    }
    if flags & 0x80 != 0 {
        let range = text(&mut body.cursor)?;
        tree.field("user", Leaf::Quoted(range));
    }
    if flags & 0x40 != 0 {
        tree.field("password", text_or_bytes(&mut body.cursor)?);
    }
    Ok(())
}

/// What is published when the client is lost.
fn will(body: &mut Body<'_>, tree: &mut Tree, flags: u8, at: usize) -> Outcome {
    tree.name("will");
    tree.open("{");
    tree.field("qos", Leaf::number((flags >> 3) & 3, at..at + 1));
    if flags & 0x20 != 0 {
        is_true(tree, "retained", at..at + 1);
    }
    properties(body, tree)?;
    let range = topic(&mut body.cursor)?;
    tree.field("topic", Leaf::Quoted(range));
    tree.field("payload", text_or_bytes(&mut body.cursor)?);
    tree.close("}");
    Ok(())
}

/// Reads what is in a CONNACK packet.
pub(crate) fn connack(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    let at = body.cursor.at();
    match body.cursor.u8()? {
        0 => {}
        1 => is_true(tree, "sessionPresent", at..at + 1),
        _ => return Err(Stop::odd("flags that are reserved")),
    }
    tree.field("reason", code(&mut body.cursor)?);
    properties(body, tree)
}

/// Reads what is in a PUBLISH packet before the payload.
pub(crate) fn publish(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    let qos = (body.first >> 1) & 3;
    if qos == 3 {
        return Err(Stop::odd("flags that are reserved"));
    }
    tree.field("qos", Leaf::number(qos, 0..0));
    if body.first & 1 != 0 {
        is_true(tree, "retained", 0..0);
    }
    if body.first & 8 != 0 {
        is_true(tree, "duplicate", 0..0);
    }
    let range = match body.version {
        Version::Three => topic(&mut body.cursor)?,
        // It is empty behind an alias.
        Version::Five => text(&mut body.cursor)?,
    };
    if body.version == Version::Five && range.is_empty() && body.cursor.peek().unwrap_or(0) == 0 {
        return Err(Stop::odd("a topic that is none"));
    }
    tree.field("topic", Leaf::Quoted(range));
    if 0 < qos {
        id(body, tree)?;
    }
    properties(body, tree)
}

/// Reads what is in an acknowledgment of a published packet.
pub(crate) fn acknowledgment(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    id(body, tree)?;
    reason(body, tree)
}

/// Reads a reason, which version 5 has when it is not success.
pub(crate) fn reason(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    if body.version == Version::Three || body.cursor.is_empty() {
        return Ok(());
    }
    tree.field("reason", code(&mut body.cursor)?);
    if body.cursor.is_empty() {
        return Ok(());
    }
    properties(body, tree)
}

/// Reads what is in a SUBSCRIBE packet.
pub(crate) fn subscribe(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    id(body, tree)?;
    properties(body, tree)?;
    if body.cursor.is_empty() {
        return Err(Stop::odd("no topic"));
    }
    tree.name("topics");
    tree.open("[");
    while !body.cursor.is_empty() {
        tree.open("{");
        let range = topic(&mut body.cursor)?;
        tree.field("topic", Leaf::Quoted(range));
        let at = body.cursor.at();
        let options = body.cursor.u8()?;
        let (qos, more) = (options & 3, options >> 2);
        let reserved = if body.version == Version::Three {
            more
        } else {
            options >> 6
        };
        if qos == 3 || reserved != 0 {
            return Err(Stop::odd("options that are reserved"));
        }
        tree.field("qos", Leaf::number(qos, at..at + 1));
        if more != 0 {
            tree.field(
                "options",
                Leaf::number(format!("{options:#04x}"), at..at + 1),
            );
        }
        tree.close("}");
    }
    tree.close("]");
    Ok(())
}

/// Reads what is in an UNSUBSCRIBE packet.
pub(crate) fn unsubscribe(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    id(body, tree)?;
    properties(body, tree)?;
    if body.cursor.is_empty() {
        return Err(Stop::odd("no topic"));
    }
    tree.name("topics");
    tree.open("[");
    while !body.cursor.is_empty() {
        let range = topic(&mut body.cursor)?;
        tree.leaf(Leaf::Quoted(range));
    }
    tree.close("]");
    Ok(())
}

/// Reads what is in a SUBACK packet.
pub(crate) fn suback(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    id(body, tree)?;
    properties(body, tree)?;
    if body.cursor.is_empty() {
        return Err(Stop::odd("no reason"));
    }
    tree.name("reasons");
    tree.open("[");
    while !body.cursor.is_empty() {
        if body.version == Version::Three && !matches!(body.cursor.peek(), Some(0..=2 | 0x80)) {
            return Err(Stop::odd("a reason that is none"));
        }
        tree.leaf(code(&mut body.cursor)?);
    }
    tree.close("]");
    Ok(())
}

/// Reads what is in an UNSUBACK packet.
pub(crate) fn unsuback(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    match body.version {
        Version::Three => id(body, tree),
        Version::Five => suback(body, tree),
    }
}

/// Reads the properties of version 5; other versions have none.
fn properties(body: &mut Body<'_>, tree: &mut Tree) -> Outcome {
    if body.version == Version::Three {
        return Ok(());
    }
    let length = varint(&mut body.cursor)?;
    let mut inside = body.cursor.part(length)?;
    tree.name("properties");
    tree.open("{");
    while !inside.is_empty() {
        property(&mut inside, tree)?;
    }
    tree.close("}");
    Ok(())
}

fn property(cursor: &mut Cursor<'_>, tree: &mut Tree) -> Outcome {
    let (name, kind) = named(cursor.u8()?).ok_or_else(|| Stop::odd("no property"))?;
    tree.name(name);
    let leaf = match kind {
        Property::Byte => number(cursor, |cursor| cursor.u8().map(u32::from))?,
        Property::Short => short(cursor)?,
        Property::Long => number(cursor, |cursor| cursor.u32())?,
        Property::Varint => number(cursor, varint)?,
        Property::Text => Leaf::Quoted(text(cursor)?),
        Property::Bytes => text_or_bytes(cursor)?,
        Property::Pair => {
            tree.open("{");
            tree.key(Leaf::QuotedKey(text(cursor)?));
            tree.leaf(Leaf::Quoted(text(cursor)?));
            tree.close("}");
            return Ok(());
        }
    };
    tree.leaf(leaf);
    Ok(())
}

/// What the value of a property is.
#[derive(Clone, Copy)]
enum Property {
    Byte,
    Short,
    Long,
    Varint,
    Text,
    Bytes,
    Pair,
}

/// MQTT 5.0, table 2-4.
const fn named(id: u8) -> Option<(&'static str, Property)> {
    use Property::{Byte, Bytes, Long, Pair, Short, Text, Varint};
    Some(match id {
        1 => ("payloadFormat", Byte),
        2 => ("messageExpiry", Long),
        3 => ("contentType", Text),
        8 => ("responseTopic", Text),
        9 => ("correlationData", Bytes),
        11 => ("subscriptionId", Varint),
        17 => ("sessionExpiry", Long),
        18 => ("assignedClient", Text),
        19 => ("serverKeepAlive", Short),
        21 => ("authenticationMethod", Text),
        22 => ("authenticationData", Bytes),
        23 => ("requestProblem", Byte),
        24 => ("willDelay", Long),
        25 => ("requestResponse", Byte),
        26 => ("responseInformation", Text),
        28 => ("serverReference", Text),
        31 => ("reasonText", Text),
        33 => ("receiveMaximum", Short),
        34 => ("topicAliasMaximum", Short),
        35 => ("topicAlias", Short),
        36 => ("maximumQos", Byte),
        37 => ("retainAvailable", Byte),
        38 => ("user", Pair),
        39 => ("maximumPacketSize", Long),
        40 => ("wildcardAvailable", Byte),
        41 => ("subscriptionIdsAvailable", Byte),
        42 => ("sharedAvailable", Byte),
        _ => return None,
    })
}
