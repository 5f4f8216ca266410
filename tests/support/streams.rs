//! The ordered bytes of both directions of every session of a capture.
//!
//! Sessions are 4-tuples; a SYN with another sequence number starts a new one.

use std::collections::HashMap;

use spider_pcap::capture::{Batch, Capture, Input, ReadLimits};
use spider_pcap::packet::{DecodeLimits, Decoder, SegmentHead, SeqNumber, TcpFlags};
use spider_pcap::session::{
    Anchor, Direction, KeyEnd, PerDirection, Piece, Reassembler, SessionKey, StreamOffset,
    StreamRange,
};

/// One session.
pub(crate) struct Stream {
    /// The first packet, as Wireshark counts.
    pub(crate) first_packet: u64,
    /// What came in which direction, in the order in which it could be delivered.
    pub(crate) pieces: Vec<(Direction, OwnedPiece)>,
    client: KeyEnd,
    halves: PerDirection<Option<Half>>,
}

/// A piece that outlives its packet.
pub(crate) enum OwnedPiece {
    Bytes(Vec<u8>),
    Gap(StreamRange),
}

struct Half {
    anchor: Anchor,
    syn: Option<SeqNumber>,
    reassembler: Reassembler,
}

/// The sessions of a capture in the order of their first packets.
pub(crate) fn of_capture(input: Input) -> Vec<Stream> {
    let mut streams = Streams::default();
    let Ok(mut capture) = Capture::open(vec![input], ReadLimits::default()) else {
        return Vec::new();
    };
    let mut decoder = Decoder::new(DecodeLimits::default());
    let (mut batch, mut heads) = (Batch::default(), Vec::new());
    while capture.next_batch(&mut batch) {
        heads.clear();
        decoder.decode(&mut batch, &mut heads);
        for head in &heads {
            streams.handle(*head, &batch);
        }
    }
    let mut all = streams.all;
    for stream in &mut all {
        stream.finish();
    }
    all
}

#[derive(Default)]
struct Streams {
    all: Vec<Stream>,
    current: HashMap<(String, String), usize>,
}

impl Streams {
    fn handle(&mut self, head: SegmentHead, batch: &Batch) {
        let (key, from) = SessionKey::of(head.source, head.destination, 0);
        let ends = [KeyEnd::Low, KeyEnd::High].map(|end| key.endpoint(end).to_string());
        let place = self.current.entry(ends.into()).or_insert(usize::MAX);
        let is_known = self
            .all
            .get(*place)
            .is_some_and(|stream| !stream.starts_anew(&head, from));
        if !is_known {
            *place = self.all.len();
            self.all.push(Stream::new(&head, from));
        }
        if let Some(stream) = self.all.get_mut(*place) {
            stream.handle(head, from, batch);
        }
    }
}

impl Stream {
    fn new(head: &SegmentHead, from: KeyEnd) -> Self {
        let is_answer = head.flags.has(TcpFlags::SYN.with(TcpFlags::ACK));
        let is_start = head.flags.has(TcpFlags::SYN);
        let from_higher = head.destination.port < head.source.port;
        let is_client = if is_start { !is_answer } else { from_higher };
        Self {
            first_packet: head.number.value(),
            pieces: Vec::new(),
            client: if is_client { from } else { from.opposite() },
            halves: PerDirection::default(),
        }
    }

    fn direction(&self, from: KeyEnd) -> Direction {
        if from == self.client {
            Direction::Out
        } else {
            Direction::In
        }
    }

    fn starts_anew(&self, head: &SegmentHead, from: KeyEnd) -> bool {
        let is_syn = head.flags.has(TcpFlags::SYN) && !head.flags.has(TcpFlags::ACK);
        let half = self.halves[self.direction(from)].as_ref();
        is_syn && half.is_some_and(|half| half.syn != Some(head.seq))
    }

    fn handle(&mut self, head: SegmentHead, from: KeyEnd, batch: &Batch) {
        let direction = self.direction(from);
        let is_syn = head.flags.has(TcpFlags::SYN);
        let first = if is_syn { head.seq.add(1) } else { head.seq };
        let half = self.halves[direction].get_or_insert_with(|| Half {
            anchor: Anchor {
                seq: first,
                offset: StreamOffset::ZERO,
            },
            syn: is_syn.then_some(head.seq),
            reassembler: Reassembler::starting_at(StreamOffset::ZERO, 1 << 20),
        });
        let start = half.anchor.offset_of(first);
        let payload = head.resolve(batch).payload;
        // The byte of a keep-alive, and probes of a closed window, lie before what was delivered.
        half.reassembler.push(start, payload, &mut |piece| {
            self.pieces.push((direction, OwnedPiece::of(piece)));
        });
        half.anchor.advance_to(start);
    }

    fn finish(&mut self) {
        for direction in Direction::BOTH {
            if let Some(half) = &mut self.halves[direction] {
                half.reassembler.finish(&mut |piece| {
                    self.pieces.push((direction, OwnedPiece::of(piece)));
                });
            }
        }
    }
}

impl OwnedPiece {
    fn of(piece: Piece<'_>) -> Self {
        match piece {
            Piece::Bytes(_, bytes) => Self::Bytes(bytes.to_vec()),
            Piece::Gap(range) => Self::Gap(range),
        }
    }

    pub(crate) fn as_piece(&self) -> Piece<'_> {
        match self {
            // An observer of TLS does not look at offsets of bytes.
            Self::Bytes(bytes) => Piece::Bytes(StreamOffset::ZERO, bytes),
            Self::Gap(range) => Piece::Gap(*range),
        }
    }
}
