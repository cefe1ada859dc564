// The same answer on both sides: changed inputs, judged by the testamur program and by this code.
//
//     node test/differential.mjs [--count 10000] [--seed N[,N…]] [--testamur PROGRAM]
//
// Compares the whole verdict, without the wording of `problem`. Prints the seed, so that a run can be repeated. With several
// seeds the inputs are spread over them.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';

import { bundleForNode } from '../build.mjs';
import { generator, input } from './mutate.mjs';

const HERE = import.meta.dirname;
const VECTORS = join(HERE, '../../tests/vectors');
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    testamur: { type: 'string', default: process.env.TESTAMUR_BIN ?? join(HERE, '../../target/debug/testamur') },
  },
});

/** Trust files and the verifier's clock. */
const WORLDS = [
  [['academy', 'other'], '2026-05-02T12:00:00Z', 6],
  [['academy', 'other'], '2026-04-30T00:00:00Z', 1],
  [['academy'], '2029-01-01T00:00:00Z', 1],
  [['academy'], '2026-04-19T00:00:00Z', 1],
  [['academy-robbed'], '2026-05-02T12:00:00Z', 1],
  [['other'], '2026-05-02T12:00:00Z', 1],
  [['academy', 'peer.did.json', 'peer.list.json'], '2026-05-02T12:00:00Z', 3],
  [['peer.did.json', 'peer-key.did'], '2026-05-12T12:00:00Z', 1],
  [['list-expired'], '2026-05-04T00:00:00Z', 1],
  [['manifest-expired'], '2026-05-04T00:00:00Z', 1],
  [['snapshot-expired'], '2026-05-04T00:00:00Z', 1],
];

async function core() {
  const out = join(HERE, 'out/differential');
  const names = ['index', 'wire', 'canonical'];
  await bundleForNode(names.map((name) => join(HERE, `../src/core/${name}.ts`)), out);
  return Object.assign({}, ...(await Promise.all(names.map((name) => import(join(out, `${name}.js`))))));
}

function material(dictionary) {
  const read = (folder) => readdirSync(join(VECTORS, folder)).map((name) => JSON.parse(readFileSync(join(VECTORS, folder, name), 'utf8')));
  const cases = read('verdicts').filter((given) => given.input !== undefined && given.input.length < 20_000);
  const wire = read('wire').filter((given) => given.qr.length < 20_000);
  const good = cases.filter((given) => /^(valid|revoked|superseded|expired|status_)/.test(given.expect) && given.input.startsWith('ey'));
  const documents = cases.flatMap(({ input }) => (input.startsWith('{') ? [input] : []));
  return { documents, texts: [...cases.map((c) => c.input), ...wire.map((w) => w.qr)], good: good.map((c) => c.input), dictionary };
}

/** The path of a trust file, or of another file that says whom to trust. */
const pathOf = (name) => join(VECTORS, `trust/${name.includes('.') ? name : `${name}.jws`}`);

/** One text a line: what breaks lines is left out, and what the program trims. */
const line = (text) => text.replace(/[\r\n]/g, '\t').trim().replace(/^[\s\u0085]+|[\s\u0085]+$/g, '');

function askRust(trust, now, lines) {
  const files = trust.flatMap((name) => ['--trust', pathOf(name)]);
  const options = { input: lines.join('\n'), encoding: 'utf8', maxBuffer: 1 << 30 };
  const run = spawnSync(values.testamur, ['verify', '-', ...files, '--json', '--at', now], options);
  // What the program says beside the verdict, from the same dates, is no part of it.
  const verdictOf = ({ basis, ...verdict }) => {
    if (basis && basis.asOf !== verdict.statusAsOf) throw new Error(`${JSON.stringify(basis)} of ${JSON.stringify(verdict)}`);
    return verdict;
  };
  const answers = run.stdout.split('\n').filter(Boolean).map((text) => verdictOf(JSON.parse(text)));
  if (answers.length !== lines.length) throw new Error(`${answers.length} answers to ${lines.length} lines: ${run.stderr}`);
  return answers.map(({ input: _, source: __, problem: ___, ...verdict }) => verdict);
}

async function askOurs({ TrustAnchors, verify }, trust, now, lines) {
  const anchors = new TrustAnchors();
  for (const text of trust.map((name) => readFileSync(pathOf(name), 'utf8'))) {
    if ((await anchors.addForeign(text)) === undefined) await anchors.add(text);
  }
  const answers = [];
  for (const text of lines) {
    const { class: _, credential: __, raw: ___, problem: ____, ...verdict } = await verify(text, anchors, new Date(now));
    answers.push(JSON.parse(JSON.stringify(verdict)));
  }
  return answers;
}

async function main() {
  if (!existsSync(values.testamur)) throw new Error(`there is no ${values.testamur}: build it, or name it with --testamur`);
  const seeds = values.seed.split(',').map(Number);
  const ours = await core();
  let wrong = 0;
  for (const seed of seeds) wrong += await compare(ours, Math.ceil(Number(values.count) / seeds.length), seed);
  process.exitCode = wrong > 0 ? 1 : 0;
}

/** Makes inputs from a seed, asks both sides, and returns how many answers differ. */
async function compare(ours, count, seed) {
  console.log(`differential: ${count} inputs, seed ${seed}`);
  const random = generator(seed);
  const given = { ...material(ours.dictionary()), canonical: ours.canonical };
  const weighted = WORLDS.flatMap((world) => Array(world[2]).fill(world));
  const groups = new Map(WORLDS.map((world) => [world, []]));
  for (let n = 0; n < count; ) {
    const text = line(await input(random, given));
    if (text === '') continue;
    groups.get(random.pick(weighted)).push(text);
    n += 1;
  }
  const tally = {};
  let wrong = 0;
  for (const [[trust, now], lines] of groups) {
    const theirs = askRust(trust, now, lines);
    const mine = await askOurs(ours, trust, now, lines);
    lines.forEach((text, n) => {
      const key = [theirs[n].verdict, theirs[n].detail ?? theirs[n].field].filter(Boolean).join('/');
      tally[key] = (tally[key] ?? 0) + 1;
      if (isDeepStrictEqual(theirs[n], mine[n])) return;
      wrong += 1;
      if (wrong <= 10) console.log({ trust, now, text: text.slice(0, 4000), rust: theirs[n], typescript: mine[n] });
    });
  }
  for (const [key, times] of Object.entries(tally).sort((a, b) => b[1] - a[1])) console.log(`  ${String(times).padStart(6)} ${key}`);
  console.log(`differential: ${wrong} of ${count} differ`);
  return wrong;
}

await main();
