//! Strict JSON (RFC 8259 as narrowed by I-JSON, RFC 7493): what two implementations could read differently is refused
//! before anything is believed.
//!
//! Refused: duplicate keys, lone surrogates, bytes that are not UTF-8, a byte order mark, integers past 2^53 - 1,
//! numbers that overflow or underflow, nesting deeper than [`limits::JSON_DEPTH`], documents larger than the caller's
//! limit, anything after the value.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::limits;

/// Why a text is not strict JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Larger than the limit, in bytes.
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    /// Nested deeper than [`limits::JSON_DEPTH`].
    #[error("nested deeper than {} levels", limits::JSON_DEPTH)]
    TooDeep,
    /// The same key twice in one object.
    #[error("key `{0}` appears twice")]
    DuplicateKey(String),
    /// A number that cannot be carried exactly.
    #[error("number `{0}` is out of range")]
    Number(String),
    /// Not JSON at all.
    #[error("not JSON: {0}")]
    Syntax(String),
}

/// Reads strict JSON of at most `limit` bytes.
///
/// # Errors
/// Any deviation named in the module's documentation.
pub fn parse(bytes: &[u8], limit: usize) -> Result<Value, JsonError> {
    if bytes.len() > limit {
        return Err(JsonError::TooLarge(limit));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| JsonError::Syntax(e.to_string()))?;
    let trouble = Cell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0, trouble: &trouble }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|e| trouble.take().unwrap_or_else(|| JsonError::Syntax(e.to_string())))?;
    // serde_json rounds what it reads, so the numbers are judged by their text. The text is known to be JSON here.
    check_tokens(text)?;
    Ok(value)
}

/// The key under which serde_json hands over numbers when some crate in the build turns on its `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// Refuses integers past 2^53 - 1, non-zero numbers that became zero or infinite, and texts that pose as a number.
fn check_tokens(text: &str) -> Result<(), JsonError> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = end_of_string(bytes, at);
                check_string(&text[at..end])?;
                at = end;
            }
            b'-' | b'0'..=b'9' => {
                let end =
                    bytes[at..].iter().position(|b| !b"+-.eE0123456789".contains(b)).map_or(bytes.len(), |n| at + n);
                check_number(&text[at..end])?;
                at = end;
            }
            _ => at += 1,
        }
    }
    Ok(())
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

fn check_string(token: &str) -> Result<(), JsonError> {
    let suspicious = token.contains('\\') || token.contains(NUMBER);
    if suspicious && serde_json::from_str::<String>(token).is_ok_and(|text| text == NUMBER) {
        return Err(JsonError::Syntax(format!("`{NUMBER}` is reserved")));
    }
    Ok(())
}

fn check_number(token: &str) -> Result<(), JsonError> {
    let fine = if token.contains(['.', 'e', 'E']) {
        let value: f64 = token.parse().unwrap_or(f64::INFINITY);
        let mantissa = token.split(['e', 'E']).next().unwrap_or_default();
        value.is_finite() && (value != 0.0 || !mantissa.contains(|c: char| ('1'..='9').contains(&c)))
    } else {
        token.trim_start_matches('-').parse::<u64>().is_ok_and(|n| n <= limits::JSON_INTEGER)
    };
    if fine { Ok(()) } else { Err(JsonError::Number(token.chars().take(40).collect())) }
}

struct Strict<'a> {
    depth: usize,
    trouble: &'a Cell<Option<JsonError>>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(&self) -> Result<Strict<'_>, E> {
        if self.depth >= limits::JSON_DEPTH {
            self.trouble.set(Some(JsonError::TooDeep));
            return Err(E::custom("too deep"));
        }
        Ok(Strict { depth: self.depth + 1, trouble: self.trouble })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self.deeper()?)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER {
                let text = entries.next_value::<String>()?;
                let value = text.parse::<f64>().ok().and_then(Number::from_f64);
                return value.map(Value::Number).ok_or_else(|| serde::de::Error::custom("number out of range"));
            }
            let value = entries.next_value_seed(self.deeper()?)?;
            if object.insert(key.clone(), value).is_some() {
                self.trouble.set(Some(JsonError::DuplicateKey(key.chars().take(40).collect())));
                return Err(serde::de::Error::custom("duplicate key"));
            }
        }
        // An empty object is a level too. Asked only here, because a number may come as a map, see `NUMBER`.
        self.deeper::<A::Error>()?;
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_implementations_read_differently() {
        let cases = [
            (r#"{"a":1,"a":2}"#, JsonError::DuplicateKey("a".into())),
            (r#"{"a":1,"\u0061":2}"#, JsonError::DuplicateKey("a".into())),
            ("[9007199254740992]", JsonError::Number("9007199254740992".into())),
            ("[-9007199254740992]", JsonError::Number("-9007199254740992".into())),
            ("[1e-999]", JsonError::Number("1e-999".into())),
        ];
        for (text, error) in cases {
            assert_eq!(parse(text.as_bytes(), 100), Err(error), "{text}");
        }
        assert_eq!(parse(b"[1]", 2), Err(JsonError::TooLarge(2)));
    }

    #[test]
    fn depth_is_counted_from_the_outermost_value() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(nested(limits::JSON_DEPTH).as_bytes(), 1000).is_ok());
        assert_eq!(parse(nested(limits::JSON_DEPTH + 1).as_bytes(), 1000), Err(JsonError::TooDeep));
        let around_object = |n: usize| format!("{}{{}}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(around_object(limits::JSON_DEPTH - 1).as_bytes(), 1000).is_ok());
        assert_eq!(parse(around_object(limits::JSON_DEPTH).as_bytes(), 1000), Err(JsonError::TooDeep));
        assert_eq!(parse("[".repeat(100_000).as_bytes(), 1 << 20), Err(JsonError::TooDeep));
    }

    #[test]
    fn numbers_are_numbers_and_nothing_poses_as_one() {
        let value = parse(b"[4.50, 1e2, -0, 3, -3, {\"a\": 0.5}]", 100).unwrap();
        assert!(value.as_array().unwrap()[..5].iter().all(Value::is_number), "{value}");
        assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), r#"[4.5,100,0,3,-3,{"a":0.5}]"#);
        for text in [r#"{"$serde_json::private::Number":"1"}"#, r#"[0.5,{"\u0024serde_json::private::Number":"1.5"}]"#]
        {
            assert!(matches!(parse(text.as_bytes(), 100), Err(JsonError::Syntax(_))), "{text}");
        }
    }

    #[test]
    fn numbers_inside_strings_are_text() {
        assert!(parse(br#"{"a":"99999999999999999999 \" 1e999"}"#, 100).is_ok());
    }
}
