#!/usr/bin/env bash
# Guess: a reader that lists a PDF's attachments also lists a file that is associated with the document or a page (`/AF`, ISO 32000-2,
#        14.13, and PDF/A-3), wherever else it is mentioned.
# Fact:  pypdf, pikepdf, poppler's pdfdetach and pdf.js list what the name tree /EmbeddedFiles lists, and no file that only `/AF` names.
#        pdf.js answers `null`. With the same file in the name tree all four list it.
# Why it matters: the standards ask an issuer for `/AF` and let him leave the name tree out. Who does so has attached a credential that
#        no viewer shows and no verifier on these libraries finds. Write both; a verifier reads the `/AF` arrays by itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Debian 12's poppler-utils, 22.12.0.
command -v pdfdetach >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pikepdf==10.18.0 pypdf==7.1.1
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund pdfjs-dist@6.5.438 >/dev/null
cat >look.py <<'PYTHON'
import pikepdf
import pypdf

for place in ("catalog", "page", "tree"):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    file = pikepdf.AttachedFileSpec(pdf, b"credential", filename="a.jwt", mime_type="text/plain", relationship=pikepdf.Name.Source)
    (pdf.pages[0].obj if place == "page" else pdf.Root).AF = pikepdf.Array([pdf.make_indirect(file.obj)])
    if place == "tree":
        pdf.attachments["a.jwt"] = file
    pdf.save(f"{place}.pdf", min_version="2.0")
    with pikepdf.open(f"{place}.pdf") as pdf:
        print(f"{place}: pikepdf {len(pdf.attachments)}, pypdf {len(pypdf.PdfReader(f'{place}.pdf').attachments)}")
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
for (const place of ['catalog', 'page', 'tree']) {
  const document = await getDocument({ data: new Uint8Array(readFileSync(`${place}.pdf`)), verbosity: 0 }).promise;
  const files = await document.getAttachments();
  console.log(`${place}: pdf.js ${files && [...(files instanceof Map ? files.keys() : Object.keys(files))]}`);
}
NODE
{
    venv/bin/python look.py
    for place in catalog page tree; do
        echo "$place: pdfdetach $(pdfdetach -list $place.pdf | head -n1)"
    done
    node look.mjs 2>/dev/null
} >seen
cat seen
cat >expected <<'SEEN'
catalog: pikepdf 0, pypdf 0
page: pikepdf 0, pypdf 0
tree: pikepdf 1, pypdf 1
catalog: pdfdetach 0 embedded files
page: pdfdetach 0 embedded files
tree: pdfdetach 1 embedded files
catalog: pdf.js null
page: pdf.js null
tree: pdf.js a.jwt
SEEN
diff expected seen || { echo "pikepdf 10.18.0, pypdf 7.1.1, $(pdfdetach -v 2>&1 | head -n1) or pdfjs-dist 6.5.438 behaves otherwise" >&2; exit 1; }
echo "as found: pikepdf, pypdf, $(pdfdetach -v 2>&1 | head -n1) and pdf.js list no file that only /AF names"
