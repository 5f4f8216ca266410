//! What reading a capture may cost.

/// Limits of reading, one set for all inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes read into one batch. Default 256 KiB; a longer packet makes its batch longer.
    pub batch_bytes: usize,
    /// Bytes in one packet or pcapng block. Default 64 MiB; a longer one is damage, and reading
    /// of its input ends there.
    ///
    /// In a classic pcap the limit is lower where its snapshot length says so, down to 256 KiB.
    pub max_packet_bytes: u32,
    /// Bytes read from one input after decompression. Default 1 TiB; reading of the input ends
    /// there with a notice. Plain files are not limited.
    pub max_decompressed_bytes: u64,
    /// Binary logarithm of the zstd window in bytes. Default 27 (128 MiB, as the zstd tool); a
    /// frame that needs more is damage.
    pub zstd_window_log: u32,
    /// Interfaces of one input. Default 65536; packets of the ones after are left out with a
    /// notice.
    pub max_interfaces: usize,
    /// Names from name resolution blocks. Default 1,000,000; the ones after are left out with a
    /// notice.
    pub max_names: usize,
    /// Bytes of all decryption secrets blocks together. Default 64 MiB; blocks after are left out
    /// with a notice.
    pub max_secrets_bytes: usize,
    /// Bytes of the options of sections, interfaces and statistics of one input that are kept.
    /// Default 16 MiB; the ones after are left out with a notice, but for what the clock and the
    /// frame check sequence of an interface need.
    pub max_option_bytes: usize,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            batch_bytes: 1 << 18,
            max_packet_bytes: 64 << 20,
            max_decompressed_bytes: 1 << 40,
            zstd_window_log: 27,
            max_interfaces: 65_536,
            max_names: 1_000_000,
            max_secrets_bytes: 64 << 20,
            max_option_bytes: 16 << 20,
        }
    }
}

impl ReadLimits {
    /// These limits within what the offsets of a batch (32 bits) can carry.
    pub(crate) fn clamped(self) -> Self {
        Self {
            batch_bytes: self.batch_bytes.clamp(4096, 1 << 30),
            max_packet_bytes: self.max_packet_bytes.clamp(4096, 1 << 30),
            zstd_window_log: self.zstd_window_log.clamp(10, 31),
            ..self
        }
    }
}
