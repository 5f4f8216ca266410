//! The captures of `testdata/` as time lines, by the simplest means: sessions are 4-tuples, and
//! what was found about a packet is what its sequence number says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::capture::{Batch, Capture, Input, ReadLimits};
use crate::lot::{ControlBits, Timeline, TimelineEvent};
use crate::packet::{DecodeLimits, Decoder, Endpoint, SegmentHead, TcpFlags};
use crate::session::{Direction, PerDirection};

/// One 4-tuple.
struct Session {
    client: Endpoint,
    timeline: Timeline,
    /// Sequence number behind the highest byte seen.
    high: PerDirection<Option<u32>>,
    /// Who opened the latest lot.
    lot: Option<Direction>,
}

/// The time lines of a capture in the order of their first packets.
pub(super) fn timelines(path: &Path) -> Vec<Timeline> {
    let input = Input::File(path.to_owned());
    let Ok(mut capture) = Capture::open(vec![input], ReadLimits::default()) else {
        return Vec::new();
    };
    let mut decoder = Decoder::new(DecodeLimits::default());
    let mut sessions: Vec<Session> = Vec::new();
    let mut known = BTreeMap::new();
    let (mut batch, mut heads) = (Batch::default(), Vec::new());
    while capture.next_batch(&mut batch) {
        heads.clear();
        decoder.decode(&mut batch, &mut heads);
        for head in &heads {
            let mut ends = [head.source, head.destination];
            ends.sort_unstable();
            let index = *known.entry(ends).or_insert_with(|| {
                sessions.push(Session::new(head));
                sessions.len() - 1
            });
            sessions[index].handle(head);
        }
    }
    sessions
        .into_iter()
        .map(|session| session.timeline)
        .collect()
}

/// The captures of `testdata/`, sorted.
pub(super) fn all() -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.contains(".pcap") && !name.ends_with(".json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

impl Session {
    fn new(head: &SegmentHead) -> Self {
        let flags = head.flags;
        let is_answer = flags.has(TcpFlags::SYN) && flags.has(TcpFlags::ACK);
        Self {
            client: if is_answer {
                head.destination
            } else {
                head.source
            },
            timeline: Timeline::default(),
            high: PerDirection::default(),
            lot: None,
        }
    }

    fn handle(&mut self, head: &SegmentHead) {
        let direction = if head.source == self.client {
            Direction::Out
        } else {
            Direction::In
        };
        let has = |flag| head.flags.has(flag);
        let syn = u32::from(has(TcpFlags::SYN));
        let start = head.seq.0.wrapping_add(syn);
        let end = start.wrapping_add(head.payload_len);
        let high = if syn == 1 { None } else { self.high[direction] };
        let above = |at: u32| high.map_or(0, |high| at.wrapping_sub(high).cast_signed());
        let new = match high {
            Some(_) => above(end)
                .clamp(0, i32::MAX)
                .cast_unsigned()
                .min(head.payload_len),
            None => head.payload_len,
        };
        let opens_lot = 0 < new && self.lot != Some(direction);
        if opens_lot {
            self.lot = Some(direction);
        }
        if high.is_none() || 0 < above(end) || has(TcpFlags::FIN) {
            self.high[direction] = Some(end.wrapping_add(has(TcpFlags::FIN).into()));
        }
        self.timeline.handle_packet(&TimelineEvent {
            payload_bytes: head.payload_len,
            new_bytes: u64::from(new),
            missing_bytes: above(start).max(0).unsigned_abs().into(),
            is_resent: new < head.payload_len,
            opens_lot,
            is_zero_window: head.window == 0 && !has(TcpFlags::RST),
            control: ControlBits {
                syn: syn == 1,
                ack: has(TcpFlags::ACK),
                fin: has(TcpFlags::FIN),
                rst: has(TcpFlags::RST),
            },
            ..TimelineEvent::new(head.time, direction)
        });
    }
}
