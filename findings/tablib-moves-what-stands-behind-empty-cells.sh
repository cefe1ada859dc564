#!/usr/bin/env bash
# Guess: PyPI's tablib, which reads lists for Django's import pages, gives each cell of an OpenDocument spreadsheet in the column where it stands:
#        cells that are alike beside each other, empty ones above all, are written once with their number (`table:number-columns-repeated`),
#        as office programs write them.
# Fact:  it takes such a cell for nothing where it is empty, and for one where it is not. Behind two empty cells the address stands under
#        "title", and the row is filled up at its end. Of "yes, yes, no" in three columns it gives "yes, no". Rows that are alike
#        (`number-rows-repeated`) become one. Nothing is said. pandas, python-calamine and pyexcel-ods3 give them where they stand.
# Why it matters: lists of people have empty cells beside each other, and who has both filled in is right. A certificate then has an address
#        for a title, or a mark of another course, and of two people with the same row one has none. Save the list as .csv or .xlsx.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tablib==3.10.0 odfpy==1.4.1 pandas==3.1.1 python-calamine==0.9.1 pyexcel-ods3==0.6.1 lxml==6.1.3
cat >look.py <<'PYTHON'
import zipfile

import pandas
import pyexcel_ods3
import tablib
from python_calamine import CalamineWorkbook

NAMES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
KIND = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = f"""<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{KIND}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def times(what, number):
    return f' table:number-{what}-repeated="{number}"' if number > 1 else ""


def cell(text, number=1):
    inside = f' office:value-type="string"><text:p>{text}</text:p></table:table-cell>' if text else "/>"
    return f"<table:table-cell{times('columns', number)}{inside}"


def row(*cells, number=1):
    return f"<table:table-row{times('rows', number)}>{''.join(cells)}</table:table-row>"


lists = {
    "empty cells": row(cell("name"), cell("title"), cell("note"), cell("mail")) + row(cell("Ada"), cell("", 2), cell("a@example.org")),
    "equal cells": row(cell("name"), cell("one"), cell("two"), cell("three")) + row(cell("Ada"), cell("yes", 2), cell("no")),
    "equal rows": row(cell("name"), cell("course")) + row(cell("Kim"), cell("Rust"), number=2) + row(cell("Ben"), cell("Go")),
}
for what, rows in lists.items():
    with zipfile.ZipFile("list.ods", "w") as file:
        file.writestr("mimetype", KIND)
        file.writestr("content.xml", f"<office:document-content {NAMES} office:version='1.3'><office:body><office:spreadsheet>"
                      f"<table:table table:name='List'>{rows}</table:table></office:spreadsheet></office:body></office:document-content>")
        file.writestr("META-INF/manifest.xml", MANIFEST)
    with open("list.ods", "rb") as file:
        print(f"{what}: tablib", list(tablib.Dataset().load(file.read(), format="ods")))
    print(f"{what}: pandas", pandas.read_excel("list.ods", engine="odf", keep_default_na=False).values.tolist())
    print(f"{what}: python-calamine", CalamineWorkbook.from_path("list.ods").get_sheet_by_index(0).to_python()[1:])
    print(f"{what}: pyexcel-ods3", pyexcel_ods3.get_data("list.ods")["List"][1:])
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
empty cells: tablib [('Ada', 'a@example.org', '', '')]
empty cells: pandas [['Ada', '', '', 'a@example.org']]
empty cells: python-calamine [['Ada', '', '', 'a@example.org']]
empty cells: pyexcel-ods3 [['Ada', '', '', 'a@example.org']]
equal cells: tablib [('Ada', 'yes', 'no', '')]
equal cells: pandas [['Ada', 'yes', 'yes', 'no']]
equal cells: python-calamine [['Ada', 'yes', 'yes', 'no']]
equal cells: pyexcel-ods3 [['Ada', 'yes', 'yes', 'no']]
equal rows: tablib [('Kim', 'Rust'), ('Ben', 'Go')]
equal rows: pandas [['Kim', 'Rust'], ['Kim', 'Rust'], ['Ben', 'Go']]
equal rows: python-calamine [['Kim', 'Rust'], ['Kim', 'Rust'], ['Ben', 'Go']]
equal rows: pyexcel-ods3 [['Kim', 'Rust'], ['Kim', 'Rust'], ['Ben', 'Go']]
SEEN
diff expected seen || { echo "tablib 3.10.0 with odfpy 1.4.1, pandas 3.1.1, python-calamine 0.9.1 or pyexcel-ods3 0.6.1 behaves otherwise" >&2; exit 1; }
echo "as found: tablib 3.10.0 takes repeated cells and rows of a spreadsheet for one or none"
