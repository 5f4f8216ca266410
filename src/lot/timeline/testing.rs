//! Packets at random, for the laws of time lines and of their views.

use proptest::prelude::*;

use super::{ControlBits, TimelineEvent};
use crate::session::Direction;
use crate::time::Timestamp;

/// Any packet, at times that are near to each other or far apart.
pub(crate) fn any_event() -> impl Strategy<Value = TimelineEvent> {
    let time = prop_oneof![
        8 => (0..5000_i64).prop_map(Some),
        4 => (-90..30_i64 * 86_400).prop_map(|seconds| Some(seconds * SECOND)),
        1 => any::<i64>().prop_map(Some),
        1 => Just(None),
    ];
    let bytes = (
        prop_oneof![Just(0), 1..1500_u32, any::<u32>()],
        0..3000_u64,
        0..3_u64,
    );
    (time, any::<bool>(), bytes, any::<[bool; 6]>(), any::<u16>()).prop_map(
        |(time, is_out, (payload_bytes, new_bytes, missing), found, bits)| {
            // Bits of control packets are rare, as in traffic.
            let is = |bit: u16| bits & 0x7000 == 0 && bits & bit != 0;
            let [resent, lost, order, late, lot, zero] = found;
            TimelineEvent {
                payload_bytes,
                new_bytes,
                missing_bytes: missing.saturating_sub(1) * 1460,
                is_resent: resent,
                is_lost_upstream: lost,
                is_out_of_order: order,
                is_late: late,
                opens_lot: lot,
                is_zero_window: zero,
                control: ControlBits {
                    syn: is(1),
                    ack: bits & 2 != 0,
                    fin: is(4),
                    rst: is(8),
                },
                ..TimelineEvent::new(
                    time.map(Timestamp::from_nanos),
                    if is_out {
                        Direction::Out
                    } else {
                        Direction::In
                    },
                )
            }
        },
    )
}

const SECOND: i64 = 1_000_000_000;
