// Certificates of twenty-three names in twenty scripts, saved again as people's programs do it, before the program and the page: neither may accuse one
// of them. `make resaves` prints the whole table; resaves.test.mjs takes a part of it, with what scripts/setup installs.
//
//     node e2e/resaves.mjs [--names N] [--installed]
//
// Needs the programs of all ways, unless it is to do with those that are installed.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { forget, launch, open } from './browser.mjs';
import { Issuer, serve } from './site.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PYTHON = join(ROOT, 'target/venv/bin/python');
const PDF_LIB = join(ROOT, 'target/resaves/node_modules/pdf-lib/cjs/index.js');

/** Names in twenty scripts, or mixtures of them. */
export const NAMES = readFileSync(join(ROOT, 'tests/data/scripts.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.replace(/,[^,]*$/, ''));

const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 });
export const has = (command) => { try { run('sh', '-c', `command -v ${command}`); return true; } catch { return false; } };
export const hasPython = (module) => { try { run(PYTHON, '-c', `import ${module}`); return true; } catch { return false; } };
export const python = (code, ...args) => run(PYTHON, '-c', code, ...args);

/** Ways to save a PDF again: what each needs, and what it does with `from`; `other` is another certificate. */
export const WAYS = [
  ['as issued', () => true, (from, to) => run('cp', from, to)],
  ['qpdf', () => has('qpdf'), (from, to) => run('qpdf', '--linearize', '--object-streams=generate', from, to)],
  ['qpdf, owner password', () => has('qpdf'), (from, to) => run('qpdf', '--encrypt', '', 'owner', '256', '--', from, to)],
  ['poppler, united', () => has('pdfunite'), (from, to, other) => run('pdfunite', other, from, to)],
  ['poppler, separated', () => has('pdfseparate'), (from, to, other) => {
    run('pdfunite', other, from, `${to}.united`);
    run('pdfseparate', '-f', '2', '-l', '2', `${to}.united`, to);
  }],
  ['pdftocairo', () => has('pdftocairo'), (from, to) => run('pdftocairo', '-pdf', from, to)],
  ['scan, as JPEG', () => has('pdftoppm'), (from, to) => {
    run('pdftoppm', '-r', '150', '-jpeg', '-singlefile', from, to);
    writeFileSync(to, picture(readFileSync(`${to}.jpg`)));
  }],
  ['scan, CCITT', () => has('tiff2pdf') && has('convert'), (from, to) => {
    run('pdftoppm', '-r', '200', '-mono', '-singlefile', from, to);
    run('convert', `${to}.pbm`, '-compress', 'Group4', `${to}.tif`);
    run('tiff2pdf', '-o', to, `${to}.tif`);
  }],
  ['Ghostscript', () => has('gs'), (from, to) => run('gs', '-q', '-dNOPAUSE', '-dBATCH', '-sDEVICE=pdfwrite', `-sOutputFile=${to}`, from)],
  ['ps2pdf', () => has('ps2pdf') && has('pdftops'), (from, to) => { run('pdftops', from, `${to}.ps`); run('ps2pdf', `${to}.ps`, to); }],
  ['mutool clean', () => has('mutool'), (from, to) => run('mutool', 'clean', '-gggg', '-z', from, to)],
  ['mutool convert', () => has('mutool'), (from, to) => run('mutool', 'convert', '-F', 'pdf', '-o', to, from)],
  ['mutool merge', () => has('mutool'), (from, to, other) => run('mutool', 'merge', '-o', to, other, from)],
  ['pypdf', () => hasPython('pypdf'), (from, to) => python('import sys,pypdf; w=pypdf.PdfWriter(clone_from=sys.argv[1]); w.write(sys.argv[2])', from, to)],
  ['pypdf, appended', () => hasPython('pypdf'), (from, to, other) => python('import sys,pypdf\nw=pypdf.PdfWriter()\nfor f in sys.argv[2:]: w.append(f)\nw.write(sys.argv[1])', to, other, from)],
  ['pikepdf', () => hasPython('pikepdf'), (from, to) => python('import sys,pikepdf; pikepdf.open(sys.argv[1]).save(sys.argv[2], object_stream_mode=pikepdf.ObjectStreamMode.generate)', from, to)],
  ['PDFium, as Chromium prints', () => hasPython('pypdfium2'), (from, to) => python('import sys,pypdfium2 as p\nd=p.PdfDocument.new(); d.import_pages(p.PdfDocument(sys.argv[1])); d.save(sys.argv[2])', from, to)],
  ['pdf-lib', () => existsSync(PDF_LIB), (from, to) => node(`d => PDFDocument.load(d)`, from, to)],
  ['pdf-lib, page copied', () => existsSync(PDF_LIB), (from, to) => node(`async d => {
    const [own, source] = [await PDFDocument.create(), await PDFDocument.load(d)];
    own.addPage((await own.copyPages(source, [0]))[0]);
    return own;
  }`, from, to)],
  ['LibreOffice', () => has('soffice'), (from, to) => {
    const folder = mkdtempSync(join(tmpdir(), 'testamur-office-'));
    const fonts = join(folder, 'fonts.conf');
    writeFileSync(fonts, `<fontconfig><include>/etc/fonts/fonts.conf</include><dir>${join(ROOT, 'fonts')}</dir></fontconfig>`);
    // It writes letters anew with the fonts of the machine, and some that none has not at all: whoever has such names has a font.
    const environment = [`FONTCONFIG_FILE=${fonts}`, `XDG_CACHE_HOME=${join(folder, 'cache')}`];
    const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile'))}`;
    run('env', ...environment, 'soffice', profile, '--headless', '--infilter=draw_pdf_import', '--convert-to', 'pdf', '--outdir', folder, from);
    renameSync(join(folder, basename(from)), to);
    rmSync(folder, { recursive: true, force: true });
  }],
].map(([name, isHere, make]) => ({ name, isHere, make }));

