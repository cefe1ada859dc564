// The letters of a page in one form, whatever engine handed them over, so that they can be compared with what was signed:
// src/reading/letters.rs, function by function. tests/vectors/printed.json judges both.

/** Stands for a glyph of which nobody knows what it says. */
export const UNKNOWN = '\ufffd';

const SPACE = /\p{White_Space}+/u;
const SPACES = new RegExp(SPACE, 'gu');
const INVISIBLE = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\uffa0\u{e0000}-\u{e0fff}]/gu;
/** Controls say nothing: they are what engines make of glyphs that they do not know. */
const CONTROL = /[\p{Cc}\p{Cs}]/gu;
const UNREADABLE = /[\ufffd\0-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\p{Cs}\p{Co}]/u;
const NONCHARACTER = /\p{NChar}/u;
const MARK = /^\p{M}$/u;
const ALPHANUMERIC = /^[\p{Alphabetic}\p{N}]$/u;
/** `İ` is the capital of `i`, and Greek capitals have no accents. */
const LOST_IN_CAPITALS = /(?<=i\p{M}*)\u0307|(?<=[α-ω]\p{M}*)[\u0300\u0301\u0313\u0314\u0342]/gu;

/**
 * Brings a text into the form that is compared: compatibility decomposition without case, white space, characters that show
 * nothing (UAX 31 section 2.3, UAX 9), and what capitals lose or gain in Turkish and Greek.
 */
export function fold(text: string): string {
  // `ẞ` has no capital but itself.
  const cased = text.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase().normalize('NFKD');
  return cased.replace(SPACES, '').replace(INVISIBLE, '').replaceAll('ς', 'σ').replace(LOST_IN_CAPITALS, '').replace(CONTROL, UNKNOWN);
}

/** Whether a text has a character that nobody can read: an unknown glyph, or one of private use. */
export function hasUnreadable(text: string): boolean {
  return UNREADABLE.test(text) || NONCHARACTER.test(text);
}

type Range = readonly [number, number];

const RTL: readonly Range[] = [[0x590, 0x8ff], [0xfb1d, 0xfdff], [0xfe70, 0xfefc], [0x10800, 0x10fff], [0x1e800, 0x1efff]];
/** Scripts whose text comes out of a file in another order, or in other letters, than it was written in. */
const COMPLEX: readonly Range[] = [[0x590, 0x109f], [0x1700, 0x18af], [0x1900, 0x1cff], [0xa800, 0xa95f], [0xa980, 0xab2f],
  [0xabc0, 0xabff], [0xfb1d, 0xfdff], [0xfe70, 0xfefc], [0x10800, 0x11fff], [0x1e800, 0x1efff]];

function isIn(letter: string, ranges: readonly Range[]): boolean {
  const code = letter.codePointAt(0) ?? 0;
  return ranges.some(([from, to]) => code >= from && code <= to);
}

function isRtl(letter: string): boolean {
  return isIn(letter, RTL) && /^\p{Alphabetic}$/u.test(letter);
}

/** Whether a letter is of a script that parts its words by spaces and puts nothing at their ends. */
function isSpaced(letter: string): boolean {
  return ALPHANUMERIC.test(letter) && (letter.codePointAt(0) ?? 0) < 0x2e80 && !isIn(letter, COMPLEX) && !isIn(letter, [[0x1100, 0x11ff]]);
}

/** Whether it goes on with the letter before it. */
function goesOn(letter: string): boolean {
  return MARK.test(letter) || isIn(letter, [[0x1160, 0x11ff]]);
}

/** What words are made of. */
function isWord(letter: string): boolean {
  return ALPHANUMERIC.test(letter) || MARK.test(letter);
}

const ALIKE: ReadonlyMap<string, string> = new Map([...'یىے'].map((one): [string, string] => [one, 'ي'])
  .concat([['ک', 'ك']], [...'ہەۀةھ'].map((one): [string, string] => [one, 'ه'])));

/**
 * The letters and digits of a folded text, alike where languages write one letter in several ways. Marks are what engines lose
 * or misplace.
 */
function letters(folded: string): string {
  return [...folded].filter((one) => ALPHANUMERIC.test(one) && !MARK.test(one)).map((one) => ALIKE.get(one) ?? one).join('');
}

/** Some folded letters, and whether white space stands before each. */
interface Letters {
  all: string[];
  breaks: boolean[];
}

/** A printed text, folded, with its words. */
export class Folded {
  private readonly text: Letters = { all: [], breaks: [] };
  /** Without punctuation and spaces, for text that runs from right to left. */
  private readonly plain: Letters = { all: [], breaks: [] };

  constructor(printed: string) {
    for (const piece of printed.split(SPACE)) {
      let [begins, beginsPlain] = [true, true];
      for (const letter of fold(piece)) {
        this.text.all.push(letter);
        this.text.breaks.push(begins);
        begins = false;
        if (isWord(letter) || letter === UNKNOWN) {
          this.plain.all.push(letter);
          this.plain.breaks.push(beginsPlain);
          beginsPlain = false;
        } else beginsPlain = true;
      }
    }
  }

