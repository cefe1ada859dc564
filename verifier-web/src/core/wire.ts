// Wire format 1: a signed credential in a QR code's text. The specification is schemas/wire/README.md.

import { byteLength, trim, utf8 } from './bytes.js';
// The dictionary is UTF-8 text; the build puts it in as a string literal, and a test compares its digest.
import DICTIONARY from '../../../schemas/wire/dictionary-1.bin';
import { inflate } from './inflate.js';
import { jwsFromParts, type Jws } from './jws.js';
import { CREDENTIAL_BYTES } from './limits.js';
import { Malformed } from './malformed.js';

/** The longest text that any QR symbol holds (ISO/IEC 18004 table 7, 40-L, numeric). */
export const MAX_TEXT = 7_089;
const SIGNATURE = 64;
/** Digits of a chunk of as many bytes as the index. */
const DIGITS = [0, 3, 5, 8, 10, 13, 15, 17];
const CHUNK_DIGITS = 17;

/** Returns the dictionary of wire version 1. */
export function dictionary(): Uint8Array {
  return utf8(DICTIONARY);
}

/** Reads a QR text: the whole address, its fragment with the `#`, or only the digits. */
export function unpack(text: string): Jws {
  if (byteLength(text) > MAX_TEXT) refuse(`longer than ${MAX_TEXT} characters`);
  const bytes = fromDigits(version1(fragment(trim(text))));
  if (bytes.length < SIGNATURE) refuse('shorter than a signature');
  const content = inflate(dictionary(), bytes.subarray(SIGNATURE), CREDENTIAL_BYTES);
  if (typeof content === 'string') {
    return refuse(content === 'too large' ? `inflates past ${CREDENTIAL_BYTES} bytes` : content);
  }
  const nul = content.indexOf(0);
  if (nul < 0 || content.indexOf(0, nul + 1) >= 0) refuse('not exactly one NUL between header and payload');
  return jwsFromParts(content.subarray(0, nul), content.subarray(nul + 1), bytes.slice(0, SIGNATURE));
}

/** The word that a specimen's code repeats, behind wire version 0. */
const SPECIMEN = utf8('SPECIMEN');

/** Whether a text is that of a specimen's code: nobody's certificate, and nothing is wrong with it. */
export function isSpecimen(text: string): boolean {
  if (byteLength(text) > MAX_TEXT) return false;
  try {
    const digits = fragment(trim(text));
    if (digits[0] !== '0') return false;
    const bytes = fromDigits(digits.slice(1));
    return bytes.length >= SPECIMEN.length && bytes.every((byte, at) => byte === SPECIMEN[at % SPECIMEN.length]);
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

function refuse(problem: string): never {
  throw new Malformed('qr', problem);
}

/** Returns what follows the one `#` of an `https` address, or the text itself where there is none. */
function fragment(text: string): string {
  const parts = text.split('#', 3);
  const [address, fragment] = parts as [string, string?];
  if (fragment === undefined) return /^\d/.test(text) ? text : refuse('no `#` and no digits');
  if (parts.length > 2) refuse('more than one `#`');
  if (address !== '' && !/^https:\/\/[^]/i.test(address)) refuse('not an https address');
  return fragment;
}

function version1(fragment: string): string {
  const version = fragment[0];
  if (version === undefined) return refuse('nothing after `#`');
  if (version === '1') return fragment.slice(1);
  return refuse(/\d/.test(version) ? `wire version ${version} is not known here` : 'not only digits');
}

/** FIDO CTAP 2.2's hybrid digit coding (section 11.5.1). */
function fromDigits(text: string): Uint8Array<ArrayBuffer> {
  if (/\D/.test(text)) refuse('not only digits');
  const bytes = new Uint8Array(Math.ceil(text.length / CHUNK_DIGITS) * 7);
  let out = 0;
  for (let at = 0; at < text.length; at += CHUNK_DIGITS) {
    const chunk = text.slice(at, at + CHUNK_DIGITS);
    const size = DIGITS.indexOf(chunk.length);
    if (size < 0) refuse(`a last chunk of ${chunk.length} digits`);
    let number = BigInt(chunk);
    for (let n = 0; n < size; n += 1, number >>= 8n) bytes[out++] = Number(number & 255n);
    if (number !== 0n) refuse(`chunk ${at / CHUNK_DIGITS} overflows`);
  }
  return bytes.slice(0, out);
}
