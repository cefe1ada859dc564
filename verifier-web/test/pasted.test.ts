// Texts as people paste them: the same pairs that judge src/qr/pasted.rs.

import assert from 'node:assert/strict';
import test from 'node:test';

import { bare } from '../src/core/pasted.js';
import { json } from './files.js';

test('what programs put around a text is taken away', () => {
  const { cases } = json('pasted.json') as { cases: { why: string; pasted: string; bare: string }[] };
  for (const one of cases) assert.equal(bare(one.pasted), one.bare, one.why);
  assert.ok(cases.length > 20);
});
