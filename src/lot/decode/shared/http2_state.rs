//! What the frames of one lot say to each other: tables of fields, blocks in parts, media types.
//!
//! Limits: blocks of 64 KiB, a table of 64 KiB, and 1 MiB of fields in a lot, since a byte may stand
//! for a field as long as the table; 1024 streams with a media type, and 1 MiB of messages of gRPC that wait
//! for their ends. Fields beyond that are shown in hexadecimal,
//! and so are all that follow, since the table is not known any more.
//!
//! Source: RFC 9113 §4.3, §6; RFC 7541 §4.2, §6.

use std::collections::BTreeMap;
use std::ops::Range;

use loona_hpack::Decoder as FieldDecoder;
use loona_hpack::decoder::DecoderError;

use super::cursor::{Cursor, Stop};
use super::decoded::{Decoded, SpanKind};
use super::http2_fields::FieldList;
use super::http2_frame::{ACK, END_HEADERS, END_STREAM, Frame, Kind, WITH_PRIORITY};
use super::inner::Inner;
use super::lot_bytes::LotBytes;
use super::nature::{self, Nesting};
use super::tree::{Leaf, Tree};
use super::unpack::Coding;
use crate::lot::decode::{hex, protobuf};

/// What is known of a stream within a lot.
#[derive(Debug, Default)]
struct Stream {
    media_type: String,
    /// How messages of gRPC are compressed.
    coding: Option<Coding>,
    /// A message of gRPC that has not ended.
    waiting: Vec<u8>,
    is_late: bool,
}

/// What is known of a connection within a lot.
pub(crate) struct Connection {
    /// The table counts from its newest field, so that one that begins with this lot finds those of
    /// this lot, and none that is older. `None` when a field could not be read, for what was to be
    /// added is not known then.
    fields: Option<FieldDecoder<'static>>,
    /// A block of fields that has not ended, and where it began.
    block: Vec<u8>,
    block_start: usize,
    /// What is known of streams.
    streams: BTreeMap<u32, Stream>,
    /// Bytes of messages that wait for their ends.
    waiting_bytes: usize,
    nesting: Nesting,
    /// Bytes of fields that may still be read.
    room_bytes: usize,
}

impl Connection {
    /// Knows nothing of the lots before.
    pub(crate) fn new() -> Self {
        let mut fields = FieldDecoder::new();
        fields.set_max_allowed_table_size(MAX_TABLE_BYTES);
        Self {
            fields: Some(fields),
            block: Vec::new(),
            block_start: 0,
            streams: BTreeMap::new(),
            waiting_bytes: 0,
            nesting: Nesting::of_lot(),
            room_bytes: MAX_FIELD_BYTES,
        }
    }

    /// Shows a frame.
    pub(crate) fn show(&mut self, frame: &Frame, lot: &LotBytes<'_>, out: &mut Decoded) {
        let (payload, padding) = frame.without_padding(lot.bytes);
        let mut body = Cursor::new(lot.bytes, payload);
        let mut tree = Tree::default();
        tree.name(frame.kind.name());
        tree.open("{");
        tree.field("stream", Leaf::number(frame.stream, frame.head.clone()));
        tree.field(
            "bytes",
            Leaf::number(frame.payload.len(), frame.head.clone()),
        );
        add_flags(frame, &mut tree);
        if let Some(padding) = padding {
            tree.field("padding", Leaf::number(padding, frame.head.clone()));
        }
        // All of the payload is there and long enough, so that nothing stops in it.
        add_fields(frame, &mut body, &mut tree).unwrap_or_default();
        tree.close("}");
        tree.write(lot, out);
        let rest = body.take_all();
        match frame.kind {
            Kind::Data => self.show_data(frame, lot, rest, out),
            Kind::Headers | Kind::PushPromise | Kind::Continuation => {
                self.add_block(frame, lot, rest, out);
            }
            _ => {}
        }
    }

    fn show_data(
        &mut self,
        frame: &Frame,
        lot: &LotBytes<'_>,
        range: Range<usize>,
        out: &mut Decoded,
    ) {
        let stream = self.streams.get(&frame.stream);
        let is_grpc = stream.is_some_and(|stream| stream.media_type.starts_with(GRPC));
        let inner = Inner::part(lot, range.clone());
        let inner = inner.lot();
        if is_grpc {
            self.join(frame.stream, lot, range, out);
            if frame.has(END_STREAM) {
                self.give_up(frame.stream, lot, out);
            }
        } else if range.is_empty() {
        } else if protobuf::is_grpc(&inner) {
            protobuf::show(&inner, &mut self.nesting, out);
        } else {
            let media_type = stream.map(|stream| stream.media_type.as_str());
            nature::show(
                &inner,
                media_type.unwrap_or_default(),
                &mut self.nesting,
                out,
            );
        }
    }

