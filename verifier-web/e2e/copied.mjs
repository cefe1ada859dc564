// Twenty-three names in twenty scripts, copied out of certificates by the readers that people have: what each gives is the name, or is in the
// table of what it cannot, with the finding that says why. `make resaves` prints it all; copied.test.mjs holds it to the table.
//
//     node e2e/copied.mjs [--installed]

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { NAMES, has, hasPython, needsAll, python } from './resaves.mjs';
import { Issuer } from './site.mjs';

const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 });

/** Readers: what each needs, and the text that it gives of a file. */
export const READERS = [
  ['poppler', () => has('pdftotext'), (file) => run('pdftotext', '-enc', 'UTF-8', file, '-')],
  ['pdf.js', () => true, pdfjs],
  ['pypdf', () => hasPython('pypdf'), (file) => python('import sys,pypdf; sys.stdout.buffer.write(pypdf.PdfReader(sys.argv[1]).pages[0].extract_text().encode())', file)],
  ['pdfminer.six', () => hasPython('pdfminer'), (file) => python('import sys; from pdfminer.high_level import extract_text as text; sys.stdout.buffer.write(text(sys.argv[1]).encode())', file)],
  ['PDFium (Chrome)', () => hasPython('pypdfium2'), (file) => python('import sys,pypdfium2 as p; sys.stdout.buffer.write(p.PdfDocument(sys.argv[1])[0].get_textpage().get_text_range().encode("utf-8","replace"))', file)],
  // By its library, whose version is ours to say; mutool is whatever the system has.
  ['MuPDF', () => hasPython('pymupdf'), (file) => python('import sys,pymupdf; sys.stdout.buffer.write(pymupdf.open(sys.argv[1])[0].get_text().encode())', file)],
].map(([name, isHere, read]) => ({ name, isHere, read: async (file) => String(await read(file)) }));

/** Lines as a person copies them: pieces in the order in which pdf.js puts them into its text layer. */
async function pdfjs(file) {
  // Node 20 has none yet.
  Promise.withResolvers ??= () => {
    let resolve, reject;
    const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
    return { promise, resolve, reject };
  };
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const fonts = fileURLToPath(new URL('../node_modules/pdfjs-dist/', import.meta.url));
  const options = { data: new Uint8Array(readFileSync(file)), verbosity: 0, cMapUrl: join(fonts, 'cmaps/'), cMapPacked: true };
  const document = await getDocument(options).promise;
  const { items } = await (await document.getPage(1)).getTextContent();
  return items.map((item) => item.str + (item.hasEOL ? '\n' : '')).join('');
}

/** What is left when marks of direction and joining, and how wide a gap is, are not counted. */
const plain = (text) => text.normalize('NFC').replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/gu, '').replace(/\s+/gu, ' ').trim();
const letters = (text) => [...plain(text).replaceAll(' ', '')].sort().join('');

/** How a reader gives a name: `ok`; `spaces`: gaps are lost or added; `order`: all its letters in another order; or `lost`. */
export function given(name, text) {
  if (plain(text).includes(plain(name))) return 'ok';
  if (plain(text).replaceAll(' ', '').includes(plain(name).replaceAll(' ', ''))) return 'spaces';
  const lines = text.split('\n');
  const one = lines.some((line) => letters(line) === letters(name));
  return one || lines.some((_, at) => letters(lines.slice(at, at + 2).join('')) === letters(name)) ? 'order' : 'lost';
}

/**
 * What each reader gives of the names of tests/data/scripts.csv, in their order: `o`k, `s`paces, o`r`der, `l`ost.
 *
 * - poppler puts the space behind a word of the other direction before it
 *   (findings/readers-put-the-space-after-a-hebrew-word-before-it.sh).
 * - pdfminer.six gives lines from left to right as they are drawn
 *   (findings/pdfminer-gives-a-line-from-the-right-as-it-is-drawn.sh).
 */
export const KNOWN = {
  'poppler': 'ooooooooooooosooooooooo',
  'pdf.js': 'ooooooooooooooooooooooo',
  'pypdf': 'ooooooooooooooooooooooo',
  'pdfminer.six': 'orrrooooooooorooooooooo',
  'PDFium (Chrome)': 'ooooooooooooooooooooooo',
  'MuPDF': 'ooooooooooooooooooooooo',
};
const HOW = ['ok', 'spaces', 'order', 'lost'];
const LETTERS = 'osrl';

/** Returns the names that a reader gives worse than is known of it. */
export function worse(reader, row) {
  const known = (i) => LETTERS.indexOf(KNOWN[reader][i]);
  return row.flatMap(([how, text], i) => (HOW.indexOf(how) > known(i) ? [{ name: NAMES[i], how, text }] : []));
}

/** Issues to the names and copies each out by each reader; `report` gets a row for each reader. */
export async function copyAll(names, readers, report) {
  const issuer = new Issuer();
  issuer.formats = 'pdf';
  try {
    const numbers = issuer.issue('SCRIPTS', 'Data Analysis', names);
    for (const reader of readers) {
      const row = [];
      for (const name of names) {
        const text = await reader.read(issuer.file(numbers[name], 'pdf'));
        row.push([given(name, text), text]);
      }
      report(reader, row);
    }
  } finally {
    issuer.remove();
  }
}

async function main() {
  const readers = needsAll('readers', READERS);
  NAMES.forEach((name, i) => console.log(`${String(i + 1).padStart(3)}  ${name}`));
  console.log(`\n${''.padEnd(18)}${NAMES.map((_, i) => String(i + 1).padStart(7)).join('')}`);
  let wrong = 0;
  await copyAll(NAMES, readers, (reader, row) => {
    console.log(reader.name.padEnd(18) + row.map(([how]) => how.padStart(7)).join(''));
    for (const { name, text } of worse(reader.name, row)) {
      wrong += 1;
      console.log(`  worse than known: ${name}: ${JSON.stringify(text)}`);
    }
  });
  console.log(`\n${readers.length} of ${READERS.length} readers: ${wrong === 0 ? 'as known' : `${wrong} names are copied worse than before`}`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
