#!/usr/bin/env bash
# Guess: a layer of a PDF that is switched off (optional content, ISO 32000-1, 8.11; `OFF` in the document's own configuration) is neither drawn
#        nor copied: what a reader gives as the page's text is what can be seen.
# Fact:  poppler and MuPDF leave such words out. pypdf, pdfplumber, pdfminer.six, PDFium and pdf.js give them among the others, and nothing
#        tells which they are. PDFium, which gives them, does not draw them.
# Why it matters: drawing programs save a template's layers, "Specimen" or the same words in another language, switched off. A certificate made
#        from it has words in every search and comparison that nobody sees: it is called a specimen, or its text another one than was
#        signed. Take layers out of templates; who compares a page's words asks of each layer whether it is on.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Debian 12's poppler-utils, 22.12.0.
command -v pdftotext >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pikepdf==10.18.0 pypdf==7.1.1 pdfplumber==0.11.10 pdfminer.six==20260107 \
    pypdfium2==5.15.2 pymupdf==2.0 pillow==12.3.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund pdfjs-dist@6.5.438 >/dev/null
cat >look.py <<'PYTHON'
import subprocess

import pdfplumber
import pikepdf
import pymupdf
import pypdf
import pypdfium2
from pdfminer.high_level import extract_text
from pikepdf import Array, Dictionary, Name

pdf = pikepdf.new()
pdf.add_blank_page(page_size=(300, 100))
shown, hidden = (pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String(name))) for name in ("Final", "Draft"))
pdf.Root.OCProperties = Dictionary(OCGs=Array([shown, hidden]), D=Dictionary(ON=Array([shown]), OFF=Array([hidden]), Order=Array([shown, hidden])))
font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
page = pdf.pages[0].obj
page.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)), Properties=Dictionary(On=shown, Off=hidden))
page.Contents = pdf.make_stream(b"""/OC /On BDC BT /F1 20 Tf 20 60 Td (Certificate) Tj ET EMC
/OC /Off BDC BT /F1 20 Tf 20 20 Td (Specimen) Tj ET EMC""")
pdf.save("layers.pdf", min_version="1.7")
texts = {
    "poppler": subprocess.run(["pdftotext", "layers.pdf", "-"], capture_output=True, text=True, check=True).stdout,
    "pypdf": pypdf.PdfReader("layers.pdf").pages[0].extract_text(),
    "pdfplumber": pdfplumber.open("layers.pdf").pages[0].extract_text(),
    "pdfminer.six": extract_text("layers.pdf"),
    "PDFium": pypdfium2.PdfDocument("layers.pdf")[0].get_textpage().get_text_range(),
    "MuPDF": pymupdf.open("layers.pdf")[0].get_text(),
}
for reader, text in texts.items():
    print(f"{reader}: {text.split()}")
drawn = {
    "PDFium": pypdfium2.PdfDocument("layers.pdf")[0].render().to_pil().convert("L").crop((0, 50, 300, 100)).getextrema()[0] < 128,
    "MuPDF": min(pymupdf.open("layers.pdf")[0].get_pixmap(clip=(0, 50, 300, 100)).samples) < 128,
}
print("drawn in the lower half:", {reader: bool(dark) for reader, dark in drawn.items()})
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
const document = await getDocument({ data: new Uint8Array(readFileSync('layers.pdf')), verbosity: 0 }).promise;
const { items } = await (await document.getPage(1)).getTextContent();
console.log('pdf.js:', JSON.stringify(items.map(({ str }) => str).filter(Boolean)));
NODE
{
    venv/bin/python look.py
    node look.mjs 2>/dev/null
} >seen
cat seen
cat >expected <<'SEEN'
poppler: ['Certificate']
pypdf: ['Certificate', 'Specimen']
pdfplumber: ['Certificate', 'Specimen']
pdfminer.six: ['Certificate', 'Specimen']
PDFium: ['Certificate', 'Specimen']
MuPDF: ['Certificate']
drawn in the lower half: {'PDFium': False, 'MuPDF': False}
pdf.js: ["Certificate","Specimen"]
SEEN
diff expected seen || { echo "$(pdftotext -v 2>&1 | head -n1), pypdf, pdfplumber, pdfminer.six, PDFium, MuPDF or pdf.js behaves otherwise" >&2; exit 1; }
echo "as found: of seven readers five give the words of a layer that is off"
