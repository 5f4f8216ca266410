//! What a decoder is.

use super::decoded::Decoded;
use super::lot_bytes::LotBytes;

/// Makes the bytes of a lot readable.
pub trait Decoder: Sync {
    /// What `--decode` takes; also the name of its file.
    fn name(&self) -> &'static str;

    /// What it shows, as a line of `--help`.
    fn summary(&self) -> &'static str;

    /// How well these bytes fit; `None` when they do not, or when it is used only when asked for.
    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit>;

    /// Appends the lot to `out`: all of it, whatever the bytes are, and every gap.
    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded);
}

/// How well bytes fit a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It shows any bytes.
    Possible,
    /// They look like it.
    Likely,
    /// They were read to the end, or say so themselves.
    Certain,
}
