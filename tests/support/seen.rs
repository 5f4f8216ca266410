//! One session of a capture, followed to its end.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::ControlFlow;

use spider_pcap::analyze::{CaptureTables, Followed, FollowedPacket, Follower, NoProgress, follow};
use spider_pcap::capture::Input;
use spider_pcap::config::Config;
use spider_pcap::lot::{Hold, Lot, LotPart, Overlap, PlacedPacket};
use spider_pcap::session::{Direction, SessionSummary, Target};

/// One session as it was followed.
#[derive(Default)]
pub(crate) struct Seen {
    /// Payload bytes of each packet, and what it was.
    pub(crate) packets: Vec<(u32, PlacedPacket)>,
    pub(crate) lots: Vec<Lot>,
    /// The bytes of each direction, gaps closed up.
    pub(crate) content: BTreeMap<Direction, Vec<u8>>,
}

impl Follower for Seen {
    fn start(&mut self, _: &SessionSummary, _: &CaptureTables) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> ControlFlow<()> {
        assert_eq!(packet.raw().unwrap().number, packet.segment.head.number);
        let len = packet.segment.head.payload_len;
        self.packets.push((len, packet.placed));
        ControlFlow::Continue(())
    }

    fn lot(&mut self, part: LotPart) -> ControlFlow<()> {
        let content = self.content.entry(part.lot.direction).or_default();
        content.extend(&part.content.bytes);
        if part.is_last {
            self.lots.push(part.lot);
        }
        ControlFlow::Continue(())
    }
}

/// Follows a session of a capture, with so much of its content held.
pub(crate) fn followed(
    name: &str,
    bytes: &[u8],
    target: Target,
    limit_bytes: usize,
) -> (Followed, Seen) {
    let hold = Hold::Lots {
        limit_bytes,
        overlap: Overlap::First,
    };
    let mut seen = Seen::default();
    let inputs = vec![Input::Stream {
        name: name.to_owned(),
        reader: Box::new(Cursor::new(bytes.to_vec())),
    }];
    let config = Config::default();
    let followed = follow(inputs, &config, (target, hold), &NoProgress, &mut seen);
    (followed.unwrap(), seen)
}
