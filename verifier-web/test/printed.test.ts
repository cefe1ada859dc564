// What engines hand over of a page against what was signed: the same pairs that judge src/reading/disagree.rs.

import assert from 'node:assert/strict';
import test from 'node:test';

import { compareSigned, type Signed } from '../src/page/compare.js';
import { json } from './files.js';

interface Case {
  why: string;
  printed: string;
  signed: Signed;
  differs?: Record<string, string | null>;
  uncompared?: string[];
}

test('what a page prints is compared as the vectors say', () => {
  const { cases } = json('printed.json') as unknown as { cases: Case[] };
  const word = (field: string) => field.replace(/^f\./, '');
  const wrong: string[] = [];
  for (const { why, printed, signed, differs = {}, uncompared = [] } of cases) {
    const compared = compareSigned(printed, signed);
    const found = Object.fromEntries(compared.differs.map(({ field, found }) => [word(field), found ?? null]));
    const told = JSON.stringify([found, compared.uncompared.map(word)]);
    if (told !== JSON.stringify([differs, uncompared])) wrong.push(`${why}: ${told}`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(cases.length > 80);
});
