//! Captures of what the wire does not produce on demand.

use std::fmt::Write as _;
use std::net::SocketAddr;

use spider_pcap::packet::TcpFlags;
use spider_pcap::session::Direction::{self, In, Out};

use crate::build::{Format, Packet, Segment, capture};
use crate::conversation::Conversation;
use crate::dns_names::dns_names;

/// A capture below `testdata/hand-made/`.
pub(crate) struct HandMade {
    pub(crate) file: &'static str,
    /// What it shows, as the table in the folder says it.
    pub(crate) shows: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// All of them, in the order of the table.
pub(crate) fn all() -> Vec<HandMade> {
    vec![
        made(
            "wrap-at-4gib.pcap",
            "The sequence numbers of both directions wrap, in a re-sent packet and in a gap that is filled",
            &wrap_at_4gib(),
        ),
        made(
            "conflicting-overlap.pcap",
            "A request is sent again with another path; the bytes captured first count",
            &conflicting_overlap(),
        ),
        made(
            "missing-syn.pcap",
            "The capture starts with the SYN with ACK",
            &missing_syn(),
        ),
        made(
            "reused-tuple.pcap",
            "Two more connections with the same addresses and ports: one after the close, one without any",
            &reused_tuple(),
        ),
        made(
            "mid-stream.pcapng",
            "The capture starts inside a response, over IPv6",
            &mid_stream(),
        ),
        made(
            "late-request-tail.pcap",
            "The second packet of a request was captured after the first of its response",
            &late_request_tail(),
        ),
        made(
            "late-tail-acknowledged.pcap",
            "The response begins before the end of its request was captured, and acknowledges that end in a packet of its own: the end is late, and belongs to the request",
            &late_tail(Acknowledged::Before),
        ),
        made(
            "late-tail-not-acknowledged.pcap",
            "The same without that acknowledgment: nothing shows that the end is late, so it opens a lot of its own",
            &late_tail(Acknowledged::After),
        ),
        made(
            "late-gap-filled.pcap",
            "The middle of a request is captured after the response began: it fills a gap of the request, and is late",
            &late_gap(),
        ),
        made(
            "resend-extends.pcap",
            "A packet brings bytes captured before and new ones behind them",
            &resend_extends(),
        ),
        made(
            "hole-then-fill.pcapng",
            "A packet is lost before the capture, acknowledged thrice as missing, and sent again",
            &hole_then_fill(),
        ),
        made(
            "dns-names.pcap",
            "Names from answers of DNS (one changed, one late, one in TCP) and multicast DNS, and from a TLS handshake",
            &dns_names(),
        ),
    ]
}

/// The text of `README.md` in their folder.
pub(crate) fn readme() -> String {
    let mut text = README.to_owned();
    for HandMade { file, shows, .. } in all() {
        writeln!(text, "| `{file}` | {shows} |").unwrap();
    }
    text
}

fn made(file: &'static str, shows: &'static str, talk: &Conversation) -> HandMade {
    let format = if file.ends_with(".pcapng") {
        Format::PcapNg
    } else {
        Format::Pcap
    };
    let packets: &[Packet] = &talk.packets;
    HandMade {
        file,
        shows,
        bytes: capture(format, packets),
    }
}

fn wrap_at_4gib() -> Conversation {
    let mut talk = Conversation::new(IPV4, [u32::MAX - 40, u32::MAX - 1000], true);
    talk.open();
    talk.send(Out, GET);
    talk.acknowledge(In);
    talk.wait(250_000);
    talk.send_at(Out, 0, GET);
    talk.send(In, &[b'a'; 600]);
    talk.lose(In, 600);
    talk.send(In, &[b'c'; 600]);
    talk.acknowledge_to(Out, 600);
    talk.wait(250_000);
    talk.send_at(In, 600, &[b'b'; 600]);
    talk.acknowledge(Out);
    talk.close();
    talk
}

fn conflicting_overlap() -> Conversation {
    let mut talk = plain();
    talk.open();
    talk.send(Out, GET);
    talk.wait(250_000);
    talk.send_at(Out, 0, &GET.to_ascii_uppercase());
    talk.send(In, OK);
    talk.acknowledge(Out);
    talk.close();
    talk
}

fn missing_syn() -> Conversation {
    let mut talk = plain();
    talk.syn(In, TcpFlags::SYN.with(TcpFlags::ACK));
    talk.acknowledge(Out);
    exchange(&mut talk);
    talk.close();
    talk
}

fn reused_tuple() -> Conversation {
    let mut talk = plain();
    talk.open();
    exchange(&mut talk);
    talk.close();
    let mut later = talk.clone();
    for isns in [[5_000_000, 6_000_000], [7_000_000, 8_000_000]] {
        let mut next = Conversation::new(IPV4, isns, false);
        next.time_us = later.time_us + 1_000_000;
        next.open();
        exchange(&mut next);
        talk.packets.extend(next.packets.iter().cloned());
        later = next;
    }
    talk
}

fn mid_stream() -> Conversation {
    let ends = ["[fd00:20::10]:49152", "[fd00:20::80]:80"].map(|end| end.parse().unwrap());
    let mut talk = Conversation::new(ends, [1_000_000, 2_000_000], true);
    talk.lose(Out, 4000);
    talk.lose(In, 60_000);
    talk.send(In, OK);
    talk.acknowledge(Out);
    exchange(&mut talk);
    talk.close();
    talk
}

fn late_request_tail() -> Conversation {
    let mut talk = plain();
    let (head, tail) = GET.split_at(20);
    talk.open();
    talk.send(Out, head);
    let tail = talk.prepare(Out, tail);
    talk.send(In, OK);
    talk.capture(&tail);
    talk.acknowledge(Out);
    talk.close();
    talk
}

/// When the end of a request is acknowledged: before or after it is captured.
enum Acknowledged {
    Before,
    After,
}

fn late_tail(acknowledged: Acknowledged) -> Conversation {
    let mut talk = plain();
    let (head, tail) = GET.split_at(20);
    talk.open();
    talk.send(Out, head);
    // The server has only read the head when it begins to answer.
    let (first, rest) = OK.split_at(17);
    talk.send(In, first);
    let tail = talk.prepare(Out, tail);
    if matches!(acknowledged, Acknowledged::Before) {
        talk.acknowledge(In);
    }
    talk.capture(&tail);
    talk.send(In, rest);
    talk.acknowledge(Out);
    talk.close();
    talk
}

fn late_gap() -> Conversation {
    let mut talk = plain();
    talk.open();
    talk.send(Out, &GET[..10]);
    let middle = talk.prepare(Out, &GET[10..30]);
    talk.send(Out, &GET[30..]);
    talk.send(In, OK);
    talk.capture(&middle);
    talk.acknowledge(Out);
    talk.close();
    talk
}

fn resend_extends() -> Conversation {
    let mut talk = plain();
    talk.open();
    talk.send(Out, &GET[..20]);
    talk.wait(250_000);
    talk.send_at(Out, 0, GET);
    talk.lose(Out, GET.len() - 20);
    talk.send(In, OK);
    talk.acknowledge(Out);
    talk.close();
    talk
}

fn hole_then_fill() -> Conversation {
    let mut talk = Conversation::new(IPV4, ISNS, true);
    talk.open();
    talk.send(Out, GET);
    talk.send(In, &[b'a'; 1000]);
    talk.lose(In, 1000);
    for _ in 0..4 {
        talk.send(In, &[b'c'; 1000]);
        talk.acknowledge_to(Out, 1000);
    }
    talk.wait(40_000);
    talk.send_at(In, 1000, &[b'b'; 1000]);
    talk.acknowledge(Out);
    talk.close();
    talk
}

/// What only these captures need of a conversation.
impl Conversation {
    /// Sends the next bytes, in one segment.
    pub(crate) fn send(&mut self, direction: Direction, payload: &[u8]) {
        let segment = self.prepare(direction, payload);
        self.capture(&segment);
    }

