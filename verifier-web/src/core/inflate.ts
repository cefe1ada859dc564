// Raw DEFLATE (RFC 1951), exact about the end and bounded.
//
// Not the browser's DecompressionStream: engines differ about bytes behind the stream and incomplete codes, and then two
// devices could disagree about one certificate. The rules here are zlib's, which the Rust side uses.

/** Why bytes are not one whole stream within the limit. */
export type InflateProblem = 'not one whole DEFLATE stream' | 'too large';

/** How the functions of this module and of gzip.ts give up. */
export class Failure {
  constructor(readonly problem: InflateProblem) {}
}

/** Gives up: what is read is no whole stream. */
export function broken(): never {
  throw new Failure('not one whole DEFLATE stream');
}

const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Base values of `count` length or distance codes and their extra bits, which grow by one every `step` codes. */
function ranges(first: number, step: number, count: number): { base: number[]; extra: number[] } {
  const base: number[] = [];
  const extra: number[] = [];
  for (let code = 0, value = first; code < count; code += 1) {
    const bits = Math.max(0, Math.floor(code / step) - 1);
    base.push(value);
    extra.push(bits);
    value += 1 << bits;
  }
  return { base, extra };
}

const LENGTHS = ranges(3, 4, 28);
LENGTHS.base.push(258);
LENGTHS.extra.push(0);
const DISTANCES = ranges(1, 2, 30);

/** A canonical Huffman code: how many symbols of each length, and the symbols in order. */
interface Huffman {
  counts: number[];
  symbols: number[];
}

/** Makes a code from its lengths. An incomplete one is allowed only with a single code of one bit, or none (zlib). */
function huffman(lengths: ArrayLike<number>, complete: boolean): Huffman {
  const counts = new Array<number>(16).fill(0);
  for (let n = 0; n < lengths.length; n += 1) counts[lengths[n]!]! += 1;
  counts[0] = 0;
  const starts = [0, 0];
  let left = 1;
  let longest = 0;
  for (let bits = 1; bits < 16; bits += 1) {
    left = left * 2 - counts[bits]!;
    if (left < 0) broken();
    if (counts[bits]! > 0) longest = bits;
    starts.push(starts[bits]! + counts[bits]!);
  }
  if (left > 0 && (complete || longest > 1)) broken();
  const symbols: number[] = [];
  for (let n = 0; n < lengths.length; n += 1) if (lengths[n]) symbols[starts[lengths[n]!]!++] = n;
  return { counts, symbols };
}

const FIXED = {
  literals: huffman(
    Array.from({ length: 288 }, (_, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8)),
    true,
  ),
  distances: huffman(new Array<number>(32).fill(5), true),
};

/** Inflates one stream that starts at `at`, up to `limit` bytes with the dictionary. */
export class Inflater {
  readonly #data: Uint8Array;
  #bits = 0;
  #count = 0;
  at: number;
  readonly out: Uint8Array<ArrayBuffer>;
  size: number;

  constructor(data: Uint8Array, at: number, dictionary: Uint8Array, limit: number) {
    this.#data = data;
    this.at = at;
    this.out = new Uint8Array(limit);
    this.out.set(dictionary);
    this.size = dictionary.length;
  }

  run(): void {
    let last = false;
    while (!last) {
      last = this.#take(1) === 1;
      const kind = this.#take(2);
      if (kind === 0) this.#stored();
      else if (kind === 1) this.#codes(FIXED.literals, FIXED.distances);
      else if (kind === 2) this.#dynamic();
      else broken();
    }
  }

  #take(need: number): number {
    while (this.#count < need) {
      if (this.at >= this.#data.length) broken();
      this.#bits |= this.#data[this.at++]! << this.#count;
      this.#count += 8;
    }
    const value = this.#bits & ((1 << need) - 1);
    this.#bits >>>= need;
    this.#count -= need;
    return value;
  }

  #put(byte: number): void {
    if (this.size === this.out.length) throw new Failure('too large');
    this.out[this.size++] = byte;
  }

  #stored(): void {
    this.#bits = 0;
    this.#count = 0;
    const length = this.#take(16);
    if (length !== (this.#take(16) ^ 0xffff)) broken();
    for (let n = 0; n < length; n += 1) this.#put(this.#take(8));
  }

  #symbol(code: Huffman): number {
    let value = 0;
    let first = 0;
    let index = 0;
    for (let bits = 1; bits < 16; bits += 1) {
      value |= this.#take(1);
      const count = code.counts[bits]!;
      if (value - count < first) return code.symbols[index + value - first]!;
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    broken();
  }

  #dynamic(): void {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const lengths = new Uint8Array(19);
    const count = this.#take(4) + 4;
    if (literals > 286 || distances > 30) broken();
    for (let n = 0; n < count; n += 1) lengths[ORDER[n]!] = this.#take(3);
    const all = this.#lengths(huffman(lengths, true), literals + distances);
    // Without an end-of-block code the block could not end.
    if (all[256] === 0) broken();
    this.#codes(huffman(all.subarray(0, literals), false), huffman(all.subarray(literals), false));
  }

  #lengths(code: Huffman, count: number): Uint8Array {
    const lengths = new Uint8Array(count);
    for (let at = 0; at < count; ) {
      const symbol = this.#symbol(code);
      let times = 1;
      let value = symbol;
      if (symbol === 16) {
        if (at === 0) broken();
        value = lengths[at - 1]!;
        times = 3 + this.#take(2);
      } else if (symbol > 16) {
        value = 0;
        times = symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      }
      if (at + times > count) broken();
      lengths.fill(value, at, at + times);
      at += times;
    }
    return lengths;
  }

  #codes(literals: Huffman, distances: Huffman): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol < 256) this.#put(symbol);
      else if (symbol === 256) return;
      else this.#copy(symbol - 257, distances);
    }
  }

  #copy(code: number, distances: Huffman): void {
    if (code > 28) broken();
    const length = LENGTHS.base[code]! + this.#take(LENGTHS.extra[code]!);
    const far = this.#symbol(distances);
    if (far > 29) broken();
    const distance = DISTANCES.base[far]! + this.#take(DISTANCES.extra[far]!);
    if (distance > this.size) broken();
    for (let n = 0; n < length; n += 1) this.#put(this.out[this.size - distance]!);
  }
}

/** Runs `run`, and returns why it gave up if it did. */
export function guarded<T>(run: () => T): T | InflateProblem {
  try {
    return run();
  } catch (error) {
    if (error instanceof Failure) return error.problem;
    throw error;
  }
}

/** Inflates all of `data`, which may refer back into `dictionary`, to at most `limit` bytes. */
export function inflate(dictionary: Uint8Array, data: Uint8Array, limit: number): Uint8Array | InflateProblem {
  return guarded(() => {
    const inflater = new Inflater(data, 0, dictionary, dictionary.length + limit);
    inflater.run();
    if (inflater.at !== data.length) broken();
    return inflater.out.subarray(dictionary.length, inflater.size);
  });
}
