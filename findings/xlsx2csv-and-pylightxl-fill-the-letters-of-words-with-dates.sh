#!/usr/bin/env bash
# Guess: who reads a number whose format has a word in it, `0.0" hours"`, "Day "0, gets the number, or what the cell shows: in quotes, and
#        behind a backslash, letters are no parts of dates (ECMA-376 part 1, 18.8.31).
# Fact:  PyPI's xlsx2csv takes an h, d, m, s or y anywhere for a sign of a date and fills it in: 40.5 in `0.0" hours"` comes out as
#        `0.0" 12ours"`, the day of 1900 in "Day "0 as `"08ay "0`. pylightxl makes the time 12:00:00 of the first and 1900/02/08 of the
#        second. openpyxl and python-calamine give the number.
# Why it matters: hours, days and marks with their unit are what a list for certificates has. The CSV that is made of it says
#        `0.0" 12ours"` for everybody with half an hour more, or "12:00:00" for all of them. Take the format off, or read with the others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check xlsx2csv==0.8.6 pylightxl==1.61 XlsxWriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1
cat >look.py <<'PYTHON'
import csv
import io

import openpyxl
import pylightxl
import xlsxwriter
from python_calamine import CalamineWorkbook
from xlsx2csv import Xlsx2csv

formats = ["0.0", '0.0" hours"', '"Day "0', "0.0\\ \\h", "yyyy\\-mm\\-dd"]
book = xlsxwriter.Workbook("list.xlsx")
sheet = book.add_worksheet("List")
for row, form in enumerate(formats):
    sheet.write_number(row, 0, 40.5, book.add_format({"num_format": form}))
book.close()
text = io.StringIO()
Xlsx2csv("list.xlsx").convert(text)
answers = {
    "xlsx2csv": [row[0] for row in csv.reader(io.StringIO(text.getvalue()))],
    "pylightxl": [row[0] for row in pylightxl.readxl("list.xlsx").ws("List").rows],
    "openpyxl": [str(row[0]) for row in openpyxl.load_workbook("list.xlsx").active.iter_rows(values_only=True)],
    "python-calamine": [str(row[0]) for row in CalamineWorkbook.from_path("list.xlsx").get_sheet_by_index(0).to_python()],
}
for row, form in enumerate(formats):
    print(f"40.5 in {form}:", ", ".join(f"{reader} {values[row]}" for reader, values in answers.items()))
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
40.5 in 0.0: xlsx2csv 40.5, pylightxl 40.5, openpyxl 40.5, python-calamine 40.5
40.5 in 0.0" hours": xlsx2csv 0.0" 12ours", pylightxl 12:00:00, openpyxl 40.5, python-calamine 40.5
40.5 in "Day "0: xlsx2csv "08ay "0, pylightxl 1900/02/08, openpyxl 40.5, python-calamine 40.5
40.5 in 0.0\ \h: xlsx2csv 0.0 12, pylightxl 40.5, openpyxl 40.5, python-calamine 40.5
40.5 in yyyy\-mm\-dd: xlsx2csv 1900-02-08, pylightxl 1900/02/08, openpyxl 1900-02-09 12:00:00, python-calamine 1900-02-09 12:00:00
SEEN
diff expected seen || { echo "xlsx2csv 0.8.6, pylightxl 1.61 or one of the others behaves otherwise" >&2; exit 1; }
echo "as found: xlsx2csv 0.8.6 and pylightxl 1.61 take the letters of words in a format for parts of a date"
