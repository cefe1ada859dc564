//! Numbers in the places of a format: digits, groups, per cent, exponents, fractions.

use super::format::{Section, Token};
use super::general::{self, plain};
use super::{Shown, Unsure};

/// Denominators that are tried.
const MOST: u64 = 9_999;

/// Returns what a section shows of a number; nothing where that cannot be told.
pub(super) fn shown(section: &Section, number: f64, minus: bool) -> Option<Shown> {
    let tokens = &section.tokens;
    let has = |wanted: fn(&Token) -> bool| tokens.iter().any(wanted);
    let digits = has(|token| matches!(token, Token::Digit(_)));
    if has(|token| matches!(token, Token::General | Token::At)) {
        return if digits { None } else { Some(beside_general(tokens, number, minus)) };
    }
    if !digits {
        let text: String = tokens.iter().map(literal).collect();
        let sign = if minus && !text.trim().is_empty() { "-" } else { "" };
        return Some(Shown { text: format!("{sign}{}", text.trim()), plain: plain(number), unsure: None });
    }
    if tokens.iter().any(|token| matches!(token, Token::Exponent(_))) {
        return with_exponent(tokens, number, minus);
    }
    if let Some(slash) = tokens.iter().position(|token| matches!(token, Token::Slash))
        && tokens[..slash].iter().any(|token| matches!(token, Token::Digit(_)))
    {
        return with_fraction(tokens, slash, number, minus);
    }
    in_places(tokens, number, minus)
}

fn literal(token: &Token) -> &str {
    match token {
        Token::Text(text) => text,
        Token::Point => ".",
        Token::Comma => ",",
        Token::Percent => "%",
        Token::Slash => "/",
        _ => "",
    }
}

/// `General" pts"`.
fn beside_general(tokens: &[Token], number: f64, minus: bool) -> Shown {
    let size = if minus { number } else { number.abs() };
    let general = general::shown(size);
    let part = |token: &Token| match token {
        Token::General | Token::At => general.text.clone(),
        other => literal(other).to_owned(),
    };
    let text: String = tokens.iter().map(part).collect();
    Shown { text: text.trim().to_owned(), plain: plain(number), unsure: general.unsure }
}

/// `#,##0.00`, `0%`, `0.0,`.
fn in_places(tokens: &[Token], number: f64, minus: bool) -> Option<Shown> {
    let percents = tokens.iter().filter(|token| matches!(token, Token::Percent)).count() as i32;
    let points = tokens.iter().filter(|token| matches!(token, Token::Point)).count();
    let thousands = scales(tokens);
    if points > 1 {
        return None;
    }
    let places = places(tokens);
    let (whole, mut fraction) = rounded(number.abs(), 2 * percents - 3 * thousands, places.len());
    while fraction.ends_with('0') && places.get(fraction.len() - 1).is_some_and(|place| *place != '0') {
        fraction.pop();
    }
    let zero = whole.bytes().chain(fraction.bytes()).all(|digit| digit == b'0');
    let sign = if minus && !zero { "-" } else { "" };
    let text = format!("{sign}{}", put(tokens, &whole, &fraction).trim());
    let point = if fraction.is_empty() { "" } else { "." };
    let below = if number < 0.0 && !zero { "-" } else { "" };
    let value = match thousands {
        0 => format!("{below}{}{point}{fraction}", if whole.is_empty() { "0" } else { &whole }),
        _ => plain(number),
    };
    let unsure = (whole.len() > 15).then_some(Unsure::Digits);
    Some(Shown { text, plain: value, unsure })
}

/// How often a number is divided by a thousand: commas behind the last digit, or the last one before the point.
fn scales(tokens: &[Token]) -> i32 {
    let after = |end: usize| {
        let last = tokens[..end].iter().rposition(|token| matches!(token, Token::Digit(_)));
        let rest = last.map_or(&[][..], |last| &tokens[last + 1..end]);
        rest.iter().take_while(|token| matches!(token, Token::Comma)).count() as i32
    };
    let point = tokens.iter().position(|token| matches!(token, Token::Point));
    let end = point.filter(|point| !tokens[*point..].iter().any(|token| matches!(token, Token::Digit(_))));
    match (point, end) {
        (Some(point), None) => after(point) + after(tokens.len()),
        (Some(point), Some(_)) => after(point),
        (None, _) => after(tokens.len()),
    }
}

