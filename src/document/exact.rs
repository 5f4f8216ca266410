//! Values that documents write without loss: exact decimals and displayed text.
//!
//! Neither allocates, and no number goes through a 64-bit float.

use std::fmt;
use std::io::Write as _;

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::time::Decimal;

/// Seconds as a JSON number with exactly the digits of the capture's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds(pub Decimal);

/// A value that a document writes as the text it displays as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<T>(pub T);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buffer = [0; LONGEST_DECIMAL];
        let mut free = &mut buffer[..];
        write!(free, "{}", self.0).map_err(S::Error::custom)?;
        let unused = free.len();
        let digits = &buffer[..LONGEST_DECIMAL - unused];
        let number: &RawValue = serde_json::from_slice(digits).map_err(S::Error::custom)?;
        number.serialize(serializer)
    }
}

impl<T: fmt::Display> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Bytes of `-9223372036.854775808`, the longest decimal that a signed 64-bit count makes.
const LONGEST_DECIMAL: usize = 21;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Precision, Span};

    #[test]
    fn the_longest_decimal_fits() {
        let longest = Seconds(Span::from_nanos(i64::MIN).decimal(Precision::NANOS));
        let json = serde_json::to_string(&longest).unwrap();
        assert_eq!(json, "-9223372036.854775808");
        assert_eq!(json.len(), LONGEST_DECIMAL);
    }
}