  /** Whether the text stands there as whole words, in any order that right-to-left text is drawn in. */
  shows(text: string): boolean {
    if (fold(text).includes(UNKNOWN)) return false;
    if (!hasRtl(text)) return holds(this.text, fold(text), true);
    const showsDrawn = (one: string) => drawn(one).some((form) => holds(this.plain, form, true));
    // A line break reorders words.
    return showsDrawn(text) || text.split(SPACE).every(showsDrawn);
  }

  /** Whether its letters stand there at all, perhaps within other words. */
  hasWithin(text: string): boolean {
    const folded = fold(text);
    return !folded.includes(UNKNOWN) && holds(this.text, folded, false);
  }
}

/** Looks for a folded text, as whole words or anywhere. */
function holds({ all, breaks }: Letters, text: string, whole: boolean): boolean {
  const wanted = [...text];
  const [first, last] = [wanted[0], wanted[wanted.length - 1]];
  if (first === undefined || last === undefined) return true;
  const isStart = (at: number) => !isSpaced(first) || at === 0 || breaks[at] === true || !isSpaced(all[at - 1] ?? '');
  const isEnd = (at: number) => {
    const next = all[at];
    return next === undefined || breaks[at] === true || (!goesOn(next) && !(isSpaced(last) && isSpaced(next)));
  };
  for (let at = all.indexOf(first); at >= 0; at = all.indexOf(first, at + 1)) {
    const isThere = wanted.every((letter, i) => all[at + i] === letter);
    if (isThere && (!whole || (isStart(at) && isEnd(at + wanted.length)))) return true;
  }
  return false;
}

/** Whether a text runs from right to left, at least in part. */
export function hasRtl(text: string): boolean {
  return [...text].some(isRtl);
}

/**
 * The ways in which a file may spell a right-to-left text, folded, without punctuation: as it is written, or in the order of
 * drawing from left to right, in lines of either direction, by clusters or by characters.
 */
export function drawn(text: string): string[] {
  const forms = new Set([plain(text)]);
  for (const isRtlLine of [true, false]) {
    for (const byCluster of [true, false]) forms.add(plain(inDrawingOrder(text, isRtlLine, byCluster)));
  }
  return [...forms];
}

function plain(text: string): string {
  return [...fold(text)].filter((one) => isWord(one) || one === UNKNOWN).join('');
}

/**
 * UAX 9 as far as names need it: runs of right-to-left letters, with what stands between them, are turned round; so is the order
 * of runs where the line runs from right to left.
 */
function inDrawingOrder(text: string, isRtlLine: boolean, byCluster: boolean): string {
  const turned = (run: string) => (byCluster ? run.match(/^\p{M}+|\P{M}\p{M}*/gu) ?? [] : [...run]).reverse().join('');
  const all = runs(text, isRtlLine).map(([run, rtl]) => (rtl ? turned(run) : run));
  return (isRtlLine ? all.reverse() : all).join('');
}

/** Splits a text where its direction changes. What has none goes with its neighbours if they agree, else with the line. */
function runs(text: string, isRtlLine: boolean): [string, boolean][] {
  const strong: [number, boolean][] = [];
  let place = 0;
  for (const letter of text) {
    if (!MARK.test(letter) && ALPHANUMERIC.test(letter)) strong.push([place, isRtl(letter)]);
    place += letter.length;
  }
  const all: [string, boolean][] = [];
  let from = 0;
  strong.forEach(([at, rtl], i) => {
    const [before, wasRtl] = strong[i - 1] ?? [0, rtl];
    if (wasRtl === rtl) return;
    // Where the letters before end, with their marks.
    const [tail = ''] = /^.\p{M}*/su.exec(text.slice(before, at)) ?? [];
    const end = wasRtl === isRtlLine ? at : before + tail.length;
    all.push([text.slice(from, end), wasRtl]);
    from = end;
  });
  all.push([text.slice(from), strong[strong.length - 1]?.[1] ?? isRtlLine]);
  return all;
}

/** Whether a text has letters of a complex script. */
export function hasComplex(text: string): boolean {
  return [...text].some((letter) => isIn(letter, COMPLEX) && ALPHANUMERIC.test(letter));
}

/**
 * Whether a line may be what an engine makes of a signed text: it has nothing but its letters, where they are of a complex script;
 * or it is the text without its marks, or cut off.
 */
export function isRespelled(line: string, signed: string): boolean {
  const [have, wanted] = [letters(fold(line)), letters(fold(signed))];
  const complex = [...have].filter((one) => isIn(one, COMPLEX));
  const isHalf = [...have].length * 2 >= [...wanted].length;
  return (complex.length > 0 && complex.every((one) => wanted.includes(one))) || (have !== '' && isHalf && wanted.includes(have));
}

