//! Packets built by hand, for the tests of this layer.

use super::{Checksum, DecodeLimits, Decoder, Encapsulation, SegmentHead};
use crate::capture::{Batch, InterfaceId, LinkType, NoticeKind, PacketNumber, Slot};
use crate::time::{Precision, Timestamp};

/// The payload of [`tcp`].
pub(super) const PAYLOAD: &[u8] = b"GET /";

/// What a decoder found in one packet.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) head: SegmentHead,
    pub(super) payload: Vec<u8>,
    pub(super) around: Encapsulation,
    pub(super) checksum: Checksum,
}

impl Found {
    /// VLANs and tunnels as text: `vlan 5, GRE 7`.
    pub(super) fn around(&self) -> String {
        let vlans = self.around.vlans.iter().map(|id| format!("vlan {id}"));
        let tunnels = self.around.tunnels.iter().map(ToString::to_string);
        vlans.chain(tunnels).collect::<Vec<_>>().join(", ")
    }
}

/// A decoder with its input and output.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) decoder: Decoder,
    number: u64,
}

impl Bench {
    pub(super) fn new(limits: DecodeLimits) -> Self {
        Self {
            decoder: Decoder::new(limits),
            number: 0,
        }
    }

    /// Numbers of the latest packet and of those with earlier fragments of its datagram.
    pub(super) fn fragments(&self) -> Vec<(u64, u64)> {
        let fragments = self.decoder.fragments().iter();
        fragments
            .map(|(of, origin)| (of.value(), origin.number.value()))
            .collect()
    }

    /// Decodes one packet that was captured `at_ns`, of `original_len` bytes on the wire.
    pub(super) fn packet(
        &mut self,
        link_type: u16,
        bytes: &[u8],
        original_len: usize,
        at_ns: i64,
    ) -> Vec<Found> {
        let mut batch = self.batch(link_type, bytes, original_len, at_ns);
        let mut heads = Vec::new();
        self.decoder.decode(&mut batch, &mut heads);
        let found = heads.into_iter().map(|head| {
            let segment = head.resolve(&batch);
            Found {
                head,
                payload: segment.payload.to_vec(),
                around: self.decoder.encapsulations()[head.encapsulation.0 as usize].clone(),
                checksum: segment.checksum(),
            }
        });
        found.collect()
    }

    /// The payloads of the datagrams of name services in one whole packet.
    pub(super) fn datagrams(&mut self, link_type: u16, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut batch = self.batch(link_type, bytes, bytes.len(), 0);
        self.decoder.decode(&mut batch, &mut Vec::new());
        let found = self.decoder.datagrams().iter();
        found
            .map(|datagram| datagram.payload(&batch).to_vec())
            .collect()
    }

    fn batch(&mut self, link_type: u16, bytes: &[u8], original_len: usize, at_ns: i64) -> Batch {
        self.number += 1;
        let mut batch = Batch::default();
        batch.bytes.extend_from_slice(b"framing");
        batch.slots.push(Slot {
            number: PacketNumber::new(self.number).unwrap(),
            time: Some(Timestamp::from_nanos(at_ns)),
            precision: Precision::NANOS,
            interface: InterfaceId(0),
            link_type: LinkType(link_type),
            fcs_len: 0,
            original_len: u32::try_from(original_len).unwrap(),
            start: 7,
            captured_len: u32::try_from(bytes.len()).unwrap(),
            block: None,
        });
        batch.bytes.extend_from_slice(bytes);
        batch
    }

    /// Notices of a kind, counted.
    pub(super) fn noted(&self, kind: NoticeKind) -> u64 {
        let notices = self.decoder.notices().notices().iter();
        notices
            .filter(|notice| notice.kind == kind)
            .map(|notice| notice.count)
            .sum()
    }
}

/// Decodes one whole packet.
pub(super) fn decode(link_type: u16, bytes: &[u8]) -> Vec<Found> {
    Bench::new(DecodeLimits::default()).packet(link_type, bytes, bytes.len(), 0)
}

