// Names copied out of certificates by six readers, which scripts/setup installs: no worse than copied.mjs says of each.

import assert from 'node:assert/strict';
import test from 'node:test';

import { KNOWN, READERS, copyAll, given, worse } from './copied.mjs';
import { NAMES } from './resaves.mjs';

test('each reader gives the names as it is known to', { timeout: 600_000 }, async () => {
  const missing = READERS.filter((one) => !one.isHere()).map((one) => one.name);
  assert.deepEqual(missing, [], 'run scripts/setup first');
  const tried = [];
  await copyAll(NAMES, READERS, ({ name }, row) => {
    assert.deepEqual(worse(name, row), [], name);
    tried.push(name);
  });
  assert.deepEqual(tried, READERS.map((one) => one.name));
});

test('every reader is known for every name', () => {
  assert.deepEqual(Object.keys(KNOWN), READERS.map((one) => one.name));
  for (const [name, known] of Object.entries(KNOWN)) assert.match(known, new RegExp(`^[osrl]{${NAMES.length}}$`), name);
});

test('what a reader gives is told apart', () => {
  const name = 'דוד בן־גוריון';
  assert.equal(given(name, `Certificate\n\u202b${name}\u202c\nfor`), 'ok');
  assert.equal(given(name, 'Certificate\nדוד  בן־ג וריון\nfor'), 'spaces');
  assert.equal(given(name, 'Certificate\nוריון דוד בן־ג\nfor'), 'order');
  assert.equal(given(name, 'Certificate\nדוד בן־גורי\nfor'), 'lost');
});
