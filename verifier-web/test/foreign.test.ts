// What people drop that is no certificate of ours: files that say whom to trust, and how an issuer without a trust file is kept.

import 'fake-indexeddb/auto';

import assert from 'node:assert/strict';
import test from 'node:test';

import { TrustAnchors, verify } from '../src/core/index.js';
import { Bounds } from '../src/open/bounds.js';
import { open } from '../src/open/index.js';
import { PLACES, placeOf, SCANNED, withoutTrustFile } from '../src/page/places.js';
import { parted, saysWhomToTrust } from '../src/page/trust-files.js';
import { TrustStore } from '../src/trust/index.js';
import { zip as archive } from './archives.mjs';
import { json, schema, text } from './files.js';

const NOW = new Date('2026-05-02T12:00:00Z');
const input = (name: string): string => json(`verdicts/${name}.json`).input;

test('where something is amiss is told as the schema says', () => {
  const { places, scanned } = schema('verdict.json');
  assert.deepEqual(SCANNED, scanned);
  assert.deepEqual(PLACES, Object.fromEntries(Object.entries(places as Record<string, { fields: string[] }>).map(([name, { fields }]) => [name, fields])));
  assert.equal(placeOf('credentialSubject.achievement.name'), 'title');
  assert.equal(placeOf('header'), undefined);
  assert.equal(placeOf('evidence.id'), 'form');
  assert.equal(placeOf('header.members'), 'addition');
});

test('of an issuer without a trust file none is asked for', async () => {
  const { withoutTrustFile: table } = schema('verdict.json');
  const known = async (...trust: string[]): Promise<TrustAnchors> => {
    const anchors = new TrustAnchors();
    for (const name of trust) if ((await anchors.addForeign(text(name))) === undefined) await anchors.add(text(name));
    return anchors;
  };
  for (const [name, trust, verdict, kind] of [
    ['foreign_did_key_judged', [], 'untrusted_issuer', 'issuer'],
    ['foreign_did_key_judged', ['trust/peer-key.did'], 'status_unknown', 'status'],
    ['foreign_list_not_added', ['trust/peer.did.json'], 'status_unknown', 'status'],
    ['foreign_untrusted', ['trust/academy.jws'], 'untrusted_issuer', undefined],
    ['valid', ['trust/academy.jws'], 'valid', undefined],
  ] as const) {
    const found = await verify(input(name), await known(...trust), NOW);
    assert.deepEqual([found.verdict, withoutTrustFile(found)], [verdict, kind], name);
    if (kind !== undefined) assert(table[kind].includes('no') && !table[kind].includes('Get its trust file'), kind);
  }
  assert.deepEqual(Object.keys(table), ['issuer', 'status']);
});

test('what says whom to trust is told from certificates', async () => {
  const file = (name: string, content: string) => new File([content], name);
  const trusting = ['trust/academy.jws', 'trust/peer.did.json', 'trust/peer.list.json', 'trust/peer.list.jwt', 'trust/peer-key.did'];
  for (const name of trusting) assert(saysWhomToTrust(text(name)), name);
  for (const name of ['valid', 'json_valid', 'qr_valid', 'foreign_valid', 'malformed_prose', 'malformed_typ_of_a_snapshot']) assert(!saysWhomToTrust(input(name)), name);
  const files = [...trusting.map((name) => file(name, `\n${text(name)}\n`)), file('a.json', input('json_valid')), file('b.pdf', '%PDF-1.7')];
  const { trusting: found, others } = await parted(files);
  assert.equal(found.length, trusting.length);
  assert.deepEqual(others.map(({ name }) => name), ['a.json', 'b.pdf']);
});

test('a foreign issuer is kept with its lists, and a trust file takes its place', async () => {
  const store = await TrustStore.open();
  const judged = async (of: TrustStore) => (await verify(input('foreign_valid'), of.anchors, NOW)).verdict;
  assert.equal(await judged(store), 'untrusted_issuer');
  assert.deepEqual(await store.previewAny(text('trust/peer.list.json')), { list: 'did:web:badges.example.org' });
  await assert.rejects(store.addForeign(text('trust/peer.list.json')), { code: 'unknown_issuer' });
  const preview = await store.previewAny(text('trust/peer.did.json'));
  assert('foreign' in preview && preview.foreign.fingerprints.length === 3);
  assert.deepEqual(store.foreign(), [], 'a preview trusts nobody');
  await store.addForeign(text('trust/peer.did.json'));
  assert.equal(await judged(store), 'status_unknown');
  await store.addForeign(text('trust/peer.list.json'));
  assert.equal(await judged(store), 'valid');
  const again = await TrustStore.open();
  assert.equal(await judged(again), 'valid', 'after a visit');
  assert.deepEqual(again.foreign().map(({ issuer, lists }) => [issuer, lists.length]), [['did:web:badges.example.org', 1]]);
  await again.remove('did:web:badges.example.org');
  assert.equal(await judged(again), 'untrusted_issuer');
  assert.equal(await judged(await TrustStore.open()), 'untrusted_issuer', 'and is forgotten');
  await store.add(text('trust/academy.jws'));
  await assert.rejects(store.previewAny(text('trust/academy.did.json')), { code: 'has_trust_file' });
});

test('each kind of file that is no certificate is told in its own words', async () => {
  const bytes = (...parts: (string | number[])[]) => new Blob(parts.map((part) => (typeof part === 'string' ? part : new Uint8Array(part))));
  const office = archive([{ name: '[Content_Types].xml', data: '<Types/>' }, { name: 'word/document.xml', data: '<w>Dear Ada</w>' }]);
  const odt = archive([{ name: 'mimetype', data: 'application/vnd.oasis.opendocument.text' }, { name: 'META-INF/manifest.xml', data: '<m/>' }]);
  for (const [name, file, key] of [
    ['letter.docx', new Blob([office]), 'read.office'],
    ['letter.odt', new Blob([odt]), 'read.office'],
    ['mail.msg', bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], 'x'.repeat(600)), 'read.outlook'],
    ['winmail.dat', bytes([0x78, 0x9f, 0x3e, 0x22, 1, 2, 3]), 'read.outlook'],
    ['all.7z', bytes('7z', [0xbc, 0xaf, 0x27, 0x1c, 0, 4]), 'read.packed'],
    ['all.rar', bytes('Rar!', [0x1a, 0x07, 1, 0]), 'read.packed'],
    ['all.tar.gz', bytes([0x1f, 0x8b, 8, 0]), 'read.packed'],
  ] as const) {
    const finds = [];
    for await (const find of open(file, name, new Bounds())) finds.push(find);
    assert.equal(finds.length, 1, name);
    assert('problem' in finds[0]! && finds[0].problem.key === key, name);
  }
  const full = archive([{ name: '[Content_Types].xml', data: '<Types/>' }, { name: 'word/document.xml', data: `<w>${input('valid')}</w>` }]);
  const finds = [];
  for await (const find of open(new Blob([full]), 'cv.docx', new Bounds())) finds.push(find);
  assert(finds.some((find) => 'document' in find), 'a certificate in a document is found');
});
