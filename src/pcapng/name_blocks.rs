//! Names to the bodies of name resolution blocks.
//!
//! Names of one address that follow each other share a record, in their order: programs show the
//! last one. A record that is full is followed by another one of the same address.
//!
//! Limits: a record has at most 65,535 bytes; a block ends with the record that reaches 1 MiB, and
//! another one follows.
//! Sources: draft-ietf-opsawg-pcapng, "Name Resolution Block".

use std::net::IpAddr;

use super::block::NAME_RESOLUTION;
use super::block_buffer::BlockBuffer;
use super::names::{END, IPV4, IPV6, NameRecord};
use super::write_error::WriteError;

/// Says what is wrong with the first name that cannot be written.
pub(super) fn check_names(names: &[NameRecord]) -> Result<(), WriteError> {
    for NameRecord { ip, name } in names {
        let (ip, len) = (*ip, name.len());
        if name.is_empty() || name.contains('\0') {
            return Err(WriteError::BadName { ip });
        }
        let at_most = MAX_RECORD.saturating_sub(address_len(ip)).saturating_sub(1);
        if at_most < len {
            return Err(WriteError::NameTooLong { ip, len, at_most });
        }
    }
    Ok(())
}

/// Puts the first of these names into a block; gives those that are left for the next one.
pub(super) fn fill_block<'a>(names: &'a [NameRecord], block: &mut BlockBuffer) -> &'a [NameRecord] {
    block.start(NAME_RESOLUTION);
    let mut rest = names;
    while let Some(first) = rest.first()
        && block.len() < ENOUGH
    {
        let (count, len) = one_record(first.ip, rest);
        let (record, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        match first.ip {
            IpAddr::V4(ip) => block.u16(IPV4).u16(len).raw(&ip.octets()),
            IpAddr::V6(ip) => block.u16(IPV6).u16(len).raw(&ip.octets()),
        };
        for NameRecord { name, .. } in record {
            block.raw(name.as_bytes()).raw(b"\0");
        }
        block.pad();
        rest = after;
    }
    block.u16(END).u16(0);
    rest
}

/// How many names go into one record of `ip`, at least one, and the length of its value.
fn one_record(ip: IpAddr, names: &[NameRecord]) -> (usize, u16) {
    let (mut count, mut len) = (0_usize, address_len(ip));
    for record in names.iter().take_while(|record| record.ip == ip) {
        let longer = len.saturating_add(record.name.len()).saturating_add(1);
        if MAX_RECORD < longer {
            break;
        }
        (count, len) = (count.saturating_add(1), longer);
    }
    (count.max(1), u16::try_from(len).unwrap_or(u16::MAX))
}

const fn address_len(ip: IpAddr) -> usize {
    match ip {
        IpAddr::V4(_) => 4,
        IpAddr::V6(_) => 16,
    }
}

const MAX_RECORD: usize = 65_535;
/// A block as long as this gets no further record. Wireshark reads blocks up to 16 MiB at least.
const ENOUGH: usize = 1 << 20;
