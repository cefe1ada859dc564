// Badges with a credential baked in (Open Badges 3.0 section 5.3): tests/vectors/baked, which the program reads too.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Bounds } from '../src/open/bounds.js';
import { open } from '../src/open/index.js';
import { partsOf } from '../src/open/parts.js';
import { written } from '../src/open/picture.js';
import { bytes, json, names } from './files.js';

interface Case {
  file: string;
  found: string[];
}

const cases: Case[] = json('baked/cases.json');
const inputs = (one: Case): string[] => one.found.map((name) => json(`verdicts/${name}.json`).input.trim()).sort();

/** What is baked into a badge. Of a drawing that is none it is said that it is not looked at, whatever stands in it. */
async function textsIn(file: string): Promise<string[]> {
  const badge = bytes(`baked/${file}`);
  if (file.endsWith('.png')) {
    const [part] = partsOf(badge).files;
    assert.ok(part);
    return (await written(part)).notes.map((one) => one.trim());
  }
  const texts: string[] = [];
  let unseen = false;
  for await (const find of open(new Blob([badge]), file, new Bounds())) {
    if ('problem' in find) unseen = find.problem.key === 'read.unreadable';
    else if ('document' in find) texts.push(...find.document.candidates.filter((one) => one.written === true).map((one) => one.text.trim()));
  }
  assert.equal(unseen, texts.length === 0);
  return texts;
}

test('every badge has its case', () => {
  assert.deepEqual(names('baked'), [...cases.map((one) => one.file), 'cases.json'].sort());
});

for (const one of cases) {
  test(`${one.file}: ${one.found.join(' and ') || 'nothing'}`, async () => {
    assert.deepEqual((await textsIn(one.file)).sort(), inputs(one));
  });
}
