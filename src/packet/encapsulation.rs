//! What stood around a TCP segment: VLAN tags and tunnels.

use std::fmt;

/// One tunnel between the link layer and the innermost IP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tunnel {
    /// Protocol, as people write it: `GRE`, `VXLAN`, `GTP-U`, `IPIP`, `6in4`, ...
    pub protocol: &'static str,
    /// Identifier on the wire: VXLAN and Geneve VNI, GTP TEID, GRE key, MPLS label, ...
    pub id: Option<u32>,
}

impl fmt::Display for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{} {id}", self.protocol),
            None => f.write_str(self.protocol),
        }
    }
}

/// The VLAN tags and tunnels around a segment, outermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Encapsulation {
    /// VLAN ids, `0 <= id <= 4095`.
    pub vlans: Vec<u16>,
    /// Tunnels.
    pub tunnels: Vec<Tunnel>,
}
