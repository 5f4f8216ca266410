//! What is in the messages of PostgreSQL, added to a tree in the order of the bytes.
//!
//! Each function reads from the body of one message; all of it is there, so that a body that is too
//! short is wrong, not cut.
//!
//! Source: PostgreSQL 17 documentation, "Message Formats", "Error and Notice Message Fields".

use std::ops::Range;

use super::cursor::{Cursor, Stop};
use super::decoded::SpanKind;
use super::tree::{Leaf, Tree};

/// The body of a message.
pub(crate) type Body<'a> = Cursor<'a>;

/// Text up to a zero byte.
pub(crate) fn text(body: &mut Body<'_>) -> Result<Range<usize>, Stop> {
    let left = body.left();
    body.until(b"\0", left).map_err(odd_end)
}

/// A message is all there, so that what is too short in it is wrong.
pub(crate) fn odd_end(_: Stop) -> Stop {
    Stop::odd("a message is shorter than what is in it")
}

pub(crate) fn number(
    body: &mut Body<'_>,
    tree: &mut Tree,
    name: &'static str,
) -> Result<u32, Stop> {
    let start = body.at();
    let number = body.u32().map_err(odd_end)?;
    tree.field(name, Leaf::number(number, start..body.at()));
    Ok(number)
}

pub(crate) fn query(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    let range = text(body)?;
    tree.leaf(Leaf::text(body.slice(0..body.at()), range));
    Ok(())
}

pub(crate) fn bytes(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    tree.leaf(Leaf::Bytes(body.take_all()));
    Ok(())
}

pub(crate) fn copied(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    let range = body.take_all();
    tree.leaf(Leaf::text_or_bytes(body.slice(0..body.at()), range));
    Ok(())
}

/// A password, or an answer to a challenge. The first answer of SASL begins with its mechanism.
pub(crate) fn password(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    let mut ahead = body.clone();
    let mechanism = text(&mut ahead);
    let length = ahead
        .u32()
        .ok()
        .and_then(|length| usize::try_from(length).ok());
    match mechanism {
        Ok(mechanism) if length == Some(ahead.left()) => {
            tree.open("{");
            tree.field("mechanism", Leaf::Quoted(mechanism));
            tree.name("data");
            *body = ahead;
            copied(body, tree)?;
            tree.close("}");
            Ok(())
        }
        _ => copied(body, tree),
    }
}

pub(crate) fn statement_or_portal(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    let name = match body.u8().map_err(odd_end)? {
        b'S' => "statement",
        b'P' => "portal",
        _ => return Err(Stop::odd("neither a statement nor a portal")),
    };
    tree.open("{");
    let range = text(body)?;
    tree.field(name, Leaf::Quoted(range));
    tree.close("}");
    Ok(())
}

pub(crate) fn execute(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    tree.open("{");
    let range = text(body)?;
    tree.field("portal", Leaf::Quoted(range));
    number(body, tree, "rows")?;
    tree.close("}");
    Ok(())
}

pub(crate) fn parse(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    tree.open("{");
    let range = text(body)?;
    tree.field("statement", Leaf::Quoted(range));
    let range = text(body)?;
    tree.field("query", Leaf::text(body.slice(0..body.at()), range));
    tree.name("types");
    types(body, tree)?;
    tree.close("}");
    Ok(())
}

pub(crate) fn bind(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    tree.open("{");
    let range = text(body)?;
    tree.field("portal", Leaf::Quoted(range));
    let range = text(body)?;
    tree.field("statement", Leaf::Quoted(range));
    tree.name("formats");
    formats(body, tree)?;
    tree.name("values");
    row(body, tree)?;
    tree.name("resultFormats");
    formats(body, tree)?;
    tree.close("}");
    Ok(())
}

