//! Numbers without a format, as Excel shows them where its column is wide enough: eleven characters at most, then an exponent.

use super::{Shown, Unsure};

/// Whole numbers up to here are known to their last digit.
const KNOWN: f64 = 1e15;
/// Whole numbers up to here are shown in full.
const IN_FULL: f64 = 1e11;

/// Returns the number with all digits that spreadsheets know: 15, so that `0.1 + 0.2` is 0.3.
pub(in crate::import) fn plain(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// Returns what a cell without a format shows.
pub(super) fn shown(number: f64) -> Shown {
    let size = number.abs();
    let whole = size.fract() == 0.0;
    let (text, unsure) = match size {
        // An exponent would be of no use to whom it is printed for, and other programs than Excel show none.
        _ if whole && size < KNOWN => (plain(number), (size >= IN_FULL).then_some(Unsure::Long)),
        _ if size >= KNOWN => (exponent(number), Some(Unsure::Digits)),
        _ => (short(number), None),
    };
    Shown { text, plain: plain(number), unsure }
}

/// A fraction in eleven characters.
fn short(number: f64) -> String {
    let scientific = format!("{:.14e}", number.abs());
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let fixed = |places: i32| without_zeros(&format!("{number:.*}", places.max(0) as usize));
    match power {
        -4..=-1 => fixed(9),
        0..=10 => fixed(9 - power),
        ..=-5 => {
            let all = fixed(12);
            let size = all.trim_start_matches('-');
            if size.len() <= 11 && size != "0" { all } else { exponent(number) }
        }
        _ => exponent(number),
    }
}

/// `1.23457E+19`.
fn exponent(number: f64) -> String {
    let text = format!("{number:.5e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let sign = if power < 0 { '-' } else { '+' };
    format!("{}E{sign}{:02}", without_zeros(digits), power.abs())
}

fn without_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}
