//! Captures made byte by byte, and readers that gather everything, for tests.

use std::io::{Cursor, Read, Write as _};

use super::{Batch, ByteOrder, Capture, Input, OpenError, ReadLimits};

/// Bytes written in one byte order.
#[derive(Clone, Debug)]
pub(crate) struct Bytes {
    pub(crate) order: ByteOrder,
    pub(crate) bytes: Vec<u8>,
}

impl Bytes {
    pub(crate) fn new(order: ByteOrder) -> Self {
        Self {
            order,
            bytes: Vec::new(),
        }
    }

    pub(crate) fn u16(mut self, number: u16) -> Self {
        self.bytes.extend(match self.order {
            ByteOrder::Little => number.to_le_bytes(),
            ByteOrder::Big => number.to_be_bytes(),
        });
        self
    }

    pub(crate) fn u32(mut self, number: u32) -> Self {
        self.bytes.extend(match self.order {
            ByteOrder::Little => number.to_le_bytes(),
            ByteOrder::Big => number.to_be_bytes(),
        });
        self
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A block around `body`, which is padded.
    pub(crate) fn block(self, kind: u32, body: Self) -> Self {
        let mut body = body.bytes;
        body.resize(body.len().next_multiple_of(4), 0);
        let len = u32::try_from(body.len() + 12).unwrap();
        self.u32(kind).u32(len).raw(&body).u32(len)
    }

    fn body(&self) -> Self {
        Self::new(self.order)
    }

    pub(crate) fn section(self, major: u16) -> Self {
        let body = self.body().u32(0x1a2b_3c4d).u16(major).u16(0);
        let body = body.u32(u32::MAX).u32(u32::MAX);
        self.block(0x0a0d_0d0a, body)
    }

    pub(crate) fn interface(self, link_type: u16, snaplen: u32, options: &[(u16, &[u8])]) -> Self {
        let mut body = self.body().u16(link_type).u16(0).u32(snaplen);
        for (code, value) in options {
            body = body.option(*code, value);
        }
        self.block(1, body)
    }

    pub(crate) fn option(self, code: u16, value: &[u8]) -> Self {
        let padding = value.len().next_multiple_of(4) - value.len();
        self.u16(code)
            .u16(u16::try_from(value.len()).unwrap())
            .raw(value)
            .raw(&[0; 3][..padding])
    }

    /// An enhanced packet block with the options in `options`.
    pub(crate) fn packet(self, interface: u32, ticks: u64, data: &[u8], options: Self) -> Self {
        let len = u32::try_from(data.len()).unwrap();
        let padding = data.len().next_multiple_of(4) - data.len();
        let body = self.body().u32(interface);
        let body = body.u32(u32::try_from(ticks >> 32).unwrap());
        let body = body.u32(u32::try_from(ticks & 0xffff_ffff).unwrap());
        let body = body.u32(len).u32(len + 10).raw(data);
        let body = body.raw(&[0; 3][..padding]).raw(&options.bytes);
        self.block(6, body)
    }

    pub(crate) fn plain_packet(self, ticks: u64, data: &[u8]) -> Self {
        let none = self.body();
        self.packet(0, ticks, data, none)
    }

    pub(crate) fn pcap_header(self, magic: u32, minor: u16, network: u32) -> Self {
        self.u32(magic)
            .u16(2)
            .u16(minor)
            .u32(0)
            .u32(0)
            .u32(65_535)
            .u32(network)
    }

    /// A pcap record with `extra` bytes behind its lengths.
    pub(crate) fn record(self, time: (u32, u32), extra: &[u8], data: &[u8]) -> Self {
        let len = u32::try_from(data.len()).unwrap();
        self.u32(time.0)
            .u32(time.1)
            .u32(len)
            .u32(len)
            .raw(extra)
            .raw(data)
    }
}

/// A pcap of packets with these seconds; the data of each is its text.
pub(crate) fn pcap(packets: &[(u32, &str)]) -> Vec<u8> {
    let start = Bytes::new(ByteOrder::Little).pcap_header(0xa1b2_c3d4, 4, 1);
    let file = packets.iter().fold(start, |file, (second, data)| {
        file.record((*second, 0), &[], data.as_bytes())
    });
    file.bytes
}

/// What reading gave.
pub(crate) struct Reading {
    pub(crate) packets: Vec<String>,
    pub(crate) notices: Vec<String>,
    pub(crate) capture: Capture,
}

/// Reads all of these inputs; a packet prints as `number@interface time data`.
pub(crate) fn read_inputs(inputs: Vec<Input>, limits: ReadLimits) -> Result<Reading, OpenError> {
    let mut capture = Capture::open(inputs, limits)?;
    let mut packets = Vec::new();
    let mut batch = Batch::default();
    while capture.next_batch(&mut batch) {
        assert!(!batch.slots.is_empty());
        for packet in batch.packets() {
            assert!(packet.bytes.len() <= packet.original_len as usize);
            let time = packet.time.map_or_else(
                || "-".to_owned(),
                |time| time.decimal(packet.precision).to_string(),
            );
            packets.push(format!(
                "{}@{} {time} {}",
                packet.number,
                packet.interface.0,
                String::from_utf8_lossy(packet.bytes)
            ));
        }
    }
    assert!(batch.slots.is_empty() && batch.packets().next().is_none());
    let notices = capture.notices().notices();
    Ok(Reading {
        packets,
        notices: notices.iter().map(ToString::to_string).collect(),
        capture,
    })
}

/// A stream of these bytes, called `name`.
/// A batch of packets of four bytes, each its number.
pub(crate) fn numbered(numbers: std::ops::RangeInclusive<u8>) -> Batch {
    let mut bytes = Bytes::new(ByteOrder::Little).pcap_header(0xa1b2_c3d4, 4, 1);
    for number in numbers {
        bytes = bytes.record((1, 0), &[], &[number; 4]);
    }
    let input = stream("numbered", &bytes.bytes);
    let mut capture = Capture::open(vec![input], ReadLimits::default()).unwrap();
    let mut batch = Batch::default();
    assert!(capture.next_batch(&mut batch));
    batch
}

pub(crate) fn stream(name: &str, bytes: &[u8]) -> Input {
    Input::Stream {
        name: name.to_owned(),
        reader: Box::new(Cursor::new(bytes.to_vec())),
    }
}

/// Reads one capture in memory.
pub(crate) fn read(bytes: &[u8]) -> Reading {
    try_read(bytes).unwrap()
}

pub(crate) fn try_read(bytes: &[u8]) -> Result<Reading, OpenError> {
    read_inputs(vec![stream("x", bytes)], ReadLimits::default())
}

/// A file of these bytes.
pub(crate) fn file(directory: &tempfile::TempDir, name: &str, bytes: &[u8]) -> Input {
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    Input::File(path)
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Gives these chunks one by one, and panics when it is read past them.
pub(crate) struct Endless(pub(crate) std::vec::IntoIter<Vec<u8>>);

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let chunk = self.0.next().expect("a read that would block");
        buf[..chunk.len()].copy_from_slice(&chunk);
        Ok(chunk.len())
    }
}
