//! Reads number formats: sections, their conditions, and what stands in them one after the other.

use super::words::Language;

/// A part of a section.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A place for a digit: `0`, `#` or `?`.
    Digit(char),
    Point,
    Comma,
    Percent,
    Slash,
    /// `E+` or `E-`: whether a plus sign is shown.
    Exponent(bool),
    Text(String),
    /// The number as it is shown without a format.
    General,
    /// The text of a cell.
    At,
    Year(usize),
    Month(usize),
    Day(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    /// Digits of a second.
    Fraction(usize),
    /// `AM/PM`, or `A/P`.
    Half(bool),
    /// `[h]`, `[m]` or `[s]`: all of them that have passed.
    Elapsed(char, usize),
}

/// `[>=60]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Condition {
    operator: Operator,
    number: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    AtMost,
    Equal,
    Other,
    AtLeast,
    More,
}

impl Condition {
    fn read(text: &str) -> Option<Self> {
        use Operator::{AtLeast, AtMost, Equal, Less, More, Other};
        let operators = [("<=", AtMost), (">=", AtLeast), ("<>", Other), ("<", Less), (">", More), ("=", Equal)];
        let (operator, number) =
            operators.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))?;
        Some(Self { operator, number: number.trim().parse().ok()? })
    }

    pub(super) fn holds(self, number: f64) -> bool {
        match self.operator {
            Operator::Less => number < self.number,
            Operator::AtMost => number <= self.number,
            Operator::Equal => number == self.number,
            Operator::Other => number != self.number,
            Operator::AtLeast => number >= self.number,
            Operator::More => number > self.number,
        }
    }

    /// Whether no other numbers than those below zero get here: their sign is the format's own matter.
    pub(super) fn is_of_negatives(self) -> bool {
        match self.operator {
            Operator::Less => self.number <= 0.0,
            Operator::AtMost | Operator::Equal => self.number < 0.0,
            _ => false,
        }
    }
}

/// A section of a format.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    pub condition: Option<Condition>,
    pub tokens: Vec<Token>,
    pub language: Option<Language>,
    /// It holds what is not known: other calendars and digits, eras.
    pub unknown: bool,
}

impl Section {
    /// Whether days or times are shown.
    pub(super) fn is_date(&self) -> bool {
        use Token::{Day, Elapsed, Half, Hour, Minute, Month, Second, Year};
        let of_dates = |token: &Token| {
            matches!(token, Year(_) | Month(_) | Day(_) | Hour(_) | Minute(_) | Second(_) | Half(_) | Elapsed(..))
        };
        self.tokens.iter().any(of_dates)
    }
}

/// Parts a format at its semicolons, and reads each part.
pub(super) fn sections(format: &str) -> Vec<Section> {
    let mut sections = vec![String::new()];
    let (mut quoted, mut escaped, mut bracket) = (false, false, false);
    for c in format.chars() {
        let splits = c == ';' && !quoted && !escaped && !bracket;
        if splits {
            sections.push(String::new());
            continue;
        }
        if escaped {
            escaped = false;
        } else {
            match c {
                '\\' | '_' | '*' if !quoted => escaped = true,
                '"' => quoted = !quoted,
                '[' if !quoted => bracket = true,
                ']' if !quoted => bracket = false,
                _ => {}
            }
        }
        if let Some(last) = sections.last_mut() {
            last.push(c);
        }
    }
    sections.iter().map(|section| read(section)).collect()
}

