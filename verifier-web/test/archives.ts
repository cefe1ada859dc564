// Writes ZIP archives and mails for the tests, right ones and wrong ones.

import { deflateRawSync, crc32 } from 'node:zlib';

export interface Entry {
  name: string;
  data: Uint8Array | string;
  stored?: boolean;
  /** General purpose bits: 1 is encryption, 8 a data descriptor behind the data. */
  flags?: number;
  method?: number;
  /** What the local header says, where it is not what the directory says. */
  localName?: string;
  crc?: number;
  size?: number;
  /** Bytes in front of the local header that nothing tells of. */
  before?: Uint8Array;
}

const bytes = (data: Uint8Array | string) => (typeof data === 'string' ? new TextEncoder().encode(data) : data);
const concat = (parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

function fields(sizes: readonly number[], values: readonly number[]): Uint8Array {
  const out = Buffer.alloc(sizes.reduce((a, b) => a + b, 0));
  let at = 0;
  sizes.forEach((size, i) => { out.writeUIntLE(values[i] ?? 0, at, size); at += size; });
  return out;
}

/** An archive with its directory and end record. */
export function zip(entries: readonly Entry[], comment = ''): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const put = (part: Uint8Array) => { parts.push(part); at += part.length; };
  for (const entry of entries) {
    if (entry.before) put(entry.before);
    const start = at;
    const plain = bytes(entry.data);
    const packed = entry.stored ? plain : deflateRawSync(plain);
    const method = entry.method ?? (entry.stored ? 0 : 8);
    const [flags, crc, size] = [entry.flags ?? 0, entry.crc ?? crc32(plain), entry.size ?? plain.length];
    const [name, local] = [bytes(entry.name), bytes(entry.localName ?? entry.name)];
    const streamed = (flags & 8) !== 0;
    const told = streamed ? [0, 0, 0] : [crc, packed.length, size];
    put(fields([4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2], [0x04034b50, 20, flags, method, 0, 0, ...told, local.length, 0]));
    put(local);
    put(packed);
    if (streamed) put(fields([4, 4, 4, 4], [0x08074b50, crc, packed.length, size]));
    directory.push(fields([4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4],
      [0x02014b50, 20, 20, flags, method, 0, 0, crc, packed.length, size, name.length, 0, 0, 0, 0, 0, start]), name);
  }
  const start = at;
  for (const part of directory) put(part);
  const note = bytes(comment);
  put(fields([4, 2, 2, 2, 2, 4, 4, 2], [0x06054b50, 0, 0, entries.length, entries.length, at - start, start, note.length]));
  put(note);
  return concat(parts);
}
