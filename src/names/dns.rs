//! One message of a name service in, the names of addresses out.
//!
//! Takes responses without an error and reads their A, AAAA and CNAME records. The name of an
//! address is the one that was asked for, whatever aliases led to it: that is what the client
//! wanted to talk to. Names of addresses that nobody asked for, such as those of name servers
//! beside the answer, and the last alias are weaker. In multicast DNS hosts name themselves, and
//! the question does not matter.
//!
//! A message that was cut gives the records before the cut. Deliberately absent: PTR records,
//! whose names nobody asked to talk to; address hints of HTTPS records; DNSSEC, since what the
//! client was told is of interest, right or wrong.
//!
//! Limits: [`MAX_RECORDS`] records a message, [`MAX_ALIASES`] aliases in a chain.
//! Sources: RFC 1035 §4.1, RFC 3596 §2, RFC 9619, RFC 6762 §6 and §10.2, RFC 4795 §2.1.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::reader::Reader;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameService {
    /// A server that was asked: DNS, and link-local multicast name resolution.
    Dns,
    /// A host that tells its own name: multicast DNS.
    MulticastDns,
}

/// How well a name fits an address, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// It stands with the address, but is an alias or was not asked for.
    Stated,
    /// It was asked for, or the host gave it to itself.
    Asked,
}

/// What a message says of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) address: IpAddr,
    pub(super) name: String,
    pub(super) grade: Grade,
}

/// The facts in a message, in its order; none where it is no answer.
pub(super) fn facts(message: &[u8], service: NameService) -> Vec<Fact> {
    Records::read(message, service)
        .map(Records::into_facts)
        .unwrap_or_default()
}

/// The records of a response.
#[derive(Debug, Default)]
struct Records {
    /// What was asked for; absent in multicast DNS.
    question: Option<String>,
    /// Names and what they are an alias of.
    aliases: Vec<(String, String)>,
    /// Names and their addresses.
    addresses: Vec<(String, IpAddr)>,
}

impl Records {
    fn read(message: &[u8], service: NameService) -> Option<Self> {
        let mut reader = Reader::new(message);
        let [_, _, high, low, counts @ ..] = reader.array::<12>()?;
        if high & (RESPONSE | OPERATION) != RESPONSE || low & ERROR != 0 {
            return None;
        }
        let [q0, q1, a0, a1, s0, s1, x0, x1] = counts;
        let questions = u16::from_be_bytes([q0, q1]);
        let records = [[a0, a1], [s0, s1], [x0, x1]].map(|count| u16::from_be_bytes(count).into());
        let mut found = Self::default();
        match service {
            NameService::Dns => {
                // More than one question has no meaning (RFC 9619 §4).
                if questions != 1 {
                    return None;
                }
                found.question = Some(reader.name()?);
                reader.array::<4>()?;
            }
            NameService::MulticastDns => {
                for _ in 0..questions {
                    reader.skip_name()?;
                    reader.array::<4>()?;
                }
            }
        }
        let count = records.into_iter().fold(0, usize::saturating_add);
        for _ in 0..count.min(MAX_RECORDS) {
            if found.record(&mut reader).is_none() {
                break;
            }
        }
        Some(found)
    }

    /// Reads one record; `None` where it is cut, and nothing can follow.
    fn record(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let mut owner = *reader;
        reader.skip_name()?;
        let [kind, class] = [reader.be16()?, reader.be16()?];
        reader.array::<4>()?;
        let len = reader.be16()?;
        let data = reader.part(len.into())?;
        // The upper bit is a flag of multicast DNS (RFC 6762 §10.2).
        if class & 0x7FFF == INTERNET {
            self.take(&mut owner, kind, data);
        }
        Some(())
    }

    /// Keeps a record; one whose inside is wrong says nothing.
    fn take(&mut self, owner: &mut Reader<'_>, kind: u16, mut data: Reader<'_>) -> Option<()> {
        match kind {
            A | AAAA => {
                let address = if kind == A {
                    IpAddr::V4(Ipv4Addr::from(data.array::<4>()?))
                } else {
                    IpAddr::V6(Ipv6Addr::from(data.array::<16>()?))
                };
                if data.is_at_end() && !address.is_unspecified() {
                    self.addresses.push((owner.name()?, address));
                }
            }
            CNAME => self.aliases.push((owner.name()?, data.name()?)),
            _ => {}
        }
        Some(())
    }

    fn into_facts(self) -> Vec<Fact> {
        let chain = self.chain();
        let mut facts = Vec::new();
        for (owner, address) in &self.addresses {
            let mut say = |name: &str, grade| {
                facts.push(Fact {
                    address: *address,
                    name: name.to_owned(),
                    grade,
                });
            };
            match &self.question {
                None => say(owner, Grade::Asked),
                Some(question) if question == owner => say(question, Grade::Asked),
                Some(question) => {
                    if chain.contains(&owner.as_str()) {
                        say(question, Grade::Asked);
                    }
                    say(owner, Grade::Stated);
                }
            }
        }
        facts
    }

    /// The question and the aliases to which it leads.
    fn chain(&self) -> Vec<&str> {
        let mut chain: Vec<&str> = self.question.as_deref().into_iter().collect();
        for _ in 0..MAX_ALIASES {
            let next = chain.last().and_then(|last| {
                let alias = self.aliases.iter().find(|(owner, _)| owner == last);
                alias.map(|(_, target)| target.as_str())
            });
            let Some(next) = next.filter(|next| !chain.contains(next)) else {
                break;
            };
            chain.push(next);
        }
        chain
    }
}

/// Bit of a response in the first byte of flags.
const RESPONSE: u8 = 0x80;
/// Bits of the kind of operation there; 0 is a query.
const OPERATION: u8 = 0x78;
/// Bits of the error in the second byte.
const ERROR: u8 = 0x0F;

/// Class of the Internet.
const INTERNET: u16 = 1;

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;

/// Records of a message that are read at most; one datagram of 64 KiB could hold 4000 addresses.
pub(super) const MAX_RECORDS: usize = 1024;

/// Aliases of a chain that are followed at most; resolvers give up at 8 to 16.
pub(super) const MAX_ALIASES: usize = 16;
