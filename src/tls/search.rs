//! Finds where TLS starts in one direction of a session.
//!
//! A stream that starts with a record is TLS. Otherwise the cleartext before TLS is followed, unit
//! by unit, as long as it is text in lines or one of a few binary protocols:
//!
//! | asks for TLS | how |
//! |---|---|
//! | SMTP, LMTP, IMAP, NNTP, IRC, Sieve | a line with `STARTTLS` as its only or second word |
//! | POP3 | `STLS` |
//! | FTP | `AUTH TLS`, `AUTH SSL` |
//! | XMPP | an element `starttls` |
//! | HTTP proxy | `CONNECT` and its headers, up to the empty line |
//! | HTTP, Gnutella | `Upgrade: TLS/...` or `Connection: Upgrade`, and headers up to the empty line |
//! | LDAP | the extended request for StartTLS |
//! | PostgreSQL, MySQL, AMQP 1.0, RDP | their request, or first message, for TLS |
//! | SOCKS 4 and 5 | a request to connect |
//! | PROXY protocol | TLS may follow its header |
//!
//! Behind such a unit a client's hello is looked for, and a server's hello or alert behind any
//! unit. Bytes are never searched for a hello at other places, so that a hello that is somebody's
//! data is not taken for one. TLS inside other framing (TDS) is not found.
//! Limits: [`TlsLimits::cleartext_bytes`](super::TlsLimits::cleartext_bytes) before TLS; a unit of
//! text that is longer than 4 KiB ends the search.
//! Sources: RFC 3207, RFC 9051 §6.2.1, RFC 2595 §4, RFC 4217 §4, RFC 4642, RFC 6120 §5,
//! RFC 9110 §9.3.6, RFC 2817 §3.

use super::opening::{self, CLIENT_HELLO, MAX_UNIT_LEN, Match, Next, SERVER_HELLO, Unit};
use super::socks;

/// Looks for the start of TLS; keeps at most the unit that has not come whole.
#[derive(Debug, Default)]
pub(super) struct Search {
    kept: Vec<u8>,
    /// Bytes at its start that do not end a unit of text, so that they are looked at once.
    clean: usize,
    /// Bytes of a unit that is passed over.
    skip: usize,
    /// Bytes before the unit that is looked at.
    seen: usize,
    place: Place,
}

/// What is known of the place that is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// The stream starts here, or a gap ended.
    #[default]
    Start,
    /// Behind a unit of a binary protocol.
    Binary(Armed),
    /// Behind a unit of text.
    Text(Armed),
    /// Within headers; TLS was asked for, and may follow the empty line.
    Headers,
}

/// Whether TLS was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Armed {
    No,
    Yes,
}

/// How far TLS is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Behind cleartext, too.
    Cleartext,
    /// At the start of the stream only.
    StartOnly,
}

/// What the search has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It goes on.
    More,
    /// Records start here.
    Records {
        rest: Vec<u8>,
        after_cleartext: bool,
    },
    /// A hello of SSL 2.0, from its version on; records follow it.
    V2Client { hello: Vec<u8>, rest: Vec<u8> },
    /// A server's hello of SSL 2.0.
    V2Server,
    /// This direction has no TLS.
    Nothing,
}

/// What to do at a place.
enum Step {
    /// `clean` as of [`text_unit`].
    More {
        clean: usize,
    },
    Pass(usize, Place),
    Records,
    V2Client(usize),
    V2Server,
    Nothing,
}

impl Search {
    /// True when something else than TLS was passed over.
    pub(super) const fn is_in_cleartext(&self) -> bool {
        0 < self.seen
    }

