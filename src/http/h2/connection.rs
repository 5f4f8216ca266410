//! Both directions of a connection of HTTP/2.

use std::collections::BTreeMap;

use super::super::collect::{Collector, Role};
use super::super::item::{Item, Protocol};
use super::super::limits::HttpLimits;
use super::super::mark::{Extent, Marks};
use super::super::message::Oddity;
use super::block::{Blocks, Broken, Head};
use super::frame::{Event, FrameHead, Frames};
use super::stream::Stream;
use crate::session::{Direction, PerDirection, Piece};

/// A connection of HTTP/2.
#[derive(Debug)]
pub(in super::super) struct Connection {
    limits: HttpLimits,
    /// Direction of requests.
    requests: Direction,
    halves: PerDirection<Half>,
    streams: BTreeMap<u32, Stream>,
    pub(in super::super) collector: Collector,
}

/// One direction.
#[derive(Debug)]
struct Half {
    frames: Frames,
    blocks: Blocks,
    is_broken: bool,
    /// Where the frame at hand came, as far as it came.
    extent: Option<Extent>,
}

impl Connection {
    /// A connection whose client's preface came.
    pub(in super::super) fn after_preface(
        limits: HttpLimits,
        requests: Direction,
        mut collector: Collector,
    ) -> Self {
        collector.is_recognised = true;
        let half = || Half {
            frames: Frames::default(),
            blocks: Blocks::new(&limits),
            is_broken: false,
            extent: None,
        };
        Self {
            limits,
            requests,
            halves: PerDirection {
                out: half(),
                r#in: half(),
            },
            streams: BTreeMap::new(),
            collector,
        }
    }

    /// A connection whose start was not captured.
    pub(in super::super) fn resumed(limits: HttpLimits, collector: Collector) -> Self {
        let mut connection = Self::after_preface(limits, Direction::Out, collector);
        for direction in Direction::BOTH {
            connection.halves[direction].blocks = Blocks::resumed(&limits);
        }
        connection.collector.note_gap();
        connection
    }

    /// A connection that was upgraded; the request that asked for it is its first stream.
    pub(in super::super) fn upgraded(
        limits: HttpLimits,
        requests: Direction,
        item: Option<Box<Item>>,
        collector: Collector,
    ) -> Self {
        let mut connection = Self::after_preface(limits, requests, collector);
        connection.halves[requests].frames.preface = PREFACE_BYTES;
        let index = item.as_ref().map(|item| item.index);
        let item = item.map(|mut item| {
            item.protocol = Protocol::Http2;
            item.stream = Some(1);
            item
        });
        let stream = Stream::answering(index.unwrap_or_default(), item);
        connection.streams.insert(1, stream);
        connection
    }

    /// Takes in a piece.
    pub(in super::super) fn push(&mut self, direction: Direction, piece: Piece<'_>, marks: &Marks) {
        let last = Some(marks.last.packet);
        self.collector.last_packet = self.collector.last_packet.max(last);
        if self.halves[direction].is_broken {
            return;
        }
        match piece {
            Piece::Gap(range) => self.push_gap(direction, range.len()),
            Piece::Bytes(_, bytes) => self.push_bytes(direction, bytes, marks),
        }
    }

    fn push_bytes(&mut self, direction: Direction, mut bytes: &[u8], marks: &Marks) {
        while !bytes.is_empty() {
            let half = &mut self.halves[direction];
            match &mut half.extent {
                Some(extent) => extent.extend(marks),
                None => half.extent = Some(Extent::of(marks)),
            }
            let (event, rest) = half.frames.step(bytes, self.limits.head_bytes);
            bytes = rest;
            self.handle(direction, event, marks);
            if self.halves[direction].frames.is_at_end() {
                let event = self.halves[direction].frames.end();
                self.handle(direction, event, marks);
            }
            let half = &mut self.halves[direction];
            if half.is_broken {
                return;
            }
            if !half.frames.is_inside() {
                half.extent = None;
                self.collector.note_lot(marks.last.lot);
            }
        }
    }

