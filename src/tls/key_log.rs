//! Key logs: TLS secrets as text lines, found by the client random to which they belong.
//!
//! ```text
//! LABEL <client_random, 64 hex digits> <secret, hex digits>
//! RSA <start of the encrypted premaster secret, 16 hex digits> <premaster secret, hex digits>
//! ```
//!
//! Every line is kept as it stands, so that it can be written again. Lines of custom fields (see
//! [`CustomFields`]) are read besides. What fits neither form is kept apart and is no error.
//! Secrets are never printed: the debug forms of the types here show labels and lengths.
//! Limits: a log grows with the bytes that are added, for which the reader of a capture has a
//! limit of its own.
//! Source: RFC 9850 §2; `RSA` lines are those of NSS.

mod derived;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::custom_fields::{CustomFields, FieldLabel};
use derived::Derived;

pub use derived::{DerivedSecret, PremasterId};

/// The lines of key logs.
#[derive(Clone, Debug, Default)]
pub struct KeyLog {
    /// Shared by copies: a log may be long, and secrets are derived one by one.
    lines: Arc<Lines>,
    /// What came of handshakes, by client random.
    derived: HashMap<[u8; 32], Arc<Derived>>,
    /// Client randoms of hellos that were captured.
    seen: HashSet<[u8; 32]>,
}

/// What the lines say.
#[derive(Clone, Debug, Default)]
struct Lines {
    secrets: Vec<KeyLogLine>,
    /// Places in `secrets`, in the order of the log.
    by_random: HashMap<[u8; 32], Vec<usize>>,
    /// Places in `secrets` of premaster secrets, which name no client random.
    premasters: HashMap<PremasterId, usize>,
    /// There is a secret that others can be derived from.
    has_classic: bool,
    fields: BTreeMap<[u8; 32], CustomFields>,
    /// Fields of lines without a client random.
    common_fields: CustomFields,
    others: Vec<KeyLogLine>,
}

/// One line as it stands in a key log, without its line end.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyLogLine {
    bytes: Box<[u8]>,
    label_len: usize,
}

/// A secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<[u8]>);

/// What a line is.
enum Line<'a> {
    Empty,
    Secret { label_len: usize, random: [u8; 32] },
    Premaster(PremasterId),
    Field(FieldLabel, Option<[u8; 32]>, &'a str),
    Other,
}

impl KeyLog {
    /// Adds the lines of a text; each may end in LF, CR LF or CR.
    pub fn add(&mut self, text: &[u8]) {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let lines = Arc::make_mut(&mut self.lines);
        for line in text.split(|byte| matches!(byte, b'\n' | b'\r')) {
            lines.add_line(line);
        }
    }

    /// True when there is no secret and no field.
    pub fn is_empty(&self) -> bool {
        self.lines.secrets.is_empty()
            && self.lines.fields.is_empty()
            && self.lines.common_fields.is_empty()
    }

    /// The labels of the secrets that belong to a client random, each once.
    pub fn labels_for(&self, client_random: &[u8; 32]) -> impl Iterator<Item = &str> {
        let mut seen = HashSet::new();
        self.lines_for(client_random)
            .map(KeyLogLine::label)
            .filter(move |label| seen.insert(*label))
    }

    /// The lines with secrets that belong to a client random, in the order of the log; equal ones
    /// once.
    pub fn lines_for(&self, client_random: &[u8; 32]) -> impl Iterator<Item = &KeyLogLine> {
        let derived = self.derived.get(client_random);
        let premaster = derived.and_then(|derived| derived.premaster);
        let own = self
            .lines
            .by_random
            .get(client_random)
            .into_iter()
            .flatten();
        let before = own.clone().copied();
        let before = before.filter(move |place| premaster.is_none_or(|other| *place < other));
        let behind = own.copied();
        let behind = behind.filter(move |place| premaster.is_some_and(|other| other < *place));
        before
            .chain(premaster)
            .chain(behind)
            .filter_map(|place| self.lines.secrets.get(place))
            .chain(derived.and_then(|derived| derived.line.as_ref()))
    }

    /// Labels and secrets that belong to a client random.
    pub fn secrets_for(&self, client_random: &[u8; 32]) -> impl Iterator<Item = (&str, Secret)> {
        self.lines_for(client_random)
            .filter_map(|line| Some((line.label(), line.secret()?)))
    }

    /// The custom fields of a TLS connection: those with its client random, and for what they
    /// leave open those without any.
    ///
    /// Where the handshake was not captured, its random is not known: then those of
    /// [`KeyLog::random_of_unseen`] count.
    pub fn fields_for(&self, client_random: Option<&[u8; 32]>) -> CustomFields {
        let own = match client_random {
            Some(random) => self.lines.fields.get(random),
            None => self
                .random_of_unseen()
                .and_then(|random| self.lines.fields.get(&random)),
        };
        own.map_or_else(
            || self.lines.common_fields.clone(),
            |own| own.or(&self.lines.common_fields),
        )
    }

    /// Says that the hello with this client random was captured: what the log knows of it is of no
    /// other connection.
    pub fn add_seen(&mut self, client_random: [u8; 32]) {
        self.seen.insert(client_random);
    }

    /// The client random of a connection whose hello was not captured: the only one that has fields
    /// and was not seen.
    pub fn random_of_unseen(&self) -> Option<[u8; 32]> {
        let mut unseen = self
            .lines
            .fields
            .keys()
            .filter(|random| !self.seen.contains(*random));
        let only = unseen.next()?;
        unseen.next().is_none().then_some(*only)
    }

