// Compares what a PDF prints with what was signed, as src/reading/disagree.rs does: without case, spaces, compatibility
// forms and invisible characters, and in any order that right-to-left text may be drawn in. A crafted file can still lie
// to this; the signed fields are what counts, always.

import type { Verdict } from '../core/index.js';
import type { MessageKey } from './messages.js';

/** A signed field that the page does not show as signed. */
export interface Difference {
  field: MessageKey;
  signed: string;
  /** What stands in its place, where that can be told. */
  found?: string;
}

/** A line that differs by less than this share of its characters is shown as what was found instead. */
const SIMILAR = 0.5;
/** The share of a text's letters that must be spelled in scripts where a PDF spells only some. */
const SPELLED = 0.4;
/** Longest line and signed text compared character by character. */
const COMPARED = 400;
/** Longest printed text that is looked at, in characters. */
const PRINTED_CHARACTERS = 200_000;
/** Scripts whose text comes out of a PDF in another order than it was written. */
const COMPLEX = new RegExp(
  `[${['Arabic', 'Bengali', 'Devanagari', 'Gujarati', 'Gurmukhi', 'Hebrew', 'Kannada', 'Khmer', 'Lao', 'Malayalam',
    'Myanmar', 'Nko', 'Oriya', 'Sinhala', 'Syriac', 'Tamil', 'Telugu', 'Thaana', 'Thai', 'Tibetan']
    .map((script) => `\\p{Script=${script}}`).join('')}]`, 'u');

/** Those of them that run from right to left, whose words come out in any order. */
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** Returns the signed fields that the printed text contradicts. The issuer's name may be a logo: only another one counts. */
export function differences(printed: string, verdict: Verdict): Difference[] {
  const page = new Page(printed.slice(0, PRINTED_CHARACTERS));
  const issuer = missing(page, 'f.issuerName', verdict.issuerName);
  const all = [
    missing(page, 'f.recipient', verdict.recipient),
    otherNumber(page, verdict.number),
    missing(page, 'f.title', verdict.title),
    issuer?.found === undefined ? undefined : issuer,
    otherResult(page, signedResult(verdict.credential)),
  ];
  return all.filter((difference) => difference !== undefined);
}

/**
 * Returns every certificate number that a text shows. A link holds it with the address's suffix behind it. Lengths are
 * bounded, so that no text takes long.
 */
export function numbersOn(printed: string): string[] {
  return printed.match(/CERT-[A-Z0-9]{1,24}(?:-[A-Z0-9]{1,24}){0,4}-\d{4}-\d{1,10}(?![A-Za-z0-9-])/g) ?? [];
}

/**
 * Returns the pages that speak of a credential where a file holds several: all but those that show the number of another
 * one of them and not its own. A page that shows a number which is in no credential stays everybody's.
 */
export function ownPages(pages: readonly string[], number: string, others: readonly string[]): string[] {
  return pages.filter((page) => {
    const shown = numbersOn(page);
    return shown.includes(number) || !shown.some((one) => others.includes(one));
  });
}

class Page {
  private readonly folded: string;
  private readonly lines: string[];

  constructor(readonly printed: string) {
    this.folded = fold(printed);
    this.lines = printed.split(/[\n\f]/).map((line) => line.trim()).filter((line) => line !== '');
  }

  shows(text: string): boolean {
    const folded = fold(text);
    if (this.folded.includes(folded)) return true;
    if (!COMPLEX.test(text)) return false;
    const wanted = [...letters(folded)];
    return this.lines.some((line) => {
      const have = [...letters(fold(line))];
      // Digits and letters of other scripts are spelled always: `12` must not have become `2`.
      if (plain(have) !== plain(wanted)) return false;
      return this.isPartOf(have, wanted) || (RIGHT_TO_LEFT.test(text) && isMadeOf(line, wanted));
    });
  }

  /**
   * pdf.js leaves out glyphs that only `/ActualText` spells, as certificates do with ligatures and clusters: a line of
   * such a script agrees if it has nothing else than the signed letters, in their order, and enough of them.
   */
  private isPartOf(line: readonly string[], signed: readonly string[]): boolean {
    const enough = line.length >= signed.length * SPELLED;
    return enough && (isSubsequence(line, signed) || isSubsequence(line, signed.toReversed()));
  }

