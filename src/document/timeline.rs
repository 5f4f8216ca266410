//! A session over time as a document.

use serde::Serialize;

use super::exact::{Seconds, Text};
use super::times::{distance, span_seconds};
use crate::lot::{Bin, Mark, Pause, PauseEnd, Tally, Timeline};
use crate::session::Direction;
use crate::time::{Precision, Span, Timestamp};

/// When each side of a session sent how much.
///
/// Every time is in seconds since the Unix epoch, every distance in seconds. Bins are of one
/// width, which is a power of two nanoseconds, and start at multiples of it; the first holds the
/// first packet, the last the last. Packets without a time are in no bin, but in `untimed`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionTimeline {
    /// `SessionTimeline`.
    #[serde(rename = "@type")]
    pub document_type: &'static str,
    /// The earliest packet; absent when no packet has a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Seconds>,
    /// The latest packet; absent when no packet has a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Seconds>,
    /// `last - first`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// Start of the first bin, with nine digits; it may lie before `first`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bins_start: Option<Seconds>,
    /// Width of every bin, with nine digits.
    pub bin_seconds: Seconds,
    /// Number of bins: the length of every array in `bins`.
    pub bin_count: usize,
    /// Counts bin by bin.
    pub bins: Directions<BinCounts>,
    /// What the packets without a time sum up to; absent when all have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untimed: Option<Directions<Counts>>,
    /// What all packets sum up to.
    pub totals: Directions<Counts>,
    /// What happened to the connection, in capture order.
    pub marks: Vec<TimelineMark>,
    /// Marks that found no room in `marks`, which holds 8 of each kind and direction.
    pub marks_left_out: u64,
    /// The five longest times in which neither side sent, longest first.
    pub pauses: Vec<TimelinePause>,
}

/// One value a direction.
#[derive(Clone, Debug, Serialize)]
pub struct Directions<T> {
    /// Client to server.
    pub out: T,
    /// Server to client.
    pub r#in: T,
}

/// Sums of one direction.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Packets.
    pub packets: u64,
    /// Payload bytes by the IP length, re-sent ones included.
    pub payload: u64,
    /// Payload bytes that were not captured before.
    pub new_bytes: u64,
    /// Packets all or part of whose bytes were already captured.
    pub resent_packets: u64,
    /// Packets sent again because the first copy was lost before the capture point.
    pub lost_upstream: u64,
    /// Packets that were overtaken on the way.
    pub out_of_order: u64,
    /// Packets that arrived after what they belong to was answered.
    pub late_packets: u64,
    /// Packets that advertise a window of 0.
    pub zero_windows: u64,
    /// Lots that began.
    pub lots: u64,
    /// Gaps that opened.
    pub gaps: u64,
    /// Bytes of those gaps.
    pub missing_bytes: u64,
}

/// The counts of [`Counts`] bin by bin; an array of nothing but zeros is absent, but for `packets`
/// and `payload`.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BinCounts {
    /// Packets.
    pub packets: Vec<u64>,
    /// Payload bytes by the IP length, re-sent ones included.
    pub payload: Vec<u64>,
    /// Payload bytes that were not captured before.
    #[serde(skip_serializing_if = "is_zero")]
    pub new_bytes: Vec<u64>,
    /// Packets all or part of whose bytes were already captured.
    #[serde(skip_serializing_if = "is_zero")]
    pub resent_packets: Vec<u64>,
    /// Packets sent again because the first copy was lost before the capture point.
    #[serde(skip_serializing_if = "is_zero")]
    pub lost_upstream: Vec<u64>,
    /// Packets that were overtaken on the way.
    #[serde(skip_serializing_if = "is_zero")]
    pub out_of_order: Vec<u64>,
    /// Packets that arrived after what they belong to was answered.
    #[serde(skip_serializing_if = "is_zero")]
    pub late_packets: Vec<u64>,
    /// Packets that advertise a window of 0.
    #[serde(skip_serializing_if = "is_zero")]
    pub zero_windows: Vec<u64>,
    /// Lots that began.
    #[serde(skip_serializing_if = "is_zero")]
    pub lots: Vec<u64>,
    /// Gaps that opened.
    #[serde(skip_serializing_if = "is_zero")]
    pub gaps: Vec<u64>,
    /// Bytes of those gaps.
    #[serde(skip_serializing_if = "is_zero")]
    pub missing_bytes: Vec<u64>,
}

