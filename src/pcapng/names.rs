//! Name resolution blocks to names.
//!
//! MAC address records and options are skipped. pcap-file reads these blocks too, but drops the
//! whole block for an empty name, a name that is not UTF-8 or a missing end record, which all
//! occur and which Wireshark reads.
//!
//! Limits: [`max_names`](crate::capture::ReadLimits::max_names).
//! Sources: draft-ietf-opsawg-pcapng, "Name Resolution Block".

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::capture::ByteOrder;

/// One name of an address, as the capture gives it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameRecord {
    /// The address.
    pub ip: IpAddr,
    /// Its name, never empty; what is not UTF-8 is replaced.
    pub name: String,
}

/// Adds the names in the body of a block; gives what is wrong with it.
pub(super) fn read_names(
    body: &[u8],
    order: ByteOrder,
    names: &mut Vec<NameRecord>,
) -> Result<(), String> {
    let mut rest = body;
    while let (Some(kind), Some(len)) = (order.u16_at(rest, 0), order.u16_at(rest, 2)) {
        let end = usize::from(len).saturating_add(4);
        let Some(value) = rest.get(4..end) else {
            let left = rest.len();
            return Err(format!("name record: {end} bytes needed, {left} left"));
        };
        match kind {
            END => return Ok(()),
            IPV4 | IPV6 => read_record(kind, value, names)?,
            _ => {}
        }
        rest = rest.get(end.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(())
}

fn read_record(kind: u16, value: &[u8], names: &mut Vec<NameRecord>) -> Result<(), String> {
    let split = match kind {
        IPV4 => value
            .split_first_chunk::<4>()
            .map(|(ip, rest)| (IpAddr::V4(Ipv4Addr::from_octets(*ip)), rest)),
        _ => value
            .split_first_chunk::<16>()
            .map(|(ip, rest)| (IpAddr::V6(Ipv6Addr::from_octets(*ip)), rest)),
    };
    let Some((ip, rest)) = split else {
        let len = value.len();
        return Err(format!(
            "name record of {len} bytes is too short for an address"
        ));
    };
    let texts = rest
        .split(|byte| *byte == 0)
        .filter(|text| !text.is_empty());
    names.extend(texts.map(|text| NameRecord {
        ip,
        name: String::from_utf8_lossy(text).into_owned(),
    }));
    Ok(())
}

pub(super) const END: u16 = 0;
pub(super) const IPV4: u16 = 1;
pub(super) const IPV6: u16 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8]) -> (Vec<String>, Result<(), String>) {
        let mut names = Vec::new();
        let result = read_names(body, ByteOrder::Little, &mut names);
        let texts = names
            .iter()
            .map(|record| format!("{} {}", record.ip, record.name));
        (texts.collect(), result)
    }

    #[test]
    fn one_record_may_carry_several_names() {
        let body = b"\x01\0\x0a\0\x0a\0\0\x01ab\0cd\0\0\0\0\0\0\0";
        assert_eq!(
            read(body),
            (vec!["10.0.0.1 ab".into(), "10.0.0.1 cd".into()], Ok(()))
        );
    }

    #[test]
    fn ipv6_and_unknown_records() {
        let mut body = b"\x03\0\x02\0xx\0\0\x02\0\x12\0".to_vec();
        body.extend_from_slice(&[0; 15]);
        body.extend_from_slice(b"\x01z\0\0\0");
        assert_eq!(read(&body), (vec!["::1 z".into()], Ok(())));
    }

    #[test]
    fn empty_names_and_a_missing_end_record_are_let_pass() {
        assert_eq!(read(b"\x01\0\x05\0\x0a\0\0\x01\0\0\0\0"), (vec![], Ok(())));
        assert_eq!(read(b""), (vec![], Ok(())));
    }

    #[test]
    fn lying_records_keep_what_came_before() {
        let body = b"\x01\0\x06\0\x0a\0\0\x01a\0\0\0\x01\0\xff\xff\x0a\0\0\x01";
        let (names, result) = read(body);
        assert_eq!(names, ["10.0.0.1 a"]);
        assert_eq!(
            result.unwrap_err(),
            "name record: 65539 bytes needed, 8 left"
        );
        assert!(read(b"\x01\0\x02\0\x0a\0\0\0").1.is_err());
    }
}