/// Returns the places after the point.
fn places(tokens: &[Token]) -> Vec<char> {
    let after = tokens.iter().skip_while(|token| !matches!(token, Token::Point));
    after.filter_map(|token| if let Token::Digit(c) = token { Some(*c) } else { None }).collect()
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
fn put(tokens: &[Token], whole: &str, fraction: &str) -> String {
    let point = tokens.iter().position(|token| matches!(token, Token::Point)).unwrap_or(tokens.len());
    let (before, after) = tokens.split_at(point);
    let first = before.iter().position(|token| matches!(token, Token::Digit(_)));
    let last = before.iter().rposition(|token| matches!(token, Token::Digit(_))).unwrap_or(0);
    let grouped = before[..last].iter().any(|token| matches!(token, Token::Comma));
    let mut digits = whole.bytes().rev().map(char::from).peekable();
    let (mut reversed, mut written) = (String::new(), 0);
    let mut digit = |c: char, reversed: &mut String| {
        if grouped && written > 0 && written % 3 == 0 {
            reversed.push(',');
        }
        written += 1;
        reversed.push(c);
    };
    for (at, token) in before.iter().enumerate().rev() {
        match token {
            Token::Digit(place) => {
                match (digits.next(), place) {
                    (Some(c), _) => digit(c, &mut reversed),
                    (None, '0') => digit('0', &mut reversed),
                    (None, _) => {}
                }
                if Some(at) == first {
                    digits.by_ref().for_each(|c| digit(c, &mut reversed));
                }
            }
            Token::Comma => {}
            other => reversed.extend(literal(other).chars().rev()),
        }
    }
    if digits.peek().is_some() {
        // `.00`: there is no place before the point.
        reversed.extend(digits);
    }
    let mut text: String = reversed.chars().rev().collect();
    let mut places = fraction.chars();
    for token in after {
        match token {
            Token::Digit(_) => text.extend(places.next()),
            // Also where no digit follows: `0.##` shows 1 as `1.`
            Token::Comma => {}
            other => text.push_str(literal(other)),
        }
    }
    text
}

/// `0.00E+00`; with several places before the point the exponent is a multiple of their count.
fn with_exponent(tokens: &[Token], number: f64, minus: bool) -> Option<Shown> {
    let at = tokens.iter().position(|token| matches!(token, Token::Exponent(_)))?;
    let (mantissa, rest) = tokens.split_at(at);
    let Token::Exponent(plus) = rest[0] else { return None };
    let wide = |tokens: &[Token]| tokens.iter().filter(|token| matches!(token, Token::Digit(_))).count();
    let point = mantissa.iter().position(|token| matches!(token, Token::Point)).unwrap_or(mantissa.len());
    let step = wide(&mantissa[..point]).max(1) as i32;
    let scientific = format!("{:.14e}", number.abs());
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok())?;
    let of = |power: i32| if number == 0.0 { 0 } else { power.div_euclid(step) * step };
    let places = places(mantissa).len();
    let mut exponent = of(power);
    let (mut whole, mut fraction) = rounded(number.abs(), -exponent, places);
    // 9.99 rounds up to 10.0.
    if whole.len() > step as usize {
        exponent = of(power + 1);
        (whole, fraction) = rounded(number.abs(), -exponent, places);
    }
    let sign = if exponent < 0 {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    };
    let width = wide(rest);
    let more: String = rest[1..].iter().map(literal).collect();
    let shown = put(mantissa, &whole, &fraction);
    let below = if minus { "-" } else { "" };
    let text = format!("{below}{}E{sign}{:0width$}{more}", shown.trim(), exponent.abs());
    Some(Shown { text: text.trim().to_owned(), plain: plain(number), unsure: None })
}

/// `# ?/?`, `# ??/??`, `# ?/4`.
fn with_fraction(tokens: &[Token], slash: usize, number: f64, minus: bool) -> Option<Shown> {
    let is_digit = |token: &Token| matches!(token, Token::Digit(_));
    let numerator = tokens[..slash].iter().rposition(is_digit)?;
    let begins = tokens[..numerator].iter().rposition(|token| !is_digit(token)).map_or(0, |at| at + 1);
    let mixed = tokens[..begins].iter().any(is_digit);
    let mut below = String::new();
    for token in &tokens[slash + 1..] {
        match token {
            // `# ?/100`.
            Token::Digit('0') if below.ends_with(|c: char| c.is_ascii_digit()) => below.push('0'),
            Token::Digit(_) => below.push('?'),
            other => below.push_str(literal(other)),
        }
    }
    let below = below.trim();
    let count = below.chars().take_while(|c| *c == '?').count();
    let fixed: String = below.chars().take_while(char::is_ascii_digit).collect();
    let size = number.abs();
    let whole = if mixed { size.trunc() } else { 0.0 };
    let part = size - whole;
    let (mut over, under) = match (count, fixed.parse::<u64>()) {
        (_, Ok(under)) if (1..=MOST).contains(&under) => ((part * under as f64).round() as u64, under),
        (1..=4, _) => nearest(part, 10_u64.pow(count as u32) - 1),
        _ => return None,
    };
    let mut whole = whole;
    if mixed && over == under {
        (whole, over) = (whole + 1.0, 0);
    }
    let sign = if minus && (whole > 0.0 || over > 0) { "-" } else { "" };
    let text = match (mixed, whole > 0.0, over > 0) {
        (false, ..) => format!("{sign}{over}/{under}"),
        (true, true, true) => format!("{sign}{whole:.0} {over}/{under}"),
        (true, false, true) => format!("{sign}{over}/{under}"),
        (true, _, false) => format!("{sign}{whole:.0}"),
    };
    let skip = if count > 0 { count } else { fixed.len() };
    let more: String = below.chars().skip(skip).collect();
    let before: String = tokens[..begins].iter().take_while(|token| !is_digit(token)).map(literal).collect();
    Some(Shown { text: format!("{before}{text}{more}").trim().to_owned(), plain: plain(number), unsure: None })
}

/// Returns the fraction with a denominator up to `most` that is nearest.
fn nearest(number: f64, most: u64) -> (u64, u64) {
    let mut best = (number.round() as u64, 1, (number - number.round()).abs());
    for under in 2..=most {
        let over = (number * under as f64).round();
        let off = (number - over / under as f64).abs();
        if off < best.2 - 1e-12 {
            best = (over as u64, under, off);
        }
    }
    (best.0, best.1)
}