fn read(section: &str) -> Section {
    let mut read = Section::default();
    let mut rest = section;
    while let Some(c) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches([c.to_ascii_lowercase(), c.to_ascii_uppercase()]).len();
        let mut length = c.len_utf8();
        let token = match c {
            '"' => {
                let inside = rest[1..].split('"').next().unwrap_or_default();
                length = (inside.len() + 2).min(rest.len());
                Token::Text(inside.to_owned())
            }
            '\\' | '_' | '*' => {
                let next = rest[1..].chars().next();
                length += next.map_or(0, char::len_utf8);
                match (c, next) {
                    ('\\', Some(next)) => Token::Text(next.to_string()),
                    // As wide as the next one, or filled with it.
                    ('_', Some(_)) => Token::Text(" ".to_owned()),
                    _ => Token::Text(String::new()),
                }
            }
            '[' => {
                let inside = rest[1..].split(']').next().unwrap_or_default();
                length = (inside.len() + 2).min(rest.len());
                bracket(inside, &mut read)
            }
            '0' | '#' | '?' => Token::Digit(c),
            '.' => Token::Point,
            ',' => Token::Comma,
            '%' => Token::Percent,
            '/' => Token::Slash,
            '@' => Token::At,
            'G' | 'g' if starts(rest, "general") => {
                length = "general".len();
                Token::General
            }
            'A' | 'a' if starts(rest, "am/pm") => {
                length = "am/pm".len();
                Token::Half(true)
            }
            'A' | 'a' if starts(rest, "a/p") => {
                length = "a/p".len();
                Token::Half(false)
            }
            'E' | 'e' if rest[1..].starts_with(['+', '-']) => {
                length = 2;
                Token::Exponent(rest[1..].starts_with('+'))
            }
            'Y' | 'y' | 'M' | 'm' | 'D' | 'd' | 'H' | 'h' | 'S' | 's' => {
                length = run;
                match c.to_ascii_lowercase() {
                    'y' => Token::Year(run),
                    'm' => Token::Month(run),
                    'd' => Token::Day(run),
                    'h' => Token::Hour(run),
                    _ => Token::Second(run),
                }
            }
            // Years of other calendars, eras, days of the week and halves of the day in East Asia.
            'B' | 'b' | 'E' | 'e' | 'G' | 'g' | 'A' | 'a' | '上' | '下' => {
                read.unknown = true;
                Token::Text(c.to_string())
            }
            c => Token::Text(c.to_string()),
        };
        read.tokens.push(token);
        rest = &rest[length..];
    }
    read.tokens.retain(|token| *token != Token::Text(String::new()));
    tell_minutes(&mut read.tokens);
    tell_fractions(&mut read.tokens);
    read
}

fn starts(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(word))
}

/// `[$€-407]`, `[>=60]`, `[h]`, `[Red]`.
fn bracket(inside: &str, read: &mut Section) -> Token {
    if let Some(currency) = inside.strip_prefix('$') {
        let (sign, language) = currency.split_once('-').unwrap_or((currency, ""));
        match Language::named(language) {
            Ok(language) => read.language = language.or(read.language.take()),
            Err(()) => read.unknown = true,
        }
        return Token::Text(sign.to_owned());
    }
    if inside.starts_with(['<', '>', '=']) {
        read.condition = Condition::read(inside);
        read.unknown |= read.condition.is_none();
        return Token::Text(String::new());
    }
    let lower = inside.to_ascii_lowercase();
    if let Some(unit) = lower.chars().next().filter(|c| "hms".contains(*c) && lower.chars().all(|other| other == *c)) {
        return Token::Elapsed(unit, lower.len());
    }
    const COLOURS: [&str; 8] = ["black", "blue", "cyan", "green", "magenta", "red", "white", "yellow"];
    let numbered =
        lower.strip_prefix("color").is_some_and(|rest| rest.trim().bytes().all(|byte| byte.is_ascii_digit()));
    read.unknown |= !COLOURS.contains(&lower.as_str()) && !numbered;
    Token::Text(String::new())
}

/// `m` after hours or before seconds counts minutes.
fn tell_minutes(tokens: &mut [Token]) {
    let of_time = |token: &Token| {
        matches!(
            token,
            Token::Year(_)
                | Token::Month(_)
                | Token::Day(_)
                | Token::Hour(_)
                | Token::Minute(_)
                | Token::Second(_)
                | Token::Elapsed(..)
        )
    };
    for at in 0..tokens.len() {
        let Token::Month(run @ 1..=2) = tokens[at] else { continue };
        let before = tokens[..at].iter().rev().find(|token| of_time(token));
        let after = tokens[at + 1..].iter().find(|token| of_time(token));
        if matches!(before, Some(Token::Hour(_) | Token::Elapsed('h', _)))
            || matches!(after, Some(Token::Second(_) | Token::Elapsed('s', _)))
        {
            tokens[at] = Token::Minute(run);
        }
    }
}

/// `.00` after seconds are their digits.
fn tell_fractions(tokens: &mut Vec<Token>) {
    let mut at = 1;
    while at < tokens.len() {
        if tokens[at] == Token::Point && matches!(tokens[at - 1], Token::Second(_) | Token::Elapsed('s', _)) {
            let digits = tokens[at + 1..].iter().take_while(|token| **token == Token::Digit('0')).count();
            if digits > 0 {
                tokens.splice(at..=at + digits, [Token::Fraction(digits)]);
            }
        }
        at += 1;
    }
}
