// Where something is amiss in a text that was read whole, in people's words: the tables `scanned` and `places` of
// schemas/verdict.json, which a test compares. And what there is to be got where an issuer has no trust file.

import type { Verdict } from '../core/index.js';

/** Fields of what may have been read wrong: scanning again may help. */
export const SCANNED = ['text', 'qr', 'jws', 'file', 'signature', 'header'];

/** Fields by place; everything else is `form`. */
export const PLACES = {
  name: ['credentialSubject.identifier'],
  number: ['credentialSubject.licenseNumber'],
  title: ['credentialSubject.achievement'],
  issuer: ['issuer', 'iss'],
  dates: ['validFrom', 'validUntil', 'exp', 'nbf', 'iat'],
  status: ['credentialStatus'],
  signature: ['proof', 'header.alg', 'header.kid', 'header.typ', 'header.cty'],
  addition: ['header.members'],
  page: ['page'],
  bare_number: ['number'],
  mail_link: ['mail'],
  form: [],
};

export type Place = keyof typeof PLACES;

/** Returns the place of a malformed field; `undefined`: it may have been read wrong. */
export function placeOf(field: string): Place | undefined {
  if (SCANNED.includes(field)) return undefined;
  const all = Object.entries(PLACES) as [Place, string[]][];
  return all.find(([, fields]) => fields.some((one) => field === one || field.startsWith(`${one}.`)))?.[0] ?? 'form';
}

/** What there is to be got of an issuer that has no trust file: one whose name is its key, or that is trusted by its files. */
export function withoutTrustFile(verdict: Verdict): 'issuer' | 'status' | undefined {
  if (verdict.verdict === 'untrusted_issuer') return verdict.claimed?.issuer.startsWith('did:key:') === true ? 'issuer' : undefined;
  const isOpen = verdict.verdict === 'status_unknown' || verdict.verdict === 'valid_status_stale';
  return isOpen && (verdict.rootFingerprint ?? '') === '' ? 'status' : undefined;
}
