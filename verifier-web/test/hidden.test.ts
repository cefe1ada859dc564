// A certificate that is put where readers of one kind do not look is found there, or the file is told to be unreadable.

import assert from 'node:assert/strict';
import test from 'node:test';
import { crc32, deflateSync, gzipSync } from 'node:zlib';

import { embeddedFiles } from '../src/open/embedded.js';
import { shapeOf } from '../src/open/ends.js';
import { credentialsIn } from '../src/open/linked.js';
import { partsOf } from '../src/open/parts.js';
import { written } from '../src/open/picture.js';
import { search } from '../src/open/search.js';
import { zip } from './archives.mjs';
import { json, text } from './files.js';
import { all } from './finds.js';

const JWS: string = json('verdicts/valid.json').input;
const JSON_LD: string = json('verdicts/json_valid.json').input;
const LINK = `https://certs.example.org/verify/#1${'7'.repeat(200)}`;
/** A link that unpacks. */
const QR: string = json('verdicts/qr_arabic_name.json').input;
const [said, linked] = [JWS.slice(0, 12), LINK.slice(0, 12)];
const latin = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const joined = (...all: (Uint8Array | string)[]) => new Uint8Array(Buffer.concat(all.map((one) => (typeof one === 'string' ? Buffer.from(one, 'latin1') : one))));
const base64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64');
const wrapped = (text: string, width = 64, end = '\n') => text.replace(new RegExp(`.{${width}}`, 'g'), `$&${end}`);

test('a credential is found wherever it stands in a text', () => {
  const disguises: Record<string, string> = {
    tag: `<p>${JWS}</p>`,
    cell: `id,vc\n1,${JWS}\n`,
    query: `https://v.example/?vc=${JWS}&x=1`,
    sentence: `It is ${JWS}.`,
    json: JSON.stringify({ any: [{ vc: JWS }] }),
    escaped: JSON.stringify({ vc: JWS }).replace('ey', '\\u0065y'),
    'json in json': JSON.stringify({ vc: JSON.stringify({ vc: JWS }) }),
    broken: `Hello\n${wrapped(JWS)}\nBye`,
    quoted: `Hello\n> ${wrapped(JWS, 64, '\n> ')}\n> Bye`,
    'soft breaks': `${wrapped(JWS, 70, '=\r\n')}\r\nBye`,
    'joined to others': `Bread.${JWS}-and-butter`,
    'joined to a word': `vc${JWS}`,
    'broken in its signature': `Hello\n${JWS.slice(0, -20)}\n${JWS.slice(-20)}\nBye`,
    references: `<p>${JWS.replaceAll('.', '&#46;')}</p>`,
    percent: `<a href="data:text/plain,${JWS.replaceAll('.', '%2E')}">`,
    tags: `<p>${JWS.slice(0, 50)}<wbr>${JWS.slice(50)}</p><p>Bye</p>`,
    invisible: wrapped(JWS, 70, '\u200b'),
  };
  assert.deepEqual(search(`Code: ${QR.slice(QR.indexOf('#') + 1)}, in digits`).texts.length, 1);
  for (const [name, text] of Object.entries(disguises)) assert.deepEqual(search(text).texts, [JWS], name);
  for (const text of [`see ${wrapped(QR, 74)}\nBye`, `> ${wrapped(QR, 74, '\n> ')}\n> 12 more`, `see ${QR}\n12 more`]) assert.deepEqual(search(text).texts, [QR], text);
  assert.deepEqual(search(`<td>${LINK}</td><td>12</td>`).texts, [LINK]);
  assert.deepEqual(search(`<script type="application/ld+json">${JSON_LD}</script>`).texts, [JSON_LD.trim()]);
  assert.equal(search(`[${JSON_LD}, 1]`).texts.length, 1);
});

test('what is nobody\'s certificate is not taken for one', () => {
  const part = (text: string) => Buffer.from(text).toString('base64url');
  const session = `${part('{"alg":"HS256","typ":"JWT"}')}.${part('{"sub":"ada","exp":1}')}.${part('signature')}`;
  const letter = `Dear Ada,\nbegin 100 things today.\nhttps://news.example/?t=${session}&u=${base64('x'.repeat(300))}\n{ not JSON }`;
  assert.deepEqual(search(letter), { texts: [], files: [], closed: false });
  assert.deepEqual(search('{"name": "a package", "proof": "none"}'), { texts: [], files: [], closed: false });
});

