// What a picture shows, and what its maker wrote into it.

import { looksLikeCredential } from '../scan/looks.js';
import type { PictureContent } from '../scan/picture.js';
import { isAt } from './bytes.js';
import { ReadError, TEXT_BYTES } from './bounds.js';
import type { Find, Place } from './index.js';
import { headIn, isHeic } from './kinds.js';
import { inflate } from './inflated.js';
import type { Part } from './parts.js';
import { search } from './search.js';
import { why } from './why.js';

/** Reads a picture. What lies behind another and shows no certificate belongs to the other. */
export async function* picture(part: Part, name: string, place: Place, behind: boolean): AsyncGenerator<Find> {
  const { texts, tiny } = await decode(part.bytes);
  const { notes, closed } = await written(part);
  const ours = [...new Set([...texts.filter(looksLikeCredential), ...notes])];
  const isNone = ours.length === 0 && place.decorates === true;
  const candidates = ours.map((text) => (texts.includes(text) ? { text } : { text, written: true }));
  if (ours.length > 0) yield { name, document: { candidates, paper: false } };
  else if (!isNone) throw new ReadError('read.noCode');
  else if (!behind) yield { name, left: true };
  const { end, moves = false } = part.shape ?? {};
  // Of a film only the first picture was looked at; a moving logo in a mail is none.
  if (closed || end === undefined || (moves && !(isNone && tiny))) yield { name, problem: new ReadError('read.rest') };
}

/** Whoever comes by a link needs no decoder; and what decodes a foreign picture can be ended, where there are workers. */
async function decode(bytes: Uint8Array<ArrayBuffer>): Promise<PictureContent> {
  const file = new Blob([bytes]);
  const bounded = !__SINGLE_FILE__ && typeof OffscreenCanvas !== 'undefined';
  const reader = bounded ? await import('../scan/reader.js') : await import('../scan/picture.js');
  return reader.readPicture(file).catch((error: unknown) => {
    const problem = why(error);
    throw problem.key === 'read.unreadable' && isHeic(headIn(bytes)) ? new ReadError('read.heic') : problem;
  });
}

/** Credentials that are written into a picture (Open Badges 3.0 section 5.3.1, and wherever else). */
export async function written({ shape }: Pick<Part, 'shape'>): Promise<{ notes: string[]; closed: boolean }> {
  const notes: string[] = [];
  let closed = shape?.strange === true;
  for (const bytes of shape?.notes ?? []) notes.push(new TextDecoder().decode(bytes));
  for (const packed of shape?.packed ?? []) {
    const { bytes, whole } = await inflate(packed, TEXT_BYTES);
    closed ||= !whole;
    notes.push(new TextDecoder().decode(bytes));
  }
  for (const packed of shape?.profiles ?? []) {
    const { bytes, whole } = await inflate(packed, TEXT_BYTES);
    // What has not the form of a profile (ICC.1 section 7.2) is something else.
    closed ||= !whole || !isAt(bytes, 'acsp', 36);
    notes.push(new TextDecoder().decode(bytes));
  }
  // A keyword and a zero may stand before it.
  return { notes: notes.flatMap((note) => search(note.replaceAll('\0', '\n')).texts), closed };
}
