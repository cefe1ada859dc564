#!/usr/bin/env bash
# Guess: a Hebrew word within a line of Latin letters is copied with a space before and after it, as it is drawn. Unicode's
#        bidirectional algorithm (UAX 9, N1 and N2) gives a space between letters of two directions that of the line.
# Fact:  poppler, MuPDF and pypdf count the space behind such a word to the word and turn both round: two spaces stand before it, and
#        what comes after it follows without one. PDFium gives both spaces where they are.
# Why it matters: people with a name in two scripts are common where both are in use. A search for the name, or a comparison of the
#        text with what was signed that counts spaces, does not find it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v pdftotext >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pypdf==7.1.1 pypdfium2==5.15.2 pymupdf==2.0
cat >make.py <<'PYTHON'
# X and Y are themselves; A, B and C stand for letters of Hebrew, which are drawn from the right; S is a space.
LETTERS = {"A": "05D0", "B": "05D1", "C": "05D2", "S": "0020", "X": "0058", "Y": "0059"}
MAP = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <00><FF> endcodespacerange\n"
MAP += "6 beginbfchar\n" + "\n".join(f"<{ord(code):02X}><{said}>" for code, said in LETTERS.items()) + "\nendbfchar\nendcmap end end"
GLYPHS = "".join(f"/{code} {8 if code == 'S' else 7} 0 R" for code in LETTERS)
WIDTHS = " ".join("250" if chr(code) == "S" else "600" for code in range(65, 91))
FONT = f"/Type/Font/Subtype/Type3/FontBBox[0 0 600 700]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 90/Widths[{WIDTHS}]"
FONT += f"/Encoding<</Differences[65/A/B/C 83/S 88/X/Y]>>/CharProcs<<{GLYPHS}>>/Resources<<>>/ToUnicode 6 0 R"
GLYPH = "600 0 0 0 600 700 d1 0 0 500 700 re f"
SPACE = "250 0 0 0 0 0 d1"
CONTENT = "BT /F 24 Tf 20 40 Td (XYSCBASYX) Tj ET"
objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Count 1/Kids[3 0 R]>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
    f"<</Length {len(CONTENT)}>>stream\n{CONTENT}\nendstream",
    f"<<{FONT}>>",
    f"<</Length {len(MAP)}>>stream\n{MAP}\nendstream",
    f"<</Length {len(GLYPH)}>>stream\n{GLYPH}\nendstream",
    f"<</Length {len(SPACE)}>>stream\n{SPACE}\nendstream",
]
text, places = "%PDF-1.7\n", []
for number, body in enumerate(objects, 1):
    places.append(len(text))
    text += f"{number} 0 obj\n{body}\nendobj\n"
table = "".join(f"{place:010} 00000 n \n" for place in places)
text += f"xref\n0 9\n0000000000 65535 f \n{table}trailer\n<</Size 9/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
open("a.pdf", "w").write(text)
PYTHON
cat >look.py <<'PYTHON'
import subprocess

import pymupdf
import pypdf
import pypdfium2

READERS = {
    "poppler": lambda file: subprocess.run(["pdftotext", "-enc", "UTF-8", file, "-"], capture_output=True, check=True).stdout.decode(),
    "PDFium": lambda file: pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range(),
    "MuPDF": lambda file: pymupdf.open(file)[0].get_text(),
    "pypdf": lambda file: pypdf.PdfReader(file).pages[0].extract_text(),
}
LETTERS = {"\u05d0": "A", "\u05d1": "B", "\u05d2": "C", "X": "X", "Y": "Y", " ": "_"}
for reader, read in READERS.items():
    print(f"{reader}: {''.join(LETTERS.get(one, '') for one in read('a.pdf').strip())}")
PYTHON
python3 make.py
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
poppler: XY__ABCYX
PDFium: XY_ABC_YX
MuPDF: XY__ABCYX
pypdf: XY__ABCYX
SEEN
diff expected seen || { echo "$(pdftotext -v 2>&1 | head -n1), pypdf 7.1.1, pypdfium2 5.15.2 or PyMuPDF 2.0 behaves otherwise" >&2; exit 1; }
echo "as found: three readers of four put the space behind a Hebrew word before it"