test('files and messages that are written as text are opened, or told', () => {
  const closed = ['begin 644 a.pdf\nM)5!$1BTQ+C<*\n`\nend\n', '=ybegin line=128 size=9 name=a\nx', '(This file must be converted with BinHex 4.0)',
    '<pre>-----BEGIN PGP MESSAGE-----\n\nhQEMA', '-----BEGIN PKCS7-----\nMIIB'];
  for (const text of closed) assert.equal(search(`Hello\n${text}`).closed, true, text);
  const held = (text: string) => search(text).files.map(({ bytes, drawn }) => `${latinOf(bytes)} ${drawn}`);
  const png = joined('\x89PNG\r\n\x1a\n', new Uint8Array(100));
  assert.deepEqual(held(`<img src="data:image/png;base64,${base64(png)}">`), [`${latinOf(png)} true`]);
  assert.equal(held(`Hello\n${wrapped(base64(`%PDF-1.7\n${'x'.repeat(300)}`), 76)}\n\nBye`).length, 1);
  assert.equal(held(base64(gzipSync(JWS))).length, 1);
  assert.equal(held(base64(JWS)).length, 1);
  assert.equal(held(base64(base64(JWS))).length, 1);
  assert.equal(held(base64('x'.repeat(300))).length, 0);
});

const latinOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

test('every member is judged, or looked at, or unreadable', async () => {
  const wide = Buffer.from(`<p>${JWS}</p>`, 'utf16le');
  const archive = zip([
    { name: 'a.html', data: `<p>${JWS}</p>` },
    { name: 'marked.txt', data: joined('\xff\xfe', wide) },
    { name: 'wide.txt', data: new Uint8Array(wide) },
    { name: 'wide-big.txt', data: joined('\xfe\xff', Buffer.from(wide).swap16()) },
    { name: 'base64.txt', data: wrapped(base64(zip([{ name: 'b.jwt', data: JWS }]))) },
    { name: 'uu.txt', data: 'begin 644 a.jwt\n#97EJ\n`\nend\n' },
    { name: 'bell.txt', data: `\x07 ${JWS}` },
    { name: 'nul.txt', data: `a\0${JWS}` },
    { name: 'late.txt', data: `${'a'.repeat(2_000)}\0${JWS}` },
    { name: 'long.txt', data: 'a '.repeat(2_200_000) },
    { name: 'a.tgz', data: gzipSync(JWS) },
    { name: 'a.zlib', data: deflateSync(JWS) },
    { name: 'empty', data: '' },
    { name: 'desktop.ini', data: `[x]\n${JWS}` },
    { name: 'old.csv', data: latin('Zo\xeb;1\n') },
    { name: 'trust.jws', data: text('trust/academy.jws') },
    { name: 'a.svg', data: `<?xml version="1.0"?>\n<svg><path d="m 1 1"/></svg>` },
    { name: 'a.rtf', data: `{\\rtf1 ${JWS} {\\pict 00ff}}` },
    { name: 'folder/', data: JWS, size: 0 },
  ]);
  assert.deepEqual(await all(archive), [
    `x/a.html: ${said}`, `x/marked.txt: ${said}`, `x/wide.txt: ${said}`, `x/wide-big.txt: ${said}`, `x/base64.txt/base64 1/b.jwt: ${said}`,
    'x/uu.txt: read.encoded', `x/bell.txt: ${said}`, 'x/nul.txt: read.unreadable', 'x/late.txt: read.unreadable', 'x/long.txt: read.bounds',
    'x/a.tgz: read.packed', 'x/a.zlib: read.unreadable', 'x/empty: left', `x/desktop.ini: ${said}`, 'x/old.csv: left', 'x/trust.jws: left',
    'x/a.svg: read.unreadable', 'x/a.rtf: read.unreadable', `x/a.rtf: ${said}`, 'x/folder/: read.packed',
  ]);
});

