// What a PDF holds: attached credentials, the codes of its pages, and attached files, which are opened as all others are.

import { TrustAnchors, verify } from '../core/index.js';
import { numbersOn } from '../page/compare.js';
import { t } from '../page/messages.js';
import { looksLikeCredential } from '../scan/looks.js';
import type { Pdf } from '../scan/reader.js';
import { DEPTH, ReadError, type Bounds } from './bounds.js';
import { isSame } from './bytes.js';
import { embeddedFiles } from './embedded.js';
import { open, type Candidate, type Find } from './index.js';
import { credentialsIn } from './linked.js';
import { why } from './why.js';

/** Reads a PDF. */
export async function* pdf(bytes: Uint8Array<ArrayBuffer>, name: string, bounds: Bounds, depth: number): AsyncGenerator<Find> {
  const { content, candidates, unread } = await boundedPages(bytes).catch((error: unknown) => { throw why(error); });
  const { pages, drawnOver, lost, more } = content;
  const unlisted = lost.length > 0 || more || content.whole === true ? { texts: [], files: [], rest: false } : await unlistedIn(bytes, content, candidates);
  const files = [...content.files, ...unlisted.files];
  candidates.push(...unlisted.texts.map((text) => ({ text, attached: true })));
  // Behind what the page shows: that of the page itself is then known already.
  const linked = credentialsIn(content.links);
  candidates.push(...linked.texts.map((text) => ({ text })));
  if (candidates.length > 0) yield { name, document: { candidates, pages, pictures: content.pictures, paper: true, doubtful: drawnOver } };
  if (unread !== undefined) yield { name: t('source.page', { name, page: unread.pages }), problem: unread.why };
  for (const own of lost) yield { name: `${name}/${own}`, problem: new ReadError('read.unreadable') };
  if (more) yield { name, problem: new ReadError('read.bounds') };
  if (unlisted.rest || linked.rest) yield { name, problem: new ReadError('read.rest') };
  if (candidates.length === 0 && unread === undefined && files.length + lost.length === 0) throw new ReadError('read.noCredential');
  if (files.length > 0 && depth >= DEPTH) throw new ReadError('read.bounds');
  for (const { name: own, bytes: file } of files) {
    bounds.meet(1);
    bounds.unpack(file.length);
    yield* open(new Blob([file]), `${name}/${own}`, bounds, { depth: depth + 1 });
  }
}

/** Files that are embedded and in no list, without certificates that were found elsewhere. */
async function unlistedIn(bytes: Uint8Array<ArrayBuffer>, content: Pdf['content'], candidates: readonly Candidate[]): Promise<Unlisted> {
  const unlisted: Unlisted = { texts: [], files: [], rest: false };
  const { files, more } = await embeddedFiles(bytes);
  if (!more && files.length <= content.taken) return unlisted;
  const found = await Promise.all(candidates.map(async ({ text }) => (await verify(text, new TrustAnchors(), new Date())).raw));
  unlisted.rest = more || files.includes(undefined);
  for (const [i, file] of files.entries()) {
    if (!file || content.files.some((listed) => isSame(listed.bytes, file))) continue;
    const text = new TextDecoder().decode(file).trim();
    if (!looksLikeCredential(text)) unlisted.files.push({ name: `attachment ${i + 1}`, bytes: file });
    else if (!found.includes(text)) unlisted.texts.push(text);
  }
  return unlisted;
}

interface Unlisted {
  texts: string[];
  files: Pdf['content']['files'];
  /** Whether there are others, which cannot be read. */
  rest: boolean;
}

async function boundedPages(bytes: Uint8Array<ArrayBuffer>): Promise<Pages> {
  const { withPdf } = await import('../scan/reader.js');
  return withPdf(bytes, readPages);
}

interface Pages {
  content: Pdf['content'];
  candidates: Candidate[];
  /** Pages that nobody looked at. */
  unread?: { pages: string; why: ReadError };
}

/** Reads the codes of all pages but those that show the number of an attached credential and no other. */
async function readPages(pdf: Pdf): Promise<Pages> {
  const { content } = pdf;
  const numbers = await Promise.all(content.attached.map(numberOf));
  const candidates: Candidate[] = content.attached.map((one) => ({ text: one, attached: true }));
  const span = (from: number) => (from === content.count ? String(from) : `${from}–${content.count}`);
  for (const [index, printed] of content.pages.entries()) {
    const shown = numbersOn(printed);
    if (shown.length > 0 && shown.every((number) => numbers.includes(number))) continue;
    try {
      const texts = await pdf.codes(index);
      candidates.push(...texts.filter(looksLikeCredential).map((one) => ({ text: one, page: index + 1 })));
    } catch (error) {
      return { content, candidates, unread: { pages: span(index + 1), why: why(error) } };
    }
  }
  const { length } = content.pages;
  if (length === content.count) return { content, candidates };
  return { content, candidates, unread: { pages: span(length + 1), why: new ReadError('read.pages') } };
}

/** The number that a credential claims; to trust nobody is enough to ask for it. */
async function numberOf(credential: string): Promise<string | undefined> {
  return (await verify(credential, new TrustAnchors(), new Date())).claimed?.number;
}
