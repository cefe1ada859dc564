//! The letters of a page in one form, whatever engine handed them over, so that they can be compared with what was signed.
//!
//! Engines hand right-to-left text over in the order of drawing, respell clusters, repeat or leave out letters, swap the
//! bytes of ligatures (Ghostscript), and do not know what some glyphs stand for. Knows no field and decides nothing;
//! `verifier-web/src/page/letters.ts` does the same, and `tests/vectors/printed.json` judges both.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::credential::is_bidi_control;

/// Stands for a glyph of which nobody knows what it says.
pub(super) const UNKNOWN: char = '\u{fffd}';

/// Brings a text into the form that is compared: compatibility decomposition without case, white space, characters that show
/// nothing (UAX 31 section 2.3, UAX 9), and what capitals lose or gain in Turkish and Greek. Controls say nothing: they are
/// what engines make of glyphs that they do not know.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut base = '\0';
    // `ẞ` has no capital but itself.
    let lower = text.nfkd().flat_map(char::to_lowercase);
    for c in lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkd() {
        if c.is_whitespace() || is_invisible(c) {
            continue;
        }
        if !is_combining_mark(c) {
            base = c;
        } else if is_lost_in_capitals(base, c) {
            continue;
        }
        folded.push(match c {
            'ς' => 'σ',
            _ if c.is_control() => UNKNOWN,
            _ => c,
        });
    }
    folded
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// `İ` is the capital of `i`, and Greek capitals have no accents.
fn is_lost_in_capitals(base: char, mark: char) -> bool {
    match base {
        'i' => mark == '\u{307}',
        'α'..='ω' => matches!(mark, '\u{300}' | '\u{301}' | '\u{313}' | '\u{314}' | '\u{342}'),
        _ => false,
    }
}

/// True where a text has a character that nobody can read: an unknown glyph, or one of private use.
pub(super) fn has_unreadable(text: &str) -> bool {
    let is_unreadable = |c: char| {
        c == UNKNOWN
            || c.is_control() && !c.is_whitespace()
            || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..)
            || u32::from(c) & 0xFFFE == 0xFFFE
    };
    text.chars().any(is_unreadable)
}

/// True for what runs from right to left.
fn is_rtl(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
        && c.is_alphabetic()
}

/// True for letters of scripts whose text comes out of a file in another order, or in other letters, than it was written in:
/// all between Hebrew and Myanmar, and their like elsewhere.
fn is_complex(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{109f}' | '\u{1700}'..='\u{18af}' | '\u{1900}'..='\u{1cff}' | '\u{a800}'..='\u{a95f}'
        | '\u{a980}'..='\u{ab2f}' | '\u{abc0}'..='\u{abff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{11fff}' | '\u{1e800}'..='\u{1efff}')
}

/// True for letters and digits of scripts that part their words by spaces and put nothing at their ends.
fn is_spaced(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{2e80}' && !is_complex(c) && !matches!(c, '\u{1100}'..='\u{11ff}')
}

/// True for what goes on with the letter before it.
fn goes_on(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{1160}'..='\u{11ff}')
}

/// Returns the letters and digits of a folded text, alike where languages write one letter in several ways. Marks are what
/// engines lose or misplace.
fn letters(folded: &str) -> String {
    let alike = |c| match c {
        'ی' | 'ى' | 'ے' => 'ي',
        'ک' => 'ك',
        'ہ' | 'ە' | 'ۀ' | 'ة' | 'ھ' => 'ه',
        _ => c,
    };
    folded.chars().filter(|c| c.is_alphanumeric() && !is_combining_mark(*c)).map(alike).collect()
}

/// A printed text, folded, with its words.
pub(super) struct Folded {
    text: Vec<char>,
    /// Whether white space stands before a character.
    breaks: Vec<bool>,
    /// Without punctuation and spaces, for text that runs from right to left.
    plain: Vec<char>,
    plain_breaks: Vec<bool>,
}

