use proptest::prelude::*;

use super::*;
use crate::session::{HalfSummary, State};

/// A summary in which every number, flag and list is drawn from `bytes`.
///
/// Random bytes unpack to a summary, so that the list of fields is not written down here again.
fn drawn(bytes: &[u8]) -> (SessionSummary, [u64; SessionSummary::BESIDE]) {
    SessionSummary::unpack(bytes)
}

fn packed(summary: &SessionSummary, beside: [u64; SessionSummary::BESIDE]) -> Vec<u8> {
    let mut bytes = Vec::new();
    summary.clone().pack(beside, &mut bytes);
    bytes
}

proptest! {
    #[test]
    fn what_is_unpacked_equals_what_was_packed(bytes in prop::collection::vec(any::<u8>(), 0..1500)) {
        let (summary, beside) = drawn(&bytes);
        let (again, beside_again) = SessionSummary::unpack(&packed(&summary, beside));
        prop_assert_eq!(format!("{summary:?}"), format!("{again:?}"));
        prop_assert_eq!(beside, beside_again);
    }
}

#[test]
fn the_widest_summary_fits() {
    let mut bytes = vec![255; 9];
    bytes.extend([0x88; 128]);
    bytes.extend([0xFF; 2048]);
    let (mut summary, beside) = drawn(&bytes);
    summary.halves.out.invalid_sequences = u64::MAX;
    let (again, beside_again) = SessionSummary::unpack(&packed(&summary, beside));
    assert_eq!(format!("{summary:?}"), format!("{again:?}"));
    assert_eq!(beside, beside_again);
    assert_eq!(beside, [u64::MAX; SessionSummary::BESIDE]);
}

#[test]
fn numbers_of_a_usual_session_take_few_bytes() {
    let mut summary = fields::blank();
    summary.state = State::Closed;
    for half in [&mut summary.halves.out, &mut summary.halves.r#in] {
        *half = HalfSummary {
            packets: 8,
            wire_bytes: 5000,
            payload_bytes: 4500,
            ..HalfSummary::default()
        };
    }
    assert!(packed(&summary, [2, 0, 0, 1, 1, 1, 9]).len() < 100);
}
