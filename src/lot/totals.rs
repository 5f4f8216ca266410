//! Lots as they are counted while a session is read.
//!
//! Turns the data packets of a session into the number of its lots and of its late packets. It
//! keeps no content and no list of lots, only the start of the latest lot of each direction.
//!
//! This is the one place that decides what a lot is; [`LotBuilder`](super::LotBuilder) follows it.
//! A lot ends when a data packet of the other direction delivers new bytes. A packet is late when
//! it fills a gap of an earlier lot, or when the other side had acknowledged its bytes in a packet
//! captured before. Late bytes belong to the lot that their sequence numbers say, and open none.

use crate::session::{DataEvent, Direction, PerDirection, SessionObserver, StreamOffset};

/// How many lots and late packets a session has had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LotTotals {
    /// Lots of both directions.
    pub lots: u64,
    /// Packets with late bytes.
    pub late_packets: PerDirection<u64>,
}

/// Counts the lots of one session.
#[derive(Clone, Debug, Default)]
pub struct LotCounter {
    totals: LotTotals,
    current: Option<Direction>,
    /// Start of the latest lot of each direction.
    starts: PerDirection<Option<StreamOffset>>,
}

impl LotCounter {
    /// A counter that has seen nothing.
    pub const fn new() -> Self {
        Self {
            totals: LotTotals {
                lots: 0,
                late_packets: PerDirection { out: 0, r#in: 0 },
            },
            current: None,
            starts: PerDirection {
                out: None,
                r#in: None,
            },
        }
    }

    /// The totals so far.
    pub const fn totals(&self) -> LotTotals {
        self.totals
    }

    /// Takes in a packet with bytes at a place in the stream, and tells the lot of its new bytes;
    /// `None` when it brought nothing new.
    pub fn place(&mut self, event: &DataEvent<'_>) -> Option<LotPlace> {
        let step = self.step(event)?;
        let (_, lot) = self.latest(event.direction)?;
        Some(LotPlace {
            lot,
            opened: step.opened,
            is_late: step.is_late(),
        })
    }

    /// The latest lot of a direction: where it starts, and its number.
    pub fn latest(&self, direction: Direction) -> Option<(StreamOffset, u64)> {
        let start = self.starts[direction]?;
        // Lots alternate in direction.
        let back = if self.current == Some(direction) {
            1
        } else {
            2
        };
        Some((start, self.totals.lots.checked_sub(back)?))
    }

    /// Takes in a packet with bytes at a place in the stream; `None` when it brought nothing new.
    pub(super) fn step(&mut self, event: &DataEvent<'_>) -> Option<LotStep> {
        if event.above.is_empty() && event.filled_from.is_none() {
            return None;
        }
        let late_above = !event.above.is_empty()
            && event
                .acknowledged
                .is_some_and(|acked| event.above.end <= acked);
        let late_fill = event
            .filled_from
            .is_some_and(|from| self.is_earlier(event, from));
        if late_above || late_fill {
            self.totals.late_packets[event.direction] += 1;
        }
        let opened = self
            .opens_lot(event, late_above)
            .then(|| self.start_of(event));
        if let Some(start) = opened {
            self.totals.lots += 1;
            self.current = Some(event.direction);
            self.starts[event.direction] = Some(start);
        }
        Some(LotStep {
            late_above,
            late_fill,
            opened,
        })
    }

    /// True when `from` lies in a lot before the current one.
    fn is_earlier(&self, event: &DataEvent<'_>, from: StreamOffset) -> bool {
        match self.starts[event.direction] {
            Some(start) => self.current != Some(event.direction) || from < start,
            None => false,
        }
    }

    /// Bytes that were acknowledged before open no lot, but the first one of their direction.
    fn opens_lot(&self, event: &DataEvent<'_>, late_above: bool) -> bool {
        if self.starts[event.direction].is_none() {
            return true;
        }
        self.current != Some(event.direction) && !event.above.is_empty() && !late_above
    }

    /// Where a new lot starts: at its first new byte.
    ///
    /// Of bytes missing before it, those that were acknowledged belong to the lot before, since
    /// the other side had them when it answered; the rest, and all before the first lot of a
    /// direction, belong to the new lot.
    fn start_of(&self, event: &DataEvent<'_>) -> StreamOffset {
        let first = event.above.start;
        if event.opened.is_empty() {
            return first;
        }
        if self.starts[event.direction].is_none() {
            return event.opened.start;
        }
        let acknowledged = event.acknowledged.unwrap_or(first);
        acknowledged.clamp(event.opened.start, first)
    }
}

/// Where new bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LotPlace {
    /// The latest lot of their direction. Bytes that fill a gap before its start belong to an
    /// earlier one.
    pub lot: u64,
    /// The start of the lot that they opened.
    pub opened: Option<StreamOffset>,
    /// They came after what they belong to was answered.
    pub is_late: bool,
}

