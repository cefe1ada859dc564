// From a file to the text that is verified, and to what the file prints where it prints something.

import { attachedCredential } from '../scan/pdf-attachment.js';
import type { PdfContent } from '../scan/pdf.js';
import type { MessageKey } from './messages.js';

/** Largest file that is read, in megabytes. */
export const FILE_MEGABYTES = 32;
/** Largest text file, in bytes: the limit on a text of schemas/verdict.json. */
const TEXT_BYTES = 262_144;

export interface Input {
  text: string;
  /** What the page prints; `undefined`: it was not looked at. */
  printed?: string | undefined;
  /** Whether there is a page at all. */
  paper: boolean;
  /** Whether the page may show something else than its text says. */
  doubtful?: boolean;
  /** Whether it came with the address that opened this page. */
  linked?: boolean;
}

/** Why there is nothing to verify in a file. */
export class ReadError extends Error {
  constructor(readonly key: MessageKey) {
    super(key);
  }
}

/** Reads a PDF, a picture or a text, by its first bytes and not by its name. */
export async function readFile(file: Blob): Promise<Input> {
  if (file.size > FILE_MEGABYTES * 1_048_576) throw new ReadError('read.tooLarge');
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 1_024).arrayBuffer()));
  if (head.includes('%PDF-')) return readPdfFile(new Uint8Array(await file.arrayBuffer()));
  if (isPicture(head)) return { text: await picture(file), paper: false };
  if (file.size > TEXT_BYTES) throw new ReadError('read.unreadable');
  return { text: await file.text(), paper: false };
}

function isPicture(head: string): boolean {
  return /^(?:\x89PNG|\xff\xd8\xff|GIF8|BM|RIFF[^]{4}WEBP|[^]{4}ftyp(?:avif|heic|heix|mif1))/.test(head);
}

async function picture(file: Blob): Promise<string> {
  // Whoever comes by a link needs no decoder.
  const { readPicture } = await import('../scan/picture.js');
  const text = await readPicture(file).catch(() => { throw new ReadError('read.unreadable'); });
  if (text === undefined) throw new ReadError('read.noCode');
  return text;
}

async function readPdfFile(bytes: Uint8Array): Promise<Input> {
  const content = await withPdfJs(bytes);
  // Only the single file reads attachments by itself: elsewhere a page that nobody can read is not waved through.
  const text = __SINGLE_FILE__ ? await attachedCredential(bytes) : content?.credential;
  if (text === undefined) throw new ReadError(absent(content));
  return { text, printed: content?.text, paper: true, doubtful: content?.doubtful ?? false };
}

function absent(content: PdfContent | undefined): MessageKey {
  if (__SINGLE_FILE__) return 'read.pdfSingle';
  return content ? 'read.noCredential' : 'read.unreadable';
}

/** `undefined` if pdf.js is not at hand (never in the single file), or cannot read the file. */
async function withPdfJs(bytes: Uint8Array): Promise<PdfContent | undefined> {
  if (!__SINGLE_FILE__) {
    try {
      return await (await import('../scan/pdf.js')).readPdf(bytes);
    } catch {
      // The caller says which of both it was, as far as it matters.
    }
  }
  return undefined;
}
