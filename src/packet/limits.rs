//! The limits of decoding, each with its unit, default and effect.

/// What a [`Decoder`](super::Decoder) may hold, and how deep it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Headers passed in one packet, tags and labels included. Default 32.
    /// A packet with more gives no segment, and a notice.
    pub layers: usize,
    /// IP datagrams that wait for fragments. Default 4096. Beyond, the oldest is given up, with a
    /// notice.
    pub fragment_datagrams: usize,
    /// Bytes of fragments that wait, with what is noted of their packets. Default 32 MiB. Beyond, the oldest datagrams are given up,
    /// with a notice.
    pub fragment_bytes: usize,
    /// Nanoseconds of capture time that a datagram waits for its fragments. Default 60 s
    /// (RFC 8200 §4.5). Beyond, it is given up, with a notice.
    pub fragment_timeout_ns: u64,
    /// Combinations of VLANs and tunnels that are told apart. Default 65536. Beyond, they share
    /// one entry named `other`, with a notice.
    pub encapsulations: usize,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            layers: 32,
            fragment_datagrams: 4096,
            fragment_bytes: 32 << 20,
            fragment_timeout_ns: 60_000_000_000,
            encapsulations: 65_536,
        }
    }
}
