//! A cursor over the bytes of one packet: what was captured, and how much stood on the wire.
//!
//! Every read is checked and answers [`Stop::Cut`] beyond the captured bytes, so that no decoder
//! indexes, slices, or adds unchecked. Knows no protocol.

use super::fragment::Fragment;
use super::layer::Layer;

/// The bytes from here to the end of the enclosing layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// Captured bytes; `bytes.len() <= wire_len`.
    bytes: &'a [u8],
    /// Where `bytes` starts in the batch.
    start: usize,
    /// Bytes on the wire.
    wire_len: usize,
}

/// The layer that follows, and its bytes.
pub(super) type Next<'a> = (Layer, View<'a>);

/// Outcome of one layer.
pub(super) type Step<'a> = Result<Next<'a>, Stop<'a>>;

/// Why decoding of a packet ends before TCP.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop<'a> {
    /// The packet carries something else.
    Other,
    /// The captured bytes end inside a header.
    Cut,
    /// A header contradicts itself; what is wrong.
    Bad(&'static str),
    /// A link type that is not read.
    UnknownLink(u16),
    /// Part of an IP datagram.
    Fragment(Fragment<'a>),
    /// A UDP header from the port of a name service.
    NameService(View<'a>),
}

impl<'a> View<'a> {
    /// The captured `bytes` that start at `start` in the batch; `wire_len` of them on the wire.
    pub(super) fn new(bytes: &'a [u8], start: usize, wire_len: usize) -> Self {
        Self {
            bytes,
            start,
            wire_len: wire_len.max(bytes.len()),
        }
    }

    /// The captured bytes.
    pub(super) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where the bytes start in the batch.
    pub(super) const fn start(&self) -> usize {
        self.start
    }

    /// Number of captured bytes.
    pub(super) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Number of bytes on the wire.
    pub(super) const fn wire_len(&self) -> usize {
        self.wire_len
    }

    /// True when the snapshot length cut this part of the packet.
    pub(super) const fn is_cut(&self) -> bool {
        self.bytes.len() < self.wire_len
    }

    /// The view behind the first `n` bytes, which must have been captured.
    pub(super) fn skip(&self, n: usize) -> Result<Self, Stop<'static>> {
        let bytes = self.bytes.get(n..).ok_or(Stop::Cut)?;
        Ok(Self {
            bytes,
            start: self.start.saturating_add(n),
            wire_len: self.wire_len.saturating_sub(n),
        })
    }

    /// The view without what lies behind the first `n` bytes on the wire.
    pub(super) fn limit(&self, n: usize) -> Self {
        Self {
            bytes: self.bytes.get(..n).unwrap_or(self.bytes),
            start: self.start,
            wire_len: self.wire_len.min(n),
        }
    }

    /// `N` bytes from `at`.
    #[inline]
    pub(super) fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], Stop<'static>> {
        let tail = self.bytes.get(at..).ok_or(Stop::Cut)?;
        tail.first_chunk::<N>().copied().ok_or(Stop::Cut)
    }

    /// The byte at `at`.
    #[inline]
    pub(super) fn u8(&self, at: usize) -> Result<u8, Stop<'static>> {
        self.bytes.get(at).copied().ok_or(Stop::Cut)
    }

    /// 16 bits in network order.
    #[inline]
    pub(super) fn be16(&self, at: usize) -> Result<u16, Stop<'static>> {
        self.array(at).map(u16::from_be_bytes)
    }

    /// 32 bits in network order.
    #[inline]
    pub(super) fn be32(&self, at: usize) -> Result<u32, Stop<'static>> {
        self.array(at).map(u32::from_be_bytes)
    }

    /// 16 bits, least significant byte first.
    #[inline]
    pub(super) fn le16(&self, at: usize) -> Result<u16, Stop<'static>> {
        self.array(at).map(u16::from_le_bytes)
    }

    /// 32 bits, least significant byte first.
    #[inline]
    pub(super) fn le32(&self, at: usize) -> Result<u32, Stop<'static>> {
        self.array(at).map(u32::from_le_bytes)
    }

    /// Behind the first `n` bytes, as `layer`.
    #[inline]
    pub(super) fn then(&self, n: usize, layer: Layer) -> Step<'a> {
        Ok((layer, self.skip(n)?))
    }
}