    /// Takes in the next bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8], limit_bytes: usize, reach: Reach) -> Outcome {
        let mut joined = std::mem::take(&mut self.kept);
        let is_joined = !joined.is_empty();
        if is_joined {
            joined.extend_from_slice(bytes);
        }
        let mut rest = if is_joined { &joined } else { bytes };
        loop {
            let passed = self.skip.min(rest.len());
            self.skip = self.skip.saturating_sub(passed);
            rest = rest.get(passed..).unwrap_or_default();
            if limit_bytes <= self.seen {
                return Outcome::Nothing;
            }
            if rest.is_empty() {
                return Outcome::More;
            }
            match self.step(rest, reach) {
                Step::More { clean } => {
                    self.clean = clean;
                    self.kept = match joined.len() == rest.len() {
                        true => joined,
                        false => rest.to_vec(),
                    };
                    return Outcome::More;
                }
                Step::Pass(..) if reach == Reach::StartOnly => return Outcome::Nothing,
                Step::Pass(len, place) => {
                    self.clean = 0;
                    self.skip = len;
                    self.seen = self.seen.saturating_add(len);
                    self.place = place;
                }
                Step::Records => {
                    return Outcome::Records {
                        rest: rest.to_vec(),
                        after_cleartext: self.place != Place::Start,
                    };
                }
                Step::V2Client(len) => return v2_client(rest, len),
                Step::V2Server => return Outcome::V2Server,
                Step::Nothing => return Outcome::Nothing,
            }
        }
    }

    /// Takes in that `len` bytes are missing: what comes after them may be anything.
    pub(super) fn push_gap(&mut self, len: u64) {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if len <= self.skip {
            self.skip = self.skip.saturating_sub(len);
            return;
        }
        let kept = std::mem::take(&mut self.kept).len();
        let passed = len.saturating_sub(self.skip).saturating_add(kept);
        *self = Self {
            seen: self.seen.saturating_add(passed),
            ..Self::default()
        };
    }

    /// Decides what starts at `rest`, which is not empty.
    fn step(&self, rest: &[u8], reach: Reach) -> Step {
        match self.place {
            Place::Start => start(rest, reach, self.clean),
            Place::Binary(armed) => match opening_hello(rest, armed) {
                Match::Yes(()) => Step::Records,
                Match::More => Step::More { clean: 0 },
                Match::No => unit(rest)
                    .or_else(|| passed(&socks::login(rest)))
                    .unwrap_or(Step::Nothing),
            },
            Place::Text(armed) => match opening_hello(rest, armed) {
                Match::Yes(()) => Step::Records,
                Match::More => Step::More { clean: 0 },
                Match::No => text(rest, armed, self.clean),
            },
            Place::Headers => headers(rest, self.clean),
        }
    }
}

/// Decides what the start of a stream is.
fn start(rest: &[u8], reach: Reach, clean: usize) -> Step {
    match opening::record(rest) {
        Match::Yes(()) => return Step::Records,
        Match::More => return Step::More { clean: 0 },
        Match::No => {}
    }
    match opening::v2_client_hello(rest) {
        Match::Yes(len) if rest.len() < len => return Step::More { clean: 0 },
        Match::Yes(len) => return Step::V2Client(len),
        Match::More => return Step::More { clean: 0 },
        Match::No => {}
    }
    match opening::v2_server_hello(rest) {
        Match::Yes(_) => return Step::V2Server,
        Match::More => return Step::More { clean: 0 },
        Match::No => {}
    }
    if reach == Reach::StartOnly {
        return Step::Nothing;
    }
    unit(rest).unwrap_or_else(|| text(rest, Armed::No, clean))
}

/// A client's hello where TLS was asked for, or a server's anywhere.
fn opening_hello(rest: &[u8], armed: Armed) -> Match<()> {
    let client = match armed {
        Armed::Yes => opening::hello(rest, CLIENT_HELLO),
        Armed::No => Match::No,
    };
    match client {
        Match::No => opening::hello(rest, SERVER_HELLO),
        found => found,
    }
}

/// Passes over a unit of a binary protocol; `None` when it is none.
fn unit(rest: &[u8]) -> Option<Step> {
    passed(&opening::unit(rest))
}

fn passed(unit: &Match<Unit>) -> Option<Step> {
    match unit {
        Match::No => None,
        Match::More => Some(Step::More { clean: 0 }),
        Match::Yes(unit) => Some(Step::Pass(
            unit.len,
            match unit.next {
                Next::Same => Place::Binary(Armed::No),
                Next::Tls => Place::Binary(Armed::Yes),
                Next::Anything => Place::Start,
            },
        )),
    }
}