/// What a packet with new bytes meant for the lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LotStep {
    /// Its bytes above all others had been acknowledged before.
    pub(super) late_above: bool,
    /// It filled a gap of an earlier lot.
    pub(super) late_fill: bool,
    /// The start of the lot that it opened.
    pub(super) opened: Option<StreamOffset>,
}

impl LotStep {
    /// True when bytes came after what they belong to was answered.
    pub(super) const fn is_late(self) -> bool {
        self.late_above || self.late_fill
    }
}

impl SessionObserver for LotCounter {
    fn data(&mut self, event: &DataEvent<'_>) {
        self.step(event);
    }

    fn swap_directions(&mut self) {
        self.totals.late_packets.swap();
        self.starts.swap();
        self.current = self.current.map(Direction::opposite);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::StreamRange;

    /// Feeds `(direction, start, end, acknowledged)` above the high mark of its direction.
    fn count(packets: &[(Direction, i64, i64, Option<i64>)]) -> (u64, u64, u64) {
        let mut counter = LotCounter::default();
        let mut high = PerDirection::<i64>::default();
        for (direction, start, end, acked) in packets.iter().copied() {
            let mark = high[direction];
            let above = StreamRange {
                start: StreamOffset(start.max(mark)),
                end: StreamOffset(end.max(mark)),
            };
            counter.data(&DataEvent {
                direction,
                time: None,
                index: 0,
                session: crate::capture::PacketNumber::FIRST,
                range: StreamRange {
                    start: StreamOffset(start),
                    end: StreamOffset(end),
                },
                opened: StreamRange {
                    start: StreamOffset(mark),
                    end: above.start,
                },
                above,
                filled_from: (start < mark).then_some(StreamOffset(start)),
                filled_bytes: (mark.min(end) - start).max(0).unsigned_abs(),
                cut_bytes: 0,
                acknowledged: acked.map(StreamOffset),
                acknowledges: None,
                payload: &[],
            });
            high[direction] = mark.max(end);
        }
        let totals = counter.totals();
        (
            totals.lots,
            totals.late_packets.out,
            totals.late_packets.r#in,
        )
    }

    use Direction::{In, Out};

    #[test]
    fn lots_alternate_with_the_direction_of_new_bytes() {
        let packets = [
            (Out, 0, 10, None),
            (Out, 10, 20, None),
            (In, 0, 5, None),
            (Out, 20, 30, None),
        ];
        assert_eq!(count(&packets), (3, 0, 0));
    }

    #[test]
    fn a_tail_acknowledged_before_is_late_and_opens_no_lot() {
        let packets = [
            (Out, 0, 10, None),
            (In, 0, 5, None),
            (Out, 10, 20, Some(20)),
        ];
        assert_eq!(count(&packets), (2, 1, 0));
    }

    #[test]
    fn a_tail_not_acknowledged_opens_a_lot() {
        let packets = [
            (Out, 0, 10, None),
            (In, 0, 5, None),
            (Out, 10, 20, Some(10)),
        ];
        assert_eq!(count(&packets), (3, 0, 0));
    }

    #[test]
    fn filling_a_gap_of_the_current_lot_is_not_late() {
        let packets = [(Out, 0, 10, None), (Out, 20, 30, None), (Out, 10, 20, None)];
        assert_eq!(count(&packets), (1, 0, 0));
    }

    #[test]
    fn filling_a_gap_of_an_earlier_lot_is_late() {
        let packets = [
            (Out, 0, 10, None),
            (Out, 20, 30, None),
            (In, 0, 5, None),
            (Out, 10, 20, None),
        ];
        assert_eq!(count(&packets), (2, 1, 0));
    }

    #[test]
    fn a_request_captured_after_its_response_is_a_late_lot_of_its_own() {
        assert_eq!(
            count(&[(In, 0, 50, None), (Out, 0, 10, Some(10))]),
            (2, 1, 0)
        );
    }
}
