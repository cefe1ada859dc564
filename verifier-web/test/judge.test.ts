// One verdict for each certificate of a file, each compared with its own page, as src/inspect answers.

import assert from 'node:assert/strict';
import test from 'node:test';

import { TrustAnchors, verify } from '../src/core/index.js';
import type { Candidate } from '../src/open/index.js';
import { unpack } from '../src/core/wire.js';
import { judgeDocument } from '../src/page/judge.js';
import { colour } from '../src/page/result.js';
import { json, text } from './files.js';

const NOW = new Date('2026-05-02T12:00:00Z');
const input = (name: string): string => json(`verdicts/${name}.json`).input;
const anchors = new TrustAnchors();
await anchors.add(text('trust/academy.jws'));

interface One {
  jws: string;
  number: string;
  page: string;
}

/** A credential of the vectors, and a page that prints what it signs. */
async function one(name: string): Promise<One> {
  const jws = input(name);
  const verdict = await verify(jws, anchors, NOW);
  const { number = '', recipient = '', title = '' } = verdict.claimed ?? verdict;
  return { jws, number, page: `${recipient}\n${title}\n${number}\n` };
}

const good = await one('valid_issued_set');
const bad = await one('revoked');
const attached = ({ jws }: One): Candidate => ({ text: jws, attached: true });
const onPage = ({ jws }: One, page: number): Candidate => ({ text: jws, page });

async function rows(candidates: Candidate[], pages?: string[]): Promise<string[]> {
  const document = { candidates, paper: pages !== undefined, ...(pages && { pages }) };
  const judged = await judgeDocument(document, anchors, 'x.pdf', NOW);
  return judged.map(({ result }) => {
    const strays = result.strays ? ` (${result.strays.join()})` : '';
    return `${result.name}: ${result.verdict.verdict} ${colour(result)}${strays}`;
  });
}

test('the two are of different numbers', () => {
  assert.notEqual(good.number, bad.number);
});

test('certificates that were put together are judged each by its own page', async () => {
  const pages = [bad.page, good.page];
  const both = ['x.pdf, page 1: revoked red', 'x.pdf, page 2: valid green'];
  assert.deepEqual(await rows([attached(bad), attached(good)], pages), both);
  // The attachments of all but one were lost; its code says the same as its attachment.
  assert.deepEqual(await rows([attached(bad), onPage(good, 2), onPage(bad, 1)], pages), both);
  const edited = [bad.page, good.page.replace(/^.*\n/, 'Mallory\n')];
  assert.deepEqual(await rows([attached(bad), attached(good)], edited), [both[0], 'x.pdf, page 2: valid amber']);
});

test('a page is answered for, not the attachment of another certificate', async () => {
  assert.deepEqual(await rows([attached(bad), onPage(good, 1)], [good.page]), [`x.pdf: valid green (${bad.number})`]);
  assert.deepEqual(await rows([attached(good), onPage(bad, 1)], [bad.page]), [`x.pdf: revoked red (${good.number})`]);
  // Where no page shows another one that is here, an attachment that the page does not show stays an answer.
  assert.deepEqual(await rows([attached(good)], [bad.page]), ['x.pdf: valid amber']);
  assert.deepEqual(await rows([attached(good), attached(bad)], ['a scan without text']), ['x.pdf: valid amber', 'x.pdf: revoked red']);
});

test('a specimen is told by itself, hides nothing, and makes nothing green', async () => {
  const specimen = { text: input('qr_specimen') };
  const page = 'Ada Lovelace\nCERT-SPECIMEN-2026-00001\n';
  const scanned = (number: number): Candidate => ({ ...specimen, page: number });
  assert.deepEqual(await rows([specimen]), ['x.pdf: specimen grey']);
  assert.deepEqual(await rows([scanned(1), specimen], [page]), ['x.pdf: specimen grey']);
  // Put together into one file, with its code read or only its credential attached.
  for (const own of [[attached(good)], [attached(good), onPage(good, 1)], [onPage(good, 1)]]) {
    const both = ['x.pdf, page 1: valid green', 'x.pdf, page 2: specimen grey'];
    assert.deepEqual((await rows([...own, scanned(2)], [good.page, page])).sort(), both);
  }
  // Over the certificate's own code, on its page or in the picture that it is baked into.
  assert.deepEqual(await rows([attached(good), scanned(1)], [good.page]), ['x.pdf, page 1: valid amber', 'x.pdf, page 1: specimen grey']);
  assert.deepEqual(await rows([{ text: good.jws, written: true }, specimen]), ['x.pdf: valid amber', 'x.pdf: specimen grey']);
  // Side by side before a camera.
  assert.deepEqual(await rows([{ text: good.jws }, specimen]), ['x.pdf: valid green', 'x.pdf: specimen grey']);
  assert.deepEqual(await rows([attached(bad), scanned(2)], [bad.page, page]), ['x.pdf, page 1: revoked red', 'x.pdf, page 2: specimen grey']);
});

test('the link of a page to its own certificate adds nothing, one to another does', async () => {
  const link = json('verdicts/qr_arabic_name.json').input;
  const own = await one('qr_arabic_name');
  const jws = unpack(link).compact;
  assert.deepEqual(await rows([{ text: jws, attached: true }, { text: link }], [own.page]), ['x.pdf: valid green']);
  assert.deepEqual(await rows([attached(good), { text: link }], [good.page]), ['x.pdf, page 1: valid green', 'x.pdf: valid amber']);
  assert.deepEqual(await rows([attached(good), { text: bad.jws }], [good.page]), ['x.pdf, page 1: valid green', 'x.pdf: revoked red']);
});

test('a page that shows the number of nobody here is everybody\'s trouble', async () => {
  const stranger = good.page.replace(good.number, 'CERT-OTHER-2026-00001');
  assert.deepEqual(await rows([attached(good)], [good.page, stranger]), ['x.pdf: valid amber']);
});

test('a code and its JWS are one credential; what is not well-formed is an answer of its own', async () => {
  assert.deepEqual(await rows([{ text: good.jws }, { text: ` ${good.jws}\n` }]), ['x.pdf: valid green']);
  assert.deepEqual(await rows([{ text: good.jws }, { text: `${'1'.repeat(200)}` }]), ['x.pdf: valid green', 'x.pdf: malformed red']);
});
