// Which of the files that were dropped say whom to trust: a trust.jws, a did.json, a status list. They are taken wherever they
// are dropped, and are no certificates.

import { fromBase64url, fromUtf8 } from '../core/bytes.js';

/** Largest file of these that is read: a snapshot, in base64url. */
const LARGEST = 90_000_000;
/** Largest DID document or status list. */
const LARGEST_OTHER = 6 << 20;
const BEGINNING = 4_096;

/** Takes those out of some files that say whom to trust, and returns their texts. */
export async function parted(files: readonly File[]): Promise<{ trusting: string[]; others: File[] }> {
  const [trusting, others]: [string[], File[]] = [[], []];
  for (const file of files) {
    const text = file.size <= LARGEST && mayBe(await file.slice(0, BEGINNING).text()) ? await file.text() : '';
    if (saysWhomToTrust(text)) trusting.push(text);
    else others.push(file);
  }
  return { trusting, others };
}

const mayBe = (beginning: string): boolean => /^\s*(?:\{|ey[\w-]+\.|did:key:)/.test(beginning);

/** Whether a text is such a file. Believes its own word: nobody is trusted before it is verified. */
export function saysWhomToTrust(given: string): boolean {
  const text = given.trim();
  if (/^did:key:z\w+$/.test(text)) return true;
  if (text.startsWith('{')) return text.length <= LARGEST_OTHER && isOther(parsed(text));
  const [header, payload] = text.split('.', 2).map((part) => fromBase64url(part));
  if (!header || !payload) return false;
  const { typ } = parsed(fromUtf8(header)) as { typ?: unknown };
  if (typ === 'testamur-snapshot+jwt') return (parsed(fromUtf8(payload)) as { type?: unknown }).type === 'TrustSnapshot';
  return payload.length <= LARGEST_OTHER && isOther(parsed(fromUtf8(payload)));
}

/** A DID document, or a status list. */
function isOther(document: object): boolean {
  const { id, verificationMethod, credentialSubject } = document as Record<string, unknown>;
  const isDid = typeof id === 'string' && Array.isArray(verificationMethod);
  return isDid || (typeof credentialSubject === 'object' && credentialSubject !== null && 'encodedList' in credentialSubject);
}

function parsed(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
