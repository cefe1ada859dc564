#!/usr/bin/env bash
# Guess: whoever puts two certificates into one PDF with a common library keeps what is attached to each (PDF/A-3 associated
#        files), or is told that something is lost.
# Fact:  pypdf's PdfWriter.append and pikepdf's pages.extend keep no attachment at all; PyMuPDF's insert_pdf keeps the first
#        file's and drops the second's. Nothing is said, and the catalog's /AF goes with them, or stays for the first only.
# Why it matters: a verifier that reads attached credentials finds none, or only the first, in a file with two genuine
#        certificates. It has to read each page's QR code too, and must not call the second page unsigned or the first's.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pypdf==7.1.1 pikepdf==10.18.0 PyMuPDF==2.0
cat >look.py <<'PYTHON'
import pikepdf
import pymupdf
import pypdf


def make(name, text):
    """A page with an attachment, associated with the document as PDF/A-3 wants it."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    file = pikepdf.AttachedFileSpec(pdf, text.encode(), filename=name, mime_type="text/plain")
    pdf.attachments[name] = file
    pdf.Root.AF = pikepdf.Array([file.obj])
    pdf.save(f"{name}.pdf")
    return f"{name}.pdf"


def kept(name):
    with pikepdf.open(name) as pdf:
        return f"{len(pdf.pages)} pages, attached {sorted(pdf.attachments)}, /AF {'/AF' in pdf.Root}"


first, second = make("a.jwt", "first"), make("b.jwt", "second")

writer = pypdf.PdfWriter()
writer.append(first)
writer.append(second)
writer.write("pypdf.pdf")

united = pikepdf.new()
for name in (first, second):
    united.pages.extend(pikepdf.open(name).pages)
united.save("pikepdf.pdf")

united = pymupdf.open(first)
united.insert_pdf(pymupdf.open(second))
united.save("pymupdf.pdf")

for name in ("pypdf", "pikepdf", "pymupdf"):
    print(name, kept(f"{name}.pdf"))
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
pypdf 2 pages, attached [], /AF False
pikepdf 2 pages, attached [], /AF False
pymupdf 2 pages, attached ['a.jwt'], /AF True
SEEN
diff expected seen || { echo "one of pypdf 7.1.1, pikepdf 10.18.0, PyMuPDF 2.0 behaves otherwise now" >&2; exit 1; }
echo "as found: pypdf 7.1.1 and pikepdf 10.18.0 drop both attachments, PyMuPDF 2.0 the second"
