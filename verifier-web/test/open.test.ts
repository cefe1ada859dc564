// What carries other files is opened within bounds, and nothing in it goes unsaid.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Bounds, ReadError } from '../src/open/bounds.js';
import { checkInflated } from '../src/open/inflated.js';
import { kindOf, latin1 } from '../src/open/kinds.js';
import { partsOf } from '../src/open/parts.js';
import { openZip } from '../src/open/zip.js';
import { zip } from './archives.mjs';
import { json } from './files.js';
import { all } from './finds.js';
import { deflateSync } from 'node:zlib';

const JWS: string = json('verdicts/valid.json').input;
const LINK = `https://certs.example.org/verify/#1${'7'.repeat(200)}`;

async function problem(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'none', (error: unknown) => (error instanceof ReadError ? error.key : String(error)));
}

const members = (entries: Parameters<typeof zip>[0]) => openZip(new Blob([zip(entries)]), new Bounds());
const said = JWS.slice(0, 12);

test('every member of an archive is told by name, stored and deflated, at every level', async () => {
  const inner = zip([{ name: 'b.jwt', data: JWS }]);
  const archive = zip([
    { name: 'a.jwt', data: JWS, stored: true },
    { name: 'folder/', data: '' },
    { name: 'folder/streamed.jwt', data: JWS, flags: 8 },
    { name: 'inner.zip', data: inner, stored: true },
    { name: 'readme.txt', data: 'Welcome' },
    { name: 'data.json', data: '{"any": 1}' },
    { name: 'Zoë.tif', data: new Uint8Array([0x49, 0x49, 0x2a, 0]) },
    { name: '__MACOSX/._a.jwt', data: new Uint8Array([0, 5, 0x16, 7, 0]) },
    { name: '._b.jwt', data: JWS },
    { name: '.DS_Store', data: '\0\0\0\x01Bud1' },
    { name: 'b/.DS_Store', data: new Uint8Array(9) },
  ], 'a comment');
  assert.deepEqual(await all(archive, 'all.zip'), [
    `all.zip/a.jwt: ${said}`, `all.zip/folder/streamed.jwt: ${said}`, `all.zip/inner.zip/b.jwt: ${said}`,
    'all.zip/readme.txt: left', 'all.zip/data.json: left', 'all.zip/Zoë.tif: read.unreadable',
    'all.zip/__MACOSX/._a.jwt: left', `all.zip/._b.jwt: ${said}`, 'all.zip/.DS_Store: left', 'all.zip/b/.DS_Store: read.unreadable',
  ]);
});

test('a stored archive of PDFs is an archive, though a PDF begins in its first kilobyte', () => {
  const pdf = '%PDF-1.7\n%%EOF\n';
  assert.equal(kindOf(latin1(zip([{ name: 'a.pdf', data: pdf, stored: true }]))), 'zip');
  assert.equal(kindOf('7z\xbc\xaf\x27\x1c' + pdf), 'packed');
  assert.equal(kindOf('a.pdf'.padEnd(257, '\0') + 'ustar' + pdf), 'packed');
  assert.equal(kindOf(`From: a@example.org\nDate: b\n\n${pdf}`), 'mail');
  assert.equal(kindOf('From: a letter\n\nDate: today'), 'text');
  assert.equal(kindOf(`\n\n${pdf}`), 'pdf');
  assert.equal(kindOf('Name: Ada\nTown: London\n'), 'text');
});

test('what an archive keeps from us is a problem of that member, and the others are still read', async () => {
  const archive = zip([
    { name: 'locked.pdf', data: JWS, flags: 1 },
    { name: 'odd.pdf', data: JWS, method: 14 },
    { name: 'wrong.pdf', data: JWS, crc: 7 },
    { name: 'longer.pdf', data: JWS, size: JWS.length - 1 },
    { name: 'shorter.pdf', data: JWS, size: JWS.length + 1 },
    { name: 'huge.pdf', data: JWS, size: 65 << 20 },
    { name: 'good.jwt', data: JWS },
  ]);
  assert.deepEqual(await all(archive), [
    'x/locked.pdf: read.locked', 'x/odd.pdf: read.packed', 'x/wrong.pdf: read.packed', 'x/longer.pdf: read.packed',
    'x/shorter.pdf: read.packed', 'x/huge.pdf: read.tooLarge', `x/good.jwt: ${said}`,
  ]);
});

