//! Zstandard: its frames unpacked, and shown by what is in them.
//!
//! What does not unpack is shown as hex behind a note that says why.
//!
//! Limits: whole lots of up to 1 MiB; those of `shared/nature.rs`.
//!
//! Source: RFC 8878.

use super::shared::nature;
use super::shared::unpack::Coding;
use super::{Decoded, Decoder, Fit, LotBytes};

pub(crate) const DECODER: &dyn Decoder = &Zstd;

struct Zstd;

impl Decoder for Zstd {
    fn name(&self) -> &'static str {
        "zstd"
    }

    fn summary(&self) -> &'static str {
        "Zstandard, unpacked and shown by what is in it"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        nature::fit_packed(lot, Coding::Zstd)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        nature::show_packed_lot(lot, Coding::Zstd, out);
    }
}
