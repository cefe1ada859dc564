// A long picture is looked at in pieces: few, and none of its codes is cut in all of them.

import assert from 'node:assert/strict';
import test from 'node:test';

import { pieces } from '../src/scan/picture.js';

test('what is no wider than a long picture is whole in one of its pieces', () => {
  for (const [width, height] of [[720, 14_000], [1_080, 2_161], [1_080, 40_000], [9_000, 400], [80, 1_000_000]] as const) {
    const cut = pieces(width, height);
    assert.ok(cut.length > 0 && cut.length <= 24, `${width} ${height}: ${cut.length}`);
    const [long, short] = [Math.max(width, height), Math.min(width, height)];
    for (let at = 0; at <= long - short; at += Math.max(1, Math.floor(long / 997))) {
      const isWhole = cut.some((piece) => {
        const [from, length] = height > width ? [piece.top, piece.height] : [piece.left, piece.width];
        return from <= at && at + short <= from + length;
      });
      assert.ok(isWhole, `${width} ${height}: at ${at}`);
    }
  }
});

test('a page and a photo are looked at whole', () => {
  for (const [width, height] of [[1_000, 1_414], [3_000, 4_000], [1_000, 2_000], [0, 5]] as const) {
    assert.deepEqual(pieces(width, height), []);
  }
});
