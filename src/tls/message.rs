//! Handshake messages put together from the bodies of records.
//!
//! A message may lie across records, and a record may hold several messages. Only the kinds that
//! show facts are kept while they are incomplete; of the others only the kind is told.
//! Limits: [`TlsLimits::message_bytes`](super::TlsLimits::message_bytes).
//! Source: RFC 8446 §4 and §5.1.

use super::reader::length_u24;

/// Joins the messages of one direction.
///
/// Invariant: `kept` holds at most a header and a body within the limit.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// The start of a message whose end has not come.
    kept: Vec<u8>,
    /// Bytes of a message that is passed over.
    skip: usize,
}

/// The kinds of messages that matter here (RFC 8446 appendix B.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    ClientHello,
    ServerHello,
    EndOfEarlyData,
    EncryptedExtensions,
    Certificate,
    ServerHelloDone,
    Finished,
    KeyUpdate,
    /// Another one, by its number.
    Other(u8),
}

impl Messages {
    /// Takes in the next bytes; delivers each message, without its body where it is not wanted or
    /// too long.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        limit_bytes: usize,
        deliver: &mut dyn FnMut(Kind, Option<&[u8]>),
    ) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = if 0 < self.skip {
                self.pass_over(rest)
            } else if self.kept.is_empty() && HEADER_LEN <= rest.len() {
                self.start(rest, limit_bytes, deliver)
            } else {
                self.complete(rest, limit_bytes, deliver)
            };
        }
    }

    fn pass_over<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let passed = self.skip.min(rest.len());
        self.skip = self.skip.saturating_sub(passed);
        rest.get(passed..).unwrap_or_default()
    }

    /// Reads a message from its start; needs its header to be there.
    fn start<'a>(
        &mut self,
        rest: &'a [u8],
        limit_bytes: usize,
        deliver: &mut dyn FnMut(Kind, Option<&[u8]>),
    ) -> &'a [u8] {
        let Some((kind, len, after)) = header(rest) else {
            return &[];
        };
        if !kind.has_facts() || limit_bytes < len {
            deliver(kind, None);
            self.skip = len;
            return after;
        }
        let Some((body, after)) = after.split_at_checked(len) else {
            self.kept.extend_from_slice(rest);
            return &[];
        };
        deliver(kind, Some(body));
        after
    }

    /// Adds to what is kept until a header is whole, then until the message is.
    fn complete<'a>(
        &mut self,
        rest: &'a [u8],
        limit_bytes: usize,
        deliver: &mut dyn FnMut(Kind, Option<&[u8]>),
    ) -> &'a [u8] {
        let wanted = match header(&self.kept) {
            Some((_, len, _)) => len.saturating_add(HEADER_LEN),
            None => HEADER_LEN,
        };
        let missing = wanted.saturating_sub(self.kept.len()).min(rest.len());
        let (taken, after) = rest.split_at(missing);
        self.kept.extend_from_slice(taken);
        if wanted <= self.kept.len() {
            // Either the header or the message is whole: read it again from its start.
            let kept = std::mem::take(&mut self.kept);
            self.start(&kept, limit_bytes, deliver);
        }
        after
    }
}

impl Kind {
    const fn of(byte: u8) -> Self {
        match byte {
            1 => Self::ClientHello,
            2 => Self::ServerHello,
            5 => Self::EndOfEarlyData,
            8 => Self::EncryptedExtensions,
            11 => Self::Certificate,
            14 => Self::ServerHelloDone,
            20 => Self::Finished,
            24 => Self::KeyUpdate,
            other => Self::Other(other),
        }
    }

    /// True when the body is wanted, or it matters where the message ends.
    const fn has_facts(self) -> bool {
        match self {
            Self::ClientHello
            | Self::ServerHello
            | Self::EndOfEarlyData
            | Self::EncryptedExtensions
            | Self::Certificate
            | Self::Finished
            | Self::KeyUpdate => true,
            Self::ServerHelloDone | Self::Other(_) => false,
        }
    }

    /// The name of RFC 8446 appendix B.3 and RFC 5246 §7.4.
    pub(super) const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ClientHello => "ClientHello",
            Self::ServerHello => "ServerHello",
            Self::EndOfEarlyData => "EndOfEarlyData",
            Self::EncryptedExtensions => "EncryptedExtensions",
            Self::Certificate => "Certificate",
            Self::ServerHelloDone => "ServerHelloDone",
            Self::Finished => "Finished",
            Self::KeyUpdate => "KeyUpdate",
            Self::Other(0) => "HelloRequest",
            Self::Other(4) => "NewSessionTicket",
            Self::Other(12) => "ServerKeyExchange",
            Self::Other(13) => "CertificateRequest",
            Self::Other(15) => "CertificateVerify",
            Self::Other(16) => "ClientKeyExchange",
            Self::Other(21) => "CertificateURL",
            Self::Other(22) => "CertificateStatus",
            Self::Other(23) => "SupplementalData",
            Self::Other(25) => "CompressedCertificate",
            Self::Other(67) => "NextProtocol",
            Self::Other(_) => return None,
        })
    }
}

/// Kind and length of the message that starts here, and the bytes behind its header.
fn header(bytes: &[u8]) -> Option<(Kind, usize, &[u8])> {
    let ([kind, high, middle, low], after) = bytes.split_first_chunk()?;
    Some((Kind::of(*kind), length_u24(*high, *middle, *low), after))
}

const HEADER_LEN: usize = 4;

#[cfg(test)]
mod tests {
    use super::super::testing::message;
    use super::*;

    fn delivered(pieces: &[&[u8]], limit_bytes: usize) -> Vec<(Kind, Option<Vec<u8>>)> {
        let mut messages = Messages::default();
        let mut out = Vec::new();
        for piece in pieces {
            messages.push(piece, limit_bytes, &mut |kind, body| {
                out.push((kind, body.map(<[u8]>::to_vec)));
            });
        }
        out
    }

    fn flight() -> Vec<u8> {
        [
            message(2, b"server"),
            message(11, b""),
            message(12, b"key"),
            message(14, b""),
            message(1, b"x"),
        ]
        .concat()
    }

    #[test]
    fn messages_come_out_whole_however_they_are_cut() {
        let flight = flight();
        let whole = delivered(&[&flight], 100);
        assert_eq!(
            whole,
            [
                (Kind::ServerHello, Some(b"server".to_vec())),
                (Kind::Certificate, Some(Vec::new())),
                (Kind::Other(12), None),
                (Kind::ServerHelloDone, None),
                (Kind::ClientHello, Some(b"x".to_vec())),
            ]
        );
        for len in 1..flight.len() {
            let pieces: Vec<&[u8]> = flight.chunks(len).collect();
            assert_eq!(delivered(&pieces, 100), whole, "pieces of {len}");
        }
    }

    #[test]
    fn a_message_beyond_the_limit_is_passed_over() {
        let flight = [message(11, &[0; 9]), message(2, b"server")].concat();
        let expected = [
            (Kind::Certificate, None),
            (Kind::ServerHello, Some(b"server".to_vec())),
        ];
        assert_eq!(delivered(&[&flight], 8), expected);
        let pieces: Vec<&[u8]> = flight.chunks(1).collect();
        assert_eq!(delivered(&pieces, 8), expected);
    }
}
