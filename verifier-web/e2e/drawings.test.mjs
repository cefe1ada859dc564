// The designer's picture beside the issued PDF as poppler prints it: no further apart than two engines are on the same PDF,
// and further once it is moved by a pixel.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Most, TEMPLATES, compareAll, isFurther, names } from './drawings.mjs';

const EACH = Number(process.env.DRAWINGS ?? 2);

test('the designer shows what is printed', { timeout: 1_800_000 }, async () => {
  const [most, further] = [new Most(), []];
  await compareAll(TEMPLATES, EACH, (one) => {
    most.hear(one);
    assert.ok(one.differ.ink > 0.002, `${one.template} ${one.name} is drawn`);
    assert.ok(isFurther({ ...one, differ: one.moved }), `${one.template} ${one.name}: the comparison sees nothing: ${JSON.stringify(one)}`);
    if (isFurther(one)) further.push(one);
  });
  console.log(most.said());
  assert.deepEqual(further, []);
  assert.equal(most.pages, TEMPLATES.length * 9 * EACH);
});

test('five hundred names of a script are five hundred', () => {
  assert.equal(new Set(names(500)).size, 9 * 500);
});
