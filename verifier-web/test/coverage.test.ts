// No vector may be known to one side only.

import assert from 'node:assert/strict';
import test from 'node:test';

import { names } from './files.js';

/** Folders and files of tests/vectors, and who reads them here. */
const READ = {
  'README.md': 'for people',
  baked: 'baked.test.ts',
  'ed25519-edge.json': 'ed25519.test.ts',
  'meant.json': 'pasted.test.ts',
  'pasted.json': 'pasted.test.ts',
  'pieces.json': 'pieces.test.ts',
  'printed.json': 'printed.test.ts',
  'samples.json': 'samples.test.ts',
  standards: 'below',
  trust: 'verdicts.test.ts, by the names that cases give',
  'uris.json': 'links.test.ts',
  verdicts: 'verdicts.test.ts',
  wire: 'wire.test.ts',
};

/** Other people's vectors; those that judge only what an issuer does are left to Rust. */
const STANDARDS = {
  'README.md': 'for people',
  bitstring: 'status.test.ts',
  jcs: 'issuer only: the verifier checks bytes and canonicalises nothing',
  jsontestsuite: 'json.test.ts',
  ob3: 'samples.test.ts; the schema of Open Badges is Rust only',
  rfc8037: 'ed25519.test.ts',
  'vc-di-eddsa': 'Rust only: they need a context that the page does not carry',
  vcdm2: 'service only: the shape of other issuers\' credentials, for its VC-API',
  wycheproof: 'ed25519.test.ts',
};

test('every vector folder is read or said not to be', () => {
  assert.deepEqual(names(''), Object.keys(READ).sort());
  assert.deepEqual(names('standards'), Object.keys(STANDARDS).sort());
});