/// One packet that opened, used first or closed the connection.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TimelineMark {
    /// `syn`, `synAck`, `established`, `firstByte`, `fin` or `rst`.
    pub kind: &'static str,
    /// Who sent it.
    pub direction: Text<Direction>,
    /// Its time; absent when its packet has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Seconds>,
    /// Since `first`; negative where the clock ran backwards later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Seconds>,
}

/// A time in which neither side sent.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelinePause {
    /// Time of the packet before it.
    pub start: Seconds,
    /// `start` since `first`.
    pub after: Seconds,
    /// How long it took.
    pub duration: Seconds,
    /// Lots that had begun before it.
    pub lots_before: u64,
    /// True when a lot had begun before it, and another one ended it.
    pub between_lots: bool,
    /// What ended it: `lot` (the first packet of a lot), `payload` (of a lot that had begun),
    /// `syn`, `fin`, `rst`, or `bare` (an acknowledgment).
    pub ended_by: &'static str,
    /// Who ended it.
    pub direction: Text<Direction>,
    /// Index of the lot that ended it; absent unless one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packet_lot: Option<u64>,
}

impl SessionTimeline {
    /// The document of a time line whose times have so many digits.
    pub fn new(timeline: &Timeline, digits: Precision) -> Self {
        let (first, last) = (timeline.first(), timeline.last());
        let seconds = |time: Timestamp| Seconds(time.decimal(digits));
        let start = timeline.bins().next().map(|bin| bin.start);
        let (totals, untimed) = (timeline.totals(), timeline.untimed());
        let has_untimed = untimed.out.packets != 0 || untimed.r#in.packets != 0;
        let marks = timeline.marks().iter();
        let pauses = timeline.pauses().iter();
        Self {
            document_type: "SessionTimeline",
            first: first.map(seconds),
            last: last.map(seconds),
            duration: distance(first, last, digits),
            bins_start: start.map(|start| Seconds(start.decimal(Precision::NANOS))),
            bin_seconds: span_seconds(timeline.bin_width(), Precision::NANOS),
            bin_count: timeline.bins().len(),
            bins: Directions {
                out: BinCounts::of(timeline, |bin| &bin.tallies.out),
                r#in: BinCounts::of(timeline, |bin| &bin.tallies.r#in),
            },
            untimed: has_untimed.then(|| Directions {
                out: Counts::of(&untimed.out),
                r#in: Counts::of(&untimed.r#in),
            }),
            totals: Directions {
                out: Counts::of(&totals.out),
                r#in: Counts::of(&totals.r#in),
            },
            marks: marks
                .map(|mark| TimelineMark::new(mark, first, digits))
                .collect(),
            marks_left_out: timeline.marks_left_out(),
            pauses: pauses
                .map(|pause| TimelinePause::new(pause, first, digits))
                .collect(),
        }
    }
}

impl Counts {
    const fn of(tally: &Tally) -> Self {
        Self {
            packets: tally.packets,
            payload: tally.payload_bytes,
            new_bytes: tally.new_bytes,
            resent_packets: tally.resent_packets,
            lost_upstream: tally.lost_upstream,
            out_of_order: tally.out_of_order,
            late_packets: tally.late_packets,
            zero_windows: tally.zero_windows,
            lots: tally.lots,
            gaps: tally.gaps,
            missing_bytes: tally.missing_bytes,
        }
    }
}

impl BinCounts {
    fn of<'a>(timeline: &'a Timeline, tally: impl Fn(Bin<'a>) -> &'a Tally) -> Self {
        let counts = |count: fn(&Tally) -> u64| -> Vec<u64> {
            timeline.bins().map(|bin| count(tally(bin))).collect()
        };
        Self {
            packets: counts(|tally| tally.packets),
            payload: counts(|tally| tally.payload_bytes),
            new_bytes: counts(|tally| tally.new_bytes),
            resent_packets: counts(|tally| tally.resent_packets),
            lost_upstream: counts(|tally| tally.lost_upstream),
            out_of_order: counts(|tally| tally.out_of_order),
            late_packets: counts(|tally| tally.late_packets),
            zero_windows: counts(|tally| tally.zero_windows),
            lots: counts(|tally| tally.lots),
            gaps: counts(|tally| tally.gaps),
            missing_bytes: counts(|tally| tally.missing_bytes),
        }
    }
}

