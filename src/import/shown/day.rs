//! Days, times of day and spans of time in the places of a format.

use jiff::ToSpan;
use jiff::civil::Date;

use super::format::{Section, Token};
use super::words;
use super::{Shown, Unsure};

/// The day after the last one that spreadsheets know, 9999-12-31, counted from 1900.
const END: f64 = 2_958_466.0;
const SECONDS: i64 = 86_400;

/// Returns what a section shows of a day that is counted from 1900, or from 1904; nothing where no day is shown so.
pub(super) fn shown(section: &Section, serial: f64, from_1904: bool) -> Option<Shown> {
    let tokens = &section.tokens;
    // Of a number below zero Excel shows ########.
    if !(0.0..END).contains(&serial) || tokens.iter().any(|token| matches!(token, Token::Digit(_) | Token::Exponent(_)))
    {
        return None;
    }
    let places = tokens.iter().map(|token| if let Token::Fraction(places) = token { *places } else { 0 }).max();
    let moment = Moment::of(serial, places.unwrap_or(0).min(3), from_1904);
    let has = |wanted: fn(&Token) -> bool| tokens.iter().any(wanted);
    let (year, month, day) = (
        has(|token| matches!(token, Token::Year(_))),
        has(|token| matches!(token, Token::Month(_))),
        has(|token| matches!(token, Token::Day(_))),
    );
    let in_words = has(|token| matches!(token, Token::Month(3..) | Token::Day(3..)));
    let of_month = has(|token| matches!(token, Token::Day(..=2)));
    let writer = Writer { section, moment: &moment, beside_day: of_month };
    if !(year || month || day) {
        return Some(Shown { text: writer.all()?, plain: writer.all()?, unsure: None });
    }
    let date = moment.date?;
    let whole = year && month && of_month;
    let text = if whole && !in_words { in_digits(&writer, date)? } else { writer.all()? };
    let plain = if whole { date.to_string() } else { text.clone() };
    let shortened = has(|token| matches!(token, Token::Month(3) | Token::Day(3)));
    let unsure = match &section.language {
        _ if !in_words => None,
        None => Some(Unsure::English),
        Some(language) => (!language.is_one_way(shortened)).then_some(Unsure::Words),
    };
    Some(Shown { text, plain, unsure })
}

/// A day in digits stays a day; midnight, which programs write behind it, says nothing.
fn in_digits(writer: &Writer<'_>, date: Date) -> Option<String> {
    let of_time = |token: &Token| {
        matches!(
            token,
            Token::Hour(_)
                | Token::Minute(_)
                | Token::Second(_)
                | Token::Fraction(_)
                | Token::Half(_)
                | Token::Elapsed(..)
        )
    };
    let tokens = &writer.section.tokens;
    let (first, last) = (tokens.iter().position(of_time), tokens.iter().rposition(of_time));
    match first.zip(last) {
        Some((first, last)) if !writer.moment.is_midnight() => {
            Some(format!("{date} {}", writer.write(&tokens[first..=last])?))
        }
        _ => Some(date.to_string()),
    }
}

/// A serial number as a day and a time.
struct Moment {
    /// Nothing for the day 0, and for the 29th of February 1900, which never was.
    date: Option<Date>,
    /// All seconds of the serial number, and of its day.
    passed: i64,
    second: i64,
    /// Thousandths of the second.
    thousandths: i64,
}

impl Moment {
    fn of(serial: f64, places: usize, from_1904: bool) -> Self {
        // Rounded to what is shown of a second; of minutes nothing is.
        let parts = 10_i64.pow(places as u32);
        let all = (serial * SECONDS as f64 * parts as f64).round() as i64;
        let (passed, rest) = (all.div_euclid(parts), all.rem_euclid(parts));
        let days = passed.div_euclid(SECONDS);
        let begin = match (from_1904, days) {
            (true, _) => Some(jiff::civil::date(1904, 1, 1)),
            // Excel counts a 29th of February 1900.
            (false, 61..) => Some(jiff::civil::date(1899, 12, 30)),
            (false, 1..=59) => Some(jiff::civil::date(1899, 12, 31)),
            (false, _) => None,
        };
        let date = begin.and_then(|begin| begin.checked_add(days.days()).ok());
        Self { date, passed, second: passed.rem_euclid(SECONDS), thousandths: rest * 1000 / parts }
    }

    fn is_midnight(&self) -> bool {
        self.second == 0 && self.thousandths == 0
    }
}

struct Writer<'a> {
    section: &'a Section,
    moment: &'a Moment,
    /// A day of the month stands beside the month.
    beside_day: bool,
}

impl Writer<'_> {
    fn all(&self) -> Option<String> {
        self.write(&self.section.tokens)
    }

    fn write(&self, tokens: &[Token]) -> Option<String> {
        let halves = self.section.tokens.iter().any(|token| matches!(token, Token::Half(_)));
        let mut text = String::new();
        for token in tokens {
            text.push_str(&self.token(token, halves)?);
        }
        Some(text.trim().to_owned())
    }

    fn token(&self, token: &Token, halves: bool) -> Option<String> {
        let Moment { date, passed, second, thousandths } = *self.moment;
        let language = self.section.language.as_ref();
        let hour = second / 3600;
        Some(match *token {
            Token::Year(..=2) => format!("{:02}", date?.year() % 100),
            Token::Year(_) => format!("{:04}", date?.year()),
            Token::Month(run @ 3..) => words::month(language, date?, run.min(5), self.beside_day)?,
            Token::Month(run) => format!("{:0run$}", date?.month()),
            Token::Day(run @ 3..) => words::weekday(language, date?, run)?,
            Token::Day(run) => format!("{:0run$}", date?.day()),
            Token::Hour(run) => {
                let hour = if halves { (hour + 11) % 12 + 1 } else { hour };
                format!("{hour:0width$}", width = run.min(2))
            }
            Token::Minute(run) => format!("{:0run$}", second / 60 % 60),
            Token::Second(run) => format!("{:0width$}", second % 60, width = run.min(2)),
            Token::Fraction(places) => format!(".{:0<places$.places$}", format!("{thousandths:03}")),
            Token::Half(whole) => match (hour < 12, whole) {
                (true, true) => "AM".to_owned(),
                (false, true) => "PM".to_owned(),
                (true, false) => "A".to_owned(),
                (false, false) => "P".to_owned(),
            },
            Token::Elapsed('h', run) => format!("{:0run$}", passed / 3600),
            Token::Elapsed('m', run) => format!("{:0run$}", passed / 60),
            Token::Elapsed(_, run) => format!("{passed:0run$}"),
            Token::Text(ref text) => text.clone(),
            Token::Slash => "/".to_owned(),
            Token::Comma => ",".to_owned(),
            Token::Point => ".".to_owned(),
            Token::Percent => "%".to_owned(),
            Token::Digit(_) | Token::Exponent(_) | Token::General | Token::At => return None,
        })
    }
}
