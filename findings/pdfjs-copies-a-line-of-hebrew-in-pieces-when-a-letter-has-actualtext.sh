#!/usr/bin/env bash
# Guess: `/ActualText` around one letter (ISO 32000-1, 14.9.4) is used by readers or ignored; the other letters are not touched by it.
# Fact:  pdf.js ignores it, and yet ends a piece of text where such a mark begins and ends. Of a line of Hebrew, which is written
#        from right to left, each piece is turned around by itself, and the pieces stay as they are drawn, from left to right: the end of the name
#        comes first. Without the mark the same glyphs are one piece, in the order in which they are read. poppler gives the same
#        text with and without it.
# Why it matters: a letter that is drawn by two glyphs needs the mark, so that other readers find one letter. Who copies a name
#        in Hebrew out of what shows PDFs by pdf.js, or indexes them by it, gets its parts in another order. A comparison of names has
#        to look at the letters, not at the order of pieces.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v pdftotext >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund pdfjs-dist@6.5.438 >/dev/null
cat >make.py <<'PYTHON'
# A to E stand for five letters of Hebrew, which are drawn from the right: E is the leftmost.
LETTERS = {"A": "05D0", "B": "05D1", "C": "05D2", "D": "05D3", "E": "05D4"}
MAP = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <00><FF> endcodespacerange\n"
MAP += "5 beginbfchar\n" + "\n".join(f"<{ord(code):02X}><{said}>" for code, said in LETTERS.items()) + "\nendbfchar\nendcmap end end"
WHOLE = "BT /F 24 Tf 20 40 Td (EDCBA) Tj ET"
MARKED = "BT /F 24 Tf 20 40 Td (ED) Tj /Span<</ActualText<FEFF05D2>>>BDC (C) Tj EMC (BA) Tj ET"

for name, content in (("whole", WHOLE), ("marked", MARKED)):
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier/ToUnicode 6 0 R>>",
        f"<</Length {len(MAP)}>>stream\n{MAP}\nendstream",
    ]
    text, places = "%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    text += f"xref\n0 7\n0000000000 65535 f \n{table}trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    open(f"{name}.pdf", "w").write(text)
PYTHON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';

// Node 20 has none yet.
Promise.withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
};
const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
const latin = (text) => [...text].map((one) => 'ABCDE'[one.codePointAt(0) - 0x5d0] ?? '').join('');
for (const name of ['whole', 'marked']) {
  const document = await getDocument({ data: new Uint8Array(readFileSync(`${name}.pdf`)), verbosity: 0 }).promise;
  const { items } = await (await document.getPage(1)).getTextContent();
  console.log(`${name}: pdf.js ${items.map((item) => latin(item.str)).filter((one) => one !== '').join('|')}`);
}
NODE
python3 make.py
{
    node look.mjs 2>/dev/null
    for name in whole marked; do
        echo "$name: poppler $(pdftotext -enc UTF-8 $name.pdf - | python3 -c 'import sys; print("".join("ABCDE"[ord(c) - 0x5d0] for c in sys.stdin.read() if 0x5d0 <= ord(c) <= 0x5d4))')"
    done
} >seen
cat seen
cat >expected <<'SEEN'
whole: pdf.js ABCDE
marked: pdf.js DE|C|AB
whole: poppler ABCDE
marked: poppler ABCDE
SEEN
diff expected seen || { echo "pdfjs-dist 6.5.438 or $(pdftotext -v 2>&1 | head -n1) behaves otherwise" >&2; exit 1; }
echo "as found: pdf.js gives a marked line of Hebrew in pieces"