function node(make, from, to) {
  run(process.execPath, '-e', `const { PDFDocument } = require(${JSON.stringify(PDF_LIB)}), fs = require('fs');
    (async () => { const d = await (${make})(fs.readFileSync(${JSON.stringify(from)})); fs.writeFileSync(${JSON.stringify(to)}, await d.save()); })();`);
}

/** A PDF that is one JPEG on an A4 page, as scanners make it. */
function picture(jpeg) {
  let at = 2;
  while ((jpeg[at + 1] & 0xf0) !== 0xc0 || [0xc4, 0xc8, 0xcc].includes(jpeg[at + 1])) at += 2 + jpeg.readUInt16BE(at + 2);
  const [height, width, parts] = [jpeg.readUInt16BE(at + 5), jpeg.readUInt16BE(at + 7), jpeg[at + 9]];
  const draw = 'q 842 0 0 595 0 0 cm /I Do Q';
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>',
    `<</Length ${draw.length}>>stream\n${draw}\nendstream`,
    `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent 8/ColorSpace/${parts === 1 ? 'DeviceGray' : 'DeviceRGB'}/Filter/DCTDecode/Length ${jpeg.length}>>stream\n${jpeg.toString('latin1')}\nendstream`];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, i) => { const place = text.length; text += `${i + 1} 0 obj\n${object}\nendobj\n`; return place; });
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const xref = text.length;
  text += `xref\n0 6\n0000000000 65535 f \n${table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n${xref}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

/** What the program says: `ok`, `?` for what could not be compared, or what it accuses the file of. */
export function byProgram(issuer, file) {
  return worst(issuer.verify(file).filter((row) => row.verdict !== undefined).map((row) => {
    if (row.verdict !== 'valid') return row.verdict;
    return row.printedDiffers ? `differs: ${row.printedDiffers.map((one) => one.field).join()}` : row.printedUncompared || row.page === 'unread' ? '?' : 'ok';
  }));
}

/** What the page says of files, in the same words. */
export async function byPage(page, files) {
  await forget(page);
  await page.setInputFiles('#files', files);
  await page.waitForSelector('#batch .count', { timeout: 600_000 });
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#batch .actions .primary')]);
  const rows = readFileSync(await download.path(), 'utf8').trim().split('\r\n').slice(1).map(cells);
  return files.map((file) => worst(rows.filter(([name]) => name === basename(file) || name.startsWith(`${basename(file)}, `)).map((row) => {
    const [, verdict, colour] = row;
    const differs = row[15].split('; ').filter((one) => one !== '' && !one.endsWith(': ?'));
    if (verdict !== 'valid') return verdict;
    return differs.length > 0 ? `differs: ${differs.join()}` : colour === 'green' ? 'ok' : '?';
  })));
}

function cells(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

function worst(answers) {
  return answers.find((one) => one !== 'ok' && one !== '?') ?? (answers.includes('?') ? '?' : answers[0] ?? 'nothing');
}

/** Issues to the names, saves each certificate in each way, and asks both. `report` gets one row of answers for each way. */
export async function compareAll(names, ways, report) {
  const issuer = new Issuer();
  issuer.formats = 'pdf';
  const folder = join(issuer.folder, 'again');
  run('mkdir', folder);
  const numbers = issuer.issue('SCRIPTS', 'Data Analysis', names);
  issuer.publish();
  const site = await serve(issuer.site);
  const browser = await launch();
  const page = await open(browser, site.url);
  try {
    for (const way of ways) {
      const files = names.map((name, i) => {
        const file = join(folder, `${i + 1} ${way.name}.pdf`);
        way.make(issuer.file(numbers[name], 'pdf'), file, issuer.file(numbers[names[(i + 1) % names.length]], 'pdf'));
        return file;
      });
      const said = await byPage(page, files);
      report(way, files.map((file, i) => [byProgram(issuer, file), said[i]]));
    }
    return page.wrongs;
  } finally {
    await browser.close();
    await site.stop();
    issuer.remove();
  }
}

/** Ends what cannot be tried as a whole, unless what is installed is to do: what was not tried has not passed. */
export function needsAll(what, all) {
  const missing = all.filter((one) => !one.isHere()).map((one) => one.name);
  if (missing.length === 0) return all;
  console.error(`${missing.length} of ${all.length} ${what} cannot be tried, as their programs are not installed: ${missing.join('; ')}`);
  if (!process.argv.includes('--installed')) {
    console.error('scripts/setup resaves installs them; --installed tries the others alone');
    process.exit(1);
  }
  return all.filter((one) => !missing.includes(one.name));
}

/** One cell of the table: what both say, or each. */
const cell = ([program, page]) => (program === page ? program : `${program}/${page}`);

async function main() {
  const ways = needsAll('ways', WAYS);
  const at = process.argv.indexOf('--names');
  const names = NAMES.slice(0, at < 0 ? undefined : Number(process.argv[at + 1]));
  names.forEach((name, i) => console.log(`${String(i + 1).padStart(3)}  ${name}`));
  console.log(`\nok: compared and good; ?: could not be compared; program/page where they differ\n\n${''.padEnd(28)}${names.map((_, i) => String(i + 1).padStart(6)).join('')}`);
  let wrong = 0;
  await compareAll(names, ways, (way, row) => {
    console.log(way.name.padEnd(28) + row.map((one) => cell(one).padStart(6)).join(''));
    wrong += row.flat().filter((one) => one !== 'ok' && one !== '?').length;
  });
  console.log(`\n${ways.length} of ${WAYS.length} ways: ${wrong === 0 ? 'no accusation' : `${wrong} accusations`}`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