/// A count, and as many of what `item` reads.
pub(crate) fn list(
    body: &mut Body<'_>,
    tree: &mut Tree,
    item: impl Fn(&mut Body<'_>, &mut Tree) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let count = body.u16().map_err(odd_end)?;
    tree.open("[");
    for _ in 0..count {
        item(body, tree)?;
    }
    tree.close("]");
    Ok(())
}

pub(crate) fn formats(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    list(body, tree, |body, tree| {
        let start = body.at();
        let format = body.u16().map_err(odd_end)?;
        tree.leaf(format_leaf(format, start..body.at())?);
        Ok(())
    })
}

pub(crate) fn format_leaf(format: u16, range: Range<usize>) -> Result<Leaf, Stop> {
    match format {
        0 => Ok(Leaf::word("text", range)),
        1 => Ok(Leaf::word("binary", range)),
        _ => Err(Stop::odd("neither text nor binary")),
    }
}

pub(crate) fn copy_formats(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    let start = body.at();
    let format = u16::from(body.u8().map_err(odd_end)?);
    tree.open("{");
    tree.field("format", format_leaf(format, start..body.at())?);
    tree.name("columns");
    formats(body, tree)?;
    tree.close("}");
    Ok(())
}

pub(crate) fn types(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    list(body, tree, |body, tree| {
        let start = body.at();
        let oid = body.u32().map_err(odd_end)?;
        tree.leaf(Leaf::number(oid, start..body.at()));
        Ok(())
    })
}

pub(crate) fn row(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    list(body, tree, value)
}

pub(crate) fn value(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    let start = body.at();
    let length = body.u32().map_err(odd_end)?;
    if length == u32::MAX {
        tree.leaf(Leaf::word("null", start..body.at()));
        return Ok(());
    }
    let range = body.take(length).map_err(odd_end)?;
    tree.leaf(Leaf::text_or_bytes(body.slice(0..body.at()), range));
    Ok(())
}

pub(crate) fn function_result(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    value(body, tree)
}

pub(crate) fn columns(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    list(body, tree, |body, tree| {
        tree.open("{");
        let range = text(body)?;
        tree.field("name", Leaf::Quoted(range));
        number(body, tree, "table")?;
        for (name, is_long) in [("column", false), ("type", true)] {
            integer(body, tree, name, is_long)?;
        }
        integer(body, tree, "size", false)?;
        integer(body, tree, "modifier", true)?;
        let start = body.at();
        let format = body.u16().map_err(odd_end)?;
        tree.field("format", format_leaf(format, start..body.at())?);
        tree.close("}");
        Ok(())
    })
}

/// A number of 16 or 32 bits that may be negative.
pub(crate) fn integer(
    body: &mut Body<'_>,
    tree: &mut Tree,
    name: &'static str,
    is_long: bool,
) -> Result<(), Stop> {
    let start = body.at();
    let number = if is_long {
        body.array().map(i32::from_be_bytes)
    } else {
        body.array()
            .map(|bytes| i32::from(i16::from_be_bytes(bytes)))
    };
    let number = number.map_err(odd_end)?;
    tree.field(name, Leaf::number(number, start..body.at()));
    Ok(())
}

/// Fields of errors and notices, each with a letter.
pub(crate) fn error(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    tree.open("{");
    loop {
        let at = body.at();
        match body.u8().map_err(odd_end)? {
            0 => break,
            letter @ (b'A'..=b'Z' | b'a'..=b'z') => {
                let key = match error_field(letter) {
                    Some(name) => Leaf::Made(SpanKind::Key, name.into(), at..at + 1),
                    None => Leaf::Text(SpanKind::Key, at..at + 1),
                };
                tree.key(key);
                tree.leaf(Leaf::Quoted(text(body)?));
            }
            _ => return Err(Stop::odd("no letter of a field")),
        }
    }
    tree.close("}");
    Ok(())
}

pub(crate) const fn error_field(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'S' => "localizedSeverity",
        b'V' => "severity",
        b'C' => "code",
        b'M' => "message",
        b'D' => "detail",
        b'H' => "hint",
        b'P' => "position",
        b'p' => "internalPosition",
        b'q' => "internalQuery",
        b'W' => "where",
        b's' => "schema",
        b't' => "table",
        b'c' => "column",
        b'd' => "dataType",
        b'n' => "constraint",
        b'F' => "file",
        b'L' => "line",
        b'R' => "routine",
        _ => return None,
    })
}

pub(crate) fn authentication(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    let start = body.at();
    let kind = body.u32().map_err(odd_end)?;
    let range = start..body.at();
    let name = match kind {
        0 => "Ok",
        2 => "KerberosV5",
        3 => "CleartextPassword",
        5 => "MD5Password",
        7 => "GSS",
        8 => "GSSContinue",
        9 => "SSPI",
        10 => "SASL",
        11 => "SASLContinue",
        12 => "SASLFinal",
        _ => return Err(Stop::odd("no kind of authentication")),
    };
    if body.is_empty() {
        tree.leaf(Leaf::word(name, range));
        return Ok(());
    }
    tree.open("{");
    tree.name(name);
    if kind == 10 {
        tree.open("[");
        while body.peek() != Some(0) {
            tree.leaf(Leaf::Quoted(text(body)?));
        }
        body.u8().map_err(odd_end)?;
        tree.close("]");
    } else {
        copied(body, tree)?;
    }
    tree.close("}");
    Ok(())
}

pub(crate) fn parameter(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    tree.open("{");
    tree.key(Leaf::Text(SpanKind::Key, text(body)?));
    tree.leaf(Leaf::Quoted(text(body)?));
    tree.close("}");
    Ok(())
}

pub(crate) fn key_data(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    tree.open("{");
    number(body, tree, "process")?;
    let secret = body.take_all();
    tree.field("secret", Leaf::Bytes(secret));
    tree.close("}");
    Ok(())
}

pub(crate) fn notification(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    tree.open("{");
    number(body, tree, "process")?;
    let range = text(body)?;
    tree.field("channel", Leaf::Quoted(range));
    let range = text(body)?;
    tree.field("payload", Leaf::Quoted(range));
    tree.close("}");
    Ok(())
}

pub(crate) fn ready(body: &mut Body<'_>, tree: &mut Tree) -> Result<(), Stop> {
    let start = body.at();
    let state = match body.u8().map_err(odd_end)? {
        b'I' => "idle",
        b'T' => "in a transaction",
        b'E' => "in a failed transaction",
        _ => return Err(Stop::odd("no state of a transaction")),
    };
    tree.leaf(Leaf::word(state, start..body.at()));
    Ok(())
}
