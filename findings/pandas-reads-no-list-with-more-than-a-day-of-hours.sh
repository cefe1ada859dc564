#!/usr/bin/env bash
# Guess: pandas reads a length of time out of an OpenDocument spreadsheet, 30 hours in the format [HH]:MM (`office:time-value="PT30H15M00S"`,
#        a duration), as a duration, or as the text 30:15, as it reads one out of an .xlsx.
# Fact:  with the engine "odf", which it takes for .ods where nothing is said, it reads the *shown text* as a time of day: 07:30 is the time
#        07:30:00, and 30:15 raises "hour must be in 0..23", so that nothing of the list is read at all. tablib raises too. The engine
#        "calamine" gives the duration's own text, PT30H15M00S, and pyexcel-ods3 30 hours and a quarter.
# Why it matters: hours that people took part are such cells. The list is read while all have less than a day, and the first person with 24 hours
#        makes it unreadable, with a message that names no cell. Name the engine, or keep hours as numbers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1 odfpy==1.4.1 python-calamine==0.9.1 tablib==3.10.0 pyexcel-ods3==0.6.1 lxml==6.1.3
cat >look.py <<'PYTHON'
import zipfile

import pandas
import pyexcel_ods3
import tablib

NAMES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
KIND = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = f"""<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{KIND}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def by_tablib():
    with open("list.ods", "rb") as file:
        return tablib.Dataset().load(file.read(), format="ods", headers=False)[0][0]


readers = {
    "pandas": lambda: pandas.read_excel("list.ods", header=None).values.tolist()[0][0],
    "pandas, calamine": lambda: pandas.read_excel("list.ods", header=None, engine="calamine").values.tolist()[0][0],
    "tablib": by_tablib,
    "pyexcel-ods3": lambda: pyexcel_ods3.get_data("list.ods")["List"][0][0],
}
for value, shown in [("PT07H30M00S", "07:30"), ("PT23H59M00S", "23:59"), ("PT30H15M00S", "30:15")]:
    with zipfile.ZipFile("list.ods", "w") as file:
        file.writestr("mimetype", KIND)
        file.writestr("content.xml", f"<office:document-content {NAMES} office:version='1.3'><office:body><office:spreadsheet>"
                      f"<table:table table:name='List'><table:table-row><table:table-cell office:value-type='time' office:time-value='{value}'>"
                      f"<text:p>{shown}</text:p></table:table-cell></table:table-row></table:table>"
                      "</office:spreadsheet></office:body></office:document-content>")
        file.writestr("META-INF/manifest.xml", MANIFEST)
    for name, read in readers.items():
        try:
            answer = repr(read())
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
        print(f"{shown}: {name} {answer}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
07:30: pandas datetime.time(7, 30)
07:30: pandas, calamine datetime.time(7, 30)
07:30: tablib datetime.time(7, 30)
07:30: pyexcel-ods3 datetime.time(7, 30)
23:59: pandas datetime.time(23, 59)
23:59: pandas, calamine datetime.time(23, 59)
23:59: tablib datetime.time(23, 59)
23:59: pyexcel-ods3 datetime.time(23, 59)
30:15: pandas DateParseError: hour must be in 0..23: 30:15
30:15: pandas, calamine 'PT30H15M00S'
30:15: tablib ValueError: time data 'PT30H15M00S' does not match format '%H:%M:%S'
30:15: pyexcel-ods3 datetime.timedelta(days=1, seconds=22500)
SEEN
diff expected seen || { echo "pandas 3.1.1 with odfpy 1.4.1, tablib 3.10.0 or one of the others behaves otherwise" >&2; exit 1; }
echo "as found: pandas 3.1.1 reads no .ods with a length of time of a day or more"
