// Strict JSON: nst/JSONTestSuite as tests/core/standards_json.rs judges it, and what else the Rust reader refuses.

import assert from 'node:assert/strict';
import test from 'node:test';

import { utf8 } from '../src/core/bytes.js';
import { parseJson } from '../src/core/json.js';
import { Malformed } from '../src/core/malformed.js';
import { bytes, names } from './files.js';

const SUITE = 'standards/jsontestsuite/test_parsing';

function problem(data: Uint8Array, limit = 1 << 20): string | undefined {
  try {
    parseJson(data, limit, 'payload');
    return undefined;
  } catch (error) {
    assert(error instanceof Malformed, String(error));
    return error.problem;
  }
}

test('JSONTestSuite is judged as its names say', () => {
  const files = names(SUITE);
  assert.equal(files.length, 318);
  for (const name of files) {
    const accepted = problem(bytes(`${SUITE}/${name}`)) === undefined;
    // Duplicate keys are refused by I-JSON; what is left to the implementation (`i_`) we refuse.
    assert.equal(accepted, name.startsWith('y_') && !name.startsWith('y_object_duplicated_key'), name);
  }
});

test('refuses what implementations read differently, in the words of the other side', () => {
  const cases: [string, string | undefined][] = [
    ['{"a":1,"a":2}', 'key `a` appears twice'],
    ['{"a":1,"\\u0061":2}', 'key `a` appears twice'],
    ['{"__proto__":1,"__proto__":2}', 'key `__proto__` appears twice'],
    ['{"__proto__":1,"constructor":2,"toString":3}', undefined],
    ['[9007199254740991,-9007199254740991]', undefined],
    ['[9007199254740992]', 'number `9007199254740992` is out of range'],
    ['[-9007199254740992]', 'number `-9007199254740992` is out of range'],
    ['[1e-999]', 'number `1e-999` is out of range'],
    ['[0e-999, 0.000, -0, 1.5e300]', undefined],
    ['[1e309]', 'number `1e309` is out of range'],
    ['{"a":"99999999999999999999 \\" 1e999"}', undefined],
  ];
  for (const [text, expected] of cases) assert.equal(problem(utf8(text)), expected, text);
  assert.equal(problem(utf8('[1]'), 2), 'larger than 2 bytes');
  for (const text of ['{"$serde_json::private::Number":"1"}', '"\\u0024serde_json::private::Number"']) {
    assert.match(problem(utf8(text))!, /^not JSON/, text);
  }
});

test('depth is counted from the outermost value, empty or not', () => {
  const nested = (n: number, inside = ''): Uint8Array => utf8('['.repeat(n) + inside + ']'.repeat(n));
  assert.equal(problem(nested(32)), undefined);
  assert.equal(problem(nested(33)), 'nested deeper than 32 levels');
  assert.equal(problem(nested(31, '{}')), undefined);
  assert.equal(problem(nested(32, '{}')), 'nested deeper than 32 levels');
  assert.equal(problem(utf8('['.repeat(100_000))), 'nested deeper than 32 levels');
});

test('a text of many megabytes is read without running out of stack', () => {
  const long = `["${'x\\\\'.repeat(2_000_000)}","${'y'.repeat(8_000_000)}"]`;
  assert.equal(problem(utf8(long), 1 << 26), undefined);
});