/// Decodes a packet that must give the segment of [`tcp`]; what was around it, as text.
pub(super) fn around(link_type: u16, bytes: &[u8]) -> String {
    let found = decode(link_type, bytes);
    assert_eq!(found.len(), 1, "link type {link_type}: {bytes:02x?}");
    let found = &found[0];
    assert_eq!(found.payload, PAYLOAD);
    assert_eq!(found.head.source.port, 1000);
    assert_eq!(found.head.destination.port, 80);
    assert_eq!(found.checksum, Checksum::Good);
    found.around()
}

/// Bytes one after the other.
pub(super) fn cat(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// A TCP segment with [`PAYLOAD`], with the checksum for [`v4`].
pub(super) fn tcp() -> Vec<u8> {
    tcp_between(&[10, 0, 0, 1, 10, 0, 0, 2])
}

/// A TCP segment with [`PAYLOAD`], with the checksum for these addresses.
pub(super) fn tcp_between(addresses: &[u8]) -> Vec<u8> {
    let mut segment = cat(&[
        &[
            0x03, 0xE8, 0, 80, 0, 0, 0, 100, 0, 0, 0, 200, 0x50, 0x18, 0x10, 0, 0, 0, 0, 0,
        ],
        PAYLOAD,
    ]);
    let len = u8::try_from(segment.len()).unwrap();
    let sum = internet_checksum(&cat(&[addresses, &[0, 6, 0, len], &segment]));
    segment[16..18].copy_from_slice(&sum);
    segment
}

/// An IPv4 packet from 10.0.0.1 to 10.0.0.2.
pub(super) fn v4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    v4_fragment(protocol, 0, payload)
}

/// The same with flags and fragment offset.
pub(super) fn v4_fragment(protocol: u8, offset: u16, payload: &[u8]) -> Vec<u8> {
    let [l0, l1] = u16::try_from(payload.len() + 20).unwrap().to_be_bytes();
    let [o0, o1] = offset.to_be_bytes();
    let mut header = [
        0x45, 0, l0, l1, 0x12, 0x34, o0, o1, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ];
    let sum = internet_checksum(&header);
    header[10..12].copy_from_slice(&sum);
    cat(&[&header, payload])
}

/// An IPv6 packet from `::1` to `::2`.
pub(super) fn v6(next: u8, payload: &[u8]) -> Vec<u8> {
    let [l0, l1] = u16::try_from(payload.len()).unwrap().to_be_bytes();
    cat(&[&[0x60, 0, 0, 0, l0, l1, next, 64], &V6_ADDRESSES, payload])
}

/// The segment of [`tcp`] with the checksum for [`v6`].
pub(super) fn tcp6() -> Vec<u8> {
    tcp_between(&V6_ADDRESSES)
}

/// A UDP datagram without a checksum.
pub(super) fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    udp_between([0xC000, port], payload)
}

/// The same with both ports.
pub(super) fn udp_between(ports: [u16; 2], payload: &[u8]) -> Vec<u8> {
    let [source, destination] = ports.map(u16::to_be_bytes);
    let len = u16::try_from(payload.len() + 8).unwrap().to_be_bytes();
    cat(&[&source, &destination, &len, &[0, 0], payload])
}

/// An Ethernet frame.
pub(super) fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    cat(&[
        &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2],
        &ether_type.to_be_bytes(),
        payload,
    ])
}

/// LLC and SNAP with an EtherType.
pub(super) fn snap(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    cat(&[
        &[0xAA, 0xAA, 3, 0, 0, 0],
        &ether_type.to_be_bytes(),
        payload,
    ])
}

fn internet_checksum(bytes: &[u8]) -> [u8; 2] {
    let mut total = 0;
    for pair in bytes.chunks(2) {
        let low = pair.get(1).copied().unwrap_or(0);
        total += u64::from(u16::from_be_bytes([pair[0], low]));
    }
    while 0xFFFF < total {
        total = (total & 0xFFFF) + (total >> 16);
    }
    (!u16::try_from(total).unwrap()).to_be_bytes()
}

const V6_ADDRESSES: [u8; 32] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
];
