//! Numbers as their cell shows them, by its number format (ECMA-376 part 1, 18.8.31): `0.85` with `0%` is 85%, `417` with
//! `00000` is 00417.
//!
//! Groups of thousands are parted by commas and fractions by full stops: the file does not say where it will be opened.
//! Fractions, exponents, scaled numbers and conditions stay plain numbers. Dates are not numbers here.

/// A number with its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// What the cell shows.
    pub text: String,
    /// The number in it: `85` of `85%`, `1234.50` of `1,234.50 €`.
    pub number: String,
}

/// A part of a format.
enum Part {
    /// A place for a digit: `0`, `#` or `?`.
    Digit(char),
    Point,
    Comma,
    Percent,
    Text(String),
}

/// Returns what a cell of this format shows, if that is another text than the plain number.
pub(super) fn shown(format: &str, number: f64) -> Option<Shown> {
    if format.eq_ignore_ascii_case("general") || format == "@" || !number.is_finite() {
        return None;
    }
    let sections = sections(format);
    let (section, minus) = match (number, &sections[..]) {
        (n, [_, negative, ..]) if n < 0.0 => (negative, false),
        (0.0, [_, _, zero, ..]) => (zero, false),
        (n, [first, ..]) => (first, n < 0.0),
        (_, []) => return None,
    };
    let parts = parts(section)?;
    if !parts.iter().any(|part| matches!(part, Part::Digit(_))) {
        return None;
    }
    let percents = parts.iter().filter(|part| matches!(part, Part::Percent)).count() as i32;
    let after = parts.iter().skip_while(|part| !matches!(part, Part::Point));
    let places: Vec<char> = after.filter_map(|part| if let Part::Digit(c) = part { Some(*c) } else { None }).collect();
    let (whole, mut fraction) = rounded(number.abs(), 2 * percents, places.len());
    while fraction.ends_with('0') && places.get(fraction.len() - 1).is_some_and(|place| *place != '0') {
        fraction.pop();
    }
    let zero = whole.bytes().chain(fraction.bytes()).all(|digit| digit == b'0');
    let sign = if minus && !zero { "-" } else { "" };
    let text = format!("{sign}{}", put(&parts, &whole, &fraction)?.trim());
    let point = if fraction.is_empty() { "" } else { "." };
    let minus = if number < 0.0 && !zero { "-" } else { "" };
    Some(Shown { text, number: format!("{minus}{}{point}{fraction}", if whole.is_empty() { "0" } else { &whole }) })
}

/// Parts a format at its semicolons.
fn sections(format: &str) -> Vec<String> {
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
    sections
}

/// Reads a section; nothing where it is of a kind that stays plain.
fn parts(section: &str) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut chars = section.chars().peekable();
    while let Some(c) = chars.next() {
        let part = match c {
            '0' | '#' | '?' => Part::Digit(c),
            '.' => Part::Point,
            ',' => Part::Comma,
            '%' => Part::Percent,
            '"' => Part::Text(chars.by_ref().take_while(|c| *c != '"').collect()),
            '\\' => Part::Text(chars.next()?.to_string()),
            // As wide as the next, or filled with it.
            '_' | '*' => {
                chars.next()?;
                continue;
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                match inside.strip_prefix('$') {
                    Some(currency) => Part::Text(currency.split('-').next().unwrap_or_default().to_owned()),
                    None if inside.starts_with(['<', '>', '=']) => return None,
                    None if inside.chars().all(|c| "hmsHMS".contains(c)) => return None,
                    None => continue,
                }
            }
            '@' | '/' => return None,
            'E' | 'e' if matches!(chars.peek(), Some('+' | '-')) => return None,
            c if "dmyhsDMYHSGg".contains(c) => return None,
            c => Part::Text(c.to_string()),
        };
        parts.push(part);
    }
    let last_digit = parts.iter().rposition(|part| matches!(part, Part::Digit(_)))?;
    let points = parts.iter().filter(|part| matches!(part, Part::Point)).count();
    // A comma behind the digits divides by a thousand.
    let scaled = parts.get(last_digit + 1).is_some_and(|part| matches!(part, Part::Comma));
    (points < 2 && !scaled).then_some(parts)
}

