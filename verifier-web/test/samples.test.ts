// Samples of 1EdTech, good and bad, as files that somebody drops: what is said of each stands in tests/vectors/samples.json,
// which the program reads too.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { TrustAnchors, verify } from '../src/core/index.js';
import { Bounds } from '../src/open/bounds.js';
import { open } from '../src/open/index.js';
import { partsOf } from '../src/open/parts.js';
import { written } from '../src/open/picture.js';
import { saysWhomToTrust } from '../src/page/trust-files.js';
import { bytes, json, text, VECTORS } from './files.js';

interface Sample {
  file: string;
  verdict?: string;
  field?: string;
  credentials?: number;
  aside?: string;
}

const FOLDER = 'standards/ob3/ob30';
const SAMPLES: Sample[] = json('samples.json').samples;

/** The credentials that are found in a sample, each once. */
async function found(file: string): Promise<string[]> {
  const sample = bytes(`${FOLDER}/${file}`);
  if (file.endsWith('.png')) {
    // Its pixels are drawn in a browser alone.
    const [part] = partsOf(sample).files;
    assert.ok(part, file);
    return (await written(part)).notes;
  }
  const texts: string[] = [];
  for await (const find of open(new Blob([sample]), file, new Bounds())) {
    if ('document' in find) texts.push(...find.document.candidates.map((one) => one.text));
  }
  // The same with other blanks is the same.
  const plain = (one: string): string => (one.startsWith('{') ? JSON.stringify(JSON.parse(one)) : one);
  return [...new Map(texts.map((one) => [plain(one), one])).values()];
}

test('every sample has its answer', () => {
  const files = readdirSync(join(VECTORS, FOLDER), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(join(VECTORS, FOLDER).length + 1));
  assert.deepEqual(paths.sort(), SAMPLES.map(({ file }) => file));
});

for (const { file, verdict: wanted, field: place, credentials = 1, aside } of SAMPLES) {
  test(`${file}: ${wanted ?? aside}`, async () => {
    if (aside !== undefined) {
      assert.ok(saysWhomToTrust(text(`${FOLDER}/${file}`)));
      return;
    }
    const anchors = new TrustAnchors();
    await anchors.add(text('trust/academy.jws'));
    const texts = await found(file);
    assert.equal(texts.length, credentials);
    for (const one of texts) {
      const { verdict, field } = await verify(one, anchors, new Date('2026-05-02T12:00:00Z'));
      assert.deepEqual([verdict, field], [wanted, place]);
    }
  });
}
