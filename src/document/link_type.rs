//! Names of link-layer types.
//!
//! Source: the `LINKTYPE_` registry, <https://www.tcpdump.org/linktypes.html>; the names here go
//! without that prefix.

use std::fmt;

use crate::capture::LinkType;

/// A link-layer type that prints its registered name, or its number where it has none here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkTypeName(pub LinkType);

impl fmt::Display for LinkTypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LinkType(number) = self.0;
        match NAMES.binary_search_by_key(&number, |(known, _)| *known) {
            Ok(index) => f.write_str(NAMES.get(index).map_or("", |(_, name)| name)),
            Err(_) => number.fmt(f),
        }
    }
}

/// The link types that can carry TCP and are met in practice, by number.
const NAMES: [(u16, &str); 30] = [
    (0, "NULL"),
    (1, "ETHERNET"),
    (6, "IEEE802_5"),
    (8, "SLIP"),
    (9, "PPP"),
    (10, "FDDI"),
    (50, "PPP_HDLC"),
    (51, "PPP_ETHER"),
    (100, "ATM_RFC1483"),
    (101, "RAW"),
    (104, "C_HDLC"),
    (105, "IEEE802_11"),
    (107, "FRELAY"),
    (108, "LOOP"),
    (113, "LINUX_SLL"),
    (117, "PFLOG"),
    (119, "IEEE802_11_PRISM"),
    (127, "IEEE802_11_RADIOTAP"),
    (143, "DOCSIS"),
    (163, "IEEE802_11_AVS"),
    (166, "PPP_PPPD"),
    (192, "PPI"),
    (197, "ERF"),
    (204, "PPP_WITH_DIR"),
    (219, "MPLS"),
    (228, "IPV4"),
    (229, "IPV6"),
    (239, "NFLOG"),
    (258, "PKTAP"),
    (276, "LINUX_SLL2"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted_by_key(|(number, _)| *number));
    }

    #[test]
    fn unknown_types_print_their_number() {
        assert_eq!(LinkTypeName(LinkType(1)).to_string(), "ETHERNET");
        assert_eq!(LinkTypeName(LinkType(276)).to_string(), "LINUX_SLL2");
        assert_eq!(LinkTypeName(LinkType(9999)).to_string(), "9999");
    }
}