test('an archive that says two things about itself is refused', async () => {
  const entry = { name: 'a.jwt', data: JWS };
  const hidden = zip([{ name: 'revoked.jwt', data: JWS }]);
  assert.equal(await problem(members([entry, { ...entry, name: 'b.jwt' }])), 'none');
  assert.equal(await problem(members([{ ...entry, localName: 'b.jwt' }])), 'read.packed');
  // A member between two others that the directory does not list.
  assert.equal(await problem(members([entry, { ...entry, name: 'b.jwt', before: hidden.subarray(0, -60) }])), 'read.packed');
  assert.equal(await problem(members([{ ...entry, before: new Uint8Array(10) }])), 'read.packed');
  const whole = zip([entry]);
  const at = (bytes: Uint8Array<ArrayBuffer>) => problem(openZip(new Blob([bytes]), new Bounds()));
  assert.equal(await at(whole.slice(0, -1)), 'read.packed');
  assert.equal(await at(new Uint8Array([...whole, 0])), 'read.packed');
  assert.equal(await at(new Uint8Array([...whole, ...whole])), 'read.packed');
  assert.equal(await at(whole.slice(0, 20)), 'read.packed');
});

test('an archive with a record of the 64-bit kind is opened where both records say the same', async () => {
  const plain = zip([{ name: 'a.jwt', data: JWS }]);
  const end = plain.length - 22;
  const [size, start] = [12, 16].map((at) => Buffer.from(plain).readUInt32LE(end + at)) as [number, number];
  const with64 = (count: number) => {
    const record = Buffer.alloc(76);
    record.write('PK\x06\x06', 'latin1');
    record.writeUInt32LE(44, 4);
    record.writeUInt32LE(count, 24);
    record.writeUInt32LE(count, 32);
    record.writeUInt32LE(size, 40);
    record.writeUInt32LE(start, 48);
    record.write('PK\x06\x07', 56, 'latin1');
    record.writeUInt32LE(end, 64);
    record.writeUInt32LE(1, 72);
    return new Uint8Array(Buffer.concat([plain.subarray(0, end), record, plain.subarray(end)]));
  };
  assert.deepEqual(await all(with64(1)), [`x/a.jwt: ${said}`]);
  assert.deepEqual(await all(with64(2)), ['x: read.packed']);
});

test('nesting, members and bytes are bounded', async () => {
  let nested = zip([{ name: 'a.jwt', data: JWS }]);
  for (let level = 0; level < 3; level += 1) nested = zip([{ name: 'z.zip', data: nested, stored: true }]);
  assert.deepEqual(await all(nested), ['x/z.zip/z.zip/z.zip: read.bounds']);
  const many = zip(Array.from({ length: 5_001 }, (_, n) => ({ name: `${n}`, data: '', stored: true })));
  assert.deepEqual(await all(many), ['x: read.bounds']);
  const bounds = new Bounds();
  bounds.unpack((512 << 20) - JWS.length);
  const two = zip([{ name: 'a', data: JWS }, { name: 'b', data: JWS }]);
  assert.deepEqual(await all(two, 'x', bounds), [`x/a: ${said}`, 'x/b: read.bounds']);
});

const mail = (...lines: string[]) => ['From: a@example.org', 'To: b@example.org', 'MIME-Version: 1.0', ...lines].join('\r\n');
const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n');

