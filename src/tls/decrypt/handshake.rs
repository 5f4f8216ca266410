//! The cleartext of a first handshake, put by for what tells its master secret (TLS 1.2 and before).
//!
//! Deliberately absent: later handshakes, which are encrypted, and TLS 1.3, whose secrets come of
//! nothing that is sent.
//! Limits: [`KEPT_BYTES`] a direction; of a longer handshake only the hellos are used.
//! Sources: RFC 5246 §7.3 and §7.4, RFC 5077 §3.3, RFC 7627 §3 (session hash), RFC 6101 §5.6.7.

use super::super::client_hello::{ClientHello, Offer};
use super::super::code_points::Version;
use super::super::extension::Extensions;
use super::super::limits::TlsLimits;
use super::super::reader::Reader;
use super::super::server_hello::Choice;
use super::hash::{Hash, prf_digest};
use super::record::{ContentType, Payload, TlsRecord};
use crate::session::{Direction, PerDirection};

/// Watches the records of one connection until the keys of both sides changed.
#[derive(Debug, Default)]
pub struct Handshake {
    sides: PerDirection<Side>,
    /// A client's hello in the form of SSL 2.0, with its direction.
    v2_hello: Option<(Direction, [u8; 32])>,
    /// What it tells was told.
    pub(super) is_told: bool,
}

/// What one side sent in the clear.
#[derive(Debug, Default)]
struct Side {
    messages: Vec<u8>,
    /// Messages are missing behind these.
    is_cut: bool,
    has_changed: bool,
}

/// What both hellos say.
#[derive(Debug)]
pub(super) struct Hellos {
    pub(super) client_random: [u8; 32],
    pub(super) choice: Choice,
    /// Session ids and tickets that the client offers, and the server may have resumed.
    pub(super) offered: Vec<Vec<u8>>,
    client: Direction,
}

impl Handshake {
    /// Takes in a record; true when it says that keys change, so that more may be told now.
    pub fn take(&mut self, record: &TlsRecord<'_>) -> bool {
        let side = &mut self.sides[record.direction];
        if side.has_changed {
            return false;
        }
        match (record.content, record.payload) {
            (ContentType::ChangeCipherSpec, _) => {
                side.has_changed = true;
                return true;
            }
            (ContentType::Handshake, Payload::Clear(bytes)) if !side.is_cut => {
                side.is_cut = KEPT_BYTES < side.messages.len().saturating_add(bytes.len());
                if !side.is_cut {
                    side.messages.extend_from_slice(bytes);
                }
            }
            (ContentType::V2Hello, Payload::Clear(hello)) => {
                let offer = Offer::of_v2(hello);
                self.v2_hello = offer.map(|offer| (record.direction, offer.random));
            }
            (ContentType::Alert, _) => {}
            (_, _) => side.is_cut = true,
        }
        false
    }

    /// True when the keys of both sides changed: nothing more is told in the clear.
    pub fn is_over(&self) -> bool {
        self.sides.out.has_changed && self.sides.r#in.has_changed
    }

    /// The roles turned out to be the other way round: the directions so far are exchanged.
    pub fn swap_directions(&mut self) {
        self.sides.swap();
        if let Some((direction, _)) = &mut self.v2_hello {
            *direction = direction.opposite();
        }
    }

    /// Both hellos, of versions before TLS 1.3; `None` as long as one is missing.
    pub(super) fn hellos(&self) -> Option<Hellos> {
        let is_client = |direction: &Direction| {
            let first = messages(&self.sides[*direction].messages).next();
            first.is_some_and(|(kind, _)| kind == CLIENT_HELLO)
        };
        let client = match self.v2_hello {
            Some((direction, _)) => direction,
            None => Direction::BOTH.into_iter().find(is_client)?,
        };
        let (kind, body) = messages(&self.sides[client.opposite()].messages)
            .find(|(kind, _)| *kind != HELLO_REQUEST)?;
        let choice = Choice::parse(body, &TlsLimits::default()).filter(|_| kind == SERVER_HELLO)?;
        let is_classic = (Version::SSL_3_0.0..=Version::TLS_1_2.0).contains(&choice.version.0);
        let (client_random, offered) = self.offer(client, &choice)?;
        is_classic.then_some(Hellos {
            client_random,
            choice,
            offered,
            client,
        })
    }

