#!/usr/bin/env bash
# Guess: PyPI's pylightxl reads a text of a workbook wherever the file has it: in the table of shared texts, or in the cell itself
#        (`t="inlineStr"`, ECMA-376 part 1, 18.18.11).
# Fact:  the second kind it reads as an empty text: a list whose names stand in their cells has no name, and the numbers beside them are there.
#        Nothing is said. openpyxl and python-calamine give both. And of each workbook that openpyxl has written it raises TypeError:
#        there the prefix of a sheet's `r:id` is declared on the sheet's own element, where XML lets it be as well.
# Why it matters: programs that write long lists write texts into the cells, as they then need no table: XlsxWriter with `constant_memory`
#        is tried here. Out of such a list a row of empty names is taken for people without one, or for no people. Read with one of
#        the others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pylightxl==1.61 XlsxWriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1
cat >look.py <<'PYTHON'
import openpyxl
import pylightxl
import xlsxwriter
from python_calamine import CalamineWorkbook

for kind in ("shared", "in the cells"):
    book = xlsxwriter.Workbook("people.xlsx", {"constant_memory": kind == "in the cells"})
    sheet = book.add_worksheet("People")
    sheet.write_row(0, 0, ["Ada Lovelace", 92])
    sheet.write_row(1, 0, ["Ben King", 71])
    book.close()
    print(f"{kind}: pylightxl", list(pylightxl.readxl("people.xlsx").ws("People").rows))
    print(f"{kind}: openpyxl", [list(row) for row in openpyxl.load_workbook("people.xlsx").active.iter_rows(values_only=True)])
    print(f"{kind}: python-calamine", CalamineWorkbook.from_path("people.xlsx").get_sheet_by_index(0).to_python())
book = openpyxl.Workbook()
book.active.append(["Ada Lovelace", 92])
book.save("other.xlsx")
try:
    print("written by openpyxl: pylightxl", list(pylightxl.readxl("other.xlsx").ws("Sheet").rows))
except TypeError as error:
    print("written by openpyxl: pylightxl TypeError:", error)
print("written by openpyxl: python-calamine", CalamineWorkbook.from_path("other.xlsx").get_sheet_by_index(0).to_python())
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
shared: pylightxl [['Ada Lovelace', 92], ['Ben King', 71]]
shared: openpyxl [['Ada Lovelace', 92], ['Ben King', 71]]
shared: python-calamine [['Ada Lovelace', 92.0], ['Ben King', 71.0]]
in the cells: pylightxl [['', 92], ['', 71]]
in the cells: openpyxl [['Ada Lovelace', 92], ['Ben King', 71]]
in the cells: python-calamine [['Ada Lovelace', 92.0], ['Ben King', 71.0]]
written by openpyxl: pylightxl [['', 92]]
written by openpyxl: python-calamine [['Ada Lovelace', 92.0]]
SEEN
diff expected seen || { echo "pylightxl 1.61, XlsxWriter 3.3.1, openpyxl 3.1.5 or python-calamine 0.9.1 behaves otherwise" >&2; exit 1; }
echo "as found: pylightxl 1.61 reads a text that stands in its cell as an empty one"
