//! Percentages as exact decimals.

use std::fmt;

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

/// A percentage in hundredths: prints as `9.83`, in JSON as a number with these digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub u64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = RawValue::from_string(self.to_string()).map_err(S::Error::custom)?;
        number.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_keeps_two_digits() {
        for (hundredths, expect) in [(0, "0.00"), (7, "0.07"), (983, "9.83"), (10_000, "100.00")] {
            assert_eq!(Percent(hundredths).to_string(), expect);
            assert_eq!(serde_json::to_string(&Percent(hundredths)).unwrap(), expect);
        }
    }
}
