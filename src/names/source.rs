//! Where a name comes from, and how much that counts.

/// Where a name comes from, weakest evidence first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameSource {
    /// The server name that the client of this session asked for in its TLS handshake. It names
    /// one end of one session, not an address.
    ServerName,
    /// An answer of a name service in the capture; of several, the latest one before the session
    /// counts.
    Dns,
    /// A name resolution block of the capture; of several, the last one given counts, which is
    /// what Wireshark shows.
    NameRecord,
    /// A hosts file; of several lines for one address, the first one counts.
    Hosts,
}

/// A name and its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The name, never empty.
    pub name: &'a str,
    /// Where it comes from.
    pub source: NameSource,
}

impl NameSource {
    /// The word that documents use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServerName => "sni",
            Self::Dns => "dns",
            Self::NameRecord => "nameRecord",
            Self::Hosts => "hosts",
        }
    }
}
