// Workbooks as people send them: written here by hand (Office Open XML, ECMA-376 part 1), since what a library writes is too tidy. A ZIP
// archive whose parts are stored as they are (APPNOTE.TXT 4.4).

import { readFileSync } from 'node:fs';

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

function numbers(...pairs) {
  return Buffer.concat(pairs.map(([size, value]) => {
    const bytes = Buffer.alloc(size);
    bytes.writeUIntLE(value, 0, size);
    return bytes;
  }));
}

/** Packs parts by name. */
export function zip(parts) {
  const [bodies, listed] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const [path, body] = [Buffer.from(name), Buffer.from(text)];
    // Version, flags, method, time, day, sum, both sizes, the name's length and that of nothing more.
    const head = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 0x21], [4, crc32(body)], [4, body.length], [4, body.length], [2, path.length], [2, 0]];
    bodies.push(numbers([4, 0x04034b50], ...head), path, body);
    listed.push(numbers([4, 0x02014b50], [2, 20], ...head, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), path);
    at += 30 + path.length + body.length;
  }
  const [files, list] = [Object.keys(parts).length, Buffer.concat(listed)];
  return Buffer.concat([...bodies, list, numbers([4, 0x06054b50], [2, 0], [2, 0], [2, files], [2, files], [4, list.length], [4, at], [2, 0])]);
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A day as a spreadsheet keeps it: how many have passed since the last one of 1899. */
export const day = (text) => ({ day: Math.round((Date.parse(text) - Date.UTC(1899, 11, 30)) / 86_400_000) });

function cell(value, column, row) {
  const place = `${String.fromCharCode(65 + column)}${row}`;
  if (value === null || value === undefined) return '';
  if (value === '') return `<c r="${place}" s="0"/>`;
  if (typeof value === 'number') return `<c r="${place}"><v>${value}</v></c>`;
  if (typeof value === 'object') return `<c r="${place}" s="1"><v>${value.day}</v></c>`;
  return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
}

/** A workbook of sheets: `[name, rows]` each, a row being its cells. */
export function workbook(sheets) {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const kinds = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const each = (text) => sheets.map(([name], at) => text(at + 1, escaped(name))).join('');
  const rels = (items) => `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${items}</Relationships>`;
  const parts = {
    '[Content_Types].xml': `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${kinds}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${kinds}.styles+xml"/>${each((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${kinds}.worksheet+xml"/>`)}</Types>`,
    '_rels/.rels': rels(`<Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/>`),
    'xl/workbook.xml': `${head}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${each((n, name) => `<sheet name="${name}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': rels(each((n) => `<Relationship Id="rId${n}" Type="${office}/worksheet" Target="worksheets/sheet${n}.xml"/>`) + `<Relationship Id="rId99" Type="${office}/styles" Target="styles.xml"/>`),
    // The second format is a day (ECMA-376 part 1, 18.8.30: number 14).
    'xl/styles.xml': `${head}<styleSheet xmlns="${main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  };
  for (const [at, [, rows]] of sheets.entries()) {
    const lines = rows.map((row, n) => (row.length === 0 ? '' : `<row r="${n + 1}">${row.map((value, column) => cell(value, column, n + 1)).join('')}</row>`));
    parts[`xl/worksheets/sheet${at + 1}.xml`] = `${head}<worksheet xmlns="${main}"><sheetData>${lines.join('')}</sheetData></worksheet>`;
  }
  return zip(parts);
}

/** Invented people of many languages and scripts, no two of one name: those of the demo. */
export function names(count) {
  const lists = JSON.parse(readFileSync(new URL('../../src/cli/demo/people.json', import.meta.url)));
  const rows = lists.flatMap(({ sets }) => sets.map(([first, second]) => [first.split(' '), second.split(' ')]));
  const [all, seen] = [[], new Set()];
  for (let turn = 0; all.length < count; turn += 1) {
    const [first, second] = rows[turn % rows.length];
    const round = Math.floor(turn / rows.length);
    const name = `${first[round % first.length]} ${second[Math.floor(round / first.length + round) % second.length]}`;
    if (!seen.has(name)) all.push(name);
    seen.add(name);
    if (turn > 100 * count) throw new Error(`${all.length} names`);
  }
  return all;
}

/** Reads CSV as a spreadsheet program does (RFC 4180). */
export function readCsv(text) {
  const rows = [[]];
  let [field, quoted] = ['', false];
  const plain = text.replace(/^\ufeff/, '');
  for (let at = 0; at < plain.length; at += 1) {
    const letter = plain[at];
    if (quoted && letter === '"' && plain[at + 1] === '"') { field += '"'; at += 1; } else if (letter === '"') { quoted = !quoted; } else if (quoted) { field += letter; } else if (letter === ',') { rows.at(-1).push(field); field = ''; } else if (letter === '\n') { rows.at(-1).push(field); field = ''; rows.push([]); } else if (letter !== '\r') { field += letter; }
  }
  if (field !== '' || rows.at(-1).length > 0) rows.at(-1).push(field);
  return rows.filter((row) => row.length > 0);
}

export const writeCsv = (rows) => rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\r\n');
