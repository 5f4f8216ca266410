//! Patterns for the ends of a session: sockets, addresses, networks, names.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;
use wildmatch::WildMatch;

use crate::document::End;

/// An address, or a network as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// One end of a session: `10.0.0.1:443`, `[::1]:443`, an address, a network, a name, `name:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndPattern {
    /// Address and port.
    Socket(SocketAddr),
    /// An address or a network.
    Network(Network),
    /// A name, without regard to case, and perhaps a port.
    Name(String, Option<u16>),
}

/// A name in which `*` stands for any text and `?` for one character, without regard to case.
#[derive(Clone, Debug)]
pub struct NamePattern(WildMatch);

/// Text that is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct PatternError {
    expected: &'static str,
}

impl Network {
    /// True for an address of this network.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl EndPattern {
    /// True when `end` is what this pattern means.
    pub fn matches(&self, end: &End<'_>) -> bool {
        match self {
            Self::Socket(socket) => end.ip.0 == socket.ip() && end.port == socket.port(),
            Self::Network(network) => network.contains(end.ip.0),
            Self::Name(name, port) => {
                end.name.is_some_and(|known| is_same_name(known, name))
                    && port.is_none_or(|port| port == end.port)
            }
        }
    }
}

impl NamePattern {
    /// True when `name` fits.
    pub fn matches(&self, name: &str) -> bool {
        self.0.matches(name)
    }
}

impl FromStr for Network {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let network = address.or_else(|_| text.parse::<IpNet>());
        network.map(Self).map_err(|_| PatternError {
            expected: "an address, or a network such as 10.0.0.0/8",
        })
    }
}

impl FromStr for EndPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if let Ok(socket) = text.parse::<SocketAddr>() {
            return Ok(Self::Socket(socket));
        }
        let bare = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if let Ok(network) = bare.unwrap_or(text).parse::<Network>() {
            return Ok(Self::Network(network));
        }
        let with_port = text.rsplit_once(':').and_then(|(name, port)| {
            let port = port.parse::<u16>().ok()?;
            Some((name, Some(port)))
        });
        let (name, port) = with_port.unwrap_or((text, None));
        if name.is_empty() || name.contains(['/', ':']) {
            return Err(PatternError {
                expected: "a socket such as 10.0.0.1:443, an address, a network or a name",
            });
        }
        Ok(Self::Name(name.to_owned(), port))
    }
}

impl FromStr for NamePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Ok(Self(WildMatch::new_case_insensitive(text)))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names are equal without regard to ASCII case and the dot of the root.
fn is_same_name(left: &str, right: &str) -> bool {
    let bare = |name: &'_ str| name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    bare(left) == bare(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Text;
    use crate::packet::Endpoint;

    fn matches(pattern: &str, socket: &str, name: Option<&str>) -> bool {
        let socket: SocketAddr = socket.parse().unwrap();
        let (ip, port) = (socket.ip(), socket.port());
        let end = End {
            ip: Text(ip),
            port,
            name,
            socket: Text(Endpoint { ip, port }),
            name_source: None,
        };
        pattern.parse::<EndPattern>().unwrap().matches(&end)
    }

    #[test]
    fn ends_match_by_socket_address_network_and_name() {
        for pattern in [
            "10.0.0.1:443",
            "10.0.0.1",
            "10.0.0.0/8",
            "Gate.Example",
            "gate.example.:443",
        ] {
            assert!(
                matches(pattern, "10.0.0.1:443", Some("gate.example")),
                "{pattern}"
            );
        }
        for pattern in [
            "10.0.0.1:80",
            "10.0.0.2",
            "11.0.0.0/8",
            "gate",
            "gate.example:80",
        ] {
            assert!(
                !matches(pattern, "10.0.0.1:443", Some("gate.example")),
                "{pattern}"
            );
        }
        for pattern in ["[::1]:443", "::1", "[::1]", "::/64"] {
            assert!(matches(pattern, "[::1]:443", None), "{pattern}");
        }
    }

    #[test]
    fn nonsense_is_no_pattern() {
        for text in ["", "10.0.0.0/33", "a:b:c", ":80"] {
            assert!(text.parse::<EndPattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn globs_ignore_case() {
        let pattern: NamePattern = "*.Example.c?m".parse().unwrap();
        assert!(pattern.matches("www.example.COM"));
        assert!(!pattern.matches("example.com"));
    }
}
