#!/usr/bin/env bash
# Guess: readers give a line of Hebrew in the order in which it is read, however its letters are drawn: they know where each stands, and
#        from which side its script runs.
# Fact:  pdfminer.six gives letters in the order in which the file draws them and knows no direction. Drawn from the left, five letters
#        come out from their end. Drawn from the right, each letter on the left of the one before, pdfminer.six gives them right, and
#        PDFium and pypdf turn them round. poppler and MuPDF give them right in both. A mark that says that the letters stand in
#        reverse order (`/ReversedChars`, ISO 32000-1, 14.8.2.3.3) is not looked at by pdfminer.six.
# Why it matters: none of these three ways suits all five readers; the one that poppler, PDFium, MuPDF and pypdf read does not suit
#        pdfminer.six. Who takes names out of certificates by it has to turn them round by Unicode's bidirectional algorithm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v pdftotext >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pdfminer.six==20260107 pypdf==7.1.1 pypdfium2==5.15.2 pymupdf==2.0
cat >make.py <<'PYTHON'
# A to E stand for five letters of Hebrew, read in this order; each is 14.4 points wide.
LETTERS = {"A": "05D0", "B": "05D1", "C": "05D2", "D": "05D3", "E": "05D4"}
MAP = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <00><FF> endcodespacerange\n"
MAP += "5 beginbfchar\n" + "\n".join(f"<{ord(code):02X}><{said}>" for code, said in LETTERS.items()) + "\nendbfchar\nendcmap end end"
GLYPHS = "".join(f"/{code} 7 0 R" for code in LETTERS)
FONT = "/Type/Font/Subtype/Type3/FontBBox[0 0 600 700]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 69"
FONT += f"/Widths[600 600 600 600 600]/Encoding<</Differences[65/A/B/C/D/E]>>/CharProcs<<{GLYPHS}>>/Resources<<>>/ToUnicode 6 0 R"
GLYPH = "600 0 0 0 600 700 d1 0 0 500 700 re f"
FROM_LEFT = "BT /F 24 Tf 20 40 Td (EDCBA) Tj ET"
FROM_RIGHT = "BT /F 24 Tf 77.6 40 Td [(A) 1200 (B) 1200 (C) 1200 (D) 1200 (E)] TJ ET"

for name, content in (("from the left", FROM_LEFT), ("from the right", FROM_RIGHT), ("marked", f"/ReversedChars BMC {FROM_LEFT} EMC")):
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        f"<<{FONT}>>",
        f"<</Length {len(MAP)}>>stream\n{MAP}\nendstream",
        f"<</Length {len(GLYPH)}>>stream\n{GLYPH}\nendstream",
    ]
    text, places = "%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    text += f"xref\n0 8\n0000000000 65535 f \n{table}trailer\n<</Size 8/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    open(f"{name}.pdf", "w").write(text)
PYTHON
cat >look.py <<'PYTHON'
import subprocess

import pymupdf
import pypdf
import pypdfium2
from pdfminer.high_level import extract_text

READERS = {
    "poppler": lambda file: subprocess.run(["pdftotext", "-enc", "UTF-8", file, "-"], capture_output=True, check=True).stdout.decode(),
    "PDFium": lambda file: pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range(),
    "MuPDF": lambda file: pymupdf.open(file)[0].get_text(),
    "pypdf": lambda file: pypdf.PdfReader(file).pages[0].extract_text(),
    "pdfminer.six": extract_text,
}
for way in ("from the left", "from the right", "marked"):
    seen = []
    for reader, read in READERS.items():
        letters = "".join("ABCDE"[ord(one) - 0x5D0] for one in read(f"{way}.pdf") if 0x5D0 <= ord(one) <= 0x5D4)
        seen.append(f"{reader} {letters}")
    print(f"{way}: {', '.join(seen)}")
PYTHON
python3 make.py
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
from the left: poppler ABCDE, PDFium ABCDE, MuPDF ABCDE, pypdf ABCDE, pdfminer.six EDCBA
from the right: poppler ABCDE, PDFium EDCBA, MuPDF ABCDE, pypdf EDCBA, pdfminer.six ABCDE
marked: poppler ABCDE, PDFium ABCDE, MuPDF ABCDE, pypdf ABCDE, pdfminer.six EDCBA
SEEN
diff expected seen || { echo "one of pdfminer.six 20260107, pypdf 7.1.1, pypdfium2 5.15.2, PyMuPDF 2.0 and $(pdftotext -v 2>&1 | head -n1) behaves otherwise" >&2; exit 1; }
echo "as found: pdfminer.six gives a line from the right as it is drawn, and none of three ways of drawing it suits all five"
