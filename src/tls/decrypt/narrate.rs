//! What a record says, in a line for people.
//!
//! Handshake messages with the fields that matter, alerts by name, and why a record is not
//! deciphered. Deliberately absent: application data that is known, which speaks for itself.
//! Texts from the network are cut and still to be escaped by who prints them.
//! Limits: a handshake message of 64 KiB, names of 1 KiB.

use super::super::certificate::Certificate;
use super::super::client_hello::{ClientHello, Offer};
use super::super::code_points::{Version, alert_name, is_grease};
use super::super::extension::Extensions;
use super::super::limits::TlsLimits;
use super::super::message::{Kind, Messages};
use super::super::reader::{Reader, values_u16};
use super::super::server_hello::Choice;
use super::super::text::wire_text;
use super::record::{ContentType, Payload, TlsRecord, Undeciphered};
use crate::session::PerDirection;

/// Tells what records say; keeps the messages that lie across records.
#[derive(Debug, Default)]
pub struct Narrator {
    messages: PerDirection<Messages>,
    limits: TlsLimits,
    version: Option<Version>,
}

/// What is to be said of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// The record, or the messages in it.
    pub text: String,
    /// Why it is not deciphered.
    pub reason: Option<Undeciphered>,
}

impl Narrator {
    /// What a record says; `None` for application data that is known, and for a part of a message
    /// whose end is in another record.
    pub fn tell(&mut self, record: &TlsRecord<'_>) -> Option<Saying> {
        let told = |text: String| Some(Saying { text, reason: None });
        match (record.payload, record.content) {
            (Payload::Unknown(reason), content) => {
                self.messages[record.direction] = Messages::default();
                Some(Saying {
                    text: content.as_str().to_owned(),
                    reason: Some(reason),
                })
            }
            (Payload::Deciphered(_), ContentType::ApplicationData) => None,
            (Payload::Clear(bytes) | Payload::Deciphered(bytes), ContentType::Handshake) => {
                let messages = self.messages(record, bytes);
                (!messages.is_empty()).then(|| Saying {
                    text: messages.join("; "),
                    reason: None,
                })
            }
            (Payload::Clear(bytes) | Payload::Deciphered(bytes), ContentType::Alert) => {
                told(alert(bytes))
            }
            (_, content) => told(content.as_str().to_owned()),
        }
    }

    fn messages(&mut self, record: &TlsRecord<'_>, bytes: &[u8]) -> Vec<String> {
        let Self {
            messages,
            limits,
            version,
        } = self;
        let mut told = Vec::new();
        messages[record.direction].push(bytes, limits.message_bytes, &mut |kind, body| {
            if let (Kind::ServerHello, Some(body)) = (kind, body) {
                *version = Choice::parse(body, limits).map(|choice| choice.version);
            }
            let fields = body.map(|body| fields(kind, body, limits, *version));
            let name = match kind.name() {
                Some(name) => name.to_owned(),
                None => format!("{kind:?}"),
            };
            told.push(match fields {
                Some(fields) if !fields.is_empty() => format!("{name} ({})", fields.join(", ")),
                _ => name,
            });
        });
        told
    }
}

/// The fields of a message that matter.
fn fields(kind: Kind, body: &[u8], limits: &TlsLimits, version: Option<Version>) -> Vec<String> {
    match kind {
        Kind::ClientHello => client_hello(body, limits),
        Kind::ServerHello => server_hello(body, limits),
        Kind::EncryptedExtensions => encrypted_extensions(body, limits),
        Kind::Certificate => certificate(body, limits, version),
        Kind::KeyUpdate => match body {
            [1] => vec!["asks for another".to_owned()],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn client_hello(body: &[u8], limits: &TlsLimits) -> Vec<String> {
    let Some(hello) = ClientHello::parse(body) else {
        return vec!["cannot be read".to_owned()];
    };
    let offer = Offer::of(&hello, limits);
    let list = hello.extensions.list_u8(Extensions::SUPPORTED_VERSIONS);
    let newest = values_u16(list).filter(|value| !is_grease(*value)).max();
    let version = newest.map_or(hello.version, Version);
    let suites = values_u16(hello.ciphers).filter(|value| !is_grease(*value));
    let mut fields = vec![format!("up to {version}")];
    fields.extend(offer.server_name.map(|name| format!("server name {name}")));
    if !offer.protocols.is_empty() {
        fields.push(format!("ALPN {}", offer.protocols.join(" ")));
    }
    fields.push(match suites.count() {
        1 => "1 cipher suite".to_owned(),
        count => format!("{count} cipher suites"),
    });
    let known = [
        (offer.has_ticket, "ticket"),
        (
            hello.extensions.has(Extensions::PRE_SHARED_KEY),
            "pre-shared key",
        ),
        (offer.early_data, "early data"),
    ];
    let known = known.into_iter().filter(|(is_there, _)| *is_there);
    fields.extend(known.map(|(_, name)| name.to_owned()));
    fields
}

fn server_hello(body: &[u8], limits: &TlsLimits) -> Vec<String> {
    let Some(choice) = Choice::parse(body, limits) else {
        return vec!["cannot be read".to_owned()];
    };
    let mut fields = Vec::new();
    if choice.is_retry_request() {
        fields.push("asks for another hello".to_owned());
    }
    fields.push(choice.version.to_string());
    fields.extend(choice.cipher.map(|cipher| cipher.to_string()));
    fields.extend(choice.protocol.map(|name| format!("ALPN {name}")));
    let known = [
        (choice.encrypt_then_mac, "encrypt-then-MAC"),
        (choice.extended_master_secret, "extended master secret"),
        (choice.pre_shared_key, "pre-shared key"),
        (choice.compression != 0, "compressed"),
    ];
    let known = known.into_iter().filter(|(is_there, _)| *is_there);
    fields.extend(known.map(|(_, name)| name.to_owned()));
    fields
}

fn encrypted_extensions(body: &[u8], limits: &TlsLimits) -> Vec<String> {
    let Some(extensions) = Extensions::parse(Reader::new(body)) else {
        return vec!["cannot be read".to_owned()];
    };
    let name = extensions.protocols().next();
    let protocol = name.map(|name| format!("ALPN {}", wire_text(name, limits.text_bytes)));
    let early = extensions.has(Extensions::EARLY_DATA);
    let early = early.then(|| "early data accepted".to_owned());
    protocol.into_iter().chain(early).collect()
}

fn certificate(body: &[u8], limits: &TlsLimits, version: Option<Version>) -> Vec<String> {
    let first = match version.is_some_and(Version::is_tls_1_3) {
        true => first_of_modern(body).map(|der| Certificate::of_der(der, limits.text_bytes)),
        false => Certificate::first_of_message(body, limits.text_bytes),
    };
    let Some(first) = first else {
        return vec!["empty".to_owned()];
    };
    match first.contents {
        Some(contents) => vec![contents.subject],
        None => vec!["cannot be read".to_owned()],
    }
}

/// The first certificate of a message of TLS 1.3 (RFC 8446 §4.4.2).
fn first_of_modern(body: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(body);
    reader.vec8()?;
    Some(reader.vec24()?.vec24()?.rest())
}

fn alert(bytes: &[u8]) -> String {
    let [level, description] = bytes else {
        return "alert".to_owned();
    };
    let level = match level {
        1 => "warning",
        _ => "fatal",
    };
    match alert_name(*description) {
        Some(name) => format!("alert {name} ({level})"),
        None => format!("alert {description} ({level})"),
    }
}
