// The statements of documents whose like was seen before: src/proof/shapes.rs, for the page.
//
// What JSON-LD makes of a document that embedded.ts has looked at depends on its contexts, the names and the nesting of its
// members, its types and what else is a term: its shape. Its other texts and numbers stand in the statements as they are. A
// shape is learned when it comes the second time, from a document of that shape in which each text is another; one of which
// the library loses a text, writes it in another way or puts it elsewhere goes the library's way each time.

import { isObject, Real, type Json, type JsonObject } from './json.js';
import { isAddress, isTermOf, isUri } from './links.js';

/** Returns the N-Quads of a document as JSON-LD has them; throws on what it does not know. */
export type Library = (document: JsonObject) => Promise<string>;

/** Most shapes that are remembered, and the longest, in characters. */
const SHAPES = 64;
const SHAPE_LENGTH = 16 * 1024;
/** How addresses begin that no context shortens; a test looks at the contexts. */
export const SCHEMES = ['https:', 'http:', 'did:', 'urn:', 'mailto:', 'data:'];
/**
 * What stands for texts and addresses while a shape is learned, and where numbers begin then: in the document that it is learned
 * from, and in the one that it is held against. What a document itself says can look like one of them, not like both.
 */
const LEARNED_FROM = { text: 'https://shape.invalid/', number: 7_000_001 };
const HELD_AGAINST = { text: 'https://form.invalid/', number: 8_000_001 };
const EXAMPLES = /<https:\/\/shape\.invalid\/(\d+)>|"https:\/\/shape\.invalid\/(\d+)"|"(7\d{6})"/g;

interface Leaf {
  kind: 'text' | 'address' | 'number';
  text: string;
}

/** N-Quads with a hole for each leaf that stands in them: a text, a leaf, a text, ... */
interface Said {
  pieces: string[];
  leaves: { leaf: number; address: boolean }[];
}

/** What is known of a shape: it was seen once, what its documents say, or that only the library knows. */
const known = new Map<string, 'once' | 'never' | Said>();

/** Returns the N-Quads of a document whose form and links were looked at, from memory where its shape is known. */
export async function remembered(document: JsonObject, library: Library): Promise<string> {
  const leaves: Leaf[] = [];
  const shape = read('', document, leaves);
  if (shape === undefined || shape.length > SHAPE_LENGTH) return library(document);
  const found = known.get(shape);
  if (typeof found === 'object' && leaves.every(isWhole)) return filled(found, leaves);
  const said = await library(document);
  if (found === undefined) remember(shape, 'once');
  else if (found === 'once') remember(shape, (await learned(document, leaves.length, library)) ?? 'never');
  return said;
}

function remember(shape: string, what: 'once' | 'never' | Said): void {
  if (known.size >= SHAPES && !known.has(shape)) known.clear();
  known.set(shape, what);
}

/** Whether a leaf is no address, or one that no context shortens and no library reads in another way. */
function isWhole({ kind, text }: Leaf): boolean {
  return kind !== 'address' || (SCHEMES.some((scheme) => text.startsWith(scheme)) && isUri(text));
}

/** Returns a document's shape, and puts what is not part of it behind the leaves; nothing for one that is not looked at here. */
function read(key: string, value: Json, leaves: Leaf[]): string | undefined {
  if (typeof value === 'string') {
    if (key === '@context' || isTermOf(key)) return JSON.stringify(value);
    leaves.push({ kind: isAddress(key) ? 'address' : 'text', text: value });
    return isAddress(key) ? 'a' : 't';
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    leaves.push({ kind: 'number', text: String(value) });
    return 'n';
  }
  // Truth values and fractions, which libraries write in their own way, are parts of the shape.
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (value instanceof Real) return `r${value.value}`;
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) {
      const part = read(key, item, leaves);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return `[${parts.join(',')}]`;
  }
  if (!isObject(value)) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const part = read(name, inner, leaves);
    if (part === undefined) return undefined;
    parts.push(`${JSON.stringify(name)}:${part}`);
  }
  return `{${parts.join(',')}}`;
}

/** Asks the library what documents of this shape say: learns it from one, and holds it against another. */
async function learned(document: JsonObject, leaves: number, library: Library): Promise<Said | undefined> {
  const result = await learnedFrom(exampleOf(document, LEARNED_FROM), leaves, library);
  if (!result) return undefined;
  const other = exampleOf(document, HELD_AGAINST);
  const others: Leaf[] = [];
  read('', other, others);
  const theirs = await library(other).catch(() => '');
  const sorted = (quads: string): string => quads.split('\n').sort().join('\n');
  return others.length === leaves && sorted(filled(result, others)) === sorted(theirs) ? result : undefined;
}

async function learnedFrom(example: JsonObject, leaves: number, library: Library): Promise<Said | undefined> {
  const examples: Leaf[] = [];
  read('', example, examples);
  const said = await library(example).catch(() => '');
  const result: Said = { pieces: [], leaves: [] };
  let end = 0;
  for (const found of said.matchAll(EXAMPLES)) {
    const leaf = found[3] === undefined ? Number(found[1] ?? found[2]) : Number(found[3]) - LEARNED_FROM.number;
    const kind = found[1] !== undefined ? 'address' : found[2] !== undefined ? 'text' : 'number';
    if (examples[leaf]?.kind !== kind) return undefined;
    result.pieces.push(said.slice(end, found.index));
    result.leaves.push({ leaf, address: kind === 'address' });
    end = found.index + found[0].length;
  }
  result.pieces.push(said.slice(end));
  const all = new Set(result.leaves.map(({ leaf }) => leaf));
  const elsewhere = result.pieces.some((piece) => piece.includes(LEARNED_FROM.text));
  return said !== '' && examples.length === leaves && all.size === leaves && !elsewhere ? result : undefined;
}

/** Returns a document with another text, address or number in each place. */
function exampleOf(document: JsonObject, { text, number }: typeof LEARNED_FROM): JsonObject {
  let next = 0;
  const put = (key: string, value: Json): Json => {
    if (typeof value === 'string') return key === '@context' || isTermOf(key) ? value : `${text}${next++}`;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return number + next++;
    if (Array.isArray(value)) return value.map((item) => put(key, item));
    if (!isObject(value)) return value;
    const example = Object.create(null) as JsonObject;
    for (const [name, inner] of Object.entries(value)) example[name] = put(name, inner);
    return example;
  };
  return put('', document) as JsonObject;
}

function filled({ pieces, leaves }: Said, texts: Leaf[]): string {
  let said = pieces[0]!;
  leaves.forEach(({ leaf, address }, at) => {
    const { text } = texts[leaf]!;
    said += (address ? `<${text}>` : `"${escaped(text)}"`) + pieces[at + 1]!;
  });
  return said;
}

/** A text as N-Quads has it between quotation marks (RDF 1.1 N-Quads, STRING_LITERAL_QUOTE). */
function escaped(text: string): string {
  return text.replace(/[\\"\n\r]/g, (one) => ({ '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r' })[one]!);
}
