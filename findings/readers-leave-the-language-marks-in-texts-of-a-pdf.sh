#!/usr/bin/env bash
# Guess: a text in a PDF that says which language it is in (title, author, description of a picture: an escape, the language's code and an escape
#        before the words, "Certificate, Urkunde" with `en` and `de-AT`; ISO 32000-1, 7.9.2.2) is given by readers as its words.
# Fact:  PDFium and pdf.js give the words. pikepdf, pypdf, pdfplumber and poppler give the marks with them: "\x1ben\x1bCertificate" and so
#        on, two control characters that cannot be seen and the code as if it were part of the text, "enCertificate". Where the text is in
#        UTF-8, as PDF 2.0 lets it be, pdfplumber and poppler 22.12 take its bytes for letters besides: the title of Jörg's certificate is
#        "ï»¿Urkunde fÃ¼r JÃ¶rg".
# Why it matters: an issuer in two languages who follows the standard for people who listen has titles that lists, indexes and comparisons get
#        wrong, and a viewer of one house hides it. Write titles without marks, in UTF-16 or plain letters, and the language in `/Lang`;
#        a verifier takes out what stands between two escapes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Debian 12's poppler-utils, 22.12.0.
command -v pdfinfo >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pikepdf==10.18.0 pypdf==7.1.1 pdfplumber==0.11.10 pypdfium2==5.15.2
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund pdfjs-dist@6.5.438 >/dev/null
cat >look.py <<'PYTHON'
import subprocess

import pdfplumber
import pikepdf
import pypdf
import pypdfium2

texts = {
    "plain": b"\xfe\xff" + "Certificate, Urkunde".encode("utf-16-be"),
    "marked": b"\xfe\xff" + "\x1ben\x1bCertificate, \x1bdeAT\x1bUrkunde".encode("utf-16-be"),
    "utf-8": b"\xef\xbb\xbf" + "Urkunde für Jörg".encode(),
}
for name, text in texts.items():
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    pdf.trailer.Info = pdf.make_indirect(pikepdf.Dictionary(Title=pikepdf.String(text)))
    file = f"{name}.pdf"
    pdf.save(file, min_version="2.0")
    with pikepdf.open(file) as again:
        titles = {"pikepdf": str(again.trailer.Info.Title)}
    titles["pypdf"] = pypdf.PdfReader(file).metadata.title
    titles["pdfplumber"] = pdfplumber.open(file).metadata["Title"]
    titles["PDFium"] = pypdfium2.PdfDocument(file).get_metadata_value("Title")
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    titles["poppler"] = told.split("Title:", 1)[1].split("\n")[0].strip(" ")
    for reader, title in titles.items():
        print(f"{name}: {reader} {title!r}")
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
for (const name of ['plain', 'marked', 'utf-8']) {
  const document = await getDocument({ data: new Uint8Array(readFileSync(`${name}.pdf`)), verbosity: 0 }).promise;
  console.log(`${name}: pdf.js`, JSON.stringify((await document.getMetadata()).info.Title));
}
NODE
{
    venv/bin/python look.py
    node look.mjs 2>/dev/null
} >seen
cat seen
cat >expected <<'SEEN'
plain: pikepdf 'Certificate, Urkunde'
plain: pypdf 'Certificate, Urkunde'
plain: pdfplumber 'Certificate, Urkunde'
plain: PDFium 'Certificate, Urkunde'
plain: poppler 'Certificate, Urkunde'
marked: pikepdf '\x1ben\x1bCertificate, \x1bdeAT\x1bUrkunde'
marked: pypdf '\x1ben\x1bCertificate, \x1bdeAT\x1bUrkunde'
marked: pdfplumber '\x1ben\x1bCertificate, \x1bdeAT\x1bUrkunde'
marked: PDFium 'Certificate, Urkunde'
marked: poppler '\x1ben\x1bCertificate, \x1bdeAT\x1bUrkunde'
utf-8: pikepdf 'Urkunde für Jörg'
utf-8: pypdf 'Urkunde für Jörg'
utf-8: pdfplumber 'ï»¿Urkunde fÃ¼r JÃ¶rg'
utf-8: PDFium 'Urkunde für Jörg'
utf-8: poppler 'ï»¿Urkunde fÃ¼r JÃ¶rg'
plain: pdf.js "Certificate, Urkunde"
marked: pdf.js "Certificate, Urkunde"
utf-8: pdf.js "Urkunde für Jörg"
SEEN
diff expected seen || { echo "pikepdf 10.18.0, pypdf 7.1.1, pdfplumber 0.11.10, pypdfium2 5.15.2, pdfjs-dist 6.5.438 or $(pdfinfo -v 2>&1 | head -n1) behaves otherwise" >&2; exit 1; }
echo "as found: pikepdf, pypdf, pdfplumber and $(pdfinfo -v 2>&1 | head -n1) leave the marks of languages in a title"
