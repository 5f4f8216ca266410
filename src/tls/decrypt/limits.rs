//! The limits of decryption, each with its unit, default and effect.

/// What a [`Decryptor`](super::Decryptor) may hold and try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecryptLimits {
    /// Bytes of records of one direction that wait for the hello of the other. Default 1 MiB.
    /// Beyond, the oldest are given out as [`WaitedTooLong`](super::Undeciphered::WaitedTooLong).
    pub waiting_bytes: usize,
    /// Sequence numbers that are tried for a record behind missing ones. Default 65,536. Records
    /// whose number is further on do not verify.
    pub sequence_numbers: u64,
    /// Bytes that are deciphered in vain in one direction while numbers are tried. Default
    /// 256 MiB. Beyond, only the expected number is tried.
    pub trial_bytes: u64,
    /// Bytes of one handshake message that are put together. Default 64 KiB. Of a longer one only
    /// the kind is known; a longer hello counts as not captured.
    pub message_bytes: usize,
    /// Bytes of cleartext before TLS in which a change to TLS is looked for. Default 16 KiB.
    /// Beyond, the session counts as one without TLS.
    pub cleartext_bytes: usize,
    /// Handshakes on one connection whose hellos are kept. Default 256. What is encrypted with the
    /// keys of later ones does not verify.
    pub handshakes: usize,
}

impl Default for DecryptLimits {
    fn default() -> Self {
        Self {
            waiting_bytes: 1 << 20,
            sequence_numbers: 1 << 16,
            trial_bytes: 256 << 20,
            message_bytes: 64 << 10,
            cleartext_bytes: 16 << 10,
            handshakes: 256,
        }
    }
}