impl Folded {
    pub(super) fn new(printed: &str) -> Self {
        let mut all = Self { text: Vec::new(), breaks: Vec::new(), plain: Vec::new(), plain_breaks: Vec::new() };
        for piece in printed.split_whitespace() {
            let (mut begins, mut begins_plain) = (true, true);
            for c in fold(piece).chars() {
                all.text.push(c);
                all.breaks.push(std::mem::take(&mut begins));
                if is_word(c) || c == UNKNOWN {
                    all.plain.push(c);
                    all.plain_breaks.push(std::mem::take(&mut begins_plain));
                } else {
                    begins_plain = true;
                }
            }
        }
        all
    }

    /// True if the text stands there as whole words, in any order that right-to-left text is drawn in.
    pub(super) fn shows(&self, text: &str) -> bool {
        if fold(text).contains(UNKNOWN) {
            return false;
        }
        if !text.chars().any(is_rtl) {
            return holds(&self.text, &self.breaks, &fold(text), true);
        }
        let shows_drawn =
            |text: &str| drawn(text).iter().any(|form| holds(&self.plain, &self.plain_breaks, form, true));
        // A line break reorders words.
        shows_drawn(text) || text.split_whitespace().all(shows_drawn)
    }

    /// True if its letters stand there at all, perhaps within other words.
    pub(super) fn has_within(&self, text: &str) -> bool {
        let folded = fold(text);
        !folded.contains(UNKNOWN) && holds(&self.text, &self.breaks, &folded, false)
    }
}

/// True for what words are made of.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Looks for a folded text, as whole words or anywhere.
fn holds(all: &[char], breaks: &[bool], wanted: &str, is_whole: bool) -> bool {
    let wanted: Vec<char> = wanted.chars().collect();
    let (Some(&first), Some(&last)) = (wanted.first(), wanted.last()) else { return true };
    let is_start = |at: usize| !is_spaced(first) || at == 0 || breaks[at] || !is_spaced(all[at - 1]);
    let is_end = |at: usize| {
        let Some(&next) = all.get(at) else { return true };
        breaks[at] || !(goes_on(next) || is_spaced(last) && is_spaced(next))
    };
    let found = |at: usize| all[at..].starts_with(&wanted) && (!is_whole || is_start(at) && is_end(at + wanted.len()));
    (0..=all.len().saturating_sub(wanted.len())).any(|at| all.get(at) == Some(&first) && found(at))
}

