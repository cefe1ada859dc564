#!/usr/bin/env bash
# Guess: ExcelJS tells numbers from dates by the cell's number format as the spreadsheet program does.
# Fact:  it looks for the letters y, m, d, h, M, s and b in the format after quotes and brackets are taken out, but not what a backslash
#        makes literal, nor the width of a letter that `_` leaves free (ECMA-376, part 1, 18.8.31). 40 in the format `0\h` (shown "40h")
#        is read as the day 1900-02-08, and 92.5 in `#,##0.00\ _D_M`, the width of a currency's sign, as noon of 1900-04-01. openpyxl and calamine read
#        the number, and of `0"h"` ExcelJS does too.
# Why it matters: hours, marks and fees that people have formatted reach a certificate as days of the year 1900.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund exceljs@4.4.0 >/dev/null
cat >look.mjs <<'NODE'
import Excel from 'exceljs';

const book = new Excel.Workbook();
await book.xlsx.readFile('list.xlsx');
const values = [];
book.worksheets[0].eachRow((row) => {
  const { value } = row.getCell(1);
  values.push(value instanceof Date ? value.toISOString() : value);
});
console.log(`ExcelJS: ${values.join(', ')}`);
NODE
{
    venv/bin/python - <<'PYTHON'
import openpyxl
import python_calamine
import xlsxwriter

book = xlsxwriter.Workbook("list.xlsx")
sheet = book.add_worksheet()
for row, (number, form) in enumerate([(40, '0"h"'), (40, r"0\h"), (92.5, r"#,##0.00\ _D_M"), (40, "yyyy-mm-dd")]):
    sheet.write(row, 0, number, book.add_format({"num_format": form}))
book.close()
print("openpyxl:", ", ".join(str(row[0].value) for row in openpyxl.load_workbook("list.xlsx").active.rows))
rows = python_calamine.CalamineWorkbook.from_path("list.xlsx").get_sheet_by_index(0).to_python()
print("calamine:", ", ".join(str(row[0]) for row in rows))
PYTHON
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
openpyxl: 40, 40, 92.5, 1900-02-09 00:00:00
calamine: 40.0, 40.0, 92.5, 1900-02-09
ExcelJS: 40, 1900-02-08T00:00:00.000Z, 1900-04-01T12:00:00.000Z, 1900-02-08T00:00:00.000Z
SEEN
diff expected seen || { echo "ExcelJS 4.4.0, openpyxl 3.1.5 or calamine 0.9.1 behaves otherwise" >&2; exit 1; }
echo "as found: ExcelJS 4.4.0 reads 40 in the format 0\\h as a day of 1900"
