// The designer's picture beside the issued PDF as poppler prints it: no further apart than two engines are on the same PDF,
// and further once it is moved by a pixel.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Most, TEMPLATES, compareAll, isFurther, names } from './drawings.mjs';

// The outlines of all twelve names of each script are compared in tests/core/page_svg.rs; of the pictures some of the twelve are: DRAWINGS says
// how many, and DRAWINGS_SEED with which to begin.
const EACH = 12;
const TAKEN = Number(process.env.DRAWINGS ?? 2);
const SEED = Number(process.env.DRAWINGS_SEED ?? 0);
const taken = (at) => (at + EACH - (SEED % EACH)) % EACH < TAKEN;

test('the designer shows what is printed', { timeout: 1_800_000 }, async () => {
  const [most, further] = [new Most(), []];
  await compareAll(TEMPLATES, names(EACH, taken), (one) => {
    most.hear(one);
    assert.ok(one.differ.ink > 0.002, `${one.template} ${one.name} is drawn`);
    assert.ok(isFurther({ ...one, differ: one.moved }), `${one.template} ${one.name}: the comparison sees nothing: ${JSON.stringify(one)}`);
    if (isFurther(one)) further.push(one);
  });
  console.log(most.said());
  assert.deepEqual(further, []);
  assert.equal(most.pages, TEMPLATES.length * 9 * TAKEN);
});

test('five hundred names of a script are five hundred', () => {
  assert.equal(new Set(names(500)).size, 9 * 500);
});
