// Compares what a PDF prints with what was signed, as src/reading/disagree.rs does. Three answers for each field: it stands
// there; something else that can be read stands there; or nobody can tell, because the page's letters cannot be read or are
// not to be trusted. A crafted file can still lie to this; the signed fields are what counts, always.

import type { Verdict } from '../core/index.js';
import { drawn, fold, Folded, hasComplex, hasRtl, hasUnreadable, isRespelled, unswapped } from './letters.js';
import type { MessageKey } from './messages.js';

/** The signed fields that pages print. */
export type Field = 'f.recipient' | 'f.number' | 'f.title' | 'f.issuerName' | 'f.result';

/** A signed field in whose place the page shows something else. */
export interface Difference {
  field: Field & MessageKey;
  signed: string;
  /** What stands in its place, where that can be told. */
  found?: string;
}

/** What came of comparing a page with what was signed. */
export interface Compared {
  /** What the page contradicts. */
  differs: Difference[];
  /** What could not be compared: name, number or title. */
  uncompared: Field[];
}

/** What was signed, as far as pages print it. */
export interface Signed {
  recipient?: string | undefined;
  number?: string | undefined;
  title?: string | undefined;
  issuerName?: string | undefined;
  result?: string | undefined;
  /** All other texts about the recipient: what stands in them is no result. */
  others?: readonly string[];
}

/** A line that differs by less than this share of its characters is shown as what was found instead. */
const SIMILAR = 0.5;
/** Longest line and signed text compared character by character. */
const COMPARED = 400;
/** Longest printed text that is looked at, in characters. */
const PRINTED_CHARACTERS = 200_000;

/** Compares the printed text of a credential's pages with it. */
export function compare(printed: string, verdict: Verdict): Compared {
  const { recipient, number, title, issuerName, credential } = verdict;
  const subject = member(credential, 'credentialSubject');
  const result = signedResult(subject);
  const others = typeof subject === 'object' && subject !== null
    ? Object.entries(subject).flatMap(([name, value]) => (name === 'result' ? [] : texts(value))) : [];
  return compareSigned(printed, { recipient, number, title, issuerName, result, others });
}

/**
 * Compares the printed text of pages with what was signed. The issuer's name and the result are often drawn as a logo or left
 * out: they are only reported where something else clearly stands in their place.
 */
export function compareSigned(whole: string, signed: Signed): Compared {
  const page = new Page(whole.slice(0, PRINTED_CHARACTERS));
  const compared: Compared = { differs: [], uncompared: [] };
  const add = (field: Field, text: string, standing: Standing) => {
    if (standing === 'unclear') compared.uncompared.push(field);
    else if (standing !== 'there') compared.differs.push({ field, signed: text, ...standing });
  };
  const fields = ([['f.recipient', signed.recipient], ['f.number', signed.number], ['f.title', signed.title]] as const)
    .flatMap(([field, text]) => (text === undefined ? [] : [{ field, text, isShown: page.shows(text) }]));
  const [otherNumber] = numbersOn(page.printed).filter((number) => number !== signed.number).sort();
  // Where none of it stands on a page, its letters may be anything.
  const isKnown = otherNumber !== undefined || fields.some(({ isShown }) => isShown);
  for (const { field, text, isShown } of fields) {
    if (field === 'f.number' && otherNumber !== undefined) add(field, text, { found: otherNumber });
    else if (!isShown) add(field, text, page.standing(text, isKnown));
  }
  const { issuerName, result } = signed;
  if (issuerName !== undefined && !page.shows(issuerName)) {
    const standing = page.standing(issuerName, false);
    if (standing !== 'unclear') add('f.issuerName', issuerName, standing);
  }
  const found = result === undefined ? undefined : otherResult(page, result, signed);
  if (result !== undefined && found !== undefined) add('f.result', result, { found });
  return compared;
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

/** How a signed text stands on a page; something else does, if that can be told; or nobody can tell. */
type Standing = 'there' | { found?: string } | 'unclear';

class Page {
  private readonly folded: Folded;
  private readonly lines: string[];
  /** Whether all of it can be read. */
  private readonly isClear: boolean;

  constructor(readonly printed: string) {
    this.folded = new Folded(printed);
    this.lines = printed.split(/[\n\f]/).map((line) => line.trim()).filter((line) => line !== '');
    this.isClear = !hasUnreadable(printed);
  }

  shows(text: string): boolean {
    if (this.folded.shows(text)) return true;
    const other = unswapped(this.printed, text);
    return other !== this.printed && new Folded(other).shows(text);
  }

  /** How a text stands there that the page does not show as it was signed. */
  standing(text: string, isKnown: boolean): Standing {
    if (this.lines.some((line) => isRespelled(line, text)) || this.folded.hasWithin(text)) return 'unclear';
    const found = this.similarLine(text);
    if (found !== undefined) return { found };
    // Where all of a script is lost, programs could not draw it, or drew it without letters.
    const isLost = hasComplex(text) && !hasComplex(this.printed);
    return isLost || !(this.isClear && isKnown) ? 'unclear' : {};
  }

  /** The line most like `text`, if any is alike and can be read. */
  private similarLine(text: string): string | undefined {
    const forms = [fold(text), ...(hasRtl(text) ? drawn(text) : [])].map((form) => [...form].slice(0, COMPARED));
    let best: { share: number; line: string } | undefined;
    for (const line of this.lines) {
      const have = [...fold(line)].slice(0, COMPARED + 1);
      if (have.length === 0 || have.length > COMPARED || hasUnreadable(line)) continue;
      for (const wanted of forms) {
        const longer = Math.max(have.length, wanted.length);
        // A difference in length alone may already be too much.
        if (Math.abs(have.length - wanted.length) * 2 > longer) continue;
        const share = distance(wanted, have) / longer;
        if (share < SIMILAR && (best === undefined || share < best.share)) best = { share, line };
      }
    }
    return best?.line;
  }
}

/**
 * A page that shows `C1` and nowhere the signed `A1` was edited; one that shows neither just does not print it, and what stands in
 * another signed text is no result.
 */
function otherResult(page: Page, result: string, signed: Signed): string | undefined {
  const words = wordsOf(page.printed);
  if (page.shows(result) && ([...result].length > 3 || words.some((word) => fold(word) === fold(result)))) return undefined;
  const wanted = shape(result);
  // Bare numbers of that many digits are days, years and points of all kinds: they prove nothing.
  if (!wanted.includes('0') || /^0*$/.test(wanted)) return undefined;
  const { recipient = '', number = '', title = '', issuerName = '', others = [] } = signed;
  const known = new Set([...others, recipient, number, title, issuerName].flatMap(wordsOf).map(fold));
  return words.find((word) => shape(word) === wanted && fold(word) !== fold(result) && !known.has(fold(word)));
}

function wordsOf(text: string): string[] {
  return text.split(/[\s()[\],;:/]/).map((word) => word.replace(/\.+$/, ''));
}

function signedResult(subject: unknown): string | undefined {
  const results = member(subject, 'result');
  const value = Array.isArray(results) ? member(results[0], 'value') : undefined;
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function shape(text: string): string {
  return text.replace(/\p{N}/gu, '0').replace(/\p{Alphabetic}/gu, 'a');
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
