//! Key-log lines of exported sessions, as decryption secrets blocks.
//!
//! Lines are written as they stood in their key log: those of a session's client random, session
//! by session, each in the order of its log, the one with its premaster secret among them. A master
//! secret that was derived is written as a line, so that a resumed session needs no other. A session
//! whose hello was not captured has no random; for it count the lines of the only random with custom
//! fields that no captured hello has.
//!
//! Real secrets come into one block and custom fields into a second one: Scapy gives up a block
//! with a line that it does not know, and reads only the last block with secrets.
//!
//! Deliberately left out: lines of any other session, whatever the log holds. Lines that are
//! neither secrets nor custom fields belong to nobody; they are kept where the caller says so.
//! Source: RFC 9850 §2.

use std::collections::HashMap;

use crate::pcapng::SecretBlock;
use crate::tls::{CustomFields, KeyLog, KeyLogLine, TlsFacts};

/// How custom fields are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldStyle {
    /// As lines of a block of their own.
    #[default]
    Block,
    /// Behind `#`, in the block with the secrets.
    Comments,
    /// Not at all.
    Nothing,
}

/// Where secrets are taken from.
#[derive(Clone, Copy, Debug)]
pub struct SecretSources<'a> {
    /// All that is known, by client random.
    pub keys: &'a KeyLog,
    /// The log whose unattributed lines are kept, if they are.
    pub others: Option<&'a KeyLog>,
}

/// The blocks with the secrets and fields of these sessions.
pub fn secrets_of<'a>(
    sessions: impl IntoIterator<Item = &'a TlsFacts>,
    sources: SecretSources<'_>,
    style: FieldStyle,
) -> Vec<SecretBlock> {
    let (mut secrets, mut fields) = (Text::default(), Text::default());
    let before = match style {
        FieldStyle::Block | FieldStyle::Nothing => "",
        FieldStyle::Comments => "# ",
    };
    for (random, known) in connections(sessions, sources.keys) {
        let lines = random.iter();
        secrets.add(lines.flat_map(|random| sources.keys.lines_for(random)));
        for line in known.lines(random.as_ref()) {
            fields.line(format!("{before}{line}").as_bytes());
        }
    }
    secrets.add(sources.others.into_iter().flat_map(KeyLog::other_lines));
    match style {
        FieldStyle::Block => {}
        FieldStyle::Comments => secrets.bytes.append(&mut fields.bytes),
        FieldStyle::Nothing => fields.bytes.clear(),
    }
    [secrets, fields]
        .into_iter()
        .filter_map(Text::block)
        .collect()
}

/// The TLS connections by their client randoms, each once, in the order of sessions; a connection
/// may have been captured at two places.
fn connections<'a>(
    sessions: impl IntoIterator<Item = &'a TlsFacts>,
    keys: &KeyLog,
) -> Vec<(Option<[u8; 32]>, CustomFields)> {
    let mut connections: Vec<(Option<[u8; 32]>, CustomFields)> = Vec::new();
    let mut places = HashMap::new();
    for facts in sessions {
        let random = facts.client_random.or_else(|| keys.random_of_unseen());
        let known = known_fields(facts, keys);
        let place = *places.entry(random).or_insert(connections.len());
        match connections.get_mut(place) {
            Some((_, fields)) => *fields = fields.or(&known),
            None => connections.push((random, known)),
        }
    }
    connections
}

/// What a document says of a session: what the handshake showed, else what the log knows.
fn known_fields(facts: &TlsFacts, keys: &KeyLog) -> CustomFields {
    CustomFields::of(facts).or(&keys.fields_for(facts.client_random.as_ref()))
}

/// Lines, each ended by LF.
#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
}

impl Text {
    fn add<'a>(&mut self, lines: impl Iterator<Item = &'a KeyLogLine>) {
        lines.for_each(|line| self.line(line.as_bytes()));
    }

    fn line(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
    }

    /// A block, where there are lines.
    fn block(self) -> Option<SecretBlock> {
        (!self.bytes.is_empty()).then_some(SecretBlock {
            secrets_type: SecretBlock::TLS_KEY_LOG,
            bytes: self.bytes,
        })
    }
}
