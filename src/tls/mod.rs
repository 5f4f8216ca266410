//! What TLS shows of a session without any key, and the key logs that unlock the rest.
//!
//! An [`Observer`] takes the ordered bytes of both directions and gives [`TlsFacts`]: versions,
//! cipher suite, names, fingerprints, the server's certificate, alerts. A [`KeyLog`] holds the
//! lines of key logs by the client randoms to which they belong, and a [`Decryptor`] puts both to
//! use.
//!
//! Deliberately absent: the verification of certificates, DTLS and QUIC. Every read of
//! captured bytes is checked; what does not fit is not TLS, never an error.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod certificate;
mod cipher_suites;
mod client_hello;
mod code_points;
mod custom_fields;
mod decrypt;
mod distinguished_name;
mod extension;
mod facts;
mod fingerprint;
mod found;
mod key_log;
mod limits;
mod message;
mod observer;
mod opening;
mod reader;
mod record;
mod search;
mod server_hello;
mod socks;
mod text;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use certificate::{Certificate, CertificateContents};
pub use code_points::{CipherSuite, Version, alert_name, is_grease};
pub use custom_fields::CustomFields;
pub use decrypt::{
    ContentType, DecryptLimits, Decryptor, Handshake, Lessons, Narrator, Payload, Saying, Tally,
    TlsRecord, Undeciphered, verify,
};
pub use facts::{Negotiation, Proof, TlsFacts};
pub use fingerprint::Ja3;
pub use found::Alert;
pub use key_log::{DerivedSecret, KeyLog, KeyLogLine, PremasterId, Secret};
pub use limits::TlsLimits;
pub use observer::Observer;
pub use text::hex;