impl TimelineMark {
    fn new(mark: &Mark, first: Option<Timestamp>, digits: Precision) -> Self {
        Self {
            kind: mark.kind.as_str(),
            direction: Text(mark.direction),
            time: mark.time.map(|time| Seconds(time.decimal(digits))),
            after: distance(first, mark.time, digits),
        }
    }
}

impl TimelinePause {
    fn new(pause: &Pause, first: Option<Timestamp>, digits: Precision) -> Self {
        let lot = match pause.ended_by {
            PauseEnd::Lot(lot) => Some(lot),
            PauseEnd::Payload | PauseEnd::Syn | PauseEnd::Fin | PauseEnd::Rst | PauseEnd::Bare => {
                None
            }
        };
        let zero = span_seconds(Span::from_nanos(0), digits);
        let between = |from, to| distance(from, Some(to), digits).unwrap_or(zero);
        Self {
            start: Seconds(pause.start.decimal(digits)),
            after: between(first, pause.start),
            duration: between(Some(pause.start), pause.end),
            lots_before: pause.lots_before,
            between_lots: pause.is_between_lots(),
            ended_by: pause.ended_by.as_str(),
            direction: Text(pause.direction),
            packet_lot: lot,
        }
    }
}

fn is_zero(counts: &[u64]) -> bool {
    counts.iter().all(|count| *count == 0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str, json, to_string, to_value};

    use super::*;
    use crate::lot::{ControlBits, TimelineEvent};

    fn packet(nanos: i64, direction: Direction, payload_bytes: u32) -> TimelineEvent {
        TimelineEvent {
            payload_bytes,
            new_bytes: u64::from(payload_bytes),
            opens_lot: 0 < payload_bytes,
            ..TimelineEvent::new(Some(Timestamp::from_nanos(nanos)), direction)
        }
    }

    #[test]
    fn a_document_has_exact_times_and_one_count_a_bin() {
        let mut timeline = Timeline::with_bins(4);
        timeline.handle_packet(&TimelineEvent {
            control: ControlBits {
                syn: true,
                ..ControlBits::default()
            },
            ..packet(1_705_268_606_416_464_000, Direction::Out, 0)
        });
        timeline.handle_packet(&packet(1_705_268_606_516_464_000, Direction::Out, 100));
        timeline.handle_packet(&packet(1_705_268_606_916_464_000, Direction::In, 3000));
        let document = SessionTimeline::new(&timeline, Precision::MICROS);
        let text = to_string(&document).unwrap();
        assert!(text.starts_with(
            r#"{"@type":"SessionTimeline","first":1705268606.416464,"last":1705268606.916464,"duration":0.500000,"binsStart":1705268606.213816320,"binSeconds":0.268435456,"binCount":3,"#
        ), "{text}");
        assert!(text.contains(
            r#"{"start":1705268606.516464,"after":0.100000,"duration":0.400000,"lotsBefore":1,"betweenLots":true,"endedBy":"lot","direction":"in","packetLot":1}"#
        ), "{text}");
        let value: Value = from_str(&text).unwrap();
        assert_eq!(
            value["bins"]["out"],
            json!({"packets": [1, 1, 0], "payload": [0, 100, 0], "newBytes": [0, 100, 0], "lots": [0, 1, 0]})
        );
        assert_eq!(value["bins"]["in"]["payload"], json!([0, 0, 3000]));
        assert_eq!(value["totals"]["in"]["payload"], 3000);
        assert_eq!(value["marks"][0]["kind"], "syn");
        assert!(value.get("untimed").is_none());
    }

    #[test]
    fn what_is_not_known_is_absent() {
        let mut timeline = Timeline::default();
        timeline.handle_packet(&TimelineEvent::new(None, Direction::In));
        let value = to_value(SessionTimeline::new(&timeline, Precision::NANOS)).unwrap();
        for key in ["first", "last", "duration", "binsStart"] {
            assert!(value.get(key).is_none(), "{key}");
        }
        assert_eq!(value["untimed"]["in"]["packets"], 1);
        assert_eq!(value["bins"]["in"], json!({"packets": [], "payload": []}));
    }
}