/** Letters of a cluster at most. */
const CLUSTER = 8;
/** A signed text of more letters is not looked for in what is amiss. */
const SIGNED = 400;
/** Marks that only say in which direction text runs. */
const DIRECTION_MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Letters that a pair of wrong ones may stand for, and what stands before and behind them in the signed text. */
interface Meant {
  letters: string;
  ends: [string | undefined, string | undefined];
}

/**
 * Puts right what Ghostscript 10 writes into ToUnicode for a glyph of several letters: two sums of its letters, in wrong places. Only
 * beside a letter that is beside these letters in the signed text too, and where the pair is not of the signed text itself. Each letter
 * of the page is looked at once, and what was put right is not looked at again.
 */
export function unswapped(printed: string, signed: string): string {
  const known = new Set(signed);
  const isOdd = (letter: string) => (letter.codePointAt(0) ?? 0) > 0xff && !known.has(letter);
  if ([...signed].length > SIGNED || ![...printed].some(isOdd)) return printed;
  // A wrong letter may be one that runs from the right, about which readers write marks.
  const text = [...printed.replace(DIRECTION_MARKS, '')];
  const all = meant(signed);
  const right: string[] = [];
  let isOther = false;
  for (let at = 0; at < text.length; at += 1) {
    const [first = '', second] = [text[at], text[at + 1]];
    const isPair = second !== undefined && (isOdd(first) || isOdd(second));
    const found = isPair ? all.get(first + second) : undefined;
    const one = found && likeliest(found, beside(right, right.length - 1, -1), beside(text, at + 2, 1));
    if (one === undefined) {
      right.push(first);
    } else {
      right.push(...one.letters);
      isOther = true;
      at += 1;
    }
  }
  return isOther ? right.join('') : printed;
}

type Beside = [next: string | undefined, letter: string | undefined];

/** The next letter, and the next that is no space: readers see spaces about glyphs whose letters they do not know. */
function beside(letters: readonly string[], from: number, step: 1 | -1): Beside {
  let at = from;
  while (/^\p{White_Space}$/u.test(letters[at] ?? '')) at += step;
  return [letters[from], letters[at]];
}

/** What stands on both sides of a pair is what tells; on one side is enough, as on the other there may be another pair. */
function likeliest(all: readonly Meant[], before: Beside, behind: Beside): Meant | undefined {
  const fits = (end: string | undefined, [next, letter]: Beside) =>
    end === undefined ? next === undefined || !/[\p{Alphabetic}\p{N}]/u.test(next) : end === next || end === letter;
  const fit = (one: Meant) => Number(fits(one.ends[0], before)) + Number(fits(one.ends[1], behind));
  return all.find((one) => fit(one) === 2) ?? all.find((one) => fit(one) === 1);
}

/** All that may be meant by pairs of letters, the longest first. */
function meant(signed: string): Map<string, Meant[]> {
  const all = new Map<string, Meant[]>();
  for (const source of [signed, signed.toUpperCase()].map((one) => [...one])) {
    for (let length = CLUSTER; length >= 2; length -= 1) {
      for (let at = 0; at + length <= source.length; at += 1) {
        const window = source.slice(at, at + length);
        const turned = window.some(isRtl);
        const [before, behind] = [source[at - 1], source[at + length]];
        const ends: Meant['ends'] = turned ? [behind, before] : [before, behind];
        for (const pair of summed(window)) {
          const one = { letters: (turned ? [...window].reverse() : window).join(''), ends };
          const others = all.get(pair);
          if (others === undefined) all.set(pair, [one]);
          else others.push(one);
        }
      }
    }
  }
  return all;
}

/**
 * The pairs of letters that may stand for the letters of one glyph, which are every other one added up, of the last and of the one before
 * it: with their bytes swapped, as of ligatures; in scripts that put letters together also with a byte of the first sum in the second.
 * Others have no such glyphs.
 */
function summed(letters: readonly string[]): string[] {
  const units = letters.map((letter) => letter.codePointAt(0) ?? 0);
  let [first, second] = [0, 0];
  units.forEach((unit, at) => {
    if ((units.length - at) % 2 === 0) first += unit;
    else second += unit;
  });
  [first, second] = [first & 0xffff, second & 0xffff];
  const swapped = (unit: number) => ((unit & 0xff) << 8) | (unit >> 8);
  const isLigature = letters.every((letter, at) => (units[at] ?? 0) <= 0xff && /\p{Alphabetic}/u.test(letter));
  const isCluster = letters.every((letter, at) => ((units[at] ?? 0) <= 0xffff && isIn(letter, COMPLEX)) || letter === '\u200c' || letter === '\u200d');
  const pairs: [number, number][] = [];
  if (isLigature || isCluster) pairs.push([swapped(first), swapped(second)]);
  if (isCluster) pairs.push([first, ((first & 0xff) << 8) | (second & 0xff)]);
  // Half a letter of UTF-16 is none.
  return pairs.filter((pair) => pair.every((unit) => unit < 0xd800 || unit > 0xdfff)).map((pair) => String.fromCharCode(...pair));
}
