// Status lists: the specification's own example.

import assert from 'node:assert/strict';
import test from 'node:test';

import { readStatusList } from '../src/core/status.js';
import { isSet } from '../src/core/trusted.js';
import { bytes } from './files.js';

test("the specification's example is read as all zero", () => {
  const list = readStatusList(bytes('standards/bitstring/spec-example-all-zero.json'));
  assert.equal(list.bits.length, 131_072 / 8);
  assert(list.bits.every((byte) => byte === 0));
  assert.deepEqual([isSet(list, 0), isSet(list, 131_071), isSet(list, 131_072)], [false, false, undefined]);
});
