#!/usr/bin/env bash
# Guess: pdf.js lists every file that a PDF's name tree of embedded files lists (ISO 32000-2, 7.7.4 and 7.11.4).
# Fact:  getAttachments() answers with an object whose keys are the names in the tree: of two files filed under one name the
#        last one is left, and nothing says that there were more.
# Why it matters: certificates that each attach `credential.jwt` and were put together by a tool that keeps all attachments
#        are a file with many credentials, of which a page built on pdf.js sees one. It has to read each page's QR code.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund pdfjs-dist@6.5.438 >/dev/null
cat >look.mjs <<'NODE'
import { writeFileSync } from 'node:fs';

// Node 20 has none yet.
Promise.withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
};
const { getDocument, version } = await import('pdfjs-dist/legacy/build/pdf.mjs');

const stream = (text) => `<</Type/EmbeddedFile/Length ${text.length}>>stream\n${text}\nendstream`;
const file = (number) => `<</Type/Filespec/F(credential.jwt)/UF(credential.jwt)/EF<</F ${number} 0 R>>>>`;
const objects = [
  '<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(credential.jwt) 4 0 R(credential.jwt) 5 0 R]>>>>>>',
  '<</Type/Pages/Kids[3 0 R]/Count 1>>',
  '<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>',
  file(6), file(7), stream('first'), stream('second'),
];
let pdf = '%PDF-1.7\n';
let table = '';
objects.forEach((object, at) => {
  table += `${String(pdf.length).padStart(10, '0')} 00000 n \n`;
  pdf += `${at + 1} 0 obj\n${object}\nendobj\n`;
});
const start = pdf.length;
pdf += `xref\n0 8\n0000000000 65535 f \n${table}trailer\n<</Size 8/Root 1 0 R>>\nstartxref\n${start}\n%%EOF`;
writeFileSync('two.pdf', pdf, 'latin1');
const document = await getDocument({ data: new TextEncoder().encode(pdf), verbosity: 0 }).promise;
const attachments = await document.getAttachments();
const texts = [];
for (const [key, one] of attachments instanceof Map ? attachments : Object.entries(attachments)) {
  texts.push(`${key}: ${one.content ? new TextDecoder().decode(one.content) : '(content not listed)'}`);
}
console.log(`pdf.js ${version} lists ${texts.length}: ${texts.join(', ')}`);
NODE
node look.mjs >seen 2>errors || { cat errors >&2; exit 1; }
cat seen
grep -q '^pdf.js 6.5.438 lists 1: credential.jwt' seen || { echo "pdfjs-dist 6.5.438 behaves otherwise now" >&2; exit 1; }
echo "as found: of two embedded files of one name pdf.js 6.5.438 lists one"