test('the files that a mail brings, and the links in its text, are told', async () => {
  const forwarded = mail('Content-Type: application/octet-stream; name="=?utf-8?Q?Zo=C3=AB?= x.jwt"', '',
    JWS);
  const text = mail('Content-Type: multipart/mixed;', '\tboundary="b=1"', '', 'preamble',
    '--b=1', 'Content-Type: multipart/alternative; boundary=inner', '',
    '--inner', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable', '',
    `See =\r\n${LINK.replace('=', '=3D')} please`,
    '--inner', 'Content-Type: text/html', '', `<a href="${LINK}">see</a>`, '--inner--',
    '--b=1', "Content-Type: application/pdf", "Content-Disposition: attachment; filename*0*=utf-8''Zeugnis%20f%C3%BCr; filename*1=\" Ada.jwt\"",
    'Content-Transfer-Encoding: base64', '', base64(JWS),
    '--b=1', 'Content-Type: message/rfc822', '', forwarded,
    '--b=1', 'Content-Type: image/svg+xml', 'Content-ID: <logo>', '', '<svg/>',
    '--b=1--', 'epilogue');
  assert.deepEqual(await all(text, 'm.eml'), [
    `m.eml/Zeugnis für Ada.jwt: ${said}`, `m.eml/message.eml/Zoë x.jwt: ${said}`, 'm.eml/part-7: left', `m.eml: ${LINK.slice(0, 12)}`,
  ]);
});

test('a mail with long lines of nothing, and with a JWS in its text, is read', async () => {
  const blanks = ' '.repeat(100_000);
  const text = mail('Content-Type: text/plain', 'Content-Transfer-Encoding: quoted-printable', '', `${blanks}x`, 'http://'.repeat(10_000), JWS, `See ${LINK}`, '');
  assert.deepEqual(await all(text), [`x: ${said} ${LINK.slice(0, 12)}`]);
});

test('a mail without certificates, encrypted, or a whole mailbox is never silent', async () => {
  assert.deepEqual(await all(mail('Content-Type: text/plain', '', 'Hello')), []);
  assert.deepEqual(await all(mail('Content-Type: application/pkcs7-mime; smime-type=enveloped-data', '', 'MIIB')), ['x: read.locked']);
  assert.deepEqual(await all(mail('Content-Type: multipart/encrypted; boundary=b', '', '--b', '', 'x', '--b--')), ['x: read.locked']);
  const one = mail('Content-Type: text/plain', '', 'Hello');
  assert.deepEqual(await all(`From a@example.org Sat Nov 28 2026\n${one}\r\n\r\nFrom b@example.org Sat Nov 28 2026\r\n${one}`), ['x: read.packed']);
});

test('a PDF is what its bytes say, also in the text part of a mail', async () => {
  const odd = mail('Content-Type: text/plain', '', '%PDF-1.7', 'no more');
  // Without a browser nobody reads it: it is not passed over either.
  assert.deepEqual(await all(odd), ['x/part-1: read.unreadable']);
});

test('several texts in one file are several candidates', async () => {
  assert.deepEqual(await all(`\ufeff${LINK}\n\nnote\n${LINK}1\n`), [`x: ${LINK.slice(0, 12)} ${LINK.slice(0, 12)}`]);
  assert.deepEqual(await all(JWS.replace(/.{60}/g, '$&\n')), [`x: ${said}`]);
  assert.deepEqual(await all('no certificate'), ['x: read.nothing']);
  assert.deepEqual(await all('eyJhbGciOiJFZERTQSJ9, cut short'), ['x: eyJhbGciOiJF']);
});

const latin = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

test('streams that inflate past any certificate are not given to pdf.js', async () => {
  const stream = (data: Uint8Array) => Buffer.concat([latin('1 0 obj\n<<>>\nstream\n'), data, latin('\nendstream\nendobj\n')]);
  const zeros = deflateSync(new Uint8Array(64 << 20), { level: 9 });
  const file = (copies: number) => new Uint8Array(Buffer.concat([latin('%PDF-1.7\n'), ...Array.from({ length: copies }, () => stream(zeros))]));
  await checkInflated(file(4), () => undefined);
  await assert.rejects(checkInflated(file(5), () => undefined), { name: 'TooLarge' });
});