/// Passes over a line, or a part of one that ends in `>`.
fn text(rest: &[u8], armed: Armed, clean: usize) -> Step {
    let unit = match text_unit(rest, clean) {
        Match::No => return Step::Nothing,
        Match::More => return Step::More { clean: rest.len() },
        Match::Yes(unit) => unit,
    };
    let line = unit.trim_ascii();
    let place = if line.is_empty() {
        // White space between an element and TLS.
        Place::Text(armed)
    } else if is_connect(line) || is_upgrade(line) {
        Place::Headers
    } else if contains(line, b" HTTP/1") && !starts_with_word(line, b"OPTIONS") {
        return Step::Nothing;
    } else if asks_for_tls(line) {
        Place::Text(Armed::Yes)
    } else if starts_with_word(line, b"PROXY") {
        Place::Start
    } else {
        Place::Text(Armed::No)
    };
    Step::Pass(unit.len(), place)
}

/// Passes over a header; TLS may follow the empty line.
fn headers(rest: &[u8], clean: usize) -> Step {
    match text_unit(rest, clean) {
        Match::No => Step::Nothing,
        Match::More => Step::More { clean: rest.len() },
        Match::Yes(unit) if matches!(unit, b"\n" | b"\r\n") => {
            Step::Pass(unit.len(), Place::Text(Armed::Yes))
        }
        Match::Yes(unit) => Step::Pass(unit.len(), Place::Headers),
    }
}

/// Text up to a line end or a `>`; there is none in the first `clean` bytes, nor anything binary.
fn text_unit(rest: &[u8], clean: usize) -> Match<&[u8]> {
    let head = rest.get(..MAX_UNIT_LEN).unwrap_or(rest);
    let decides = |byte: &u8| matches!(byte, b'\n' | b'>') || is_binary(*byte);
    let unseen = head.get(clean..).unwrap_or_default();
    let end = unseen
        .iter()
        .position(decides)
        .map(|end| clean.saturating_add(end));
    let Some(end) = end else {
        return match head.len() < MAX_UNIT_LEN {
            true => Match::More,
            false => Match::No,
        };
    };
    match head.get(..=end) {
        Some(unit @ [.., b'\n' | b'>']) => Match::Yes(unit),
        Some(_) | None => Match::No,
    }
}

/// True for bytes that are in no text: controls other than white space, bell and escape.
const fn is_binary(byte: u8) -> bool {
    matches!(byte, 0..=6 | 14..=26 | 28..=31)
}

/// True for a line or an element that asks for TLS.
fn asks_for_tls(line: &[u8]) -> bool {
    if line.starts_with(b"<") {
        return line.starts_with(b"<starttls") || contains(line, b":starttls");
    }
    let mut words = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let words = [words.next(), words.next(), words.next()];
    let is = |word: &[u8], wanted: &[u8]| word.eq_ignore_ascii_case(wanted);
    match words {
        [Some(only), None, None] => is(only, b"STARTTLS") || is(only, b"STLS"),
        [Some(first), Some(second), None] => {
            is(second, b"STARTTLS")
                || is(first, b"AUTH")
                    && [&b"TLS"[..], b"SSL", b"TLS-C", b"TLS-P"]
                        .iter()
                        .any(|method| is(second, method))
        }
        _ => false,
    }
}

/// True for a request to a proxy for a tunnel.
fn is_connect(line: &[u8]) -> bool {
    starts_with_word(line, b"CONNECT") && contains(line, b" HTTP/")
}

/// True for a header that asks for TLS on the same connection, or agrees to it.
fn is_upgrade(line: &[u8]) -> bool {
    let value_of = |name: &[u8]| {
        let (found, value) = line.split_at_checked(name.len())?;
        found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    };
    value_of(b"upgrade:").is_some_and(|value| value.starts_with(b"TLS/"))
        || value_of(b"connection:").is_some_and(|value| value.eq_ignore_ascii_case(b"upgrade"))
}

fn starts_with_word(line: &[u8], word: &[u8]) -> bool {
    line.strip_prefix(word)
        .is_some_and(|rest| rest.starts_with(b" "))
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else {
        return true;
    };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(wanted) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// The hello from its version on, and what follows it.
fn v2_client(rest: &[u8], len: usize) -> Outcome {
    let (hello, rest) = rest.split_at_checked(len).unwrap_or_default();
    Outcome::V2Client {
        hello: hello.get(3..).unwrap_or_default().to_vec(),
        rest: rest.to_vec(),
    }
}
