//! The deciphered records of the sessions of a capture, with the secrets that belong to it.

use std::fs;

use spider_pcap::analyze::CaptureTables;
use spider_pcap::session::{Direction, Piece, StreamOffset, StreamRange};
use spider_pcap::tls::{ContentType, DecryptLimits, Decryptor, KeyLog, Payload, Undeciphered};

use crate::files::{self, CaptureFile};
use crate::streams::{self, OwnedPiece};

/// A record that outlives its decryptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnRecord {
    pub(crate) direction: Direction,
    pub(crate) range: StreamRange,
    pub(crate) content: ContentType,
    pub(crate) payload: OwnPayload,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OwnPayload {
    Clear(Vec<u8>),
    Deciphered(Vec<u8>),
    Unknown(Undeciphered),
}

/// The bytes of a session at their places, in the order of the capture.
pub(crate) type Pieces = Vec<(Direction, Placed)>;

/// A piece with its place.
#[derive(Clone, Debug)]
pub(crate) enum Placed {
    Bytes(StreamOffset, Vec<u8>),
    Gap(StreamRange),
}

/// The secrets beside a capture and in it.
pub(crate) fn keys_of(file: &CaptureFile, tables: &CaptureTables) -> KeyLog {
    let mut keys = KeyLog::default();
    if let Ok(text) = fs::read(file.path.with_extension("keys")) {
        keys.add(&text);
    }
    for block in &tables.secrets {
        keys.add(&block.bytes);
    }
    tables.derived.iter().for_each(|new| keys.add_derived(new));
    keys
}

/// First packet and pieces of every session of a capture.
pub(crate) fn pieces_of(file: &CaptureFile) -> Vec<(u64, Pieces)> {
    let input = files::input(&file.name, file.bytes());
    let all = streams::of_capture(input);
    let of = |stream: &streams::Stream| (stream.first_packet, placed(&stream.pieces));
    all.iter().map(of).collect()
}

fn placed(pieces: &[(Direction, OwnedPiece)]) -> Pieces {
    let mut next = spider_pcap::session::PerDirection::<StreamOffset>::default();
    let place = |(direction, piece): &(Direction, OwnedPiece)| {
        let placed = match piece.as_piece() {
            Piece::Bytes(_, bytes) => Placed::Bytes(next[*direction], bytes.to_vec()),
            Piece::Gap(range) => Placed::Gap(range),
        };
        next[*direction] = placed.range().end;
        (*direction, placed)
    };
    pieces.iter().map(place).collect()
}

/// Deciphers pieces; the records of the client come first.
pub(crate) fn records(pieces: &[(Direction, Placed)], keys: &KeyLog) -> Vec<OwnRecord> {
    let mut decryptor = Decryptor::new(DecryptLimits::default());
    let mut records: Vec<OwnRecord> = Vec::new();
    let mut keep = |record: spider_pcap::tls::TlsRecord<'_>| {
        records.push(OwnRecord {
            direction: record.direction,
            range: record.range,
            content: record.content,
            payload: match record.payload {
                Payload::Clear(bytes) => OwnPayload::Clear(bytes.to_vec()),
                Payload::Deciphered(bytes) => OwnPayload::Deciphered(bytes.to_vec()),
                Payload::Unknown(reason) => OwnPayload::Unknown(reason),
            },
        });
    };
    for (direction, piece) in pieces {
        decryptor.push(keys, *direction, piece.as_piece(), &mut keep);
    }
    decryptor.finish(keys, &mut keep);
    records.sort_by_key(|record| (record.direction, record.range.start));
    // Bytes between records may be passed over in several steps.
    records.dedup_by(|next, before| {
        let is_one = next.content == ContentType::Unknown
            && before.content == ContentType::Unknown
            && before.range.end == next.range.start;
        if is_one {
            before.range.end = next.range.end;
        }
        is_one
    });
    records
}

/// The application data of one direction.
pub(crate) fn data(records: &[OwnRecord], direction: Direction) -> Vec<u8> {
    let own = records
        .iter()
        .filter(|record| record.direction == direction);
    let data = own.filter_map(|record| match &record.payload {
        OwnPayload::Deciphered(bytes) if record.content == ContentType::ApplicationData => {
            Some(bytes.as_slice())
        }
        _ => None,
    });
    data.collect::<Vec<_>>().concat()
}

/// The reasons of records that are not deciphered.
pub(crate) fn reasons(records: &[OwnRecord]) -> Vec<(Direction, Undeciphered)> {
    let reason = |record: &OwnRecord| match record.payload {
        OwnPayload::Unknown(reason) => Some((record.direction, reason)),
        _ => None,
    };
    records.iter().filter_map(reason).collect()
}

impl Placed {
    pub(crate) fn range(&self) -> StreamRange {
        match self {
            Self::Bytes(start, bytes) => {
                StreamRange::new(*start, u32::try_from(bytes.len()).unwrap())
            }
            Self::Gap(range) => *range,
        }
    }

    pub(crate) fn as_piece(&self) -> Piece<'_> {
        match self {
            Self::Bytes(start, bytes) => Piece::Bytes(*start, bytes),
            Self::Gap(range) => Piece::Gap(*range),
        }
    }
}
