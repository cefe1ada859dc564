#!/usr/bin/env bash
# Guess: a reader of workbooks gives 30 hours in the format `[h]:mm`, which the cell shows as 30:00, as a length of time, or as the number 1.25.
# Fact:  npm's hucre and read-excel-file take it for a date: 30 hours are six in the morning of 1 January 1900 in the one, and of 31
#        December 1899 in the other. From 60 days on, 1440 hours, the two agree, as one of them leaves out the day that 1900 never had:
#        its hours cannot be counted from one beginning. PyPI's fastexcel gives lengths of time, but asked for texts (`dtypes="string"`) it
#        gives "1900-01-01 06:00:00". openpyxl and python-calamine give a length of time. Nothing is said.
# Why it matters: hours that people took part are kept in this format, as `h:mm` begins again at 24. They reach a certificate as a day of 1900,
#        or as "06:00" where only the hour is taken of it, and people with less than a day look right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check XlsxWriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1 fastexcel==0.21.0 polars==2.1.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts hucre@1.0.0 read-excel-file@9.3.17
cat >look.py <<'PYTHON'
import fastexcel
import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook

book = xlsxwriter.Workbook("hours.xlsx")
sheet = book.add_worksheet("Hours")
elapsed = book.add_format({"num_format": "[h]:mm"})
for row, hours in enumerate((30, 120, 1452)):
    sheet.write_number(row, 0, hours / 24, elapsed)
book.close()
print("openpyxl", *(row[0] for row in openpyxl.load_workbook("hours.xlsx").active.iter_rows(values_only=True)), sep=" | ")
print("python-calamine", *(row[0] for row in CalamineWorkbook.from_path("hours.xlsx").get_sheet_by_index(0).to_python()), sep=" | ")
for asked in (None, "string"):
    read = fastexcel.read_excel("hours.xlsx").load_sheet(0, header_row=None, dtypes=asked).to_polars().to_series(0).to_list()
    print(f"fastexcel, dtypes {asked}", *read, sep=" | ")
PYTHON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import { readXlsx } from 'hucre';
import read from 'read-excel-file/node';

const show = (name, rows) => console.log([name, ...rows.map(([value]) => (value instanceof Date ? value.toISOString() : value))].join(' | '));
show('hucre', (await readXlsx(readFileSync('hours.xlsx'))).sheets[0].rows);
show('read-excel-file', (await read('hours.xlsx'))[0].data);
NODE
{
    venv/bin/python look.py
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
openpyxl | 1 day, 6:00:00 | 5 days, 0:00:00 | 60 days, 12:00:00
python-calamine | 1 day, 6:00:00 | 5 days, 0:00:00 | 60 days, 12:00:00
fastexcel, dtypes None | 1 day, 6:00:00 | 5 days, 0:00:00 | 60 days, 12:00:00
fastexcel, dtypes string | 1900-01-01 06:00:00 | 1900-01-05 00:00:00 | 1900-02-28 12:00:00
hucre | 1900-01-01T06:00:00.000Z | 1900-01-05T00:00:00.000Z | 1900-02-28T12:00:00.000Z
read-excel-file | 1899-12-31T06:00:00.000Z | 1900-01-04T00:00:00.000Z | 1900-02-28T12:00:00.000Z
SEEN
diff expected seen || { echo "hucre 1.0.0, read-excel-file 9.3.17, fastexcel 0.21.0 or one of the others behaves otherwise" >&2; exit 1; }
echo "as found: hucre 1.0.0 and read-excel-file 9.3.17 give elapsed hours as days of 1899 and 1900"
