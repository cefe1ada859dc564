#!/usr/bin/env bash
# Guess: a name that is set with a little space between its letters, as names on certificates are, is copied as it is written: readers know
#        how wide a space is. And where one puts spaces in between, it does so from some width on, between all letters.
# Fact:  each reader has a width of its own, and near it cuts the name at some letters only. Of "Ada Lovelace" with a tenth of the size
#        between its letters poppler and pdfminer.six make "Ad a L ovelace", and of a little more, to 0.3, poppler makes "Ada Lovelace" again.
#        At 0.12 pypdf makes "Ad a  L ove l a c e", at 0.15 MuPDF "Ad a L ove l ac e" and pdfplumber "Ad a L ovelace"; PDFium puts a
#        space behind every letter from 0.14 on. To 0.08 all six give the name. Nothing but the space between the letters differs.
# Why it matters: whoever searches for the name, or compares the print with what was signed, does not find it, in one reader and not in
#        another. A comparison has to leave spaces out, all of them; a template that is to be copied stays under a tenth.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Debian 12's poppler-utils, 22.12.0.
command -v pdftotext >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check typst==0.15.0 pypdf==7.1.1 pdfplumber==0.11.10 pdfminer.six==20260107 \
    pypdfium2==5.15.2 pymupdf==2.0
cat >look.py <<'PYTHON'
import subprocess

import pdfplumber
import pymupdf
import pypdf
import pypdfium2
import typst
from pdfminer.high_level import extract_text

for space in ("0", "0.05", "0.08", "0.1", "0.12", "0.14", "0.15", "0.16", "0.2", "0.3"):
    source = f"#set page(width: 300pt, height: 60pt)\n#set text(size: 20pt, tracking: {space}em)\nAda Lovelace"
    with open("name.typ", "w") as file:
        file.write(source)
    typst.compile("name.typ", output="name.pdf")
    texts = {
        "poppler": subprocess.run(["pdftotext", "name.pdf", "-"], capture_output=True, text=True, check=True).stdout,
        "PDFium": pypdfium2.PdfDocument("name.pdf")[0].get_textpage().get_text_range(),
        "MuPDF": pymupdf.open("name.pdf")[0].get_text(),
        "pypdf": pypdf.PdfReader("name.pdf").pages[0].extract_text(),
        "pdfminer.six": extract_text("name.pdf"),
        "pdfplumber": pdfplumber.open("name.pdf").pages[0].extract_text(),
    }
    print(space, *(f"{reader} {text.strip()!r}" for reader, text in texts.items() if text.strip() != "Ada Lovelace"), sep="\n    ")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
0
0.05
0.08
0.1
    poppler 'Ad a L ovelace'
    pdfminer.six 'Ad a L ovelace'
0.12
    pypdf 'Ad a  L ove l a c e'
    pdfminer.six 'A d a   L o v e l a c e'
0.14
    PDFium 'A d a L o v e l a c e'
    pypdf 'A d a  L o v e l a c e'
    pdfminer.six 'A d a   L o v e l a c e'
0.15
    PDFium 'A d a L o v e l a c e'
    MuPDF 'Ad a L ove l ac e'
    pypdf 'A d a  L o v e l a c e'
    pdfminer.six 'A d a   L o v e l a c e'
    pdfplumber 'Ad a L ovelace'
0.16
    PDFium 'A d a L o v e l a c e'
    MuPDF 'Ad a L o v e l a c e'
    pypdf 'A d a  L o v e l a c e'
    pdfminer.six 'A d a   L o v e l a c e'
    pdfplumber 'Ad a L o v e l a c e'
0.2
    PDFium 'A d a L o v e l a c e'
    MuPDF 'A d a L o v e l a c e'
    pypdf 'A d a  L o v e l a c e'
    pdfminer.six 'A d a   L o v e l a c e'
    pdfplumber 'A d a L o v e l a c e'
0.3
    PDFium 'A d a L o v e l a c e'
    MuPDF 'A d a L o v e l a c e'
    pypdf 'A d a  L o v e l a c e'
    pdfminer.six 'A d a   L o v e l a c e'
    pdfplumber 'A d a L o v e l a c e'
SEEN
diff expected seen || { echo "$(pdftotext -v 2>&1 | head -n1), PDFium, MuPDF, pypdf, pdfminer.six or pdfplumber behaves otherwise" >&2; exit 1; }
echo "as found: six readers cut a name with space between its letters at widths of their own"