test('remarks of an archive are texts as well', async () => {
  assert.deepEqual(await all(zip([{ name: 'a.txt', data: 'Hello' }], `by Ada ${JWS}`)), ['x/a.txt: left', `x: ${said}`]);
});

const chunk = (kind: string, data: string | Uint8Array = '') => {
  const body = joined(kind, data);
  const edges = Buffer.alloc(8);
  edges.writeUInt32BE(body.length - 4, 0);
  edges.writeUInt32BE(crc32(body), 4);
  return joined(edges.subarray(0, 4), body, edges.subarray(4));
};
const png = (...chunks: Uint8Array[]) => joined('\x89PNG\r\n\x1a\n', chunk('IHDR', new Uint8Array(13)), ...chunks, chunk('IEND'));
const jpeg = (comment = 'x') => joined('\xff\xd8\xff\xfe\0', String.fromCharCode(comment.length + 2), comment, '\xff\xda\0\x02\x12\xff\0\x34\xff\xd1\x56\xff\xd9');
const box = (kind: string, data: string | Uint8Array) => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(8 + data.length);
  return joined(size, kind, data);
};
const film = (inside: string) => joined(box('ftyp', 'mp42\0\0\0\0'), box('mdat', `\0${inside}`));
/** Bytes of no known kind. */
const riddle = (length: number) => new Uint8Array(length).map((_, i) => (i % 2 === 0 ? 0x81 : 1));
/** How the parts of a file are told: their kinds, and whether there is more. */
const parts = (...all: (Uint8Array | string)[]) => {
  const { files, rest } = partsOf(joined(...all));
  return `${files.map(({ kind }) => kind).join(' ')}${rest ? ' and more' : ''}`;
};

test('a picture ends where its format says, and what stands behind it is told', () => {
  const archive = zip([{ name: 'a', data: JWS }]);
  for (const one of [png(), jpeg()]) {
    assert.equal(parts(one), 'picture');
    assert.equal(parts(one, new Uint8Array(300), '\r\n'), 'picture');
    assert.equal(parts(one, jpeg(), '\0\0', png()), 'picture picture picture');
    assert.equal(parts(one, '\x81 bytes of some kind: \x01'.repeat(4), png()), 'picture picture and more');
    assert.equal(parts(one, archive), 'picture zip');
    assert.equal(parts(one, '\x81\x01'.repeat(50), archive), 'picture zip and more');
    assert.equal(parts(one, JWS), 'picture text');
    assert.equal(parts(one, '%PDF-1.7\n%%EOF\n', png()), 'picture pdf picture');
    assert.equal(parts(one, gzipSync(JWS)), 'picture packed');
    assert.equal(parts(one, '\x81\x01'.repeat(50)), 'picture and more');
    assert.equal(parts(one, '\x81\x01'.repeat(30)), 'picture');
  }
  assert.equal(shapeOf(jpeg().slice(0, -2)).end, undefined);
  assert.equal(shapeOf(png().slice(0, -2)).end, undefined);
});

test('what phones put behind a photo is no riddle', () => {
  assert.equal(parts(jpeg(), film('frames')), 'picture');
  assert.equal(parts(jpeg(), jpeg(), film('frames')), 'picture picture');
  assert.equal(parts(jpeg(), film(JWS)), 'picture and more');
  assert.equal(parts(jpeg(), film(latinOf(png()))), 'picture picture and more');
  assert.equal(parts(jpeg(), film('frames'), png()), 'picture picture');
  const trailer = (data: Uint8Array) => {
    const block = joined('\0\0\x30\x0a\x04\0\0\0Film', data);
    const directory = Buffer.alloc(24);
    directory.write('SEFH', 'latin1');
    directory.writeUInt32LE(1, 8);
    directory.writeUInt32LE(block.length, 16);
    directory.writeUInt32LE(block.length, 20);
    return joined(block, directory, '\x18\0\0\0SEFT');
  };
  assert.equal(parts(jpeg(), trailer(film('f'.repeat(5_000)))), 'picture');
  assert.equal(parts(jpeg(), trailer(riddle(100))), 'picture');
  assert.equal(parts(jpeg(), trailer(joined(jpeg(), new Uint8Array(5_000)))), 'picture picture');
  assert.equal(parts(jpeg(), trailer(riddle(5_000))), 'picture and more');
  assert.equal(parts(jpeg(), riddle(100), trailer(film('frames'))), 'picture and more');
  // However often it goes on, not all of it is looked at again each time.
  assert.equal(partsOf(joined(...Array.from({ length: 100 }, () => [jpeg(), '\x81\x01']).flat())).rest, true);
});

