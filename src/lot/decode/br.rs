//! Brotli, unpacked and shown by what is in it.
//!
//! What does not unpack is shown as hex behind a note that says why. It has no mark by which it
//! could be known, so it is used only when it is asked for.
//!
//! Limits: whole lots of up to 1 MiB; those of `shared/nature.rs`.
//!
//! Source: RFC 7932.

use super::shared::nature;
use super::shared::unpack::Coding;
use super::{Decoded, Decoder, Fit, LotBytes};

pub(crate) const DECODER: &dyn Decoder = &Br;

struct Br;

impl Decoder for Br {
    fn name(&self) -> &'static str {
        "br"
    }

    fn summary(&self) -> &'static str {
        "Brotli, unpacked and shown by what is in it"
    }

    fn fit(&self, _: &LotBytes<'_>) -> Option<Fit> {
        None
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        nature::show_packed_lot(lot, Coding::Brotli, out);
    }
}
