#!/usr/bin/env bash
# Guess: a library that reads spreadsheets gives a cell's link as it was written, with what follows the `#`.
# Fact:  in a workbook an address is in two pieces where it has a `#`: the part before it is the relationship's target, the part behind it
#        the attribute `location` (ECMA-376 part 1, 18.3.1.47), and XlsxWriter writes it so. ExcelJS gives the first piece as the link and
#        drops the second; when it writes the workbook back, that is what stays. openpyxl's `hyperlink.target` is the first piece too, with
#        the other one in `hyperlink.location`. SheetJS puts the two together.
# Why it matters: a certificate that is verified offline has its address, or itself, behind the `#`, so that it is never sent to a server.
#        A list of people with their links comes out of these two with one and the same link for everybody, to an empty verifier. Write
#        the address as the cell's text too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1 openpyxl==3.1.5
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts exceljs@4.4.0 xlsx@0.18.5 >/dev/null
cat >make.py <<'PYTHON'
import xlsxwriter

book = xlsxwriter.Workbook("list.xlsx")
book.add_worksheet("List").write_url(0, 0, "https://certs.example.org/verify/#4711", string="Ada")
book.close()
PYTHON
cat >look.py <<'PYTHON'
import openpyxl

link = openpyxl.load_workbook("list.xlsx").active["A1"].hyperlink
print(f"openpyxl: target {link.target}, location {link.location}")
PYTHON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import Excel from 'exceljs';
import XLSX from 'xlsx';

const link = (name) => XLSX.read(readFileSync(name)).Sheets.List.A1.l.Target;
console.log(`SheetJS: ${link('list.xlsx')}`);
const book = new Excel.Workbook();
await book.xlsx.readFile('list.xlsx');
console.log(`ExcelJS: ${book.worksheets[0].getCell('A1').value.hyperlink}`);
await book.xlsx.writeFile('again.xlsx');
console.log(`SheetJS, of what ExcelJS wrote back: ${link('again.xlsx')}`);
NODE
venv/bin/python make.py
{
    venv/bin/python look.py
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
openpyxl: target https://certs.example.org/verify/, location 4711
SheetJS: https://certs.example.org/verify/#4711
ExcelJS: https://certs.example.org/verify/
SheetJS, of what ExcelJS wrote back: https://certs.example.org/verify/
SEEN
diff expected seen || { echo "openpyxl 3.1.5, ExcelJS 4.4.0 or SheetJS 0.18.5 behaves otherwise now" >&2; exit 1; }
echo "as found: ExcelJS 4.4.0 drops what follows the # of a link, openpyxl 3.1.5 has it elsewhere"
