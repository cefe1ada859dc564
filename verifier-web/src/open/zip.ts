// ZIP archives (APPNOTE.TXT 6.3.10): stored and deflated members, by the central directory, each read when it is asked
// for. An archive that says two things about itself is not opened: another program would find other files in it.

import { crc32 } from '../core/gzip.js';
import { FILE_BYTES, ReadError, type Bounds } from './bounds.js';
import { latin1 } from './kinds.js';

/** Longest end of an archive: its record and a comment. */
const END = 22 + 65_535;
/** Largest central directory, in bytes. */
const DIRECTORY = 16_777_216;
/** A local header without name and extra field. */
const LOCAL = 30;
/** Longest data descriptor behind a member: signature, checksum and two sizes of 8 bytes. */
const DESCRIPTOR = 24;

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x0001;

/** A file in an archive. */
export interface Member {
  name: string;
  /** Whether a mail shows it between its lines, as it does with logos. */
  inline?: boolean;
  /** Unpacks it; throws a `ReadError` where that cannot be done. */
  read(): Promise<Blob>;
}

/** What is in an archive. */
export interface Archive {
  members: Member[];
  /** What is remarked about the archive and its files, and shown by few programs. */
  remarks: string[];
}

interface Entry {
  name: string;
  remark: string;
  rawName: string;
  flags: number;
  method: number;
  crc: number;
  packed: number;
  size: number;
  at: number;
}

/** Opens an archive; folders are left out. */
export async function openZip(archive: Blob, bounds: Bounds): Promise<Archive> {
  const { entries, end, remark } = await directory(archive);
  bounds.meet(entries.length);
  await checkPlaces(archive, entries, end);
  // A folder has no bytes; deflated, those are two.
  const files = entries.filter(({ name, size, packed }) => !(name.endsWith('/') && size === 0 && packed <= 2));
  const members = files.map((entry) => ({ name: entry.name, read: () => unpack(archive, entry, bounds) }));
  return { members, remarks: [remark, ...entries.map((entry) => entry.remark)].filter((one) => one !== '') };
}

function damaged(): never {
  throw new ReadError('read.packed');
}

async function view(archive: Blob, from: number, to: number): Promise<DataView> {
  return new DataView(await archive.slice(from, to).arrayBuffer());
}

/** Where the central directory is, and how many members it lists. */
interface Directory {
  count: number;
  size: number;
  start: number;
}

/** Reads the central directory, and where it begins. */
async function directory(archive: Blob): Promise<{ entries: Entry[]; end: number; remark: string }> {
  const from = Math.max(0, archive.size - END);
  const tail = await view(archive, from, archive.size);
  let at = tail.byteLength - 22;
  // The record's comment ends with the file: whatever else looks like a record is inside of something.
  while (at >= 0 && !(tail.getUint32(at, true) === 0x06054b50 && tail.getUint16(at + 20, true) === tail.byteLength - at - 22)) at -= 1;
  if (at < 0) damaged();
  const [disk, startDisk, here, count = 0] = [4, 6, 8, 10].map((n) => tail.getUint16(at + n, true));
  // An archive in several files.
  if (disk !== 0 || startDisk !== 0 || here !== count) damaged();
  const told = { count, size: tail.getUint32(at + 12, true), start: tail.getUint32(at + 16, true) };
  const { size, start, end } = await large(archive, from + at, told) ?? { ...told, end: from + at };
  if (size > DIRECTORY || start + size !== end) damaged();
  const entries = readEntries(await view(archive, start, start + size));
  if (entries.length !== count) damaged();
  return { entries, end: start, remark: decode(new Uint8Array(tail.buffer, at + 22)) };
}

/** The record of the 64-bit kind in front of the end record, which programs write also where they need none. */
async function large(archive: Blob, at: number, told: Directory): Promise<Directory & { end: number } | undefined> {
  const locator = await view(archive, Math.max(0, at - 20), at);
  if (locator.byteLength < 20 || locator.getUint32(0, true) !== 0x07064b50) return undefined;
  const end = uint64(locator, 8);
  const record = await view(archive, end, at - 20);
  if (record.byteLength < 56 || record.getUint32(0, true) !== 0x06064b50 || uint64(record, 4) + 12 !== record.byteLength) damaged();
  const [count = 0, size = 0, start = 0] = [32, 40, 48].map((n) => uint64(record, n));
  // What the end record says itself must be the same; what it leaves to this one is all ones.
  const agrees = count === told.count && [size, 0xffffffff].includes(told.size) && [start, 0xffffffff].includes(told.start);
  return agrees ? { count, size, start, end } : damaged();
}

