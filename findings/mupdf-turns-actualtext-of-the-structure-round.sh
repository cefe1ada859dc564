#!/usr/bin/env bash
# Guess: `/ActualText` of an element of the structure tree (ISO 32000-1, 14.9.4) says what is read there, in the order of reading: a reader
#        that copies by the glyphs does not look at it, and one that looks at it takes it as it stands.
# Fact:  MuPDF takes it for the text of the glyphs that the element marks, and then turns it round as it turns glyphs round that are drawn
#        from the left to the right: a name in Hebrew is copied backwards. Where the element has a span below it that holds the mark,
#        MuPDF does not look up to it, and copies by the glyphs, rightly. poppler gives the same text in all three.
# Why it matters: PDF/UA wants the order of reading for those who hear a page, and a tagged file is copied from as well. Put the
#        text on the paragraph, and the mark on a span in it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v pdftotext >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pymupdf==2.0
cat >make.py <<'PYTHON'
# A to E stand for five letters of Hebrew, which are drawn from the right: E is the leftmost.
LETTERS = {"A": "05D0", "B": "05D1", "C": "05D2", "D": "05D3", "E": "05D4"}
MAP = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <00><FF> endcodespacerange\n"
MAP += "5 beginbfchar\n" + "\n".join(f"<{ord(code):02X}><{said}>" for code, said in LETTERS.items()) + "\nendbfchar\nendcmap end end"
CONTENT = "/P<</MCID 0>>BDC BT /F 24 Tf 20 40 Td (EDCBA) Tj ET EMC"
SAID = "/ActualText<FEFF05D005D105D205D305D4>"
HELD = "/Pg 3 0 R/K 0"

for name, paragraph, marked in (("plain", HELD, 9), ("said", SAID + HELD, 9), ("above", SAID + "/K 10 0 R", 10)):
    objects = [
        "<</Type/Catalog/Pages 2 0 R/StructTreeRoot 7 0 R/MarkInfo<</Marked true>>>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/StructParents 0/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(CONTENT)}>>stream\n{CONTENT}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier/ToUnicode 6 0 R>>",
        f"<</Length {len(MAP)}>>stream\n{MAP}\nendstream",
        f"<</Type/StructTreeRoot/K 8 0 R/ParentTree<</Nums[0[{marked} 0 R]]>>>>",
        "<</S/Document/P 7 0 R/K 9 0 R>>",
        f"<</S/P/P 8 0 R{paragraph}>>",
        f"<</S/Span/P 9 0 R{HELD}>>",
    ]
    text, places = "%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    text += f"xref\n0 11\n0000000000 65535 f \n{table}trailer\n<</Size 11/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    open(f"{name}.pdf", "w").write(text)
PYTHON
cat >look.py <<'PYTHON'
import subprocess
import pymupdf

def latin(text):
    return "".join("ABCDE"[ord(letter) - 0x5D0] for letter in text if 0x5D0 <= ord(letter) <= 0x5D4)

for name in ("plain", "said", "above"):
    poppler = subprocess.run(["pdftotext", "-enc", "UTF-8", f"{name}.pdf", "-"], capture_output=True, check=True)
    print(f"{name}: MuPDF {latin(pymupdf.open(f'{name}.pdf')[0].get_text())}, poppler {latin(poppler.stdout.decode())}")
PYTHON
python3 make.py
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
plain: MuPDF ABCDE, poppler ABCDE
said: MuPDF EDCBA, poppler ABCDE
above: MuPDF ABCDE, poppler ABCDE
SEEN
diff expected seen || { echo "MuPDF of pymupdf 2.0 or this poppler behaves otherwise" >&2; exit 1; }
echo "as found: MuPDF turns /ActualText of the element of a mark round, and does not look at the one above"
