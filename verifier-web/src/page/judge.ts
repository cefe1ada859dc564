// Verdicts about what was found in one file: one for each different credential, compared with its own page.

import { isSpecimen, verify, type TrustAnchors, type Verdict } from '../core/index.js';
import type { Candidate, Document } from '../open/index.js';
import { compare, numbersOn, ownPages } from './compare.js';
import { t } from './messages.js';
import type { Result } from './result.js';

/** One text and the pages that speak of it: what is verified, and verified again under other anchors. */
export interface Input {
  text: string;
  /** What its pages print; `undefined`: they were not looked at. */
  printed?: string | undefined;
  /** Whether there is a page at all. */
  paper: boolean;
  /** Whether its pages are pictures. */
  picture?: boolean;
  /** Whether its code was read from them. */
  scanned?: boolean;
  /** Whether the page may show something else than its text says. */
  doubtful?: boolean;
  /** Whether it came with the address that opened this page. */
  linked?: boolean;
  /** Numbers of credentials that are attached and that no page shows. */
  strays?: string[];
}

/** An input with what it came to. */
export interface Judged {
  input: Input;
  result: Result;
}

/** Verifies a text, and compares it with its pages. */
export async function judge(input: Input, anchors: TrustAnchors, name?: string, at = new Date()): Promise<Result> {
  const verdict = await verify(input.text, anchors, at);
  const isCompared = input.printed !== undefined && verdict.credential !== undefined && verdict.claimed === undefined;
  const result: Result = { verdict, at, printed: input.paper };
  if (verdict.field === 'page') {
    const { meant } = await import('../core/pasted.js');
    result.page = meant(input.text)?.text;
  }
  if (name !== undefined) result.name = name;
  if (input.doubtful === true) result.doubtful = true;
  if (input.strays) result.strays = input.strays;
  if (input.picture === true) result.picture = true;
  // A picture with its own code on it is as good as a photo of the page.
  if (input.picture === true && input.scanned === true) result.compared = { differs: [], uncompared: [] };
  else if (isCompared && input.printed !== undefined) result.compared = compare(input.printed, verdict);
  return result;
}

/** A different credential of a document. */
interface Found {
  candidate: Candidate;
  number: string | undefined;
  /** Where its code is or its number stands, from 1. */
  page: number | undefined;
  /** The pages, from 1, that its code was read from. */
  scans: number[];
  /** Whether it is only written into a picture, and no code shows it. */
  written: boolean;
  /** Whether its code was read from a page. */
  scanned: boolean;
}

/** Judges all that a document holds: two certificates that were put together into one file are two verdicts. */
export async function judgeDocument(
  document: Document,
  anchors: TrustAnchors,
  name: string,
  at = new Date(),
): Promise<Judged[]> {
  const found = await distinct(document, anchors);
  const apart = strays(found, document.pages);
  const kept = found.filter((one) => !apart.includes(one));
  const numbers = [...found.flatMap((one) => one.number ?? []), ...onSpecimens(found, document.pages)];
  const judged: Judged[] = [];
  for (const [i, one] of kept.entries()) {
    const { candidate, number, page } = one;
    const { pages } = document;
    const own = number === undefined || !pages ? pages : ownPages(pages, number, numbers.filter((other) => other !== number));
    const input: Input = { text: candidate.text, paper: document.paper, printed: own?.join('\f'), scanned: one.scanned };
    if (isPicture(one, document)) input.picture = true;
    if (document.doubtful === true || isPastedOver(one, found, pages)) input.doubtful = true;
    if (i === 0 && apart.length > 0) input.strays = apart.map((one) => one.number ?? '');
    const where = kept.length > 1 && page !== undefined ? t('source.page', { name, page }) : name;
    judged.push({ input, result: await judge(input, anchors, where, at) });
  }
  return judged;
}

/**
 * Whether a specimen's code stands where a credential's own belongs: on the page that shows its number, or in the picture
 * that it is baked into.
 */
function isPastedOver(own: Found, all: readonly Found[], pages: readonly string[] | undefined): boolean {
  const { number } = own;
  if (number === undefined) return false;
  const specimens = all.filter((other) => isSpecimen(other.candidate.text));
  if (own.written) return specimens.some((other) => !other.written);
  const isShownOn = (page: number) => numbersOn(pages?.[page - 1] ?? '').includes(number);
  return specimens.some(({ scans }) => scans.some((page) => isShownOn(page) && !own.scans.includes(page)));
}

/** Whether a credential's pages are pictures and nothing else: those that its code is on, or all where it is only attached. */
function isPicture({ scans }: Found, { pages, pictures = [] }: Document): boolean {
  const isBlank = pages?.every((page) => page.trim() === '') ?? false;
  return isBlank && pictures.length > 0 && scans.every((page) => pictures.includes(page));
}

async function distinct(document: Document, anchors: TrustAnchors): Promise<Found[]> {
  const all = new Map<string, Found>();
  for (const candidate of document.candidates) {
    const verdict = await verify(candidate.text, anchors, new Date());
    // Deflate is not canonical: a credential is known by its JWS, never by its QR text.
    const key = verdict.raw ?? candidate.text;
    const known = all.get(key);
    const scans = candidate.page === undefined ? [] : [candidate.page];
    const written = candidate.written === true;
    if (known) merge(known, candidate.page, written);
    else all.set(key, { candidate, number: numberOf(verdict), page: candidate.page, scans, scanned: scans.length > 0, written });
  }
  const found = [...all.values()];
  // A code says where its certificate is; without one, the printed number does.
  return found.map((one) => ({ ...one, page: one.page ?? pageOf(one, document.pages) }));
}

/** The numbers on the pages that show a specimen's code: those pages are nobody's. */
function onSpecimens(all: readonly Found[], pages: readonly string[] | undefined): string[] {
  const specimens = all.filter((one) => isSpecimen(one.candidate.text));
  return specimens.flatMap(({ scans }) => scans.flatMap((page) => numbersOn(pages?.[page - 1] ?? '')));
}

/** The same credential once more: on another page, or as a code where it was only written before. */
function merge(known: Found, page: number | undefined, written: boolean): void {
  known.written &&= written;
  if (page === undefined) return;
  known.page = page;
  known.scans.push(page);
  known.scanned = true;
}

function pageOf({ number }: Found, pages: readonly string[] | undefined): number | undefined {
  const index = number === undefined ? -1 : (pages ?? []).findIndex((page) => numbersOn(page).includes(number));
  return index < 0 ? undefined : index + 1;
}

/**
 * Returns which credentials are only attached, while every number that a page shows is that of one whose code was read:
 * the page answers for itself. Programs that take a merged file apart leave the attachments of the others in each part.
 */
function strays(all: readonly Found[], pages: readonly string[] | undefined): Found[] {
  const shown = new Set((pages ?? []).flatMap(numbersOn));
  const scanned = all.flatMap(({ scanned, number }) => (scanned && number !== undefined ? [number] : []));
  if (shown.size === 0 || ![...shown].every((number) => scanned.includes(number))) return [];
  return all.filter(({ scanned, number, candidate }) =>
    candidate.attached === true && !scanned && number !== undefined && !shown.has(number));
}

function numberOf(verdict: Verdict): string | undefined {
  return verdict.claimed?.number ?? verdict.number;
}
