// What a published site holds beside certificates: told apart, so that an archive of it can be checked whole
// (src/reading/published.rs).

import { fromUtf8 } from '../core/bytes.js';
import { parseJws } from '../core/jws.js';
import { SNAPSHOT_BYTES } from '../core/limits.js';

/** A key manifest and a trust snapshot. */
const TYPES = ['testamur-manifest+jwt', 'testamur-snapshot+jwt'];

/**
 * Whether a text is a document of an issuer but no certificate: a status list, a key manifest or a trust snapshot. Believes
 * its own word: what it says of itself is never shown as good, only left out.
 */
export function isPublished(text: string): boolean {
  try {
    const { typ, payload } = parseJws(text.trim(), SNAPSHOT_BYTES);
    if (TYPES.includes(typ)) return true;
    const { type } = JSON.parse(fromUtf8(payload) ?? '') as { type?: unknown };
    return Array.isArray(type) && type.includes('BitstringStatusListCredential');
  } catch {
    return false;
  }
}