  similarLine(text: string): string | undefined {
    const wanted = [...fold(text)].slice(0, COMPARED);
    let best: { share: number; line: string } | undefined;
    for (const line of this.lines) {
      const have = [...fold(line)].slice(0, COMPARED + 1);
      const longer = Math.max(have.length, wanted.length);
      // A difference in length alone may already be too much.
      if (have.length === 0 || have.length > COMPARED || Math.abs(have.length - wanted.length) * 2 > longer) continue;
      const share = distance(wanted, have) / longer;
      if (share < SIMILAR && (best === undefined || share < best.share)) best = { share, line };
    }
    return best?.line;
  }
}

function missing(page: Page, field: MessageKey, signed: string | undefined): Difference | undefined {
  if (signed === undefined || page.shows(signed)) return undefined;
  const found = page.similarLine(signed);
  return found === undefined ? { field, signed } : { field, signed, found };
}

/** The signed number must be the only one on the page. */
function otherNumber(page: Page, signed: string | undefined): Difference | undefined {
  if (signed === undefined) return undefined;
  const found = numbersOn(page.printed).find((number) => number !== signed);
  if (found !== undefined) return { field: 'f.number', signed, found };
  return page.shows(signed) ? undefined : { field: 'f.number', signed };
}

/** A page that shows `C1` and nowhere the signed `A1` was edited; one that shows neither just does not print it. */
function otherResult(page: Page, signed: string | undefined): Difference | undefined {
  if (signed === undefined) return undefined;
  const words = page.printed.split(/[\s()[\],;:/]+/).map((word) => word.replace(/\.+$/, ''));
  if (page.shows(signed) && ([...signed].length > 3 || words.some((word) => fold(word) === fold(signed)))) return undefined;
  const wanted = shape(signed);
  // Bare numbers of that many digits are days, years and points of all kinds: they prove nothing.
  if (!wanted.includes('0') || /^0*$/.test(wanted)) return undefined;
  const found = words.find((word) => shape(word) === wanted && fold(word) !== fold(signed));
  return found === undefined ? undefined : { field: 'f.result', signed, found };
}

function signedResult(credential: unknown): string | undefined {
  const results = member(member(credential, 'credentialSubject'), 'result');
  const value = Array.isArray(results) ? member(results[0], 'value') : undefined;
  return typeof value === 'string' ? value : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function shape(text: string): string {
  return text.replace(/\p{L}/gu, 'a').replace(/\p{N}/gu, '0');
}

/** NFKC without case, white space and characters that show nothing (UAX 31 section 2.3, UAX 9). */
function fold(text: string): string {
  // Lower case can compose anew (`İ`), hence twice.
  const lower = text.normalize('NFKC').toLowerCase().normalize('NFKC').toLowerCase();
  return lower.replace(/[\s\p{Cc}\p{Cf}\u034f\u180b-\u180f\ufe00-\ufe0f]/gu, '');
}

/** Letters and digits alone: extraction puts marks before or behind their letter, or loses them. */
function letters(folded: string): string {
  return folded.replace(/[^\p{L}\p{N}]/gu, '');
}

/** What is of no complex script, in any order. */
function plain(all: readonly string[]): string {
  return all.filter((letter) => !COMPLEX.test(letter)).toSorted().join('');
}

/** Whether a line has only pieces of a signed text, each letter of it once at most, and enough of them. */
function isMadeOf(line: string, signed: readonly string[]): boolean {
  const pieces = line.split(/\s+/).map((piece) => letters(fold(piece))).filter((piece) => piece !== '');
  let rest = signed.join('');
  for (const piece of pieces.toSorted((a, b) => b.length - a.length)) {
    const found = [piece, [...piece].toReversed().join('')].find((one) => rest.includes(one));
    if (found === undefined) return false;
    rest = rest.replace(found, '\n');
  }
  return [...pieces.join('')].length >= signed.length * SPELLED;
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const letter of whole) if (letter === part[at]) at += 1;
  return at === part.length;
}

/** Levenshtein's distance. */
function distance(a: readonly string[], b: readonly string[]): number {
  let row = [0, ...b.map((_, j) => j + 1)];
  a.forEach((from, i) => {
    const next = [i + 1];
    b.forEach((to, j) => {
      const replaced = (row[j] ?? 0) + (from === to ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    });
    row = next;
  });
  return row[b.length] ?? 0;
}
