//! The best name of every address, by evidence and time.
//!
//! Ranks what hosts files, name resolution blocks, answers of name services and TLS handshakes
//! say: see [`NameSource`].
//!
//! Limits: [`Names::MAX_ADDRESSES`] addresses a kind of source, [`Names::MAX_NAME_BYTES`] bytes a
//! name; what goes beyond is left out and counted.
//! Sources: hosts(5); draft-ietf-opsawg-pcapng, "Name Resolution Block".

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;

use super::answers::Answer;
use super::history::History;
use super::source::{NameSource, Named};
use crate::time::Timestamp;

/// The names of addresses.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Names that hold at all times.
    fixed: HashMap<IpAddr, Fixed>,
    /// Names that may change.
    answered: HashMap<IpAddr, History>,
    ignores_server_names: bool,
    left_out: u64,
}

#[derive(Clone, Debug)]
struct Fixed {
    name: Box<str>,
    source: NameSource,
}

impl Names {
    /// Addresses that are kept at most.
    pub const MAX_ADDRESSES: usize = 1 << 20;
    /// Bytes of a name at most: the longest name in the DNS (RFC 1035 §2.3.4).
    pub const MAX_NAME_BYTES: usize = 255;

    /// No names at all, not even those that handshakes show.
    pub fn none() -> Self {
        Self {
            ignores_server_names: true,
            ..Self::default()
        }
    }

    /// The best name of an address at a time; without one, the latest. `None` when none is known.
    ///
    /// An answer of a name service counts from its time on; one after `at` counts only where
    /// there was none before.
    pub fn lookup(&self, address: IpAddr, at: Option<Timestamp>) -> Option<Named<'_>> {
        let fixed = self.fixed.get(&address).map(|fixed| Named {
            name: &fixed.name,
            source: fixed.source,
        });
        fixed.or_else(|| {
            let name = self.answered.get(&address)?.name(at)?;
            Some(Named {
                name,
                source: NameSource::Dns,
            })
        })
    }

    /// The name of an end of a session that is known by the server name in its handshake alone.
    ///
    /// A server name that is an address (which RFC 6066 §3 forbids) says nothing.
    pub fn of_server_name<'a>(&self, server_name: &'a str) -> Option<Named<'a>> {
        let says_something = !server_name.is_empty()
            && server_name.len() <= Self::MAX_NAME_BYTES
            && parse_address(server_name).is_none();
        (says_something && !self.ignores_server_names).then_some(Named {
            name: server_name,
            source: NameSource::ServerName,
        })
    }

    /// Names that were left out because a limit was reached.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Takes a name record of the capture; an empty name says nothing and is ignored.
    pub fn add_record(&mut self, address: IpAddr, name: &str) {
        self.add(address, name, NameSource::NameRecord);
    }

    /// Takes an answer of a name service.
    pub fn add_answer(&mut self, answer: &Answer) {
        let full = Self::MAX_ADDRESSES <= self.answered.len();
        if full && !self.answered.contains_key(&answer.address) {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        self.answered.entry(answer.address).or_default().add(answer);
    }

    fn add(&mut self, address: IpAddr, name: &str, source: NameSource) {
        if name.is_empty() {
            return;
        }
        let full = Self::MAX_ADDRESSES <= self.fixed.len();
        if Self::MAX_NAME_BYTES < name.len() || (full && !self.fixed.contains_key(&address)) {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        match self.fixed.entry(address) {
            Entry::Vacant(vacant) => {
                vacant.insert(Fixed::new(name, source));
            }
            Entry::Occupied(mut occupied) if replaces(source, occupied.get().source) => {
                occupied.insert(Fixed::new(name, source));
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Takes the names of a hosts file and returns how many of its lines it could not read.
    ///
    /// A line is an address, then names; the first is the canonical name, the others are aliases
    /// and not kept. `#` starts a comment. The zone of an IPv6 address (`%eth0`) is ignored.
    pub fn add_hosts(&mut self, text: &str) -> u64 {
        let mut unreadable: u64 = 0;
        for line in text.lines() {
            let content = line.split_once('#').map_or(line, |(before, _)| before);
            let mut words = content.split_ascii_whitespace();
            let Some(address) = words.next() else {
                continue;
            };
            match (parse_address(address), words.next()) {
                (Some(address), Some(name)) => self.add(address, name, NameSource::Hosts),
                _ => unreadable = unreadable.saturating_add(1),
            }
        }
        unreadable
    }
}

impl Fixed {
    fn new(name: &str, source: NameSource) -> Self {
        Self {
            name: name.into(),
            source,
        }
    }
}

/// True when a name from `source` takes the place of one from `known`.
fn replaces(source: NameSource, known: NameSource) -> bool {
    known < source || (source == known && source == NameSource::NameRecord)
}

fn parse_address(text: &str) -> Option<IpAddr> {
    let without_zone = text.split_once('%').map_or(text, |(address, _)| address);
    without_zone.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn name(names: &Names, address: IpAddr) -> Option<&str> {
        names.lookup(address, None).map(|named| named.name)
    }

    #[test]
    fn hosts_lines_give_their_first_name() {
        let mut names = Names::default();
        let unreadable = names.add_hosts(
            "# local\n127.0.0.1 localhost loop # own\n\n\t10.0.0.1\tdb.example  db\n\
             fe80::1%lo0 link\n2001:DB8::1 six\r\n10.0.0.2\nnonsense here\n",
        );
        assert_eq!(name(&names, ip("127.0.0.1")), Some("localhost"));
        assert_eq!(name(&names, ip("10.0.0.1")), Some("db.example"));
        assert_eq!(name(&names, ip("fe80::1")), Some("link"));
        assert_eq!(name(&names, ip("2001:db8::1")), Some("six"));
        assert_eq!(name(&names, ip("10.0.0.2")), None);
        assert_eq!(unreadable, 2);
    }

    #[test]
    fn the_first_hosts_line_of_an_address_counts() {
        let mut names = Names::default();
        names.add_hosts("10.0.0.1 first\n10.0.0.1 second\n");
        assert_eq!(name(&names, ip("10.0.0.1")), Some("first"));
    }

    #[test]
    fn the_last_name_record_counts_and_a_hosts_file_beats_it() {
        let mut names = Names::default();
        names.add_record(ip("10.0.0.1"), "first");
        names.add_record(ip("10.0.0.1"), "last");
        assert_eq!(name(&names, ip("10.0.0.1")), Some("last"));
        names.add_hosts("10.0.0.1 hosts");
        names.add_record(ip("10.0.0.1"), "later");
        assert_eq!(name(&names, ip("10.0.0.1")), Some("hosts"));
    }

    #[test]
    fn long_names_are_left_out_and_counted() {
        let mut names = Names::default();
        names.add_record(ip("10.0.0.1"), &"n".repeat(256));
        names.add_record(ip("10.0.0.2"), "");
        assert_eq!(name(&names, ip("10.0.0.1")), None);
        assert_eq!(names.left_out(), 1);
        names.add_record(ip("10.0.0.1"), &"n".repeat(255));
        assert!(name(&names, ip("10.0.0.1")).is_some());
    }
}
