#!/usr/bin/env bash
# Guess: whoever reads an OpenDocument spreadsheet gives a tab within a cell as a tab, and a line break as a line break, or at least as a space.
# Fact:  OpenDocument writes them as elements (part 3 of version 1.3, 6.1.4 `text:tab`, 6.1.5 `text:line-break`). python-calamine, which is
#        the Rust crate calamine, drops both: `Ada`, tab, `Lovelace` is `AdaLovelace`. pandas with its own engine "odf" drops the tab and
#        keeps the line break. A `text:s` (6.1.3), which is a space, all of them give. SheetJS and pyexcel-ods give all three.
# Why it matters: names that were put into a spreadsheet out of a table or a text have such tabs within them, which nobody sees. The
#        certificate says AdaLovelace, and no space is left to find that by.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-calamine==0.9.1 pandas==3.1.1 odfpy==1.4.1 pyexcel-ods==0.6.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts xlsx@0.18.5 >/dev/null
cat >make.py <<'PYTHON'
import odf.opendocument
from odf.table import Table, TableCell, TableRow
from odf.text import LineBreak, P, S, Tab

book = odf.opendocument.OpenDocumentSpreadsheet()
sheet = Table(name="List")
for between in (Tab, LineBreak, S):
    text = P(text="Ada")
    text.addElement(between())
    text.addText("Lovelace")
    cell = TableCell(valuetype="string")
    cell.addElement(text)
    row = TableRow()
    row.addElement(cell)
    sheet.addElement(row)
book.spreadsheet.addElement(sheet)
book.save("list.ods")
PYTHON
cat >look.py <<'PYTHON'
import json

import pandas
import pyexcel_ods
import python_calamine

readers = {
    "python-calamine": lambda: python_calamine.load_workbook("list.ods").get_sheet_by_index(0).to_python(),
    "pandas, odf": lambda: pandas.read_excel("list.ods", engine="odf", header=None).values.tolist(),
    "pyexcel-ods": lambda: pyexcel_ods.get_data("list.ods")["List"],
}
for name, read in readers.items():
    print(f"{name}:", json.dumps([row[0] for row in read()]))
PYTHON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import XLSX from 'xlsx';

const rows = XLSX.utils.sheet_to_json(XLSX.read(readFileSync('list.ods')).Sheets.List, { header: 1 });
console.log('SheetJS:', JSON.stringify(rows.map(([name]) => name)).replaceAll(',', ', '));
NODE
venv/bin/python make.py
{
    venv/bin/python look.py
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
python-calamine: ["AdaLovelace", "AdaLovelace", "Ada Lovelace"]
pandas, odf: ["AdaLovelace", "Ada\nLovelace", "Ada Lovelace"]
pyexcel-ods: ["Ada\tLovelace", "Ada\nLovelace", "Ada Lovelace"]
SheetJS: ["Ada\tLovelace", "Ada\nLovelace", "Ada Lovelace"]
SEEN
diff expected seen || { echo "python-calamine 0.9.1, pandas 3.1.1, pyexcel-ods 0.6.0 or SheetJS 0.18.5 behaves otherwise now" >&2; exit 1; }
echo "as found: python-calamine 0.9.1 and pandas 3.1.1 run words together at a tab, python-calamine at a line break too"
