//! PostgreSQL: messages of protocol 3, a line for each that is short.
//!
//! Which letters mean what depends on the direction of the lot. Values of rows are in quotes when
//! they are text, else in hexadecimal; their types are not used. A message that holds a password or
//! an answer to a challenge is shown as it is, since which of them it is was asked in another lot.
//! What was copied in binary is not taken apart.
//!
//! Limits: none but those of the lot; a message is shown when all of it is there.
//!
//! Source: PostgreSQL 17 documentation, "Message Formats".

use super::shared::cursor::{Cursor, Stop};
use super::shared::frames::{self, End};
use super::shared::postgres_body::{
    Body, authentication, bind, bytes, columns, copied, copy_formats, error, execute,
    function_result, key_data, notification, number, parameter, parse, password, query, ready, row,
    statement_or_portal, text, types,
};
use super::shared::tree::{Leaf, Tree};
use super::{Decoded, Decoder, Fit, LotBytes, SpanKind};
use crate::session::Direction;

pub(crate) const DECODER: &dyn Decoder = &Postgres;

struct Postgres;

impl Decoder for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn summary(&self) -> &'static str {
        "messages of PostgreSQL, version 3"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        let found = frames::look(lot, |cursor, _| {
            message(cursor, lot.direction, &mut Tree::default())
        });
        let is_cut = 1 < found.frames && found.end == End::Short;
        (found.is_all() || is_cut).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        if let (Direction::In, [answer @ (b'S' | b'N' | b'G')]) = (lot.direction, lot.bytes) {
            let encrypted = if *answer == b'N' { "no" } else { "yes" };
            let mut tree = Tree::default();
            tree.field("encryption", Leaf::word(encrypted, 0..1));
            out.close_line();
            tree.write(lot, out);
            return frames::show_behind(lot, "PostgreSQL", 1, out);
        }
        let mut tree = Tree::default();
        frames::show(lot, "PostgreSQL", out, |cursor, out| {
            message(cursor, lot.direction, &mut tree)?;
            tree.flush(lot, out);
            Ok(())
        });
    }
}

/// Reads a message. What it adds to the tree counts only when all of it was read.
fn message(cursor: &mut Cursor<'_>, direction: Direction, tree: &mut Tree) -> Result<(), Stop> {
    // Messages without a letter start with a length, whose first byte is 0.
    if cursor.peek() == Some(0) {
        if direction == Direction::In || cursor.at() != 0 {
            return Err(Stop::odd("no letter of a message"));
        }
        return first_message(cursor, tree);
    }
    let letter = cursor.u8()?;
    let read = match direction {
        Direction::Out => of_client(letter),
        Direction::In => of_server(letter),
    };
    let (name, read) = read.ok_or_else(|| Stop::odd("no letter of a message"))?;
    let mut body = body(cursor)?;
    match read {
        Some(read) => {
            tree.name(name);
            read(&mut body, tree)?;
        }
        None => tree.leaf(alone(name)),
    }
    if !body.is_empty() {
        return Err(Stop::odd("a message is longer than what is in it"));
    }
    Ok(())
}

/// The rest of a message behind its letter.
fn body<'a>(cursor: &mut Cursor<'a>) -> Result<Body<'a>, Stop> {
    let length = cursor.u32()?;
    let length = length.checked_sub(4);
    let length = length.ok_or_else(|| Stop::odd("a length of less than 4"))?;
    if MAX_MESSAGE_BYTES < length {
        return Err(Stop::odd("a length of more than 1 GiB"));
    }
    cursor.part(length)
}

/// Reads what a client sends before anything else.
fn first_message(cursor: &mut Cursor<'_>, tree: &mut Tree) -> Result<(), Stop> {
    let mut body = body(cursor)?;
    let start = body.at();
    let code = body.u32()?;
    match (code >> 16, code & 0xffff) {
        (1234, 5679) => tree.leaf(alone("SSLRequest")),
        (1234, 5680) => tree.leaf(alone("GSSENCRequest")),
        (1234, 5678) => {
            tree.name("CancelRequest");
            tree.open("{");
            number(&mut body, tree, "process")?;
            let secret = body.take_all();
            tree.field("secret", Leaf::Bytes(secret));
            tree.close("}");
        }
        (3, minor) => {
            tree.name("StartupMessage");
            tree.open("{");
            let version = format!("3.{minor}");
            tree.field("version", Leaf::number(version, start..start + 4));
            while body.peek() != Some(0) {
                tree.key(Leaf::Text(SpanKind::Key, text(&mut body)?));
                tree.leaf(Leaf::Quoted(text(&mut body)?));
            }
            body.u8()?;
            tree.close("}");
        }
        _ => return Err(Stop::odd("no version of the protocol")),
    }
    if !body.is_empty() {
        return Err(Stop::odd("a message is longer than what is in it"));
    }
    Ok(())
}

