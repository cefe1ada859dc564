// How far containers are opened, as src/reading/container.rs says: what is past it is said, not skipped.

import type { MessageKey } from '../page/messages.js';

/** Most files inside one that is dropped, all levels together. */
export const MEMBERS = 5_000;
/** Most bytes that all of them unpack to. */
export const TOTAL_BYTES = 512 << 20;
/** Deepest nesting: a certificate in an archive in a mail in an archive. */
export const DEPTH = 3;
/** Largest single file that is read, in megabytes. */
export const FILE_MEGABYTES = 64;
export const FILE_BYTES = FILE_MEGABYTES * 1_048_576;

/** Longest text that is searched, in bytes: on the page itself, which must not stand still. */
export const TEXT_BYTES = 4 << 20;

/** Why there is nothing to verify in a file. */
export class ReadError extends Error {
  constructor(readonly key: MessageKey) {
    super(key);
  }
}

/** What is left of the bounds while one dropped file is opened, and how far it is. */
export class Bounds {
  /** Files met so far, and those that are done. */
  found = 1;
  done = 0;
  private bytes = TOTAL_BYTES;

  /** Counts the files inside a container that was opened. */
  meet(members: number): void {
    this.found += members;
    if (this.found > MEMBERS) throw new ReadError('read.bounds');
  }

  /** Counts bytes that were unpacked. */
  unpack(bytes: number): void {
    this.bytes -= bytes;
    if (this.bytes < 0) throw new ReadError('read.bounds');
  }
}