test('what is written into a picture, and whether it moves, is seen', () => {
  const told = (one: Uint8Array<ArrayBuffer>) => {
    const { notes, packed, moves } = shapeOf(one);
    return [notes.map(latinOf), packed.length, moves];
  };
  assert.deepEqual(told(png(chunk('tEXt', 'Comment\0a'), chunk('zTXt', 'Comment\0\0b'), chunk('iTXt', 'openbadgecredential\0\0\0en\0\0c'),
    chunk('iTXt', 'Comment\0\x01\0\0\0d'))), [['Comment\0a', 'c'], 2, false]);
  assert.deepEqual(told(png(chunk('acTL', new Uint8Array(8)))), [[], 0, true]);
  assert.deepEqual(told(jpeg('by Ada')), [['by Ada'], 0, false]);
  const gif = (images: number) => joined('GIF89a\x01\0\x01\0\0\0\0', '!\xfe\x02hi\0'.repeat(1), ',\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0'.repeat(images), ';');
  assert.deepEqual(told(gif(1)), [['\x02hi\0'], 0, false]);
  assert.equal(shapeOf(gif(2)).moves, true);
  assert.equal(shapeOf(gif(1)).end, gif(1).length);
});

test('chunks of no known kind are said, and those of the standard are not', async () => {
  const icc = new Uint8Array(500);
  icc.set(latin('acsp'), 36);
  const iccp = (data: Uint8Array) => joined('sRGB\0\0', deflateSync(data));
  const isClosed = async (kind: string, data: Uint8Array) => (await written({ shape: shapeOf(png(chunk(kind, data))) })).closed;
  const harmless: [string, Uint8Array][] = [['PLTE', riddle(768)], ['tRNS', riddle(256)], ['pHYs', riddle(9)], ['cHRM', riddle(32)], ['mDCV', riddle(24)],
    ['iDOT', riddle(28)], ['vpAg', riddle(9)], ['iCCP', iccp(icc)], ['caBX', joined('\0\0\0\x5ajumb', riddle(82))], ['eXIf', riddle(500)], ['IDAT', riddle(5_000)]];
  for (const [kind, data] of harmless) assert.equal(await isClosed(kind, data), false, kind);
  const strange: [string, Uint8Array][] = [['prVt', riddle(65)], ['caBX', riddle(65)], ['pHYs', riddle(65)], ['PLTE', riddle(769)], ['iCCP', iccp(riddle(500))]];
  for (const [kind, data] of strange) assert.equal(await isClosed(kind, data), true, kind);
  assert.equal(shapeOf(png(chunk('fdAT', riddle(8)))).moves, true);
  assert.deepEqual((await written({ shape: shapeOf(png(chunk('eXIf', latin(`II*\0${JWS}\0`)))) })).notes, [JWS]);
});

test('what a link in a PDF says is a credential, or nothing', () => {
  const found = (...links: string[]) => credentialsIn(links);
  assert.deepEqual(found('https://example.org/', 'mailto:a@example.org', '/F/a.pdf', ''), { texts: [], rest: false });
  assert.deepEqual(found(QR, QR, `https://v.example/#${JWS}`, `https://v.example/?vc=${JWS.replaceAll('.', '%2E')}`), { texts: [QR, JWS], rest: false });
  assert.deepEqual(found(JWS), { texts: [JWS], rest: false });
  assert.equal(found(`data:application/pdf;base64,${base64(`%PDF-1.7\n${'x'.repeat(300)}`)}`).rest, true);
  assert.equal(found('x'.repeat(300_000)).rest, true);
  assert.deepEqual(credentialsIn([...Array<string>(1_000).fill('https://example.org/'), QR]), { texts: [], rest: true });
});

