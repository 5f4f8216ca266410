//! Decryption of TLS with the secrets of key logs: pieces of both directions in, records out.
//!
//! ```text
//!   piece -> half: where does TLS start? -> framing: records -> reading: in the clear, keys,
//!   piece -> half                        -> framing          -> reading  sequence numbers   -> TlsRecord
//!                                                    \ hellos of both + KeyLog -> keys /
//! ```
//!
//! SSL 3.0 to TLS 1.3. Only what verifies is handed out as deciphered. A record that does not, or
//! of which bytes are missing, is handed out with its reason, and decryption goes on behind it
//! where the cipher allows. The result does not depend on how the streams are cut into pieces, nor
//! on how the directions are mixed, up to the limits.
//!
//! Master secrets that a key log lacks are derived from what it has ([`Lessons`]): they come of
//! premaster secrets, and of earlier sessions that were resumed.
//!
//! Deliberately absent: DTLS and QUIC; LZS compression; Fortezza, GOST, SM4, SEED; drafts of
//! TLS 1.3; the truncated HMAC of RFC 6066; private keys.
//! Limits: [`DecryptLimits`].
//! Sources: RFC 8446, RFC 5246, RFC 4346, RFC 2246, RFC 6101, RFC 7366, RFC 3749,
//! RFC 9850.

mod ciphers;
mod classic;
mod decryptor;
mod framing;
mod half;
mod handshake;
mod hash;
mod hellos;
mod inflate;
mod key_block;
mod keys;
mod lessons;
mod limits;
mod mac;
mod modern;
mod narrate;
mod reading;
mod record;
mod sequence;
mod suite;
mod verify;

pub use decryptor::{Decryptor, Tally};
pub use handshake::Handshake;
pub use lessons::Lessons;
pub use limits::DecryptLimits;
pub use narrate::{Narrator, Saying};
pub use record::{ContentType, Payload, TlsRecord, Undeciphered};
pub use verify::verify;
