//! When each side of a session sent how much.
//!
//! Turns the packets of one session, as they come, into counts over time: bins of one width, which
//! is a power of two nanoseconds and doubles when the session grows longer. Beside them it keeps
//! what a histogram blurs: the marks of the connection and the longest pauses. It deliberately
//! decides nothing about packets (an event says what was found about its packet), keeps no packet,
//! and knows nothing of rows and columns.
//!
//! Bins are aligned to the epoch, so that what is counted where depends on the earliest and the
//! latest time alone, and not on the order of the packets. A time that runs backwards is counted
//! where it says; before all others, it becomes the first. Packets without a time are counted
//! apart.
//!
//! Limits: 1024 bins (about 200 kB), 8 marks of each kind and direction, 16 pauses.

mod bins;
mod marks;
mod pauses;
mod tally;

use bins::Bins;
use marks::Marks;
pub use marks::{Mark, MarkKind};
use pauses::Pauses;
pub use pauses::{Pause, PauseEnd};
pub use tally::Tally;

use crate::session::{Direction, PerDirection};
use crate::time::{Span, Timestamp};

/// One packet of the session, and what was found about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineEvent {
    /// Capture time.
    pub time: Option<Timestamp>,
    /// Who sent it.
    pub direction: Direction,
    /// Payload bytes by the IP length.
    pub payload_bytes: u32,
    /// Payload bytes that were not captured before.
    pub new_bytes: u64,
    /// Bytes of a gap that opened before this packet; 0 without one.
    pub missing_bytes: u64,
    /// All or part of its bytes were already captured.
    pub is_resent: bool,
    /// It was sent again because its first copy was lost before the capture point.
    pub is_lost_upstream: bool,
    /// It was overtaken on the way.
    pub is_out_of_order: bool,
    /// It arrived after what it belongs to was answered.
    pub is_late: bool,
    /// It is the first packet of a lot.
    pub opens_lot: bool,
    /// It advertises a window of 0.
    pub is_zero_window: bool,
    /// Its control bits.
    pub control: ControlBits,
}

/// The control bits of a packet that open and close connections (RFC 9293 §3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ControlBits {
    /// Synchronize sequence numbers.
    pub syn: bool,
    /// The acknowledgment number is valid.
    pub ack: bool,
    /// No more data from the sender.
    pub fin: bool,
    /// Reset the connection.
    pub rst: bool,
}

/// The counts of one session over its duration.
#[derive(Clone, Debug)]
pub struct Timeline {
    span: Option<(Timestamp, Timestamp)>,
    bins: Bins,
    totals: PerDirection<Tally>,
    untimed: PerDirection<Tally>,
    marks: Marks,
    pauses: Pauses,
}

/// The counts of one stretch of time.
#[derive(Clone, Copy, Debug)]
pub struct Bin<'a> {
    /// Its start, a multiple of the width of the bins; the first may start before the session.
    pub start: Timestamp,
    /// What was counted.
    pub tallies: &'a PerDirection<Tally>,
}

impl TimelineEvent {
    /// A packet without payload about which nothing was found.
    pub const fn new(time: Option<Timestamp>, direction: Direction) -> Self {
        Self {
            time,
            direction,
            payload_bytes: 0,
            new_bytes: 0,
            missing_bytes: 0,
            is_resent: false,
            is_lost_upstream: false,
            is_out_of_order: false,
            is_late: false,
            opens_lot: false,
            is_zero_window: false,
            control: ControlBits {
                syn: false,
                ack: false,
                fin: false,
                rst: false,
            },
        }
    }
}

impl Timeline {
    /// How many bins there are at most.
    pub const MAX_BINS: usize = 1024;

    /// A time line of no packet, with no more than `bins` bins (4 at least).
    pub fn with_bins(bins: usize) -> Self {
        Self {
            span: None,
            bins: Bins::new(bins),
            totals: PerDirection::default(),
            untimed: PerDirection::default(),
            marks: Marks::default(),
            pauses: Pauses::default(),
        }
    }

    /// Takes in the next packet in capture order.
    pub fn handle_packet(&mut self, event: &TimelineEvent) {
        let lot = self.lots();
        self.totals[event.direction].count(event);
        self.marks.note(event);
        let Some(time) = event.time else {
            self.untimed[event.direction].count(event);
            return;
        };
        self.bins.at_mut(time)[event.direction].count(event);
        if let Some((_, last)) = self.span {
            self.pauses.note(last, time, event, lot);
        }
        let (first, last) = self.span.unwrap_or((time, time));
        self.span = Some((first.min(time), last.max(time)));
    }

    /// The roles turned out to be the other way round: all directions so far are exchanged.
    pub fn swap_directions(&mut self) {
        self.bins.swap_directions();
        self.totals.swap();
        self.untimed.swap();
        self.marks.swap_directions();
        self.pauses.swap_directions();
    }

    /// The earliest time; `None` when no packet has one.
    pub fn first(&self) -> Option<Timestamp> {
        self.span.map(|(first, _)| first)
    }

    /// The latest time; `None` when no packet has one.
    pub fn last(&self) -> Option<Timestamp> {
        self.span.map(|(_, last)| last)
    }

    /// The width of every bin, a power of two nanoseconds.
    ///
    /// With more than 1 ns, more than half of the bins there may be are in use.
    pub const fn bin_width(&self) -> Span {
        self.bins.width()
    }

    /// The bins from the first to the last packet, empty ones included.
    pub fn bins(&self) -> impl ExactSizeIterator<Item = Bin<'_>> {
        self.bins.iter()
    }

    /// The index of the bin that `time` is in, or would be nearest to.
    pub fn bin_index(&self, time: Timestamp) -> usize {
        self.bins.nearest(time)
    }

    /// What all packets sum up to, those without a time included.
    pub const fn totals(&self) -> &PerDirection<Tally> {
        &self.totals
    }

    /// What the packets without a time sum up to.
    pub const fn untimed(&self) -> &PerDirection<Tally> {
        &self.untimed
    }

    /// Lots of both directions.
    pub const fn lots(&self) -> u64 {
        let totals = &self.totals;
        totals.out.lots.saturating_add(totals.r#in.lots)
    }

    /// What happened to the connection, in capture order.
    pub fn marks(&self) -> &[Mark] {
        self.marks.kept()
    }

    /// How many marks found no room.
    pub const fn marks_left_out(&self) -> u64 {
        self.marks.left_out()
    }

    /// The five longest pauses, longest first, the earlier of two alike first.
    ///
    /// A pause is the time in which neither side sent, between a packet and the next newer one.
    /// A packet whose time lies within a pause (the clock ran backwards) makes two of it.
    pub fn pauses(&self) -> &[Pause] {
        self.pauses.longest()
    }
}

impl Default for Timeline {
    fn default() -> Self {
        Self::with_bins(Self::MAX_BINS)
    }
}

#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