test('PDFs that are glued together are taken apart, attached and appended ones are not', () => {
  const one = '%PDF-1.7\n1 0 obj\n<<>>\nstream\nx\nendstream\nendobj\n%%EOF\n';
  assert.equal(parts(one), 'pdf');
  assert.equal(parts(one, one, one), 'pdf pdf pdf');
  // An incremental update; a PDF within a PDF, also one that was attached by an update.
  assert.equal(parts(one, '2 0 obj\n<<>>\nendobj\n%%EOF\n'), 'pdf');
  assert.equal(parts(`%PDF-1.7\n1 0 obj\n<<>>\nstream\n${one}endstream\nendobj\n%%EOF\n`), 'pdf');
  assert.equal(parts(one, '2 0 obj\n<<>>\nstream\r\n%PDF-1.4\nendstream\nendobj\n%%EOF\n'), 'pdf');
  // Many headers within a stream are looked at once each.
  assert.equal(parts(`%PDF-1.7\n1 0 obj\n<<>>\nstream\n${'%PDF-'.repeat(1_000_000)}\nendstream\nendobj\n%%EOF\n`), 'pdf');
  assert.equal(latinOf(partsOf(latin(one + one)).files[1]?.bytes ?? latin('')), one);
  assert.equal(parts(one, '\0\0\r\n'), 'pdf');
  assert.equal(parts(one, '\x81\x01'), 'pdf and more');
  // An end behind it makes it no part of the PDF.
  assert.equal(parts(one, png(), '\n%%EOF\n'), 'pdf picture text');
  assert.equal(parts(one, `${JWS}\n%%EOF\n`), 'pdf text');
  assert.equal(parts(one, '2 0 obj\n<<>>\nstream\n%%EOF\x01\nendstream\nendobj\nxref\n%%EOF\n'), 'pdf');
  assert.equal(parts('junk\n', one), 'pdf and more');
  assert.equal(parts(one, JWS), 'pdf text');
  assert.equal(parts(one, png()), 'pdf picture');
  assert.equal(parts(one, 'some words\n', one), 'pdf text pdf');
  assert.equal(parts(one, zip([{ name: 'a.pdf', data: one, stored: true }])), 'pdf zip');
});

test('files that are embedded in a PDF are found, whatever refers to them', async () => {
  const spec = (number: number, ef = '/EF') => `<</Type/Filespec${ef}<</F ${number} 0 R/UF ${number} 0 R>>>>\n`;
  const stream = (number: number, dictionary: string, data: Uint8Array | string) => joined(`${number} 0 obj\n<<${dictionary}>>\nstream\n`, data, '\nendstream\nendobj\n');
  const group = (text: string) => stream(9, '/Type/ObjStm/Filter/FlateDecode', deflateSync(text));
  const found = async (...all: (Uint8Array | string)[]) => {
    const { files, more } = await embeddedFiles(joined('%PDF-1.7\n', ...all));
    return [...files.map((file) => file && latinOf(file)), ...more ? ['more'] : []];
  };
  const [plain, packed] = [stream(3, '/Length 5', 'plain'), stream(5, '/Filter/FlateDecode', deflateSync('packed'))];
  assert.deepEqual(await found(plain), []);
  assert.deepEqual(await found(spec(3), spec(3), spec(5), plain, packed), ['plain', 'packed']);
  assert.deepEqual(await found(spec(3, '/E#46'), plain, stream(3, '', 'newer')), ['newer\n']);
  assert.deepEqual(await found(packed, group(spec(5))), ['packed']);
  assert.deepEqual(await found(stream(7, '', spec(3)), plain), []);
  assert.deepEqual(await found(spec(7), stream(7, '/Filter/LZWDecode', 'x'), spec(8)), [undefined, undefined]);
  assert.deepEqual(await found(stream(9, '/Type/ObjStm/Filter/LZWDecode', 'x')), ['more']);
});

const head = 'From: a@example.org\r\nDate: today\r\nMIME-Version: 1.0\r\n';
const part = (fields: string, body: string) => `--B\r\n${fields}\r\n\r\n${body}\r\n`;
const mail = (inside: string, before = '', behind = '') =>
  `${head}Content-Type: multipart/mixed; boundary=B\r\n\r\n${before}${part('Content-Type: text/plain', 'Hello')}${inside}--B--\r\n${behind}`;

