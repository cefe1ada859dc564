//! Numbers with up to four decimals, exact: points, scores and percentages compare as people write them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

/// Ten-thousandths in a whole.
const SCALE: i64 = 10_000;

/// A number such as 87.5, kept as a whole count of ten-thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = f64, example = 87.5)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// A hundred, as in per cent.
    pub const HUNDRED: Self = Self::whole(100);
    /// The largest amount that is taken, and as a negative number the smallest.
    pub const MAX: Self = Self::whole(1_000_000_000);

    /// Returns a whole number.
    pub const fn whole(number: i32) -> Self {
        Self(number as i64 * SCALE)
    }

    /// Returns the ten-thousandths.
    pub(super) const fn raw(self) -> i64 {
        self.0
    }

    /// Returns an amount of ten-thousandths, kept within what is taken.
    pub(super) fn from_raw(raw: i128) -> Self {
        let limit = i128::from(Self::MAX.0);
        Self(i64::try_from(raw.clamp(-limit, limit)).expect("the limit fits"))
    }

    /// Returns the number as a float; exact for all that floats can hold.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }

    /// Adds, stopping at the largest amount.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::from_raw(i128::from(self.0) + i128::from(other.0))
    }

    /// Subtracts, stopping at the smallest amount.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self::from_raw(i128::from(self.0) - i128::from(other.0))
    }
}

/// Why a number is not an [`Amount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a number at all.
    #[error("not a number")]
    NotANumber,
    /// Larger than [`Amount::MAX`], or as far below zero.
    #[error("a number beyond a thousand millions")]
    TooLarge,
    /// More decimals than are kept.
    #[error("a number with more than four decimals")]
    TooPrecise,
}

impl TryFrom<f64> for Amount {
    type Error = AmountError;

    fn try_from(number: f64) -> Result<Self, AmountError> {
        if number.is_nan() {
            return Err(AmountError::NotANumber);
        }
        if number.abs() > Self::MAX.to_f64() {
            return Err(AmountError::TooLarge);
        }
        // The nearest ten-thousandth must be this very float, as it is for each number written with four decimals.
        let amount = Self((number * SCALE as f64).round() as i64);
        if amount.to_f64() == number { Ok(amount) } else { Err(AmountError::TooPrecise) }
    }
}

impl std::str::FromStr for Amount {
    type Err = AmountError;

    /// Reads what a spreadsheet holds: `87.5`, `87,5`, `80 %`.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let text = text.trim().trim_end_matches('%').trim_end().replace(',', ".");
        if text.len() > 32 || !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte)) {
            return Err(AmountError::NotANumber);
        }
        Self::try_from(text.parse::<f64>().map_err(|_| AmountError::NotANumber)?)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / SCALE as u64, self.0.unsigned_abs() % SCALE as u64);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{}", format!("{rest:04}").trim_end_matches('0'))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % SCALE == 0 {
            serializer.serialize_i64(self.0 / SCALE)
        } else {
            serializer.serialize_f64(self.to_f64())
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(f64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_survives_text_and_value() {
        for text in ["0", "87.5", "-3.25", "100", "0.0001", "999999999.9999"] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(amount.to_string(), text);
            assert_eq!(serde_json::to_string(&amount).unwrap().parse::<Amount>().unwrap(), amount);
            assert_eq!(serde_json::from_str::<Amount>(text).unwrap(), amount);
            let value = serde_json::to_value(amount).unwrap();
            assert_eq!(serde_json::from_value::<Amount>(value).unwrap(), amount);
        }
    }

    #[test]
    fn what_cannot_be_kept_exactly_is_refused() {
        assert_eq!("0.00001".parse::<Amount>(), Err(AmountError::TooPrecise));
        assert_eq!("1000000001".parse::<Amount>(), Err(AmountError::TooLarge));
        for text in ["", "eighty", "NaN", "inf", "1e3", "1.2.3", "--1"] {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::NotANumber), "{text}");
        }
        assert!(serde_json::from_str::<Amount>("1e300").is_err());
        assert!(serde_json::from_str::<Amount>("\"80\"").is_err());
    }

    #[test]
    fn spreadsheet_spellings_are_read() {
        assert_eq!("80 %".parse::<Amount>().unwrap(), Amount::whole(80));
        assert_eq!(" 87,5 ".parse::<Amount>().unwrap().to_string(), "87.5");
    }
}
