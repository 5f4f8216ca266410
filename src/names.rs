//! Who is called what: addresses in, one name each out.
//!
//! Collects names from the capture (name resolution blocks) and from hosts files and keeps the
//! best one of each address. It deliberately asks no resolver, and it leaves the escaping of
//! names, which are bytes of a capture, to the views.
//!
//! Limits: [`Names::MAX_ADDRESSES`] addresses, [`Names::MAX_NAME_BYTES`] bytes a name; what goes
//! beyond is left out and counted.
//! Sources: hosts(5); draft-ietf-opsawg-pcapng, "Name Resolution Block".

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;

/// Where a name comes from, weakest evidence first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameSource {
    /// A name resolution block of the capture; of several, the last one given counts, which is
    /// what Wireshark shows.
    NameRecord,
    /// A hosts file; of several lines for one address, the first one counts.
    Hosts,
}

/// The names of addresses.
#[derive(Clone, Debug, Default)]
pub struct Names {
    by_address: HashMap<IpAddr, Known>,
    left_out: u64,
}

#[derive(Clone, Debug)]
struct Known {
    name: Box<str>,
    source: NameSource,
}

impl Names {
    /// Addresses that are kept at most.
    pub const MAX_ADDRESSES: usize = 1 << 20;
    /// Bytes of a name at most: the longest name in the DNS (RFC 1035 §2.3.4).
    pub const MAX_NAME_BYTES: usize = 255;

    /// The best name of an address; absent when none is known.
    pub fn lookup(&self, address: IpAddr) -> Option<&str> {
        self.by_address.get(&address).map(|known| &*known.name)
    }

    /// Names that were left out because a limit was reached.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Takes a name of an address; an empty name says nothing and is ignored.
    pub fn add(&mut self, address: IpAddr, name: &str, source: NameSource) {
        if name.is_empty() {
            return;
        }
        let full = Self::MAX_ADDRESSES <= self.by_address.len();
        if Self::MAX_NAME_BYTES < name.len() || (full && !self.by_address.contains_key(&address)) {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        match self.by_address.entry(address) {
            Entry::Vacant(vacant) => {
                vacant.insert(Known::new(name, source));
            }
            Entry::Occupied(mut occupied) if source.replaces(occupied.get().source) => {
                occupied.insert(Known::new(name, source));
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Takes the names of a hosts file and returns how many of its lines it could not read.
    ///
    /// A line is an address, then names; the first is the canonical name, the others are aliases
    /// and not kept. `#` starts a comment. The zone of an IPv6 address (`%eth0`) is ignored.
    pub fn add_hosts(&mut self, text: &str) -> u64 {
        let mut unreadable = 0;
        for line in text.lines() {
            let content = line.split_once('#').map_or(line, |(before, _)| before);
            let mut words = content.split_ascii_whitespace();
            let Some(address) = words.next() else {
                continue;
            };
            match (parse_address(address), words.next()) {
                (Some(address), Some(name)) => self.add(address, name, NameSource::Hosts),
                _ => unreadable += 1,
            }
        }
        unreadable
    }
}

impl NameSource {
    /// True when a name from this source takes the place of one from `known`.
    const fn replaces(self, known: Self) -> bool {
        match (self, known) {
            (Self::NameRecord, Self::NameRecord) | (Self::Hosts, Self::NameRecord) => true,
            (Self::NameRecord | Self::Hosts, Self::Hosts) => false,
        }
    }
}

impl Known {
    fn new(name: &str, source: NameSource) -> Self {
        Self {
            name: name.into(),
            source,
        }
    }
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

    #[test]
    fn hosts_lines_give_their_first_name() {
        let mut names = Names::default();
        let unreadable = names.add_hosts(
            "# local\n127.0.0.1 localhost loop # own\n\n\t10.0.0.1\tdb.example  db\n\
             fe80::1%lo0 link\n2001:DB8::1 six\r\n10.0.0.2\nnonsense here\n",
        );
        assert_eq!(names.lookup(ip("127.0.0.1")), Some("localhost"));
        assert_eq!(names.lookup(ip("10.0.0.1")), Some("db.example"));
        assert_eq!(names.lookup(ip("fe80::1")), Some("link"));
        assert_eq!(names.lookup(ip("2001:db8::1")), Some("six"));
        assert_eq!(names.lookup(ip("10.0.0.2")), None);
        assert_eq!(unreadable, 2);
    }

    #[test]
    fn the_first_hosts_line_of_an_address_counts() {
        let mut names = Names::default();
        names.add_hosts("10.0.0.1 first\n10.0.0.1 second\n");
        assert_eq!(names.lookup(ip("10.0.0.1")), Some("first"));
    }

    #[test]
    fn the_last_name_record_counts_and_a_hosts_file_beats_it() {
        let mut names = Names::default();
        names.add(ip("10.0.0.1"), "first", NameSource::NameRecord);
        names.add(ip("10.0.0.1"), "last", NameSource::NameRecord);
        assert_eq!(names.lookup(ip("10.0.0.1")), Some("last"));
        names.add_hosts("10.0.0.1 hosts");
        names.add(ip("10.0.0.1"), "later", NameSource::NameRecord);
        assert_eq!(names.lookup(ip("10.0.0.1")), Some("hosts"));
    }

    #[test]
    fn long_names_are_left_out_and_counted() {
        let mut names = Names::default();
        names.add(ip("10.0.0.1"), &"n".repeat(256), NameSource::NameRecord);
        names.add(ip("10.0.0.2"), "", NameSource::NameRecord);
        assert_eq!(names.lookup(ip("10.0.0.1")), None);
        assert_eq!(names.left_out(), 1);
        names.add(ip("10.0.0.1"), &"n".repeat(255), NameSource::NameRecord);
        assert!(names.lookup(ip("10.0.0.1")).is_some());
    }
}
