//! gzip: its members unpacked, and shown by what is in them.
//!
//! What does not unpack is shown as hex behind a note that says why. File names in it are shown.
//!
//! Limits: whole lots of up to 1 MiB; those of `shared/nature.rs`.
//!
//! Source: RFC 1952.

use super::shared::nature;
use super::shared::unpack::Coding;
use super::{Decoded, Decoder, Fit, LotBytes};

pub(crate) const DECODER: &dyn Decoder = &Gzip;

struct Gzip;

impl Decoder for Gzip {
    fn name(&self) -> &'static str {
        "gzip"
    }

    fn summary(&self) -> &'static str {
        "gzip members, unpacked and shown by what is in it"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        nature::fit_packed(lot, Coding::Gzip)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        nature::show_packed_lot(lot, Coding::Gzip, out);
    }
}