function uint64(data: DataView, at: number): number {
  return data.getUint32(at, true) + data.getUint32(at + 4, true) * 0x1_0000_0000;
}

function readEntries(data: DataView): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < data.byteLength; ) {
    if (at + 46 > data.byteLength || data.getUint32(at, true) !== 0x02014b50) damaged();
    const [flags = 0, method = 0] = [8, 10].map((n) => data.getUint16(at + n, true));
    const [crc = 0, packed = 0, size = 0] = [16, 20, 24].map((n) => data.getUint32(at + n, true));
    const [nameLength = 0, extra = 0, comment = 0] = [28, 30, 32].map((n) => data.getUint16(at + n, true));
    const next = at + 46 + nameLength + extra + comment;
    if (next > data.byteLength) damaged();
    const name = new Uint8Array(data.buffer, at + 46, nameLength);
    const remark = decode(new Uint8Array(data.buffer, next - comment, comment));
    entries.push({ name: decode(name), remark, rawName: latin1(name), flags, method, crc, packed, size, at: data.getUint32(at + 42, true) });
    at = next;
  }
  return entries;
}

/** Many programs write UTF-8 without saying so. */
function decode(name: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(name);
  } catch {
    return latin1(name);
  }
}

/** Members lie one behind the other from the first byte on, so that nothing lies between them unseen. */
async function checkPlaces(archive: Blob, entries: readonly Entry[], end: number): Promise<void> {
  let expected = 0;
  for (const entry of entries.toSorted((a, b) => a.at - b.at)) {
    const gap = entry.at - expected;
    if (gap < 0 || gap > (expected === 0 ? 0 : DESCRIPTOR)) damaged();
    expected = await dataStart(archive, entry) + entry.packed;
  }
  if (expected > end || end - expected > DESCRIPTOR) damaged();
}

/** Where a member's data begins. Its local header must say the same as the directory. */
async function dataStart(archive: Blob, entry: Entry): Promise<number> {
  const nameLength = entry.rawName.length;
  const header = await view(archive, entry.at, entry.at + LOCAL + nameLength);
  if (header.byteLength < LOCAL + nameLength || header.getUint32(0, true) !== 0x04034b50) damaged();
  const [method, sameLength, extra = 0] = [8, 26, 28].map((n) => header.getUint16(n, true));
  const name = latin1(new Uint8Array(header.buffer, LOCAL));
  if (method !== entry.method || sameLength !== nameLength || name !== entry.rawName) damaged();
  return entry.at + LOCAL + nameLength + extra;
}

async function unpack(archive: Blob, entry: Entry, bounds: Bounds): Promise<Blob> {
  if (entry.flags & ENCRYPTED) throw new ReadError('read.locked');
  if (entry.method !== STORED && entry.method !== DEFLATED) damaged();
  if (entry.size > FILE_BYTES) throw new ReadError('read.tooLarge');
  bounds.unpack(entry.size);
  const start = await dataStart(archive, entry);
  const packed = archive.slice(start, start + entry.packed);
  const plain = entry.method === STORED ? new Uint8Array(await packed.arrayBuffer()) : await inflate(packed, entry.size);
  if (plain.length !== entry.size || crc32(plain) !== entry.crc) damaged();
  return new Blob([plain]);
}

/** Inflates to exactly `size` bytes; where the stream holds more, it is given up. */
async function inflate(packed: Blob, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const plain = new Uint8Array(size);
  let at = 0;
  try {
    const reader = packed.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.length > size) {
        await reader.cancel();
        damaged();
      }
      plain.set(value, at);
      at += value.length;
    }
  } catch {
    damaged();
  }
  return at === size ? plain : damaged();
}
