//! Community ID: one name for a session in every tool.
//!
//! Source: <https://github.com/corelight/community-id-spec>, version 1, seed 0.

use std::fmt;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

use crate::packet::Endpoint;

/// The Community ID of a TCP session, the same in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommunityId {
    low: Endpoint,
    high: Endpoint,
}

impl CommunityId {
    /// Bytes of the text.
    pub const LEN: usize = 30;

    /// The id of the session between two ends.
    pub fn of(one: Endpoint, other: Endpoint) -> Self {
        // `Endpoint` orders by address, then port, both as the bytes on the wire do.
        Self {
            low: one.min(other),
            high: one.max(other),
        }
    }

    /// The text of this id, written into `buffer`.
    pub(super) fn format(self, buffer: &mut [u8; Self::LEN]) -> &[u8] {
        *buffer = [b'='; Self::LEN];
        if let Some((start, hash)) = buffer.split_at_mut_checked(2) {
            start.copy_from_slice(b"1:");
            // 28 characters hold 20 bytes: it cannot run out of room.
            STANDARD.encode_slice(self.hash(), hash).unwrap_or_default();
        }
        buffer
    }

    fn hash(self) -> [u8; 20] {
        let mut hash = Sha1::new();
        hash.update(SEED.to_be_bytes());
        update_address(&mut hash, self.low.ip);
        update_address(&mut hash, self.high.ip);
        hash.update([PROTOCOL_TCP, 0]);
        hash.update(self.low.port.to_be_bytes());
        hash.update(self.high.port.to_be_bytes());
        hash.finalize().into()
    }
}

impl fmt::Display for CommunityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; Self::LEN];
        f.write_str(str::from_utf8(self.format(&mut buffer)).unwrap_or_default())
    }
}

fn update_address(hash: &mut Sha1, address: IpAddr) {
    match address {
        IpAddr::V4(address) => hash.update(address.octets()),
        IpAddr::V6(address) => hash.update(address.octets()),
    }
}

const SEED: u16 = 0;
const PROTOCOL_TCP: u8 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    fn id(one: (&str, u16), other: (&str, u16)) -> String {
        let end = |(ip, port): (&str, u16)| Endpoint {
            ip: ip.parse().unwrap(),
            port,
        };
        let (one, other) = (end(one), end(other));
        assert_eq!(CommunityId::of(one, other), CommunityId::of(other, one));
        CommunityId::of(one, other).to_string()
    }

    #[test]
    fn agrees_with_published_vectors() {
        let cases = [
            (
                ("128.232.110.120", 34855),
                ("66.35.250.204", 80),
                "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
            ),
            (
                ("1.2.3.4", 1122),
                ("5.6.7.8", 3344),
                "1:wCb3OG7yAFWelaUydu0D+125CLM=",
            ),
            (
                ("2001:470:e5bf:dead:4957:2174:e82c:4887", 63943),
                ("2607:f8b0:400c:c03::1a", 25),
                "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
            ),
        ];
        for (one, other, expected) in cases {
            assert_eq!(id(one, other), expected);
        }
    }
}