    /// Sends the next bytes in a segment that is yet to be captured.
    fn prepare(&mut self, direction: Direction, payload: &[u8]) -> Segment {
        let flags = TcpFlags::PSH.with(TcpFlags::ACK);
        let part = self.part(direction, self.ends[direction].sent, flags, payload);
        self.lose(direction, payload.len());
        self.segment(&part)
    }

    /// Sends bytes that were sent before.
    fn send_at(&mut self, direction: Direction, offset: u32, payload: &[u8]) {
        let part = self.part(
            direction,
            offset,
            TcpFlags::PSH.with(TcpFlags::ACK),
            payload,
        );
        self.push(&part);
    }
}

fn plain() -> Conversation {
    Conversation::new(IPV4, ISNS, false)
}

/// A request and its response.
fn exchange(talk: &mut Conversation) {
    talk.send(Out, GET);
    talk.send(In, OK);
    talk.acknowledge(Out);
}

const IPV4: [SocketAddr; 2] = [address(10, 49152), address(80, 80)];
const ISNS: [u32; 2] = [1_000_000, 2_000_000];

const GET: &[u8] = b"GET /orders/17 HTTP/1.1\r\nhost: api.example.test\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nready";

const fn address(host: u8, port: u16) -> SocketAddr {
    let ip = std::net::Ipv4Addr::new(10, 20, 0, host);
    SocketAddr::new(std::net::IpAddr::V4(ip), port)
}

const README: &str = "\
# Hand-made captures

What the wire does not produce on demand, made by `tests/support/hand_made.rs`.
A test asserts that these files are what it makes; `BLESS=1 cargo test --test golden` writes them anew, and then `UPDATE_GOLDEN=1 cargo test --test golden` their documents.
License: made by this project, MIT OR Apache-2.0.

| File | What it shows |
|---|---|
";