test('a part of a mail that nobody can decode is told by name', async () => {
  const PDF = 'Content-Type: application/pdf; name=a.pdf';
  const refused: [string, string][] = [
    [part(`${PDF}\r\nContent-Transfer-Encoding: x-uuencode`, 'begin 644 a\r\n`\r\nend'), 'a.pdf: read.packed'],
    [part(`${PDF}\r\nContent-Transfer-Encoding: base64 (x)`, base64(JWS)), 'a.pdf: read.packed'],
    [part('Content-Transfer-Encoding: base64', '!!!! %%%%'), 'part-3: read.packed'],
    [part('Content-Type: text/plain\r\nContent-Transfer-Encoding: x-own', base64(JWS)), 'part-3: read.packed'],
    [part('Content-Type: text/plain; charset=utf-7', '+AGU-y'), 'part-3: read.packed'],
    [part(`${PDF}\r\nContent-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64`, base64(JWS)), 'a.pdf: read.packed'],
    [part('Content-Type: message/partial; id=x; number=1; total=2', 'x'), 'part-3: read.packed'],
    [part('Content-Type: message/external-body; access-type=URL', 'x'), 'part-3: read.packed'],
    [part('Content-Type: multipart/mixed', '--C\r\n\r\nx\r\n--C--'), 'part-3: read.packed'],
    [part('Content-Type: application/pkcs7-mime; name=smime.p7m', 'MIIB'), 'smime.p7m: read.locked'],
    [part('Content-Type: multipart/encrypted; boundary=C', '--C\r\n\r\nx\r\n--C--'), 'part-3: read.locked'],
    [part('Content-Type: text/plain', 'a '.repeat(2_200_000)), 'part-3: read.bounds'],
  ];
  for (const [text, told] of refused) assert.deepEqual(await all(mail(text)), [`x/${told}`]);
  assert.deepEqual(await all(mail(part('Content-Type: text/plain', '-----BEGIN PGP MESSAGE-----\r\n\r\nx'))), ['x: read.encoded']);
  assert.deepEqual(await all(mail(part('Content-Type: text/plain', 'begin 644 a.jwt\r\n#97EJ\r\n`\r\nend'))), ['x: read.encoded']);
  assert.deepEqual(await all(`${head}Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin`), ['x: read.packed']);
});

test('a credential in a mail is found where no program shows it', async () => {
  const found = [`x: ${said}`];
  assert.deepEqual(await all(mail('', `${JWS}\r\n`)), found);
  assert.deepEqual(await all(mail('', '', `${JWS}\r\n`)), found);
  assert.deepEqual(await all(mail('').replace('Date', `X-Own: ${wrapped(JWS, 70, '\r\n ')}\r\nDate`)), found);
  assert.deepEqual(await all(mail(part(`Content-Description: ${JWS}`, 'x'))), found);
  assert.deepEqual(await all(mail(part('Content-Type: text/html', `<!-- ${JWS} -->`))), found);
  assert.deepEqual(await all(mail(part('Content-Type: text/html; charset=utf-16le\r\nContent-Transfer-Encoding: base64',
    Buffer.from(`<p>${JWS}</p>`, 'utf16le').toString('base64')))), found);
  assert.deepEqual(await all(mail(part('Content-Type: text/calendar', `DESCRIPTION:${JWS}`))), [`x/part-3: ${said}`]);
  assert.deepEqual(await all(mail(part('Content-Type: text/html', `<a href="data:text/plain;base64,${base64(LINK)}">`))), [`x/base64 1: ${linked}`]);
  assert.deepEqual(await all(mail('', '', part('Content-Type: application/pdf', 'x'))), ['x: read.rest']);
  assert.deepEqual(await all(mail(part('Content-Type: text/plain', 'x\r\n--B and more'))), ['x: read.rest']);
  assert.deepEqual(await all(mail(part('Content-Type: multipart/mixed; boundary=B1', '--B1\r\n\r\nx\r\n--B1--'))), []);
});
