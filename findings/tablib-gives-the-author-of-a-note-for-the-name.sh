#!/usr/bin/env bash
# Guess: PyPI's tablib gives the text of a cell of an OpenDocument spreadsheet, as pandas does, however it is set and whatever hangs on it.
# Fact:  it goes down to the first thing in the cell, and in that to the first, and gives what is there. In a cell with a note that is the
#        note's author: of `Ada` with a note by Ben it gives "Ben". Of a name with one half in bold it gives the other half, "Ada ", of
#        two lines the first one, and of a link nothing behind its beginning. A number with a note raises ValueError, and so does one that
#        is shown with a comma, 8,3, as it is not the number that is read but its text; a percentage stays the text "88 %". Nothing is said.
# Why it matters: notes are where staff write "name as in passport". Everybody whose row has one gets a certificate for whoever wrote it, the
#        others are right, and it looks like a name. Save the list as .csv or .xlsx, or read it with pandas.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tablib==3.10.0 odfpy==1.4.1 pandas==3.1.1
cat >look.py <<'PYTHON'
import zipfile

import pandas
import tablib

NAMES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
NAMES += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
KIND = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = f"""<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{KIND}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""
NOTE = "<office:annotation><dc:creator>Ben</dc:creator><dc:date>2026-12-01T10:00:00</dc:date><text:p>as in passport</text:p></office:annotation>"
cells = {
    "plain": 'office:value-type="string"><text:p>Ada Lovelace</text:p>',
    "with a note": f'office:value-type="string">{NOTE}<text:p>Ada Lovelace</text:p>',
    "half in bold": 'office:value-type="string"><text:p>Ada <text:span>Lovelace</text:span></text:p>',
    "two lines": 'office:value-type="string"><text:p>Ada</text:p><text:p>Lovelace</text:p>',
    "with a link": 'office:value-type="string"><text:p>see <text:a xlink:href="https://example.org">Ada</text:a></text:p>',
    "a number": 'office:value-type="float" office:value="8.3"><text:p>8.3</text:p>',
    "with a comma": 'office:value-type="float" office:value="8.3"><text:p>8,3</text:p>',
    "a number with a note": f'office:value-type="float" office:value="92">{NOTE}<text:p>92</text:p>',
    "a percentage": 'office:value-type="percentage" office:value="0.875"><text:p>88 %</text:p>',
}
for what, cell in cells.items():
    with zipfile.ZipFile("list.ods", "w") as file:
        file.writestr("mimetype", KIND)
        file.writestr("content.xml", f"<office:document-content {NAMES} office:version='1.3'><office:body><office:spreadsheet>"
                      f"<table:table table:name='List'><table:table-row><table:table-cell {cell}</table:table-cell></table:table-row>"
                      "</table:table></office:spreadsheet></office:body></office:document-content>")
        file.writestr("META-INF/manifest.xml", MANIFEST)
    try:
        with open("list.ods", "rb") as file:
            answer = repr(tablib.Dataset().load(file.read(), format="ods", headers=False)[0][0])
    except ValueError as error:
        answer = f"ValueError: {error}"
    print(f"{what}: tablib {answer}, pandas {pandas.read_excel('list.ods', engine='odf', header=None).values.tolist()[0][0]!r}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
plain: tablib 'Ada Lovelace', pandas 'Ada Lovelace'
with a note: tablib 'Ben', pandas 'Ada Lovelace'
half in bold: tablib 'Ada ', pandas 'Ada Lovelace'
two lines: tablib 'Ada', pandas 'Ada\nLovelace'
with a link: tablib 'see ', pandas 'see Ada'
a number: tablib 8.3, pandas 8.3
with a comma: tablib ValueError: could not convert string to float: '8,3', pandas 8.3
a number with a note: tablib ValueError: could not convert string to float: 'Ben', pandas 92
a percentage: tablib '88 %', pandas 0.875
SEEN
diff expected seen || { echo "tablib 3.10.0 with odfpy 1.4.1 or pandas 3.1.1 behaves otherwise" >&2; exit 1; }
echo "as found: tablib 3.10.0 gives the first piece of a cell, which is the author of a note where there is one"
