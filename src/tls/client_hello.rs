//! A `ClientHello` to what the client offered.
//!
//! Reads are strict: lengths must add up, and nothing may follow the extensions. Of an encrypted
//! `ClientHello` (ECH) only the outer one is seen, with its outer server name.
//! Limits: [`TlsLimits::text_bytes`] and [`TlsLimits::protocols`].
//! Sources: RFC 8446 §4.1.2, RFC 5246 §7.4.1.2 and appendix E.2 (the form of SSL 2.0),
//! RFC 6066 §3 (server name), RFC 7301 (ALPN).

use super::code_points::Version;
use super::extension::Extensions;
use super::fingerprint::{self, Ja3};
use super::limits::TlsLimits;
use super::reader::Reader;
use super::text::wire_text;

/// A `ClientHello` as it stands on the wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientHello<'a> {
    pub(super) version: Version,
    pub(super) random: [u8; 32],
    pub(super) session_id: &'a [u8],
    /// Cipher suites, two bytes each.
    pub(super) ciphers: &'a [u8],
    pub(super) extensions: Extensions<'a>,
}

/// What is kept of a `ClientHello`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) random: [u8; 32],
    pub(super) session_id: Box<[u8]>,
    pub(super) server_name: Option<String>,
    pub(super) protocols: Vec<String>,
    pub(super) encrypt_then_mac: bool,
    pub(super) extended_master_secret: bool,
    /// A session ticket was offered (RFC 5077), not only asked for.
    pub(super) has_ticket: bool,
    pub(super) early_data: bool,
    pub(super) ja3: Option<Ja3>,
    pub(super) ja4: Option<String>,
}

impl<'a> ClientHello<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let version = Version(reader.u16()?);
        let random = reader.array()?;
        let session_id = reader.vec8()?.rest();
        let ciphers = reader.vec16()?.rest();
        let compressions = reader.vec8()?.rest();
        let fits = version.0 >> 8 == 3
            && session_id.len() <= 32
            && !ciphers.is_empty()
            && ciphers.len() % 2 == 0
            && !compressions.is_empty();
        fits.then_some(Self {
            version,
            random,
            session_id,
            ciphers,
            extensions: Extensions::parse(reader)?,
        })
    }

    /// The host name that the client asked for.
    fn server_name(&self) -> Option<&'a [u8]> {
        let mut list = self.extensions.find(Extensions::SERVER_NAME)?.vec16()?;
        while let (Some(kind), Some(name)) = (list.u8(), list.vec16()) {
            if kind == 0 {
                return Some(name.rest());
            }
        }
        None
    }
}

impl Offer {
    pub(super) fn of(hello: &ClientHello<'_>, limits: &TlsLimits) -> Self {
        let extensions = hello.extensions;
        let text = |bytes: &[u8]| wire_text(bytes, limits.text_bytes);
        let protocols = extensions.protocols().take(limits.protocols);
        Self {
            random: hello.random,
            session_id: hello.session_id.into(),
            server_name: hello.server_name().map(text),
            protocols: protocols.map(text).collect(),
            encrypt_then_mac: extensions.has(Extensions::ENCRYPT_THEN_MAC),
            extended_master_secret: extensions.has(Extensions::EXTENDED_MASTER_SECRET),
            has_ticket: extensions
                .find(Extensions::SESSION_TICKET)
                .is_some_and(|ticket| !ticket.is_empty()),
            early_data: extensions.has(Extensions::EARLY_DATA),
            ja3: Some(fingerprint::ja3(hello, limits.text_bytes)),
            ja4: Some(fingerprint::ja4(hello)),
        }
    }

    /// What a hello in the form of SSL 2.0 offers; `body` starts at the version.
    ///
    /// The challenge counts as the client's random, zeros before it (RFC 5246 appendix E.2).
    pub(super) fn of_v2(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        reader.u16()?;
        let (ciphers, session_id) = (reader.u16()?, reader.u16()?);
        let challenge = reader.u16()?;
        reader.take(ciphers.into())?;
        let session_id = reader.take(session_id.into())?;
        let challenge = reader.take(challenge.into())?;
        reader.end()?;
        let mut random = [0; 32];
        let room = random.len().checked_sub(challenge.len())?;
        random.get_mut(room..)?.copy_from_slice(challenge);
        Some(Self {
            random,
            session_id: session_id.into(),
            server_name: None,
            protocols: Vec::new(),
            encrypt_then_mac: false,
            extended_master_secret: false,
            has_ticket: false,
            early_data: false,
            ja3: None,
            ja4: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HelloBytes, extension, sni};
    use super::*;

    fn offer(body: &[u8]) -> Offer {
        Offer::of(&ClientHello::parse(body).unwrap(), &TlsLimits::default())
    }

    #[test]
    fn a_hello_shows_what_is_offered() {
        let alpn = extension(16, b"\x00\x0c\x02h2\x08http/1.1");
        let body = HelloBytes::client(&[0xc027, 0xc02f])
            .with(&sni(b"api.example.test"))
            .with(&alpn)
            .with(&extension(22, b""))
            .with(&extension(23, b""))
            .with(&extension(35, b"ticket"))
            .body();
        let offer = offer(&body);
        assert_eq!(offer.random, [b'c'; 32]);
        assert_eq!(offer.server_name.as_deref(), Some("api.example.test"));
        assert_eq!(offer.protocols, ["h2", "http/1.1"]);
        assert!(offer.encrypt_then_mac && offer.extended_master_secret && offer.has_ticket);
        assert!(!offer.early_data);
    }

    #[test]
    fn a_hello_without_extensions_is_whole() {
        let mut body = HelloBytes::client(&[0x0005]).body();
        let without = body.len() - 2;
        assert!(offer(&body).server_name.is_none());
        body.truncate(without);
        assert!(offer(&body).server_name.is_none());
    }

    #[test]
    fn an_empty_ticket_only_asks_for_one() {
        let body = HelloBytes::client(&[0xc02f])
            .with(&extension(35, b""))
            .body();
        assert!(!offer(&body).has_ticket);
    }

    #[test]
    fn lengths_must_add_up() {
        let body = HelloBytes::client(&[0xc02f]).with(&sni(b"a.test")).body();
        assert!(ClientHello::parse(&body).is_some());
        for len in 0..body.len() {
            let cut = body.get(..len).unwrap();
            let before_extensions = len == 45;
            assert_eq!(
                ClientHello::parse(cut).is_some(),
                before_extensions,
                "{len}"
            );
        }
        let mut longer = body.clone();
        longer.push(0);
        assert!(ClientHello::parse(&longer).is_none());
    }

    #[test]
    fn the_challenge_of_ssl_2_is_padded_in_front() {
        let mut body = vec![3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 5];
        body.extend([7; 16]);
        let offer = Offer::of_v2(&body).unwrap();
        assert_eq!(offer.random, *[[0; 16], [7; 16]].as_flattened());
        body.push(0);
        assert!(Offer::of_v2(&body).is_none());
    }
}