    /// Joins data of a stream of gRPC, and shows the messages that are whole.
    fn join(&mut self, id: u32, lot: &LotBytes<'_>, range: Range<usize>, out: &mut Decoded) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        let before = stream.waiting.len();
        let part = lot.bytes.get(range.clone()).unwrap_or_default();
        stream.waiting.extend_from_slice(part);
        stream.is_late |= lot.is_any_late(&range);
        let (whole, next) = match protobuf::grpc_lengths(&stream.waiting) {
            Some((whole, next)) => (whole, next),
            // What is no message is not waited for.
            None => (stream.waiting.len(), None),
        };
        let rest = stream.waiting.split_off(whole.min(stream.waiting.len()));
        let messages = std::mem::replace(&mut stream.waiting, rest);
        let left = stream.waiting.len();
        let (is_late, coding) = (stream.is_late, stream.coding);
        if !messages.is_empty() {
            stream.is_late = lot.is_any_late(&range);
            let inner = match before {
                0 => Inner::part(lot, range.start..range.start + messages.len()),
                _ => Inner::made_late(lot, is_late, messages),
            };
            protobuf::show_grpc(&inner.lot(), coding, &mut self.nesting, out);
        }
        if 0 < left {
            match next {
                Some(next) => out.note(format_args!(
                    "a message of {next} bytes goes on: {left} of them so far"
                )),
                None => out.note(format_args!(
                    "a message goes on: {left} of its bytes so far"
                )),
            }
        }
        self.waiting_bytes = self
            .waiting_bytes
            .saturating_sub(before)
            .saturating_add(left);
        if MAX_WAITING_BYTES < self.waiting_bytes {
            self.give_up(id, lot, out);
        }
    }

    /// Shows what waits of a stream as it is.
    fn give_up(&mut self, id: u32, lot: &LotBytes<'_>, out: &mut Decoded) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        let waiting = std::mem::take(&mut stream.waiting);
        if waiting.is_empty() {
            return;
        }
        self.waiting_bytes = self.waiting_bytes.saturating_sub(waiting.len());
        out.note(format_args!("stream {id}: a message does not end here"));
        let inner = Inner::made_late(lot, stream.is_late, waiting);
        hex::DECODER.decode(&inner.lot(), out);
        out.close_line();
    }

    /// The frames of the lot are over: shows what waits.
    pub(crate) fn finish(&mut self, lot: &LotBytes<'_>, out: &mut Decoded) {
        let ids: Vec<u32> = self.streams.keys().copied().collect();
        for id in ids {
            self.give_up(id, lot, out);
        }
    }

    /// Takes in a part of a block of fields, and shows the block when it ends.
    fn add_block(
        &mut self,
        frame: &Frame,
        lot: &LotBytes<'_>,
        range: Range<usize>,
        out: &mut Decoded,
    ) {
        let Some(fields) = &mut self.fields else {
            out.note("fields that are not read: those before were not");
            let part = Inner::part(lot, range);
            return hex::DECODER.decode(&part.lot(), out);
        };
        if frame.kind != Kind::Continuation {
            self.block.clear();
            self.block_start = range.start;
        }
        let part = lot.bytes.get(range.clone()).unwrap_or_default();
        self.block.extend_from_slice(part);
        if !frame.has(END_HEADERS) {
            return;
        }
        let mut list = FieldList::new(self.room_bytes);
        let is_short = self.block.len() <= MAX_BLOCK_BYTES;
        let block = self.block.get(..MAX_BLOCK_BYTES).unwrap_or(&self.block);
        let result = fields.decode_with_cb(block, |name, value| list.add(&name, &value));
        self.block.clear();
        self.room_bytes = self.room_bytes.saturating_sub(list.bytes);
        list.show(lot.is_any_late(&(self.block_start..range.end)), out);
        let wrong = match result {
            _ if !is_short => Some("more than 64 KiB in one block".to_owned()),
            _ if self.room_bytes == 0 => Some("no more than 1 MiB are read of a lot".to_owned()),
            Ok(()) => None,
            Err(DecoderError::HeaderIndexOutOfBounds) => {
                Some("they are in the lots before".to_owned())
            }
            Err(error) => Some(error.to_string()),
        };
        if let Some(media_type) = list.media_type
            && self.streams.len() < MAX_STREAMS
        {
            let stream = self.streams.entry(frame.stream).or_default();
            stream.media_type = media_type;
            stream.coding = list.coding;
        }
        if let Some(wrong) = wrong {
            self.fields = None;
            out.note(format_args!("fields that are not read: {wrong}"));
            let block = Inner::part(lot, range);
            hex::DECODER.decode(&block.lot(), out);
        }
    }
}

