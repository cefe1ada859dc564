#!/usr/bin/env bash
# Guess: with `cellDates: true` SheetJS gives the day that the cell shows, also in a workbook that counts days from 1904.
# Fact:  the shown text follows the workbook's switch (ECMA-376 part 1, 18.2.28, `date1904`), the Date does not: a cell that shows
#        2027-05-01 comes out as 2023-04-30, four years and a day too early, beside its own text. openpyxl, python-calamine and ExcelJS
#        give the day that is shown.
# Why it matters: Excel for the Mac made such workbooks for years, and they live on as templates. Days of courses and last days of
#        certificates that are taken over as dates are four years off, and nothing looks wrong in the spreadsheet.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund xlsx@0.18.5 exceljs@4.4.0 >/dev/null
cat >look.mjs <<'NODE'
import fs from 'node:fs';
import Excel from 'exceljs';
import XLSX from 'xlsx';

const day = (date) => date.toISOString().slice(0, 10);
for (const name of ['from-1900', 'from-1904']) {
  const { Sheets } = XLSX.read(fs.readFileSync(`${name}.xlsx`), { cellDates: true });
  const cell = Sheets.Sheet1.A1;
  console.log(`${name}: SheetJS ${day(cell.v)}, which it shows as ${cell.w}`);
  const book = new Excel.Workbook();
  await book.xlsx.readFile(`${name}.xlsx`);
  console.log(`${name}: ExcelJS ${day(book.worksheets[0].getCell('A1').value)}`);
}
NODE
{
    venv/bin/python - <<'PYTHON'
import datetime

import openpyxl
import python_calamine
import xlsxwriter

for name, from_1904 in (("from-1900", False), ("from-1904", True)):
    book = xlsxwriter.Workbook(f"{name}.xlsx", {"date_1904": from_1904})
    book.add_worksheet().write(0, 0, datetime.date(2027, 5, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    print(f"{name}: openpyxl", openpyxl.load_workbook(f"{name}.xlsx").active["A1"].value.date())
    sheet = python_calamine.CalamineWorkbook.from_path(f"{name}.xlsx").get_sheet_by_index(0)
    print(f"{name}: calamine", sheet.to_python()[0][0])
PYTHON
    TZ=UTC node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
from-1900: openpyxl 2027-05-01
from-1900: calamine 2027-05-01
from-1904: openpyxl 2027-05-01
from-1904: calamine 2027-05-01
from-1900: SheetJS 2027-05-01, which it shows as 2027-05-01
from-1900: ExcelJS 2027-05-01
from-1904: SheetJS 2023-04-30, which it shows as 2027-05-01
from-1904: ExcelJS 2027-05-01
SEEN
diff expected seen || { echo "SheetJS 0.18.5, or one of the others, behaves otherwise" >&2; exit 1; }
echo "as found: SheetJS 0.18.5 reads 2027-05-01 of a workbook that counts from 1904 as 2023-04-30"
