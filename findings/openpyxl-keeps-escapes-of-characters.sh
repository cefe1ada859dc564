#!/usr/bin/env bash
# Guess: openpyxl gives a cell's text as the spreadsheet program shows it, and writes text so that it comes back.
# Fact:  ECMA-376 (part 1, 22.9.2.19, ST_Xstring) writes what XML cannot hold, and a carriage return, as `_xHHHH_`, and an
#        underscore that would look like that as `_x005F_`. openpyxl undoes `_x005F_` and no other: "one", carriage return,
#        "two" is read as the text `one_x000D_two`. Where it writes, it escapes nothing: `a_x0041_b` becomes `aAb` elsewhere.
# Why it matters: names and addresses that were pasted with a line end, which many spreadsheets hold, get `_x000D_` in the
#        middle. Decode cells again with openpyxl.utils.escape.unescape, or read with calamine, which does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openpyxl==3.1.5 XlsxWriter==3.3.1 python-calamine==0.9.1
venv/bin/python - >seen <<'PYTHON'
import openpyxl
import python_calamine
import xlsxwriter

TEXTS = ["one\rtwo", "a_x0041_b"]


def with_calamine(name):
    return [row[0] for row in python_calamine.CalamineWorkbook.from_path(name).get_sheet_by_index(0).to_python()]


book = xlsxwriter.Workbook("written.xlsx")
book.add_worksheet().write_column("A1", TEXTS)
book.close()
print("read by openpyxl:", [row[0].value for row in openpyxl.load_workbook("written.xlsx").active.rows])
print("read by calamine:", with_calamine("written.xlsx"))

book = openpyxl.Workbook()
book.active["A1"] = "a_x0041_b"
book.save("own.xlsx")
print("written by openpyxl, read by calamine:", with_calamine("own.xlsx"))
PYTHON
cat seen
cat >expected <<'SEEN'
read by openpyxl: ['one_x000D_two', 'a_x0041_b']
read by calamine: ['one\rtwo', 'a_x0041_b']
written by openpyxl, read by calamine: ['aAb']
SEEN
diff expected seen || { echo "openpyxl 3.1.5 behaves otherwise" >&2; exit 1; }
echo "as found: openpyxl 3.1.5 leaves _x000D_ in the text, and escapes nothing where it writes"