fn add_flags(frame: &Frame, tree: &mut Tree) {
    let mut flag = |name, flag| {
        if frame.has(flag) {
            tree.field(name, Leaf::word("true", frame.head.clone()));
        }
    };
    match frame.kind {
        Kind::Data => flag("endStream", END_STREAM),
        Kind::Settings | Kind::Ping => flag("ack", ACK),
        _ => {
            flag("endStream", END_STREAM);
            flag("endHeaders", END_HEADERS);
        }
    }
}

/// Adds what stands at the start of a payload.
fn add_fields(frame: &Frame, body: &mut Cursor<'_>, tree: &mut Tree) -> Outcome {
    match frame.kind {
        Kind::Headers if frame.has(WITH_PRIORITY) => add_priority(body, tree)?,
        Kind::Priority => add_priority(body, tree)?,
        Kind::RstStream => add_error(body, tree)?,
        Kind::Settings => {
            while !body.is_empty() {
                add_setting(body, tree)?;
            }
        }
        Kind::PushPromise => add_number(body, tree, "promisedStream")?,
        Kind::Ping => tree.field("data", Leaf::Bytes(body.take_all())),
        Kind::GoAway => {
            add_number(body, tree, "lastStream")?;
            add_error(body, tree)?;
            let range = body.take_all();
            if !range.is_empty() {
                let leaf = Leaf::text_or_bytes(body.slice(0..range.end), range);
                tree.field("data", leaf);
            }
        }
        Kind::WindowUpdate => add_number(body, tree, "increment")?,
        Kind::PriorityUpdate => {
            add_number(body, tree, "prioritizedStream")?;
            tree.field("priority", Leaf::Quoted(body.take_all()));
        }
        Kind::AltSvc => {
            let range = body.take_all();
            tree.field("data", Leaf::text_or_bytes(body.slice(0..range.end), range));
        }
        Kind::Data | Kind::Headers | Kind::Continuation => {}
    }
    Ok(())
}

type Outcome = Result<(), Stop>;

/// Adds a number of 31 bits.
fn add_number(body: &mut Cursor<'_>, tree: &mut Tree, name: &'static str) -> Outcome {
    let start = body.at();
    let number = body.u32()? & 0x7fff_ffff;
    tree.field(name, Leaf::number(number, start..body.at()));
    Ok(())
}

fn add_priority(body: &mut Cursor<'_>, tree: &mut Tree) -> Outcome {
    add_number(body, tree, "dependsOn")?;
    let start = body.at();
    let weight = u16::from(body.u8()?) + 1;
    tree.field("weight", Leaf::number(weight, start..body.at()));
    Ok(())
}

fn add_error(body: &mut Cursor<'_>, tree: &mut Tree) -> Outcome {
    let start = body.at();
    let code = body.u32()?;
    let range = start..body.at();
    let index = usize::try_from(code).unwrap_or(usize::MAX);
    let leaf = match ERRORS.get(index) {
        Some(name) => Leaf::Made(SpanKind::Quoted, format!("\"{name}\"").into(), range),
        None => Leaf::number(code, range),
    };
    tree.field("error", leaf);
    Ok(())
}

fn add_setting(body: &mut Cursor<'_>, tree: &mut Tree) -> Outcome {
    let start = body.at();
    let name = match body.u16()? {
        1 => "headerTableSize".to_owned(),
        2 => "enablePush".to_owned(),
        3 => "maxConcurrentStreams".to_owned(),
        4 => "initialWindowSize".to_owned(),
        5 => "maxFrameSize".to_owned(),
        6 => "maxHeaderListSize".to_owned(),
        8 => "enableConnectProtocol".to_owned(),
        9 => "noRfc7540Priorities".to_owned(),
        other => format!("{other:#06x}"),
    };
    tree.key(Leaf::Made(SpanKind::Key, name.into(), start..body.at()));
    let start = body.at();
    let value = body.u32()?;
    tree.leaf(Leaf::number(value, start..body.at()));
    Ok(())
}

/// RFC 9113 §7.
const ERRORS: [&str; 14] = [
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
];
const MAX_FIELD_BYTES: usize = 1 << 20;
const MAX_BLOCK_BYTES: usize = 64 << 10;
const MAX_TABLE_BYTES: usize = 64 << 10;
const MAX_STREAMS: usize = 1024;
const MAX_WAITING_BYTES: usize = 1 << 20;
/// Media types of gRPC start so.
const GRPC: &str = "application/grpc";
