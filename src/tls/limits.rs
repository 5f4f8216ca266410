//! The limits of TLS facts, each with its unit, default and effect.

/// What an [`Observer`](super::Observer) may hold, and how far it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsLimits {
    /// Bytes of one handshake message that are put together, a direction. Default 64 KiB, which
    /// long certificate chains need. What a longer message would show is absent.
    pub message_bytes: usize,
    /// Bytes of cleartext before TLS, a direction, in which a change to TLS is looked for.
    /// Default 16 KiB. Beyond, the session counts as one without TLS.
    pub cleartext_bytes: usize,
    /// Bytes of one text fact: a server name, the subject of a certificate, the text of a JA3
    /// fingerprint. Default 1 KiB. A longer name ends in `...`; a longer JA3 text is absent, its
    /// hash is not.
    pub text_bytes: usize,
    /// Alerts that are kept, a direction. Default 4. Later ones are left out.
    pub alerts: usize,
    /// Application protocols of the client's offer that are kept. Default 16. Later ones are left
    /// out.
    pub protocols: usize,
}

impl Default for TlsLimits {
    fn default() -> Self {
        Self {
            message_bytes: 64 << 10,
            cleartext_bytes: 16 << 10,
            text_bytes: 1 << 10,
            alerts: 4,
            protocols: 16,
        }
    }
}
