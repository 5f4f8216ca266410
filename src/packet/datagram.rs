//! UDP datagrams in which a name service answers: told by their source port, for the names of
//! addresses. What stands in them is not looked at here.
//!
//! Limits: a name service on another port is not found.
//! Sources: RFC 768, RFC 1035 §4.2.1, RFC 6762 §11, RFC 4795 §2.

use super::view::{Stop, View};
use crate::capture::{Batch, PacketNumber, Slot};
use crate::time::Timestamp;

/// The payload of a datagram that comes from the port of a name service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameDatagram {
    /// Packet that carried it (of an IP datagram in fragments: the one that completed it).
    pub number: PacketNumber,
    /// Capture time of its packet.
    pub time: Option<Timestamp>,
    /// Port of its sender.
    pub source_port: u16,
    /// Where its payload starts in the bytes of the batch.
    start: u32,
    /// Captured bytes of the payload.
    len: u32,
}

impl NameDatagram {
    /// Port of the DNS.
    pub const DNS: u16 = 53;
    /// Port of multicast DNS.
    pub const MULTICAST_DNS: u16 = 5353;
    /// Port of link-local multicast name resolution.
    pub const LINK_LOCAL: u16 = 5355;

    /// Its captured payload, out of the batch in which it was found.
    pub fn payload<'b>(&self, batch: &'b Batch) -> &'b [u8] {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::try_from(self.len).unwrap_or(usize::MAX));
        batch.bytes.get(start..end).unwrap_or_default()
    }

    /// True for the source ports of name services.
    #[inline]
    pub(super) const fn is_name_service(source_port: u16) -> bool {
        matches!(
            source_port,
            Self::DNS | Self::MULTICAST_DNS | Self::LINK_LOCAL
        )
    }

    /// The datagram at a UDP header, whatever its ports.
    pub(super) fn at(view: View<'_>, slot: &Slot) -> Result<Self, Stop<'static>> {
        let [s0, s1, _, _, l0, l1, _, _] = view.array(0)?;
        let payload = match usize::from(u16::from_be_bytes([l0, l1])) {
            0 => view.skip(8)?,
            len => view.limit(len).skip(8)?,
        };
        Ok(Self {
            number: slot.number,
            time: slot.time,
            source_port: u16::from_be_bytes([s0, s1]),
            start: u32::try_from(payload.start()).map_err(|_| Stop::Other)?,
            len: u32::try_from(payload.len()).map_err(|_| Stop::Other)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::NameDatagram;
    use crate::packet::DecodeLimits;
    use crate::packet::testing::{Bench, cat, ethernet, udp, udp_between, v4, v4_fragment, v6};

    const ETHERNET: u16 = 1;
    const RAW: u16 = 101;

    /// The payloads of the datagrams in packets of one capture.
    fn payloads(link_type: u16, packets: &[Vec<u8>]) -> Vec<String> {
        let mut bench = Bench::new(DecodeLimits::default());
        let found = packets
            .iter()
            .map(|packet| bench.datagrams(link_type, packet));
        found
            .flatten()
            .map(|payload| String::from_utf8(payload).unwrap())
            .collect()
    }

    fn answer(source_port: u16) -> Vec<u8> {
        udp_between([source_port, 40_000], b"answer")
    }

    #[test]
    fn the_source_port_tells_an_answer() {
        for (port, found) in [(53, 1), (5353, 1), (5355, 1), (54, 0), (40_000, 0)] {
            let packet = v4(17, &answer(port));
            assert_eq!(payloads(RAW, &[packet]).len(), found, "port {port}");
        }
        let question = v4(17, &udp(53, b"question"));
        assert!(payloads(RAW, &[question]).is_empty());
    }

    #[test]
    fn answers_are_found_behind_any_headers() {
        let inner = v4(17, &answer(NameDatagram::DNS));
        let tagged = cat(&[&ethernet(0x8100, &[0, 5, 0x08, 0x00]), &inner]);
        let vxlan = cat(&[&[8, 0, 0, 0, 0, 0, 9, 0], &ethernet(0x0800, &inner)]);
        let extended = v6(60, &cat(&[&[17, 0, 1, 4, 0, 0, 0, 0], &answer(53)]));
        let frames = [
            ethernet(0x0800, &inner),
            cat(&[&ethernet(0x0800, &inner), b"padding"]),
            tagged,
            ethernet(0x0800, &v4(17, &udp(4789, &vxlan))),
            ethernet(0x86DD, &v6(17, &answer(53))),
            ethernet(0x86DD, &extended),
        ];
        assert_eq!(payloads(ETHERNET, &frames), ["answer"; 6]);
    }

    #[test]
    fn an_answer_in_fragments_is_joined() {
        let whole = udp_between([53, 40_000], b"an answer in two");
        let packets = [
            v4_fragment(17, 0x2000, &whole[..16]),
            v4_fragment(17, 2, &whole[16..]),
        ];
        assert_eq!(payloads(RAW, &packets), ["an answer in two"]);
    }

    #[test]
    fn the_length_of_the_datagram_may_lie() {
        let with_len = |len: u8| {
            let mut datagram = answer(53);
            datagram[5] = len;
            payloads(RAW, &[v4(17, &datagram)])
        };
        assert_eq!(with_len(0), ["answer"]);
        assert_eq!(with_len(11), ["ans"]);
        assert_eq!(with_len(200), ["answer"]);
        assert!(with_len(7).is_empty());
        assert!(payloads(RAW, &[v4(17, &answer(53)[..7])]).is_empty());
    }
}