    /// The client's random, and what it offers to resume.
    fn offer(&self, client: Direction, choice: &Choice) -> Option<([u8; 32], Vec<Vec<u8>>)> {
        if let Some((_, random)) = self.v2_hello {
            return Some((random, Vec::new()));
        }
        let (_, body) = messages(&self.sides[client].messages).next()?;
        let hello = ClientHello::parse(body)?;
        let ticket = hello.extensions.find(Extensions::SESSION_TICKET);
        let ticket = ticket.map(|ticket| ticket.rest());
        // An id beside a ticket is made up, and echoed (RFC 5077 §3.4): the ticket comes first.
        let echoed = (*hello.session_id == *choice.session_id).then_some(hello.session_id);
        let offered = ticket.into_iter().chain(echoed);
        let offered = offered.filter(|offered| !offered.is_empty());
        Some((hello.random, offered.map(<[u8]>::to_vec).collect()))
    }

    /// What the server gave out to resume this session by: its id, and a ticket.
    pub(super) fn given_out(&self, hellos: &Hellos) -> Vec<Vec<u8>> {
        let server = &self.sides[hellos.client.opposite()];
        let mut given: Vec<Vec<u8>> = messages(&server.messages)
            .filter(|(kind, _)| *kind == NEW_SESSION_TICKET)
            .filter_map(|(_, body)| {
                let mut body = Reader::new(body);
                body.take(4)?;
                Some(body.vec16()?.rest().to_vec())
            })
            .collect();
        given.push(hellos.choice.session_id.to_vec());
        given.retain(|given| !given.is_empty());
        given
    }

    /// True when the server changes keys without a key exchange: it resumes an earlier session.
    pub(super) fn is_resumption(&self, hellos: &Hellos) -> bool {
        let server = &self.sides[hellos.client.opposite()];
        let mut messages = messages(&server.messages);
        server.has_changed && !server.is_cut && messages.all(|(kind, _)| kind != SERVER_HELLO_DONE)
    }

    /// The secret that the client chose, encrypted for the server's key (RFC 5246 §7.4.7.1).
    pub(super) fn encrypted_premaster(&self, hellos: &Hellos) -> Option<&[u8]> {
        let mut messages = messages(&self.sides[hellos.client].messages);
        let (_, body) = messages.find(|(kind, _)| *kind == CLIENT_KEY_EXCHANGE)?;
        match hellos.choice.version {
            // Without the length before it (RFC 6101 §5.6.7.1).
            Version::SSL_3_0 => Some(body),
            _ => Some(Reader::new(body).vec16()?.rest()),
        }
    }

    /// The hash of all messages up to the client's key exchange.
    pub(super) fn session_hash(&self, hellos: &Hellos, hash: Hash) -> Option<Vec<u8>> {
        let client = &self.sides[hellos.client];
        let server = &self.sides[hellos.client.opposite()];
        if client.is_cut || server.is_cut || self.v2_hello.is_some() {
            return None;
        }
        let (hello, client) = client
            .messages
            .split_at_checked(end_of(&client.messages, CLIENT_HELLO)?)?;
        let exchange = client.get(..end_of(client, CLIENT_KEY_EXCHANGE)?)?;
        // Asking for a hello is no part of it, and comes before all others (RFC 5246 §7.4.1.1).
        let server = behind_requests(&server.messages);
        let server = server.get(..end_of(server, SERVER_HELLO_DONE)?)?;
        Some(prf_digest(
            hellos.choice.version,
            hash,
            &[hello, server, exchange],
        ))
    }
}

/// Kinds and bodies of messages, as far as they are whole.
fn messages(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut reader = Reader::new(bytes);
    std::iter::from_fn(move || Some((reader.u8()?, reader.vec24()?.rest())))
}

/// The place behind the first message of a kind.
fn end_of(bytes: &[u8], wanted: u8) -> Option<usize> {
    let mut end = 0_usize;
    for (kind, body) in messages(bytes) {
        end = end.checked_add(HEADER_LEN)?.checked_add(body.len())?;
        if kind == wanted {
            return Some(end);
        }
    }
    None
}

fn behind_requests(bytes: &[u8]) -> &[u8] {
    let request: &[u8] = &[HELLO_REQUEST, 0, 0, 0];
    let mut rest = bytes;
    while let Some(behind) = rest.strip_prefix(request) {
        rest = behind;
    }
    rest
}

const HEADER_LEN: usize = 4;
const HELLO_REQUEST: u8 = 0;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const NEW_SESSION_TICKET: u8 = 4;
const SERVER_HELLO_DONE: u8 = 14;
const CLIENT_KEY_EXCHANGE: u8 = 16;
/// Four messages of the longest kind.
const KEPT_BYTES: usize = 256 << 10;