/// Returns the ways in which a file may spell a right-to-left text, folded, without punctuation: as it is written, or in
/// the order of drawing from left to right, in lines of either direction, by clusters or by characters.
pub(super) fn drawn(text: &str) -> Vec<String> {
    let mut forms = vec![plain(text)];
    for is_rtl_line in [true, false] {
        for by_cluster in [true, false] {
            let form = plain(&in_drawing_order(text, is_rtl_line, by_cluster));
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

fn plain(text: &str) -> String {
    fold(text).chars().filter(|c| is_word(*c) || *c == UNKNOWN).collect()
}

/// UAX 9 as far as names need it: runs of right-to-left letters, with what stands between them, are turned round; so is the
/// order of runs where the line runs from right to left.
fn in_drawing_order(text: &str, is_rtl_line: bool, by_cluster: bool) -> String {
    let turned = |run: &str| -> String {
        if by_cluster { clusters(run).iter().rev().copied().collect() } else { run.chars().rev().collect() }
    };
    let runs = runs(text, is_rtl_line);
    let runs = runs.iter().map(|(run, rtl)| if *rtl { turned(run) } else { (*run).to_owned() });
    if is_rtl_line { runs.rev().collect() } else { runs.collect() }
}

/// Splits a text where its direction changes. What has none goes with its neighbours if they agree, else with the line.
fn runs(text: &str, is_rtl_line: bool) -> Vec<(&str, bool)> {
    let mut strong: Vec<(usize, bool)> = Vec::new();
    for (at, c) in text.char_indices() {
        if !is_combining_mark(c) && c.is_alphanumeric() {
            strong.push((at, is_rtl(c)));
        }
    }
    let mut runs: Vec<(&str, bool)> = Vec::new();
    let mut from = 0;
    for pair in strong.windows(2) {
        let ((before, was_rtl), (at, rtl)) = (pair[0], pair[1]);
        if was_rtl == rtl {
            continue;
        }
        // Where the letters before end, with their marks.
        let tail = text[before..at].char_indices().skip(1).find(|(_, c)| !is_combining_mark(*c));
        let end = if was_rtl == is_rtl_line { at } else { tail.map_or(at, |(to, _)| before + to) };
        runs.push((&text[from..end], was_rtl));
        from = end;
    }
    runs.push((&text[from..], strong.last().map_or(is_rtl_line, |(_, rtl)| *rtl)));
    runs
}

/// Letters with their marks.
fn clusters(text: &str) -> Vec<&str> {
    let starts: Vec<usize> = text.char_indices().filter(|(_, c)| !is_combining_mark(*c)).map(|(at, _)| at).collect();
    let begin = (starts.first() != Some(&0) && !text.is_empty()).then_some(0);
    let starts: Vec<usize> = begin.into_iter().chain(starts).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(from, to)| &text[*from..to]).collect()
}

/// True if a text runs from right to left, at least in part.
pub(super) fn has_rtl(text: &str) -> bool {
    text.chars().any(is_rtl)
}

/// True if a text has letters of a complex script.
pub(super) fn has_complex(text: &str) -> bool {
    text.chars().any(|c| is_complex(c) && c.is_alphanumeric())
}

/// True if a line may be what an engine makes of a signed text: it has nothing but its letters, where they are of a complex
/// script; or it is the text without its marks, or cut off.
pub(super) fn is_respelled(line: &str, signed: &str) -> bool {
    let (have, wanted) = (letters(&fold(line)), letters(&fold(signed)));
    let complex = |text: &str| text.chars().filter(|c| is_complex(*c)).collect::<BTreeSet<char>>();
    let complex_have = complex(&have);
    let is_half = have.chars().count() * 2 >= wanted.chars().count();
    !complex_have.is_empty() && complex_have.is_subset(&complex(&wanted))
        || !have.is_empty() && is_half && wanted.contains(&have)
}

/// Letters of a cluster at most.
const CLUSTER: usize = 8;
/// A signed text of more letters is not looked for in what is amiss.
const SIGNED: usize = 400;
/// Nor is anything in a page of more bytes: as much as 200,000 letters have, which is what the web page looks at.
const PRINTED: usize = 800_000;

/// Letters that a pair of wrong ones may stand for, and what stands before and behind them in the signed text.
struct Meant {
    letters: String,
    ends: [Option<char>; 2],
}

/// Puts right what Ghostscript 10 writes into ToUnicode for a glyph of several letters: two sums of its letters, in wrong places.
/// Only beside a letter that is beside these letters in the signed text too, and where the pair is not of the signed text itself.
/// Each letter of the page is looked at once, and what was put right is not looked at again.
pub(super) fn unswapped<'a>(printed: &'a str, signed: &str) -> Cow<'a, str> {
    let known: BTreeSet<char> = signed.chars().collect();
    let is_odd = |c: &char| *c > '\u{ff}' && !known.contains(c);
    if printed.len() > PRINTED || signed.chars().count() > SIGNED || !printed.chars().any(|c| is_odd(&c)) {
        return Cow::Borrowed(printed);
    }
    // A wrong letter may be one that runs from the right, about which readers write marks.
    let text: Vec<char> = printed.chars().filter(|c| !is_direction_mark(*c)).collect();
    let meant = meant(signed);
    let (mut right, mut is_other, mut at) = (String::with_capacity(printed.len()), false, 0);
    while let Some(first) = text.get(at) {
        let pair = text.get(at + 1).map(|second| [*first, *second]).filter(|pair| pair.iter().any(is_odd));
        let behind = || text[at..].iter().skip(2).copied();
        let beside = || [self::beside(right.chars().rev()), self::beside(behind())];
        if let Some(one) = pair.and_then(|pair| likeliest(meant.get(&pair)?, beside())) {
            right.push_str(&one.letters);
            (is_other, at) = (true, at + 2);
        } else {
            right.push(*first);
            at += 1;
        }
    }
    if is_other { Cow::Owned(right) } else { Cow::Borrowed(printed) }
}