/// Returns the digits before and after the point of a number times `10^shift`, half rounded up as spreadsheets do.
fn rounded(number: f64, shift: i32, places: usize) -> (String, String) {
    // 15 digits are what spreadsheets know.
    let scientific = format!("{number:.14e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let mut point = exponent.parse::<i32>().unwrap_or(0) + 1 + shift;
    if point < 0 {
        digits.splice(0..0, std::iter::repeat_n(0, (-point).min(400) as usize));
        point = 0;
    }
    let kept = (point as usize).min(700) + places;
    let up = digits.get(kept).is_some_and(|digit| *digit >= 5);
    digits.resize(kept, 0);
    let mut carry = up;
    for digit in digits.iter_mut().rev() {
        if !carry {
            break;
        }
        *digit = (*digit + 1) % 10;
        carry = *digit == 0;
    }
    if carry {
        digits.insert(0, 1);
    }
    let text: String = digits.iter().map(|digit| char::from(digit + b'0')).collect();
    let (whole, fraction) = text.split_at(text.len() - places);
    (whole.trim_start_matches('0').to_owned(), fraction.to_owned())
}

/// Puts digits into their places, from the right to the left before the point.
fn put(parts: &[Part], whole: &str, fraction: &str) -> Option<String> {
    let point = parts.iter().position(|part| matches!(part, Part::Point)).unwrap_or(parts.len());
    let (before, after) = parts.split_at(point);
    let first = before.iter().position(|part| matches!(part, Part::Digit(_)));
    let grouped = before.iter().any(|part| matches!(part, Part::Comma));
    let mut digits = whole.bytes().rev().map(char::from).peekable();
    let (mut reversed, mut written) = (String::new(), 0);
    let mut digit = |c: char, reversed: &mut String| {
        if grouped && written > 0 && written % 3 == 0 {
            reversed.push(',');
        }
        written += 1;
        reversed.push(c);
    };
    for (at, part) in before.iter().enumerate().rev() {
        match part {
            Part::Digit(place) => {
                match (digits.next(), place) {
                    (Some(c), _) => digit(c, &mut reversed),
                    (None, '0') => digit('0', &mut reversed),
                    (None, _) => {}
                }
                if Some(at) == first {
                    digits.by_ref().for_each(|c| digit(c, &mut reversed));
                }
            }
            Part::Text(text) => reversed.extend(text.chars().rev()),
            Part::Percent => reversed.push('%'),
            Part::Comma | Part::Point => {}
        }
    }
    if digits.peek().is_some() {
        // `.00`: there is no place before the point.
        reversed.extend(digits);
    }
    let mut text: String = reversed.chars().rev().collect();
    let mut places = fraction.chars();
    for part in after {
        match part {
            Part::Digit(_) => text.extend(places.next()),
            Part::Point if !fraction.is_empty() || matches!(after.get(1), Some(Part::Digit('0'))) => text.push('.'),
            Part::Text(more) => text.push_str(more),
            Part::Percent => text.push('%'),
            Part::Point | Part::Comma => {}
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_their_cell_shows_them() {
        for (format, number, text, plain) in [
            ("0%", 0.85, "85%", "85"),
            ("0%", 1.0, "100%", "100"),
            ("0%", 0.925, "93%", "93"),
            ("0.0%", 0.925, "92.5%", "92.5"),
            ("0.00%", 0.0, "0.00%", "0.00"),
            ("0 %", 0.5, "50 %", "50"),
            ("00000", 417.0, "00417", "417"),
            ("00000", 90210.0, "90210", "90210"),
            ("0", 7.0, "7", "7"),
            ("0", 6.5, "7", "7"),
            ("0.0", 4.0, "4.0", "4.0"),
            ("0.00", 2.675, "2.68", "2.68"),
            ("0.0\" pts\"", 17.5, "17.5 pts", "17.5"),
            ("\"Level \"0", 2.0, "Level 2", "2"),
            ("\"+\"0", 441234567890.0, "+441234567890", "441234567890"),
            ("#,##0.00 \"€\"", 1234.5, "1,234.50 €", "1234.50"),
            ("#,##0", 1234567.0, "1,234,567", "1234567"),
            ("#,##0", 999.0, "999", "999"),
            ("[$€-407] #,##0.00", 1234.5, "€ 1,234.50", "1234.50"),
            ("000\\-00\\-0000", 123456789.0, "123-45-6789", "123456789"),
            ("0.##", 1.5, "1.5", "1.5"),
            ("#.##", 0.25, ".25", "0.25"),
            ("0;(0)", -5.0, "(5)", "-5"),
            ("0.0", -5.25, "-5.3", "-5.3"),
            ("0;-0;\"none \"0", 0.0, "none 0", "0"),
            ("_(* #,##0.00_);_(* (#,##0.00)", 1234.0, "1,234.00", "1234.00"),
            ("[Red]0", 3.0, "3", "3"),
            ("0", 9.999, "10", "10"),
            ("0.0", 0.04, "0.0", "0.0"),
            ("0.00", 1e-7, "0.00", "0.00"),
        ] {
            let shown = shown(format, number).unwrap_or_else(|| panic!("{format} {number}"));
            assert_eq!((&shown.text[..], &shown.number[..]), (text, plain), "{format} {number}");
        }
    }

    #[test]
    fn what_cannot_be_put_so_stays_a_plain_number() {
        for format in
            ["General", "@", "# ?/?", "0.00E+00", "0,", "[>1]0;0.0", "yyyy-mm-dd", "", ";;;", "[h]:mm", "\"x\""]
        {
            assert_eq!(shown(format, 1.5), None, "{format}");
        }
        assert_eq!(shown("0%", f64::NAN), None);
    }
}