    /// True when a connection whose hello was not captured may be deciphered with what is known.
    pub fn may_know_unseen(&self) -> bool {
        !self.lines.secrets.is_empty() && self.random_of_unseen().is_some()
    }

    /// Lines that are neither secrets nor custom fields, comments included.
    pub fn other_lines(&self) -> impl Iterator<Item = &KeyLogLine> {
        self.lines.others.iter()
    }
}

impl Lines {
    fn add_line(&mut self, bytes: &[u8]) {
        match Line::parse(bytes) {
            Line::Empty => {}
            Line::Secret { label_len, random } => {
                let line = KeyLogLine::new(bytes, label_len);
                let places = self.by_random.entry(random).or_default();
                let known = places.iter().rev().take(COMPARED_LINES);
                if known
                    .copied()
                    .any(|place| self.secrets.get(place) == Some(&line))
                {
                    return;
                }
                places.push(self.secrets.len());
                self.has_classic |= CLASSIC.contains(&line.label());
                self.secrets.push(line);
            }
            Line::Premaster(id) => {
                self.has_classic = true;
                self.premasters.entry(id).or_insert(self.secrets.len());
                self.secrets
                    .push(KeyLogLine::new(bytes, PREMASTER_LABEL.len()));
            }
            Line::Field(label, random, value) => {
                let mut said = CustomFields::default();
                if !said.set(label, value) {
                    self.others.push(KeyLogLine::new(bytes, 0));
                    return;
                }
                let fields = match random {
                    Some(random) => self.fields.entry(random).or_default(),
                    None => &mut self.common_fields,
                };
                *fields = said.or(fields);
            }
            Line::Other => self.others.push(KeyLogLine::new(bytes, 0)),
        }
    }
}

impl<'a> Line<'a> {
    fn parse(bytes: &'a [u8]) -> Self {
        let line = bytes.trim_ascii();
        if line.is_empty() {
            return Self::Empty;
        }
        let is_comment = line.starts_with(b"#");
        let (label, rest) = word(behind_hashes(line));
        if let Some(label) = FieldLabel::from_bytes(label) {
            return Self::field(label, rest).unwrap_or(Self::Other);
        }
        let (random, secret) = word(rest);
        let has_secret = || unhex(secret).is_some_and(|secret| !secret.is_empty());
        if bytes.starts_with(PREMASTER_LABEL) && label == PREMASTER_LABEL && has_secret() {
            return PremasterId::of_digits(random).map_or(Self::Other, Self::Premaster);
        }
        let is_label = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        match random_of(random) {
            // A line with spaces before its label would no longer start with it.
            Some(random)
                if !is_comment
                    && bytes.starts_with(label)
                    && label.iter().all(is_label)
                    && has_secret() =>
            {
                let label_len = label.len();
                Self::Secret { label_len, random }
            }
            _ => Self::Other,
        }
    }

    fn field(label: FieldLabel, rest: &'a [u8]) -> Option<Self> {
        let (first, value) = word(rest);
        let (random, value) = match random_of(first) {
            Some(random) => (Some(random), value),
            None => (None, rest),
        };
        let value = std::str::from_utf8(value).ok()?;
        Some(Self::Field(label, random, value))
    }
}

impl KeyLogLine {
    fn new(bytes: &[u8], label_len: usize) -> Self {
        Self {
            bytes: bytes.into(),
            label_len,
        }
    }

    /// The line, without its end.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The label of a line with a secret; empty for other lines.
    pub fn label(&self) -> &str {
        let label = self.bytes.get(..self.label_len).unwrap_or_default();
        std::str::from_utf8(label).unwrap_or_default()
    }

    fn secret(&self) -> Option<Secret> {
        let after_label = self.bytes.get(self.label_len..)?.trim_ascii();
        let (_, secret) = word(after_label);
        unhex(secret).map(|bytes| Secret(bytes.into()))
    }
}

impl fmt::Debug for KeyLogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "KeyLogLine({}, {} bytes)",
            self.label(),
            self.bytes.len()
        )
    }
}

impl Secret {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for decryption alone.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// The first word of a line and what follows the white space behind it.
fn word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(u8::is_ascii_whitespace);
    let (word, rest) = line.split_at(end.unwrap_or(line.len()));
    (word, rest.trim_ascii())
}

/// A line without the `#`s and the white space at its start.
fn behind_hashes(line: &[u8]) -> &[u8] {
    let start = line
        .iter()
        .position(|byte| *byte != b'#' && !byte.is_ascii_whitespace());
    start
        .and_then(|start| line.get(start..))
        .unwrap_or_default()
}

fn random_of(word: &[u8]) -> Option<[u8; 32]> {
    unhex(word)?.try_into().ok()
}

/// The bytes of hexadecimal digits in either case; `None` for anything else.
fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(nibble(*high)? << 4 | nibble(*low)?).ok())
        .collect()
}

/// The label of premaster secrets that are found by their encrypted form.
const PREMASTER_LABEL: &[u8] = b"RSA";
/// Labels of secrets that others can be derived from.
const CLASSIC: [&str; 2] = ["CLIENT_RANDOM", "PMS_CLIENT_RANDOM"];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Lines of one random that a new one is compared with; a connection has five secrets or so.
const COMPARED_LINES: usize = 64;

#[cfg(test)]
mod tests;
