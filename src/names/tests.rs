//! Messages of name services built by hand, and what is known by them.

mod answers;
mod messages;
mod properties;

use std::net::IpAddr;

use super::dns::{Fact, Grade, NameService, facts};

/// A message in the making.
#[derive(Clone, Debug)]
struct Message {
    bytes: Vec<u8>,
}

/// What a record says.
#[derive(Clone, Debug)]
enum Data<'a> {
    Address(&'a str),
    /// A name, written out.
    Alias(&'a str),
    /// A type and bytes.
    Other(u16, &'a [u8]),
}

impl Message {
    /// A response without records.
    fn response() -> Self {
        Self::with_flags(0x8180)
    }

    fn with_flags(flags: u16) -> Self {
        let mut bytes = vec![0x12, 0x34];
        bytes.extend(flags.to_be_bytes());
        bytes.extend([0; 8]);
        Self { bytes }
    }

    /// A response to the question for the addresses of `name`.
    fn to(name: &str) -> Self {
        Self::response().question(&wire(name))
    }

    fn question(mut self, name: &[u8]) -> Self {
        self.bytes.extend(name);
        self.bytes.extend([0, 1, 0, 1]);
        self.count(4);
        self
    }

    /// An answer whose owner is written out.
    fn answer(self, owner: &str, data: &Data<'_>) -> Self {
        self.record(6, &wire(owner), 1, data)
    }

    /// A record of the additional section.
    fn beside(self, owner: &str, data: &Data<'_>) -> Self {
        self.record(10, &wire(owner), 1, data)
    }

    fn record(mut self, count_at: usize, owner: &[u8], class: u16, data: &Data<'_>) -> Self {
        let (kind, bytes) = match data {
            Data::Address(text) => match ip(text) {
                IpAddr::V4(v4) => (1, v4.octets().to_vec()),
                IpAddr::V6(v6) => (28, v6.octets().to_vec()),
            },
            Data::Alias(target) => (5, wire(target)),
            Data::Other(kind, bytes) => (*kind, bytes.to_vec()),
        };
        self.bytes.extend(owner);
        self.bytes.extend(u16::to_be_bytes(kind));
        self.bytes.extend(class.to_be_bytes());
        self.bytes.extend([0, 0, 0, 60]);
        self.bytes
            .extend(u16::try_from(bytes.len()).unwrap().to_be_bytes());
        self.bytes.extend(bytes);
        self.count(count_at);
        self
    }

    fn count(&mut self, at: usize) {
        let count = u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]]) + 1;
        self.bytes[at..at + 2].copy_from_slice(&count.to_be_bytes());
    }

    /// What it says, as text: `10.0.0.1 www.example.test`, with `~` before weaker names.
    fn says(&self) -> Vec<String> {
        says(&self.bytes, NameService::Dns)
    }
}

fn says(message: &[u8], service: NameService) -> Vec<String> {
    let facts = facts(message, service).into_iter();
    facts.map(|fact| text(&fact)).collect()
}

fn text(fact: &Fact) -> String {
    let mark = match fact.grade {
        Grade::Asked => "",
        Grade::Stated => "~",
    };
    format!("{} {mark}{}", fact.address, fact.name)
}

/// A name as labels, without compression.
fn wire(name: &str) -> Vec<u8> {
    let labels = name.split('.').filter(|label| !label.is_empty());
    let mut bytes: Vec<u8> = labels
        .flat_map(|label| labelled(label.as_bytes()))
        .collect();
    bytes.push(0);
    bytes
}

fn labelled(label: &[u8]) -> Vec<u8> {
    [&[u8::try_from(label.len()).unwrap()], label].concat()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}
