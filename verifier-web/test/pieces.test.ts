// A long picture is looked at in pieces: few, none of its codes is cut in all of them, and each is seen before much is spent
// on one.

import assert from 'node:assert/strict';
import test from 'node:test';

import { looks, pieces, type Piece } from '../src/scan/picture.js';
import { json } from './files.js';

interface Case {
  why: string;
  width: number;
  height: number;
  pieces: number[][];
}

const flat = ({ left, top, width, height }: Piece): number[] => [left, top, width, height];

test('long pictures are cut as the vectors say, which the program cuts by too', () => {
  for (const { why, width, height, pieces: wanted } of json('pieces.json').cases as Case[]) {
    assert.deepEqual(pieces(width, height).map(flat), wanted, why);
  }
});

test('every piece is seen once before any is looked at closely, and the large decoder sees every one', () => {
  for (const [width, height] of [[1_080, 20_000], [30_000, 1_200]] as const) {
    const all = [{ left: 0, top: 0, width, height }, ...pieces(width, height)].map(flat);
    const seen = looks(width, height);
    const round = (number: number) => seen.slice(number * all.length, (number + 1) * all.length);
    assert.deepEqual(round(0).map(({ piece }) => flat(piece)), all);
    assert.ok(round(0).every(({ how }) => how === 'quick'));
    assert.deepEqual(round(1).map(({ piece }) => flat(piece)), all);
    assert.ok(round(1).every(({ how }) => how === 'large'));
    assert.ok(seen.slice(2 * all.length).every(({ how }) => how === 'close'));
  }
  assert.ok(looks(4_000, 3_000).every(({ how }) => how !== 'quick'));
});

test('what is no wider than a long picture is whole in one of its pieces', () => {
  for (const [width, height] of [[720, 14_000], [1_080, 3_241], [1_080, 40_000], [9_000, 400], [80, 1_000_000]] as const) {
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
  for (const [width, height] of [[1_000, 1_414], [3_000, 4_000], [1_000, 3_000], [0, 5]] as const) {
    assert.deepEqual(pieces(width, height), []);
  }
});
