//! Packets and captures made in memory: Ethernet, IPv4 or IPv6, and TCP, with right checksums.

use std::net::{IpAddr, SocketAddr};

use spider_pcap::packet::TcpFlags;

/// A packet as it stands in a capture.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    /// Microseconds since the Unix epoch.
    pub(crate) time_us: u64,
    /// From the Ethernet header on.
    pub(crate) frame: Vec<u8>,
}

/// A TCP segment that is yet to be a packet.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: TcpFlags,
    /// TCP options, a multiple of four bytes.
    pub(crate) options: Vec<u8>,
    /// IPv4 identification.
    pub(crate) ip_id: u16,
    pub(crate) payload: Vec<u8>,
}

/// How a capture is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Pcap,
    PcapNg,
}

impl Segment {
    /// This segment in Ethernet and IP.
    pub(crate) fn frame(&self) -> Vec<u8> {
        in_ip([self.from, self.to], (TCP, self.ip_id), &self.tcp())
    }

    fn tcp(&self) -> Vec<u8> {
        let header_len = 20 + self.options.len();
        let mut tcp = Vec::new();
        tcp.extend(self.from.port().to_be_bytes());
        tcp.extend(self.to.port().to_be_bytes());
        tcp.extend(self.seq.to_be_bytes());
        tcp.extend(self.ack.to_be_bytes());
        let [_, words] = short(header_len / 4);
        let [_, flags] = self.flags.0.to_be_bytes();
        tcp.extend([words << 4, flags]);
        tcp.extend(WINDOW.to_be_bytes());
        tcp.extend([0; 4]);
        tcp.extend(&self.options);
        tcp.extend(&self.payload);
        let checksum = pseudo_checksum([self.from, self.to], TCP, &tcp);
        tcp[16..18].copy_from_slice(&checksum);
        tcp
    }
}

/// What a transport protocol sends, in Ethernet and IP; the protocol comes with the IPv4
/// identification.
pub(crate) fn in_ip(ends: [SocketAddr; 2], (protocol, id): (u8, u16), payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1];
    match ends[0].ip() {
        IpAddr::V4(_) => {
            frame.extend([0x08, 0x00]);
            frame.extend(ipv4_header(ends, (protocol, id), payload.len()));
        }
        IpAddr::V6(_) => {
            frame.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
            frame.extend(short(payload.len()));
            frame.extend([protocol, 64]);
            frame.extend(addresses(ends));
        }
    }
    frame.extend(payload);
    frame
}

/// The checksum of a transport protocol, over the addresses too.
pub(crate) fn pseudo_checksum(ends: [SocketAddr; 2], protocol: u8, payload: &[u8]) -> [u8; 2] {
    let mut pseudo = addresses(ends);
    pseudo.extend([0, protocol]);
    pseudo.extend(short(payload.len()));
    pseudo.extend(payload);
    checksum(&pseudo)
}

fn addresses(ends: [SocketAddr; 2]) -> Vec<u8> {
    let octets = |end: SocketAddr| match end.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    ends.map(octets).concat()
}

fn ipv4_header(ends: [SocketAddr; 2], (protocol, id): (u8, u16), payload_len: usize) -> Vec<u8> {
    let mut header = vec![0x45, 0];
    header.extend(short(20 + payload_len));
    header.extend(id.to_be_bytes());
    header.extend([0x40, 0, 64, protocol, 0, 0]);
    header.extend(addresses(ends));
    let checksum = checksum(&header);
    header[10..12].copy_from_slice(&checksum);
    header
}

/// The options of a SYN: maximum segment size and window scale.
pub(crate) fn syn_options(mss: u16, shift: u8) -> Vec<u8> {
    let [high, low] = mss.to_be_bytes();
    vec![2, 4, high, low, 1, 3, 3, shift]
}

/// The option of time stamps.
pub(crate) fn time_stamps(value: u32, echo: u32) -> Vec<u8> {
    let mut options = vec![1, 1, 8, 10];
    options.extend(value.to_be_bytes());
    options.extend(echo.to_be_bytes());
    options
}

/// The bytes of a capture with these packets.
pub(crate) fn capture(format: Format, packets: &[Packet]) -> Vec<u8> {
    match format {
        Format::Pcap => pcap(packets),
        Format::PcapNg => pcapng(packets),
    }
}

fn pcap(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = words(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 0x0004_0000, ETHERNET]);
    for packet in packets {
        let len = word(packet.frame.len());
        let (seconds, micros) = (packet.time_us / 1_000_000, packet.time_us % 1_000_000);
        let seconds = u32::try_from(seconds).unwrap();
        let micros = u32::try_from(micros).unwrap();
        bytes.extend(words(&[seconds, micros, len, len]));
        bytes.extend(&packet.frame);
    }
    bytes
}

fn pcapng(packets: &[Packet]) -> Vec<u8> {
    let unknown_length = u32::MAX;
    let section = [0x1a2b_3c4d, 0x0000_0001, unknown_length, unknown_length];
    let mut bytes = block(0x0a0d_0d0a, words(&section));
    bytes.extend(block(1, words(&[ETHERNET, 0])));
    for packet in packets {
        let len = word(packet.frame.len());
        let high = u32::try_from(packet.time_us >> 32).unwrap();
        let low = u32::try_from(packet.time_us & u64::from(u32::MAX)).unwrap();
        let mut body = words(&[0, high, low, len, len]);
        body.extend(&packet.frame);
        body.resize(body.len().next_multiple_of(4), 0);
        bytes.extend(block(6, body));
    }
    bytes
}

/// A pcapng block around its body.
fn block(kind: u32, body: Vec<u8>) -> Vec<u8> {
    let len = word(body.len() + 12);
    [words(&[kind, len]), body, words(&[len])].concat()
}

fn words(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn word(length: usize) -> u32 {
    u32::try_from(length).unwrap()
}

fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap().to_be_bytes()
}

/// The checksum of RFC 1071.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let mut sum = 0_u32;
    for pair in bytes.chunks(2) {
        let low = pair.get(1).copied().unwrap_or_default();
        sum += u32::from(u16::from_be_bytes([pair[0], low]));
    }
    while u32::from(u16::MAX) < sum {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let [_, _, high, low] = (!sum).to_be_bytes();
    [high, low]
}

const TCP: u8 = 6;
const ETHERNET: u32 = 1;
/// Window of every segment, as sent.
const WINDOW: u16 = 0xf000;
