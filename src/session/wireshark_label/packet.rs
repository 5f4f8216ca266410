//! What the analyser looks at in a packet.

use super::super::Direction;
use crate::packet::{Segment, SeqNumber, TcpFlags, TcpOptions};
use crate::time::Timestamp;

/// One packet that is to be labelled.
#[derive(Clone, Copy, Debug)]
pub struct LabelledPacket {
    /// Who sent it; which end is which does not matter, as long as it stays the same.
    pub direction: Direction,
    /// Capture time; labels that depend on times fall away without it.
    pub time: Option<Timestamp>,
    /// Sequence number.
    pub seq: SeqNumber,
    /// Acknowledgment number, whatever the flags say.
    pub ack: SeqNumber,
    /// Control bits.
    pub flags: TcpFlags,
    /// Window as sent, not scaled.
    pub window: u16,
    /// Payload bytes by the IP length.
    pub payload_len: u32,
    /// Window scale option as sent.
    pub window_scale: Option<u8>,
}

impl LabelledPacket {
    /// What the analyser looks at in `segment`.
    pub fn of(direction: Direction, segment: &Segment<'_>) -> Self {
        let head = &segment.head;
        Self {
            direction,
            time: head.time,
            seq: head.seq,
            ack: head.ack,
            flags: head.flags,
            window: head.window,
            payload_len: head.payload_len,
            window_scale: TcpOptions::parse(segment.header).window_scale,
        }
    }

    /// The number after its last byte, with one for a SYN or a FIN.
    pub(super) const fn end(&self) -> SeqNumber {
        self.seq.add(self.payload_len).add(self.control_len())
    }

    /// What a SYN or a FIN takes of the sequence numbers; both together take one in Wireshark.
    pub(super) const fn control_len(&self) -> u32 {
        self.flags.has_any(TcpFlags::SYN.with(TcpFlags::FIN)) as u32
    }

    /// True with a SYN, a FIN or a reset.
    pub(super) const fn is_control(&self) -> bool {
        let control = TcpFlags::SYN.with(TcpFlags::FIN).with(TcpFlags::RST);
        self.flags.has_any(control)
    }

    /// True for the SYN of a client.
    pub(super) const fn is_opening(&self) -> bool {
        self.flags.has(TcpFlags::SYN) && !self.flags.has(TcpFlags::ACK)
    }

    /// True for an acknowledgment that is no SYN.
    pub(super) const fn is_plain_ack(&self) -> bool {
        self.flags.has(TcpFlags::ACK) && !self.flags.has(TcpFlags::SYN)
    }
}
