// Where something is amiss in a text that was read whole, in people's words: the tables `scanned` and `places` of
// schemas/verdict.json, which a test compares.

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
  page: ['page'],
  bare_number: ['number'],
  form: [],
};

export type Place = keyof typeof PLACES;

/** Returns the place of a malformed field; `undefined`: it may have been read wrong. */
export function placeOf(field: string): Place | undefined {
  if (SCANNED.includes(field)) return undefined;
  const all = Object.entries(PLACES) as [Place, string[]][];
  return all.find(([, fields]) => fields.some((one) => field === one || field.startsWith(`${one}.`)))?.[0] ?? 'form';
}
