//! Placeholders in a template's texts.

use super::dates::DateStyle;

/// Text placeholders that every record may fill without a column of that name.
pub const TEXT_PLACEHOLDERS: &[&str] = &[
    "participant_name",
    "event_title",
    "event_code",
    "organization_name",
    "certificate_number",
    "description",
    "criteria",
    "achievement_level",
    "achievement_points",
    "result",
    "credits",
    "term",
    "role",
    "verify_url",
    "verify_host",
    "credential_id",
    "signatory_1_name",
    "signatory_1_title",
    "signatory_2_name",
    "signatory_2_title",
    "signatory_3_name",
    "signatory_3_title",
    "signatory_4_name",
    "signatory_4_title",
    "signatory_5_name",
    "signatory_5_title",
    "signatory_6_name",
    "signatory_6_title",
];

/// Date placeholders, written long where they have no format; a list's own column is a date where it has one. `event_dates` is the span from the first to the last day.
pub const DATE_PLACEHOLDERS: &[&str] =
    &["issue_date", "valid_until", "event_starts", "event_ends", "event_date", "event_dates"];

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Literal(String),
    Text(String),
    Date { name: String, style: DateStyle },
}

impl Piece {
    /// Returns the template's own words.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Text(_) | Self::Date { .. } => None,
        }
    }
}

/// Longest name of a placeholder, in characters.
const MAX_NAME: usize = 80;

/// Splits a text at its placeholders.
pub(super) fn parse(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        literal.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            literal.push_str(brace);
            rest = after;
        } else if brace == "{" {
            let end = rest.find(['{', '}']).filter(|end| rest[*end..].starts_with('}'));
            let end = end.ok_or("a `{` has no `}`; write `{{` for a brace")?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(placeholder(&rest[..end])?);
            rest = &rest[end + 1..];
        } else {
            return Err("a `}` has no `{`; write `}}` for a brace".into());
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

fn placeholder(inside: &str) -> Result<Piece, String> {
    let (name, style) = inside.split_once(':').map_or((inside, None), |(name, style)| (name, Some(style.trim())));
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(format!("a placeholder's name has 1 to {MAX_NAME} characters"));
    }
    let known = DATE_PLACEHOLDERS.contains(&name.as_str());
    match style {
        None if known => Ok(Piece::Date { name, style: DateStyle::default() }),
        None => Ok(Piece::Text(name)),
        Some(_) if TEXT_PLACEHOLDERS.contains(&name.as_str()) => {
            Err(format!("`{{{name}}}` is not a date, it has no format"))
        }
        // A column of the list may hold dates.
        Some(style) => Ok(Piece::Date { name, style: DateStyle::parse(style)? }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_double_for_themselves() {
        assert_eq!(parse("a{{b}}c").unwrap(), [Piece::Literal("a{b}c".into())]);
    }

    #[test]
    fn names_keep_their_spaces_inside() {
        assert_eq!(
            parse("{ Course hours }h").unwrap(),
            [Piece::Text("Course hours".into()), Piece::Literal("h".into())]
        );
    }

    #[test]
    fn a_column_may_hold_dates() {
        let date = Piece::Date { name: "completed_on".into(), style: DateStyle::Long };
        assert_eq!(parse("{completed_on:long}").unwrap(), [date]);
        assert!(parse("{completed_on:huge}").is_err() && parse("{result:long}").is_err());
    }

    #[test]
    fn broken_braces_and_formats_are_refused() {
        for text in ["{", "}", "{a", "a}", "{}", "{a{b}}", "{participant_name:long}", "{issue_date:huge}"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