/// Reads what is in a message.
type Read = fn(&mut Body<'_>, &mut Tree) -> Result<(), Stop>;

fn of_client(letter: u8) -> Option<(&'static str, Option<Read>)> {
    Some(match letter {
        b'B' => ("Bind", Some(bind)),
        b'C' => ("Close", Some(statement_or_portal)),
        b'D' => ("Describe", Some(statement_or_portal)),
        b'E' => ("Execute", Some(execute)),
        b'F' => ("FunctionCall", Some(bytes)),
        b'H' => ("Flush", None),
        b'P' => ("Parse", Some(parse)),
        b'Q' => ("Query", Some(query)),
        b'S' => ("Sync", None),
        b'X' => ("Terminate", None),
        b'c' => ("CopyDone", None),
        b'd' => ("CopyData", Some(copied)),
        b'f' => ("CopyFail", Some(query)),
        b'p' => ("PasswordMessage or SASLResponse", Some(password)),
        _ => return None,
    })
}

fn of_server(letter: u8) -> Option<(&'static str, Option<Read>)> {
    Some(match letter {
        b'1' => ("ParseComplete", None),
        b'2' => ("BindComplete", None),
        b'3' => ("CloseComplete", None),
        b'A' => ("NotificationResponse", Some(notification)),
        b'C' => ("CommandComplete", Some(query)),
        b'D' => ("DataRow", Some(row)),
        b'E' => ("ErrorResponse", Some(error)),
        b'G' => ("CopyInResponse", Some(copy_formats)),
        b'H' => ("CopyOutResponse", Some(copy_formats)),
        b'I' => ("EmptyQueryResponse", None),
        b'K' => ("BackendKeyData", Some(key_data)),
        b'N' => ("NoticeResponse", Some(error)),
        b'R' => ("Authentication", Some(authentication)),
        b'S' => ("ParameterStatus", Some(parameter)),
        b'T' => ("RowDescription", Some(columns)),
        b'V' => ("FunctionCallResponse", Some(function_result)),
        b'W' => ("CopyBothResponse", Some(copy_formats)),
        b'Z' => ("ReadyForQuery", Some(ready)),
        b'c' => ("CopyDone", None),
        b'd' => ("CopyData", Some(copied)),
        b'n' => ("NoData", None),
        b's' => ("PortalSuspended", None),
        b't' => ("ParameterDescription", Some(types)),
        b'v' => ("NegotiateProtocolVersion", Some(bytes)),
        _ => return None,
    })
}

/// A message with nothing in it.
fn alone(name: &'static str) -> Leaf {
    Leaf::Made(SpanKind::Key, name.into(), 0..0)
}

/// No message can be longer, since a value cannot.
const MAX_MESSAGE_BYTES: u32 = 1 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(direction: Direction, bytes: &[u8], fit: bool, expected: &str) {
        let lot = LotBytes::whole(direction, bytes);
        let mut out = Decoded::default();
        Postgres.decode(&lot, &mut out);
        assert_eq!(out.to_string(), expected);
        let found = Postgres.fit(&lot).is_some();
        assert_eq!(found, fit, "{}", bytes.escape_ascii());
    }

    #[test]
    fn a_connection_begins_without_letters() {
        check(
            Direction::Out,
            b"\0\0\0\x08\x04\xd2\x16\x2f",
            true,
            "SSLRequest\n",
        );
        check(Direction::In, b"N", false, "encryption: no\n");
        check(
            Direction::Out,
            b"\0\0\0\x1a\0\x03\0\0user\0ann\0db\0shop\0\0",
            true,
            "StartupMessage: {version: 3.0, user: \"ann\", db: \"shop\"}\n",
        );
    }

    #[test]
    fn letters_depend_on_the_direction() {
        let bytes = b"D\0\0\0\x06S\0";
        check(Direction::Out, bytes, true, "Describe: {statement: \"\"}\n");
        check(
            Direction::In,
            b"D\0\0\0\x15\0\x03\0\0\0\x01a\xff\xff\xff\xff\0\0\0\x02\0\xff",
            true,
            "DataRow: [\"a\", null, 0x00ff]\n",
        );
    }

    #[test]
    fn a_query_has_its_own_lines() {
        check(
            Direction::Out,
            b"Q\0\0\0\x0dselect\n1\0X\0\0\0\x04",
            true,
            "Query: \nselect\n1\nTerminate\n",
        );
    }

    #[test]
    fn errors_have_named_fields() {
        check(
            Direction::In,
            b"E\0\0\0\x13SERROR\0Mno\0x?\0\0Z\0\0\0\x05E",
            true,
            "ErrorResponse: {localizedSeverity: \"ERROR\", message: \"no\", x: \"?\"}\n\
             ReadyForQuery: in a failed transaction\n",
        );
    }

    #[test]
    fn what_is_no_message_is_shown_plainly() {
        check(
            Direction::In,
            b"Z\0\0\0\x05IZ\0\0\0\x05x",
            false,
            "ReadyForQuery: idle\n\
             no PostgreSQL from byte 6 on: no state of a transaction\n\
             00000006  5a 00 00 00 05 78                                 |Z....x|\n",
        );
    }
}
