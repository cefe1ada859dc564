#!/usr/bin/env bash
# Guess: pandas reads a boolean cell of an OpenDocument spreadsheet by its value (`office:boolean-value`), as it does with numbers and
#        dates.
# Fact:  with the engine "odf", which it takes for .ods where nothing is said, it reads the *shown text*, and TRUE is the only one that
#        is true: a cell that is true and shows WAHR, VRAI or a check mark is False. Nothing is said. The engine "calamine"
#        reads the value.
# Why it matters: an office suite in another language than English saves its own words. A list's column "passed", read by pandas, says
#        of everybody that they have not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1 odfpy==1.4.1 python-calamine==0.9.1
venv/bin/python - >seen <<'PYTHON'
import pandas
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

document = OpenDocumentSpreadsheet()
table = Table(name="List")
document.spreadsheet.addElement(table)
for value, shown in (("true", "TRUE"), ("true", "WAHR"), ("true", "VRAI"), ("true", "✓"), ("false", "FALSCH")):
    row = TableRow()
    table.addElement(row)
    for cell, text in ((TableCell(valuetype="string"), shown), (TableCell(valuetype="boolean", booleanvalue=value), shown)):
        cell.addElement(P(text=text))
        row.addElement(cell)
document.save("list.ods")

for engine in (None, "odf", "calamine"):
    rows = pandas.read_excel("list.ods", header=None, engine=engine).values.tolist()
    print(f"{engine}:", ", ".join(f"{shown} is {value}" for shown, value in rows))
PYTHON
cat seen
cat >expected <<'SEEN'
None: TRUE is True, WAHR is False, VRAI is False, ✓ is False, FALSCH is False
odf: TRUE is True, WAHR is False, VRAI is False, ✓ is False, FALSCH is False
calamine: TRUE is True, WAHR is True, VRAI is True, ✓ is True, FALSCH is False
SEEN
diff expected seen || { echo "pandas 3.1.1 behaves otherwise" >&2; exit 1; }
echo "as found: to pandas 3.1.1 a true cell of an .ods that shows WAHR is False"
