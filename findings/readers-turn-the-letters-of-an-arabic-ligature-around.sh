#!/usr/bin/env bash
# Guess: `/ToUnicode` says which letters a glyph stands for, in the order in which they are read (ISO 32000-1, 9.10.3); a ligature of
#        Arabic, lam-alef, is mapped to lam and alef, as "fi" is to f and i, and each reader copies the word as it is written.
# Fact:  poppler, PDFium and MuPDF turn a line that runs from the right around letter by letter, those within one glyph too: they
#        give alef and lam. Mapped the wrong way round, to alef and lam, they give the word; pypdf, which turns glyphs, then gives it
#        wrong. `/ActualText` (14.9.4) around the glyph is turned around by poppler and MuPDF as well, is taken as it stands by PDFium,
#        and is not looked at by pypdf. None of these three ways is read right by all four.
# Why it matters: names with lam-alef are common (Salah, Alaa, Islam). Who copies one out of a certificate, or searches for it, does
#        not find it; a verifier that compares the print with what was signed accuses an honest certificate, unless it allows for
#        both orders.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v pdftotext >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pypdf==7.1.1 pypdfium2==5.15.2 pymupdf==2.0
cat >make.py <<'PYTHON'
# A beh, the ligature, and a teh; the page is drawn from the left, so that the teh comes first.
BEH, TEH, LAM, ALEF = "0628", "062A", "0644", "0627"
PLAIN = "(TLB) Tj"
MARKED = f"(T) Tj /Span<</ActualText<FEFF{LAM}{ALEF}>>>BDC (L) Tj EMC (B) Tj"

for name, ligature, drawn in (("as read", LAM + ALEF, PLAIN), ("as drawn", ALEF + LAM, PLAIN), ("ActualText", LAM + ALEF, MARKED)):
    letters = "\n".join(f"<{ord(code):02X}><{said}>" for code, said in (("B", BEH), ("T", TEH), ("L", ligature)))
    cmap = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <00><FF> endcodespacerange\n"
    cmap += f"3 beginbfchar\n{letters}\nendbfchar\nendcmap end end"
    content = f"BT /F 24 Tf 20 40 Td {drawn} ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier/ToUnicode 6 0 R>>",
        f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream",
    ]
    text, places = "%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    text += f"xref\n0 7\n0000000000 65535 f \n{table}trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    open(f"{name}.pdf", "w").write(text)
PYTHON
cat >look.py <<'PYTHON'
import subprocess

import pymupdf
import pypdf
import pypdfium2

WORD = "\u0628\u0644\u0627\u062a"
TURNED = "\u0628\u0627\u0644\u062a"
READERS = {
    "poppler": lambda file: subprocess.run(["pdftotext", "-enc", "UTF-8", file, "-"], capture_output=True, check=True).stdout.decode(),
    "PDFium": lambda file: pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range(),
    "MuPDF": lambda file: pymupdf.open(file)[0].get_text(),
    "pypdf": lambda file: pypdf.PdfReader(file).pages[0].extract_text(),
}
for way in ("as read", "as drawn", "ActualText"):
    seen = []
    for reader, read in READERS.items():
        letters = "".join(one for one in read(f"{way}.pdf") if "\u0600" <= one <= "\u06ff")
        seen.append(f"{reader} {'right' if letters == WORD else 'turned' if letters == TURNED else ascii(letters)}")
    print(f"{way}: {', '.join(seen)}")
PYTHON
python3 make.py
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
as read: poppler turned, PDFium turned, MuPDF turned, pypdf right
as drawn: poppler right, PDFium right, MuPDF right, pypdf turned
ActualText: poppler turned, PDFium right, MuPDF turned, pypdf right
SEEN
diff expected seen || { echo "pypdf 7.1.1, pypdfium2 5.15.2, PyMuPDF 2.0 or $(pdftotext -v 2>&1 | head -n1) behaves otherwise" >&2; exit 1; }
echo "as found: the letters of a ligature that is read from the right are turned around by three readers of four"
