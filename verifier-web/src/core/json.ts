// Strict JSON (RFC 8259 as narrowed by I-JSON, RFC 7493), as src/credential/json.rs reads it: what two implementations
// could read differently is refused before anything is believed.

import { fromUtf8 } from './bytes.js';
import { JSON_DEPTH, JSON_INTEGER } from './limits.js';
import { Malformed } from './malformed.js';

/** A JSON value. Objects have no prototype, so that no key is special. */
export type Json = null | boolean | number | string | Real | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** A whole number that was written as a fraction, such as `1.0`: no integer, as in Rust. */
export class Real {
  constructor(readonly value: number) {}

  toJSON(): number {
    return this.value;
  }
}

/** A key that serde_json keeps for itself; a text that poses as it is refused, as in Rust. */
const RESERVED = '$serde_json::private::Number';
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/** Reads strict JSON of at most `limit` bytes; what is wrong is reported under `field`. */
export function parseJson(bytes: Uint8Array, limit: number, field: string): Json {
  const refuse = (problem: string): never => {
    throw new Malformed(field, problem);
  };
  if (bytes.length > limit) refuse(`larger than ${limit} bytes`);
  const text = fromUtf8(bytes);
  if (text === undefined) return refuse('not JSON: not UTF-8');
  return new Parser(text, refuse).document();
}

/** Returns whether a value is an object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Real);
}

/** Returns a member of an object; `undefined` where there is none or it is no object. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined;
}

class Parser {
  readonly #text: string;
  readonly #refuse: (problem: string) => never;
  #at = 0;
  /** Numbers are judged after the whole text is known to be JSON, as in Rust. */
  #badNumber: string | undefined;

  constructor(text: string, refuse: (problem: string) => never) {
    this.#text = text;
    this.#refuse = refuse;
  }

  document(): Json {
    const value = this.#value(0);
    if (this.#at < this.#text.length) this.#syntax();
    if (this.#badNumber !== undefined) this.#refuse(`number \`${this.#badNumber.slice(0, 40)}\` is out of range`);
    return value;
  }

  #syntax(): never {
    return this.#refuse(`not JSON: at ${this.#at}`);
  }

  /** Takes what the pattern matches here; empty if it does not. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #skip(mark: string): boolean {
    this.#take(SPACE);
    const found = this.#text[this.#at] === mark;
    if (found) this.#at += 1;
    return found;
  }

  #value(depth: number): Json {
    this.#take(SPACE);
    const mark = this.#text[this.#at];
    let value: Json;
    if (mark === '{') value = this.#object(depth);
    else if (mark === '[') value = this.#array(depth);
    else if (mark === '"') value = this.#string();
    else value = this.#scalar();
    this.#take(SPACE);
    return value;
  }

  #deeper(depth: number): number {
    if (depth >= JSON_DEPTH) this.#refuse(`nested deeper than ${JSON_DEPTH} levels`);
    return depth + 1;
  }

  #array(depth: number): Json[] {
    const inner = this.#deeper(depth);
    const items: Json[] = [];
    this.#at += 1;
    if (this.#skip(']')) return items;
    do items.push(this.#value(inner));
    while (this.#skip(','));
    if (!this.#skip(']')) this.#syntax();
    return items;
  }

  #object(depth: number): JsonObject {
    const inner = this.#deeper(depth);
    const object = Object.create(null) as JsonObject;
    this.#at += 1;
    if (this.#skip('}')) return object;
    do {
      this.#take(SPACE);
      const key = this.#string();
      if (!this.#skip(':')) this.#syntax();
      const value = this.#value(inner);
      if (key in object) this.#refuse(`key \`${[...key].slice(0, 40).join('')}\` appears twice`);
      object[key] = value;
    } while (this.#skip(','));
    if (!this.#skip('}')) this.#syntax();
    return object;
  }

  /** Finds the closing quote by hand: a pattern would run out of stack on a list of several megabytes. */
  #string(): string {
    const start = this.#at;
    if (this.#text[start] !== '"') this.#syntax();
    let end = start;
    let escaped: boolean;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) this.#syntax();
      let slashes = end;
      while (this.#text[slashes - 1] === '\\') slashes -= 1;
      escaped = (end - slashes) % 2 === 1;
    } while (escaped);
    this.#at = end + 1;
    const plain = this.#text.slice(start + 1, end);
    const text = /[\\\0-\x1f]/.test(plain) ? this.#unescape(this.#text.slice(start, this.#at)) : plain;
    return text === RESERVED ? this.#syntax() : text;
  }

  #unescape(token: string): string {
    let text: string | undefined;
    try {
      text = JSON.parse(token) as string;
    } catch {
      this.#syntax();
    }
    // A lone surrogate (RFC 7493 section 2.1). Pairs match nothing here, thanks to the flag.
    return /[\ud800-\udfff]/u.test(text!) ? this.#syntax() : text!;
  }

  #scalar(): Json {
    const word = this.#take(WORD);
    if (word) return word === 'null' ? null : word === 'true';
    const token = this.#take(NUMBER) || this.#syntax();
    const value = Number(token);
    const [mantissa] = token.split(/[eE]/, 1) as [string];
    const fraction = /[.eE]/.test(token);
    const fine = fraction
      ? Number.isFinite(value) && (value !== 0 || !/[1-9]/.test(mantissa))
      : Math.abs(value) <= JSON_INTEGER;
    if (!fine) this.#badNumber ??= token;
    return fraction && Number.isInteger(value) ? new Real(value) : value;
  }
}