/// The next letter, and the next that is no space: readers see spaces about glyphs whose letters they do not know.
fn beside(mut letters: impl Iterator<Item = char> + Clone) -> [Option<char>; 2] {
    [letters.clone().next(), letters.find(|c| !c.is_whitespace())]
}

/// What stands on both sides of a pair is what tells; on one side is enough, as on the other there may be another pair.
fn likeliest(all: &[Meant], beside: [[Option<char>; 2]; 2]) -> Option<&Meant> {
    let fits = |end: Option<char>, [next, letter]: [Option<char>; 2]| match end {
        Some(_) => end == next || end == letter,
        None => next.is_none_or(|c| !c.is_alphanumeric()),
    };
    let fit = |one: &Meant| usize::from(fits(one.ends[0], beside[0])) + usize::from(fits(one.ends[1], beside[1]));
    [2, 1].into_iter().find_map(|sides| all.iter().find(|one| fit(one) == sides))
}

/// All that may be meant by pairs of letters, the longest first.
fn meant(signed: &str) -> HashMap<[char; 2], Vec<Meant>> {
    let mut all: HashMap<[char; 2], Vec<Meant>> = HashMap::new();
    for source in [signed.to_owned(), signed.to_uppercase()] {
        let source: Vec<char> = source.chars().collect();
        for length in (2..=CLUSTER).rev() {
            for (at, window) in source.windows(length).enumerate() {
                let mut letters = window.to_vec();
                let mut ends = [at.checked_sub(1), Some(at + length)].map(|at| source.get(at?).copied());
                if window.iter().any(|c| is_rtl(*c)) {
                    letters.reverse();
                    ends.reverse();
                }
                for pair in summed(window) {
                    let letters = String::from_iter(&letters);
                    all.entry(pair).or_default().push(Meant { letters, ends });
                }
            }
        }
    }
    all
}

/// Marks that only say in which direction text runs.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}') || is_bidi_control(c)
}

fn swapped(unit: u32) -> Option<char> {
    char::from_u32((unit & 0xFF) << 8 | unit >> 8 & 0xFF)
}

/// The pairs of letters that may stand for the letters of one glyph, which are every other one added up, of the last and of the one before
/// it: with their bytes swapped, as of ligatures; in scripts that put letters together also with a byte of the first sum in the second.
/// Others have no such glyphs.
fn summed(letters: &[char]) -> impl Iterator<Item = [char; 2]> {
    let sum =
        |from_last: usize| -> u32 { letters.iter().rev().skip(from_last).step_by(2).map(|c| u32::from(*c)).sum() };
    let (first, second) = (sum(1) & 0xFFFF, sum(0) & 0xFFFF);
    let is_ligature = letters.iter().all(|c| c.is_alphabetic() && *c <= '\u{ff}');
    let is_of_cluster = |c: &char| *c <= '\u{ffff}' && is_complex(*c) || matches!(c, '\u{200c}' | '\u{200d}');
    let is_cluster = letters.iter().all(is_of_cluster);
    let low = swapped(first).zip(swapped(second)).filter(|_| is_ligature || is_cluster);
    let high = char::from_u32(first).zip(char::from_u32((first & 0xFF) << 8 | (second & 0xFF)));
    [low, high.filter(|_| is_cluster)].into_iter().flatten().map(|(first, second)| [first, second])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_put_right_once_and_where_its_neighbours_are() {
        let signed = "affi".repeat(90);
        assert_eq!(unswapped(&"a\u{6600}\u{cf00}a ".repeat(500), &signed), "affia ".repeat(500));
        // What comes of it may look like another pair: it is not one.
        let nested = "\u{6600}\u{6900}\u{cf00}";
        assert_eq!(unswapped(nested, "fi"), "fi\u{cf00}");
        // Too much to be a certificate's.
        assert_eq!(unswapped("a\u{6600}\u{cf00}", &(signed + &"a".repeat(SIGNED))), "a\u{6600}\u{cf00}");
    }

    #[test]
    fn letters_that_no_glyph_stands_for_together_are_those_that_are_there() {
        for (printed, signed) in [("王謏明", "王小明"), ("a搀ꈀb", "cAdad"), ("Ада", "Ида")] {
            assert_eq!(unswapped(printed, signed), printed);
        }
    }
}
