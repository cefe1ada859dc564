// Finds words of ASCII in bytes, and compares.

/** Whether a word stands at a place. */
export function isAt(bytes: Uint8Array, word: string, at: number): boolean {
  for (let i = 0; i < word.length; i += 1) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
}

/** Returns where a word stands at `from` or behind it, or -1. */
export function find(bytes: Uint8Array, word: string, from: number): number {
  const first = word.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) if (isAt(bytes, word, at)) return at;
  return -1;
}

/** Returns where a word stands last, or -1. */
export function findLast(bytes: Uint8Array, word: string): number {
  const first = word.charCodeAt(0);
  for (let at = bytes.lastIndexOf(first); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(first, at - 1)) {
    if (isAt(bytes, word, at)) return at;
  }
  return -1;
}

/** Whether bytes are the same. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