    fn push_gap(&mut self, direction: Direction, len: u64) {
        self.collector.note_gap();
        let role = self.role(direction);
        match self.halves[direction].frames.skip(len) {
            Some(stream) => {
                if let Some(stream) = self.streams.get_mut(&stream) {
                    stream.missing(role, len);
                }
            }
            // Fields behind it refer to fields that are missing.
            None => self.halves[direction].is_broken = true,
        }
    }

    fn handle(&mut self, direction: Direction, event: Option<Event<'_>>, marks: &Marks) {
        let role = self.role(direction);
        match event {
            None => {}
            Some(Event::TooLong) => self.fail(direction),
            Some(Event::Data(id, content)) => {
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.data(role, content, marks, &mut self.collector);
                }
            }
            Some(Event::DataEnd(id, ends)) => {
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.data(role, &[], marks, &mut self.collector);
                    if ends {
                        stream.end(role, None, &mut self.collector);
                    }
                }
                self.close_if_over(id);
            }
            Some(Event::Whole(head, payload)) => {
                self.handle_frame(direction, head, &payload, marks);
            }
        }
    }

    fn handle_frame(
        &mut self,
        direction: Direction,
        head: FrameHead,
        payload: &[u8],
        marks: &Marks,
    ) {
        if head.kind == FrameHead::RST_STREAM {
            if let Some(stream) = self.streams.remove(&head.stream) {
                stream.close(Oddity::Reset, &mut self.collector);
            }
            return;
        }
        let half = &mut self.halves[direction];
        let extent = half.extent.unwrap_or_else(|| Extent::of(marks));
        match half.blocks.frame(head, payload, extent, &self.limits) {
            Ok(Some(head)) => self.handle_head(direction, head),
            Ok(None) => {}
            Err(Broken) => self.fail(direction),
        }
    }

    fn handle_head(&mut self, direction: Direction, head: Head) {
        let id = head.block.stream;
        let role = match head.block.is_promise {
            true => Role::Request,
            false => self.role(direction),
        };
        if !self.streams.contains_key(&id) {
            let is_start = head.is_request || head.status.is_some() || head.has_missing;
            if !is_start {
                return;
            }
            let (index, item) = self.collector.open(Protocol::Http2);
            let item = item.map(|mut item| {
                item.stream = Some(id);
                item
            });
            let stream = match (role, head.block.is_promise) {
                (Role::Response, false) => Stream::answering(index, item),
                (_, _) => Stream::new(index, item),
            };
            if self.limits.waiting <= self.streams.len() {
                self.collector.limit_reached = true;
                let mut stream = stream;
                stream.head(role, head, &mut self.collector);
                stream.close(Oddity::TooManyWaiting, &mut self.collector);
                return;
            }
            self.streams.insert(id, stream);
        }
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.head(role, head, &mut self.collector);
        }
        self.close_if_over(id);
    }

    fn close_if_over(&mut self, id: u32) {
        if self.streams.get(&id).is_some_and(Stream::is_over)
            && let Some(stream) = self.streams.remove(&id)
        {
            stream.close(Oddity::Cut, &mut self.collector);
        }
    }

    /// What comes in this direction is not HTTP/2.
    fn fail(&mut self, direction: Direction) {
        self.halves[direction].is_broken = true;
        self.collector.has_failed = true;
    }

    /// The roles turned out to be the other way round.
    pub(in super::super) const fn swap_directions(&mut self) {
        self.halves.swap();
        self.requests = self.requests.opposite();
    }

    /// The capture ends.
    pub(in super::super) fn finish(&mut self) {
        for (_, stream) in std::mem::take(&mut self.streams) {
            stream.close(Oddity::Cut, &mut self.collector);
        }
        if Direction::BOTH
            .iter()
            .any(|direction| self.halves[*direction].frames.is_inside())
        {
            self.collector.note_gap();
        }
    }

    fn role(&self, direction: Direction) -> Role {
        match direction == self.requests {
            true => Role::Request,
            false => Role::Response,
        }
    }
}

/// Length of what a client sends first (RFC 9113 §3.4).
const PREFACE_BYTES: usize = 24;
