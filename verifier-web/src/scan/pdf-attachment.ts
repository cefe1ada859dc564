// Takes the attached credentials out of a PDF without drawing it, for the single file, which has no pdf.js. An embedded
// file is always a stream of its own, outside of object streams (ISO 32000-2, 7.5.7), so looking for those finds it in any
// PDF that is not encrypted.

import { looksLikeCredential } from './looks.js';

/** Largest attachment that can be a credential, in bytes. */
const ATTACHMENT = 262_144;
/** Most embedded files that are looked into. */
const FILES = 1_000;
/** Longest dictionary of such a stream, in bytes. */
const DICTIONARY = 2_048;

/**
 * Returns the embedded files that look like a credential: one may have been replaced or be in no list of attachments, and
 * this reader cannot tell. An encrypted file shows nobody its pages: then none.
 */
export async function attachedCredentials(pdf: Uint8Array): Promise<string[]> {
  // One character a byte (windows-1252 it is), so that places in the text are places in the file.
  const text = new TextDecoder('latin1').decode(pdf);
  if (/\/Encrypt\b/.test(text)) return [];
  const all = new Set<string>();
  const kind = /\/Type\s*\/EmbeddedFile\b/g;
  for (let count = 0; count < FILES; count += 1) {
    const match = kind.exec(text);
    if (!match) break;
    const found = await embedded(pdf, text, match.index);
    if (found !== undefined && looksLikeCredential(found)) all.add(found.trim());
  }
  return [...all];
}

async function embedded(pdf: Uint8Array, text: string, at: number): Promise<string | undefined> {
  const start = text.lastIndexOf(' obj', at);
  const stream = /stream\r?\n/g;
  stream.lastIndex = at;
  const begin = stream.exec(text);
  if (start < 0 || !begin || begin.index - start > DICTIONARY) return undefined;
  const dictionary = text.slice(start, begin.index);
  const length = Number(/\/Length\s+(\d+)(?!\d|\s+\d+\s+R)/.exec(dictionary)?.[1] ?? Number.NaN);
  const from = begin.index + begin[0].length;
  const end = Number.isNaN(length) ? text.indexOf('endstream', from) : from + length;
  const bytes = pdf.subarray(from, end);
  const filter = /\/Filter\s*\[?\s*\/(\w+)/.exec(dictionary)?.[1];
  if (bytes.length > ATTACHMENT || (filter !== undefined && filter !== 'FlateDecode')) return undefined;
  const plain = filter === undefined ? bytes : await inflate(bytes);
  return plain === undefined ? undefined : new TextDecoder().decode(plain);
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > ATTACHMENT) return undefined;
      parts.push(value);
    }
  } catch {
    // The stream is cut or has padding behind it: what came before may be whole, and its signature will tell.
  }
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}
