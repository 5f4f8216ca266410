//! Field blocks: put together from frames, and taken apart by HPACK (RFC 7541).
//!
//! Limits: a block of [`HttpLimits::head_bytes`], fields of four times as many, a table of
//! [`HttpLimits::table_bytes`].

use loona_hpack::Decoder;

use super::super::fields::FieldsBuf;
use super::super::limits::HttpLimits;
use super::super::mark::Extent;
use super::frame::FrameHead;
use super::resume;

/// The field blocks of one direction.
pub(super) struct Blocks {
    decoder: Decoder<'static>,
    open: Option<Block>,
}

/// A block that is being put together.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) stream: u32,
    pub(super) ends_stream: bool,
    /// The stream of which the block is a promised request.
    pub(super) is_promise: bool,
    pub(super) extent: Extent,
    bytes: Vec<u8>,
}

/// The fields of a block.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) block: Block,
    pub(super) fields: FieldsBuf,
    /// Of a response.
    pub(super) status: Option<u16>,
    /// It is a request.
    pub(super) is_request: bool,
    pub(super) content_length: Option<u64>,
    pub(super) content_type: Vec<u8>,
    pub(super) bytes: u64,
    pub(super) is_cut: bool,
    /// Some of them were not captured.
    pub(super) has_missing: bool,
}

/// The direction cannot be read any more.
#[derive(Debug)]
pub(super) struct Broken;

impl std::fmt::Debug for Blocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blocks")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl Blocks {
    pub(super) fn new(limits: &HttpLimits) -> Self {
        let mut decoder = Decoder::new();
        decoder.set_max_allowed_table_size(limits.table_bytes);
        Self {
            decoder,
            open: None,
        }
    }

    /// The fields of a direction whose start was not captured.
    pub(super) fn resumed(limits: &HttpLimits) -> Self {
        let mut blocks = Self::new(limits);
        resume::fill(&mut blocks.decoder);
        blocks
    }

    /// Takes in a frame with fields; gives the head that it completes.
    pub(super) fn frame(
        &mut self,
        head: FrameHead,
        payload: &[u8],
        extent: Extent,
        limits: &HttpLimits,
    ) -> Result<Option<Head>, Broken> {
        match (head.kind, &mut self.open) {
            (FrameHead::CONTINUATION, Some(block))
                if block.stream == head.stream || block.is_promise =>
            {
                block.bytes.extend_from_slice(payload);
                block.extent = block.extent.and(&extent);
            }
            (FrameHead::HEADERS | FrameHead::PUSH_PROMISE, None) => {
                self.open = Some(Block::start(head, payload, extent).ok_or(Broken)?);
            }
            (_, _) => return Err(Broken),
        }
        match self.open.take() {
            Some(block) if limits.head_bytes < block.bytes.len() => Err(Broken),
            Some(block) if head.has(FrameHead::END_HEADERS) => self.decode(block, limits).map(Some),
            open => {
                self.open = open;
                Ok(None)
            }
        }
    }

    fn decode(&mut self, block: Block, limits: &HttpLimits) -> Result<Head, Broken> {
        let bytes = block.bytes.len() as u64;
        let mut head = Head {
            block,
            fields: FieldsBuf::default(),
            status: None,
            is_request: false,
            content_length: None,
            content_type: Vec::new(),
            bytes,
            is_cut: false,
            has_missing: false,
        };
        let limit = limits.head_bytes.saturating_mul(4);
        let (mut method, mut path) = (Vec::new(), Vec::new());
        let mut fields = FieldsBuf::default();
        let block = std::mem::take(&mut head.block.bytes);
        let decoded = self.decoder.decode_with_cb(&block, |name, value| {
            match &*name {
                b":method" => {
                    head.is_request = true;
                    method = value.to_vec();
                }
                b":path" => path = value.to_vec(),
                b":status" => head.status = number(&value).and_then(|code| code.try_into().ok()),
                b"content-length" => head.content_length = number(&value),
                b"content-type" => head.content_type = value.to_vec(),
                _ => {}
            }
            if *name == [resume::MISSING] {
                head.has_missing = true;
                fields.push(NOT_CAPTURED, &value);
            } else if fields.len() <= limit {
                fields.push(&name, &value);
            } else {
                head.is_cut = true;
            }
        });
        let mut whole = FieldsBuf::default();
        whole.push(&method, &path);
        whole.append(&fields);
        head.fields = whole;
        decoded.map(|()| head).map_err(|_| Broken)
    }
}

impl Block {
    /// The start of a block: the payload without padding, priority and promise.
    fn start(head: FrameHead, mut payload: &[u8], extent: Extent) -> Option<Self> {
        if head.has(FrameHead::PADDED) {
            let (padding, rest) = payload.split_first()?;
            let len = rest.len().checked_sub(usize::from(*padding))?;
            payload = rest.get(..len)?;
        }
        let is_promise = head.kind == FrameHead::PUSH_PROMISE;
        let mut stream = head.stream;
        if is_promise {
            let (promised, rest) = payload.split_first_chunk::<4>()?;
            stream = u32::from_be_bytes(*promised) & 0x7fff_ffff;
            payload = rest;
        } else if head.has(FrameHead::PRIORITY) {
            payload = payload.get(5..)?;
        }
        Some(Self {
            stream,
            ends_stream: is_promise || head.has(FrameHead::END_STREAM),
            is_promise,
            extent,
            bytes: payload.to_vec(),
        })
    }
}

/// What stands for the name of a field that was not captured.
const NOT_CAPTURED: &[u8] = b"(not captured)";

fn number(value: &[u8]) -> Option<u64> {
    let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(value)
        .ok()
        .filter(|_| is_number)?
        .parse()
        .ok()
}
