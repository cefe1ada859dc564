// Writes ZIP archives for the tests, right ones and wrong ones.

import { crc32, deflateRawSync } from 'node:zlib';

const bytes = (data) => (typeof data === 'string' ? Buffer.from(data) : data);

function fields(sizes, values) {
  const out = Buffer.alloc(sizes.reduce((a, b) => a + b, 0));
  let at = 0;
  sizes.forEach((size, i) => {
    out.writeUIntLE(values[i], at, size);
    at += size;
  });
  return out;
}

/**
 * An archive with its directory and end record. An entry has `name` and `data`, and where it is not deflated and right:
 * `stored`; `flags` (1 is encryption, 8 a data descriptor behind the data); `method`, `crc` and `size` as they are told;
 * `localName`, what the local header says; `before`, bytes in front of it that nothing tells of.
 */
export function zip(entries, comment = '') {
  const parts = [];
  const directory = [];
  let at = 0;
  const put = (part) => {
    parts.push(part);
    at += part.length;
  };
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
  directory.forEach(put);
  const note = bytes(comment);
  put(fields([4, 2, 2, 2, 2, 4, 4, 2], [0x06054b50, 0, 0, entries.length, entries.length, at - start, start, note.length]));
  put(note);
  return new Uint8Array(Buffer.concat(parts));
}
