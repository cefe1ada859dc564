// The files that are embedded in a PDF. pdf.js lists those of the catalog's name tree, one of each name; others hang on the
// catalog or on pages (ISO 32000-2, 7.11.4 and 14.13), and on nothing any more where certificates were put together. Found
// by what refers to them, which takes no parser of PDFs.

import { inflate } from './inflated.js';

/** Longest that a packed group of objects or a file may inflate to, in bytes. */
const GROUP = 64 << 20;
/** Longest dictionary in front of a stream, in characters. */
const DICTIONARY = 4_096;

/** Most files that are looked into. */
const FILES = 256;

/** What a PDF embeds. */
export interface Embedded {
  /** The content of each different file, in any version of the PDF; `undefined`: it cannot be read. */
  files: (Uint8Array<ArrayBuffer> | undefined)[];
  /** Whether there may be any number of others. */
  more: boolean;
}

/** Finds all embedded files. */
export async function embeddedFiles(pdf: Uint8Array<ArrayBuffer>): Promise<Embedded> {
  // One character a byte (windows-1252 it is), so that places in the text are places in the file.
  const text = new TextDecoder('latin1').decode(pdf);
  const isEncrypted = /\/Encrypt\b/.test(text);
  const numbers = new Set<string>();
  let more = false;
  let at = 0;
  for (const match of text.matchAll(/(?<!end)stream\r?\n/g)) {
    // Within a stream that was passed over.
    if (match.index < at) continue;
    const between = text.slice(at, match.index);
    addNumbers(between, numbers);
    const start = match.index + match[0].length;
    const end = text.indexOf('endstream', start);
    at = end < 0 ? text.length : end;
    const before = unescaped(between.slice(-DICTIONARY));
    if (!before.includes('/ObjStm')) continue;
    // A group that nobody can unpack may hold any number; in an encrypted file that is all of them.
    const isPacked = before.includes('/Filter', before.lastIndexOf(' obj'));
    const objects = isPacked ? new TextDecoder('latin1').decode((await inflate(pdf.subarray(start, at), GROUP)).bytes) : text.slice(start, at);
    more ||= objects === '' && !isEncrypted;
    addNumbers(objects, numbers);
  }
  addNumbers(text.slice(at), numbers);
  const files: Embedded['files'] = [];
  more ||= numbers.size > FILES;
  for (const number of [...numbers].slice(0, FILES)) files.push(isEncrypted ? undefined : await content(pdf, text, number));
  return { files, more };
}

/** `/EF<</F 7 0 R/UF 7 0 R>>`, or all of it elsewhere. */
function addNumbers(objects: string, numbers: Set<string>): void {
  for (const [, dictionary = ''] of unescaped(objects).matchAll(/\/EF\s*(<<[^<>]{0,1000}>>|\d+\s+\d+\s+R)/g)) {
    for (const [, number = ''] of dictionary.matchAll(/(\d+)\s+\d+\s+R/g)) numbers.add(number);
  }
}

/** The newest version of a stream, where it is packed as certificates are, or not at all. */
async function content(pdf: Uint8Array<ArrayBuffer>, text: string, number: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const at = [...text.matchAll(new RegExp(`(?<!\\d)${number}\\s+\\d+\\s+obj\\b`, 'g'))].at(-1)?.index ?? text.length;
  const [mark] = /stream\r?\n/.exec(text.slice(at, at + DICTIONARY)) ?? [];
  if (mark === undefined) return undefined;
  const start = text.indexOf(mark, at) + mark.length;
  const dictionary = text.slice(at, start);
  const length = Number(/\/Length\s+(\d+)(?!\d|\s+\d+\s+R)/.exec(dictionary)?.[1] ?? Number.NaN);
  const bytes = pdf.subarray(start, Number.isNaN(length) ? text.indexOf('endstream', start) : start + length);
  const filter = /\/Filter\s*\[?\s*\/(\w+)/.exec(unescaped(dictionary))?.[1];
  if (filter === undefined) return bytes;
  return filter === 'FlateDecode' ? (await inflate(bytes, GROUP)).bytes : undefined;
}

/** A name may be spelled with numbers: `/E#46`. */
function unescaped(text: string): string {
  return text.replace(/#([2-7][0-9A-Fa-f])/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
