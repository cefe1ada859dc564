// Credentials in JSON, wherever they stand in a text: in an array, in another object, in a script, in a string; with an
// embedded proof, without one, or as a JWS in its JSON serialization (RFC 7515 section 7.2). src/reading/text/objects.rs.

import { isOurs } from './words.js';

/** Deepest nesting that is followed, of objects and of texts in strings. */
const DEPTH = 64;
const STRINGS = 4;
/** Most objects of one text. */
const OBJECTS = 1_000;
/** What says that a text is worth going through. Almost none is. */
const MARKS = /"proof|\\u00|"credentialSubject|VerifiableCredential|OpenBadgeCredential|"signature/;
const TYPES = ['VerifiableCredential', 'OpenBadgeCredential'];

/** What a text holds. */
export interface Objects {
  /** The credentials, in the order in which they end; `proven`: it says how. */
  all: { text: string; proven: boolean }[];
  /** Whether there may be one that cannot be told: a proof that is in none of them, a JWS without its parts. */
  unclear: boolean;
}

/** An object that has begun. */
interface Open {
  at: number;
  names: Set<string>;
  /** The context is one or several addresses, as that of a credential is; in a schema it is an object. */
  namesContext: boolean;
  namesCredential: boolean;
  payloads: number;
  /** How many credentials were found before it. */
  known: number;
}

/**
 * Finds the objects that say that they are credentials: they have a context and a proof; or a subject or a credential's type,
 * and were robbed of their proof. By their letters: what is read twice could be read in two ways.
 */
export function objectsIn(text: string): Objects {
  const objects: Objects = { all: [], unclear: false };
  scan(text, objects, 0);
  // A proof has a value.
  objects.unclear ||= objects.all.length === 0 && text.includes('"proofValue"');
  return objects;
}

function scan(text: string, objects: Objects, depth: number): void {
  if (!MARKS.test(text)) return;
  const open: Open[] = [];
  let tooDeep = false;
  const sign = /[{}"]/g;
  for (let match = sign.exec(text); match; match = sign.exec(text)) {
    const at = match.index;
    if (objects.all.length > OBJECTS) {
      objects.unclear = true;
      return;
    }
    if (match[0] === '"') sign.lastIndex = take(text, at, open.at(-1), objects, depth);
    else if (match[0] === '}') end(open.pop(), text, at + 1, objects);
    else if (open.length < DEPTH) open.push({ at, names: new Set(), namesContext: false, namesCredential: false, payloads: 0, known: objects.all.length });
    else {
      open.length = 0;
      tooDeep = true;
    }
  }
  objects.unclear ||= objects.all.length === 0 && tooDeep;
}

/** Takes a string, as a member's name with what its value begins with, or as a value. Returns where it ends. */
function take(text: string, at: number, open: Open | undefined, objects: Objects, depth: number): number {
  const quoted = quotedAt(text, at);
  if (quoted === undefined) return lineEnd(text, at + 1);
  const past = at + quoted.length;
  const inner = quoted.includes('\\') ? unescaped(quoted) : quoted.slice(1, -1);
  const value = after(text, past);
  if (open && value !== undefined) {
    open.names.add(inner);
    open.namesContext ||= inner === '@context' && (value === '"' || value === '[');
    open.payloads += Number(inner === 'payload' && value === '"');
  } else if (open) open.namesCredential ||= TYPES.includes(inner);
  if (quoted.includes('\\') && /^\s*[{["]/.test(inner)) scanString(inner, objects, depth);
  return past;
}

/** Searches what a string spells, if it is JSON itself. */
function scanString(inner: string, objects: Objects, depth: number): void {
  if (depth < STRINGS) scan(inner, objects, depth + 1);
  else objects.unclear ||= MARKS.test(inner);
}

/** Takes an object that ends. */
function end(open: Open | undefined, text: string, to: number, objects: Objects): void {
  if (!open) return;
  const { names } = open;
  if (open.payloads > 0 && (names.has('signature') || names.has('signatures'))) addSigned(text.slice(open.at, to), open.payloads, objects);
  const proven = names.has('@context') && names.has('proof');
  const said = [open.namesContext, names.has('credentialSubject'), open.namesCredential].filter(Boolean).length;
  if (!proven && said < 2) return;
  // What is in it without a proof of its own is proven by this one.
  if (proven) objects.all.push(...objects.all.splice(open.known).filter((one) => one.proven));
  objects.all.push({ text: text.slice(open.at, to), proven });
}

/** Takes a JWS that is written as an object: one for each of its signatures. */
function addSigned(text: string, payloads: number, objects: Objects): void {
  const object = parsed(text);
  const payload = object?.['payload'];
  if (!object || typeof payload !== 'string') return;
  const several: unknown[] = Array.isArray(object['signatures']) ? object['signatures'] : [];
  for (const one of Object.hasOwn(object, 'signature') ? [...several, object] : several) {
    const { protected: given, signature } = (one ?? {}) as Record<string, unknown>;
    const header = typeof given === 'string' ? given : '';
    if (!isOurs(`${header}.${payload}`)) continue;
    if (typeof signature === 'string' && header !== '' && payloads === 1) objects.all.push({ text: `${header}.${payload}.${signature}`, proven: true });
    else objects.unclear = true;
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** What stands between quotes, with them. A line's end ends it too: then it was no string of JSON. */
function quotedAt(text: string, at: number): string | undefined {
  for (let end = at + 1; end < text.length && text[end] !== '\n'; end += 1) {
    if (text[end] === '"') return text.slice(at, end + 1);
    if (text[end] === '\\') end += 1;
  }
  return undefined;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** What a member's value begins with; `undefined`: there is no colon. */
function after(text: string, from: number): string | undefined {
  const colon = /\s*:\s*/y;
  colon.lastIndex = from;
  return colon.test(text) ? text.charAt(colon.lastIndex) : undefined;
}

function unescaped(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return '';
  }
}
