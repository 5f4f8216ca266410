//! Damage to captures: bytes that change, come and go.

use proptest::prelude::*;
use proptest::sample::Index;

/// One thing that happens to the bytes of a capture.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Delete(Index, usize),
    Repeat(Index, usize),
}

impl Damage {
    pub(crate) fn inflict(self, bytes: &mut Vec<u8>) {
        let place = |index: Index| index.index(bytes.len() + 1);
        let run = |start: usize, len: usize| start..bytes.len().min(start + len);
        match self {
            Self::Flip(index, mask) => {
                let place = place(index);
                bytes[place..]
                    .iter_mut()
                    .take(1)
                    .for_each(|byte| *byte ^= mask);
            }
            Self::Insert(index, new) => {
                let place = place(index);
                bytes.splice(place..place, new);
            }
            Self::Delete(index, len) => {
                let run = run(place(index), len);
                bytes.drain(run);
            }
            Self::Repeat(index, len) => {
                let run = run(place(index), len);
                let copy = bytes[run.clone()].to_vec();
                bytes.splice(run.start..run.start, copy);
            }
        }
    }
}

pub(crate) fn damage() -> impl Strategy<Value = Damage> {
    let new = prop::collection::vec(any::<u8>(), 1..20);
    prop_oneof![
        6 => (any::<Index>(), 1..=u8::MAX).prop_map(|(place, mask)| Damage::Flip(place, mask)),
        1 => (any::<Index>(), new).prop_map(|(place, new)| Damage::Insert(place, new)),
        1 => (any::<Index>(), 1..40_usize).prop_map(|(place, len)| Damage::Delete(place, len)),
        1 => (any::<Index>(), 1..400_usize).prop_map(|(place, len)| Damage::Repeat(place, len)),
    ]
}
