// PDFs in the one form that src/render/syntax.rs writes: objects one right behind the other, then a cross-reference table
// that says so, then the end. Every byte is accounted for, or it is no such file: it repairs nothing, and knows nothing of
// what the objects mean.

import { latin1 } from '../open/kinds.js';

const HEADER = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n';
/** Most objects of a file. */
const OBJECTS = 2_000;

/** Brackets, strings, names, numbers and words, as far as they are written. The one name that is spelled with a number stands for itself. */
const TOKEN = new RegExp('(?:<<|>>|\\[|\\]|<[0-9A-F]*>|\\((?:[^()\\\\\\r\\n]|\\\\[()\\\\])*\\)|' +
  '(?:/application#2Fvc\\+jwt|/[\\w.+-]+|-?(?:\\d+(?:\\.\\d+)?|\\.\\d+)|true|false|null|R)(?=[\\s/<>[\\]()]))[ ]?', 'y');
const CLOSING: Record<string, string> = { '<<': '>>', '[': ']' };

/** An object. */
export interface PlainObject {
  number: number;
  /** Where it begins. */
  at: number;
  /** What it is written as; of a stream, its dictionary. */
  text: string;
  /** The numbers of the objects that it refers to. */
  refers: number[];
  /** What is between `stream` and `endstream`. */
  data?: Uint8Array<ArrayBuffer>;
}

/** The beginning of a file, which holds these objects and is not looked at again. */
interface Known {
  objects: readonly PlainObject[];
  end: number;
}

/** Reads the objects of a file behind what is known of it. */
export function readPlain(pdf: Uint8Array<ArrayBuffer>, known: Known = { objects: [], end: 0 }): PlainObject[] | undefined {
  // One character a byte.
  const text = latin1(known.end === 0 ? pdf : pdf.subarray(known.end));
  if (known.end === 0 && !text.startsWith(HEADER)) return undefined;
  const objects: PlainObject[] = [];
  let at = known.end === 0 ? HEADER.length : 0;
  while (!text.startsWith('xref\n', at)) {
    const read = objects.length < OBJECTS ? objectAt(text, at, pdf, known.end) : undefined;
    if (!read) return undefined;
    objects.push(read.object);
    at = read.end;
  }
  return isEnd(text, at, known.end, [...known.objects, ...objects]) ? objects : undefined;
}

function objectAt(text: string, at: number, pdf: Uint8Array<ArrayBuffer>, before: number): { object: PlainObject; end: number } | undefined {
  const [head, number] = match(/([1-9]\d{0,6}) 0 obj\n/y, text, at) ?? [];
  if (head === undefined || number === undefined) return undefined;
  const start = at + head.length;
  const value = valueAt(text, start);
  if (!value) return undefined;
  const object: PlainObject = { number: Number(number), at: before + at, text: text.slice(start, value.end), refers: value.refers };
  if (text.startsWith('\nendobj\n', value.end)) return { object, end: value.end + '\nendobj\n'.length };
  // Said once, as a number.
  const [length, other] = [...object.text.matchAll(/\/Length(?!1 )(?: (\d{1,9})(?=[/>]))?/g)];
  if (!text.startsWith('stream\n', value.end) || !object.text.startsWith('<<') || length?.[1] === undefined || other) return undefined;
  const from = value.end + 'stream\n'.length;
  const to = from + Number(length[1]);
  if (!text.startsWith('\nendstream\nendobj\n', to)) return undefined;
  object.data = pdf.subarray(before + from, before + to);
  return { object, end: to + '\nendstream\nendobj\n'.length };
}

/** Goes through a value to where its brackets are closed. */
function valueAt(text: string, start: number): { end: number; refers: number[] } | undefined {
  const open: string[] = [];
  const refers: number[] = [];
  let [before, last] = ['', ''];
  let at = start;
  do {
    const [whole] = match(TOKEN, text, at) ?? [];
    if (whole === undefined) return undefined;
    const token = whole.trimEnd();
    const closing = CLOSING[token];
    if (closing !== undefined) open.push(closing);
    else if ((token === '>>' || token === ']') && open.pop() !== token) return undefined;
    if (token === 'R') {
      if (!/^[1-9]\d{0,6}$/.test(before) || last !== '0') return undefined;
      refers.push(Number(before));
    }
    [before, last] = [last, token];
    at += whole.length;
  } while (open.length > 0);
  return { end: at, refers };
}

/** Whether the cross-reference table names each object once, where it is, and nothing stands behind the trailer. */
function isEnd(text: string, at: number, before: number, objects: readonly PlainObject[]): boolean {
  const places: (number | undefined)[] = [];
  for (const { number, at: place } of objects) {
    if (places[number] !== undefined) return false;
    places[number] = place;
  }
  if (places.length !== objects.length + 1) return false;
  const lines = places.slice(1).map((place) => `${String(place).padStart(10, '0')} 00000 n \n`);
  const trailer = `trailer\n<</Size ${places.length}/Root 1 0 R/Info 5 0 R/ID`;
  const table = `xref\n0 ${places.length}\n0000000000 65535 f \n${lines.join('')}${trailer}`;
  if (!text.startsWith(table, at)) return false;
  const end = /^\[<[0-9A-F]{32}><[0-9A-F]{32}>\]>>\nstartxref\n(\d+)\n%%EOF\n$/.exec(text.slice(at + table.length));
  return end?.[1] === String(before + at);
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
