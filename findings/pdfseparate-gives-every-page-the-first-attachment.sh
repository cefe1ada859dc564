#!/usr/bin/env bash
# Guess: two PDFs united with poppler's pdfunite and taken apart again with pdfseparate are the two PDFs again, with what was
#        attached to each, or without attachments.
# Fact:  pdfunite keeps only the first file's attachment (in the name tree), and pdfseparate copies the whole name tree
#        into every page's file: the second person's page carries the first person's attachment.
# Why it matters: an attached credential says nothing about whose page it lies in. A verifier that trusts the attachment
#        answers "Ada, valid" for Ben's page. Where the page shows another number than the attachment, its QR code counts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Debian 12's poppler-utils, 22.12.0.
command -v pdfunite >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pikepdf==10.18.0
venv/bin/python - <<'PYTHON'
import pikepdf

for name in ("ada", "ben"):
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 100))
    file = pikepdf.AttachedFileSpec(pdf, name.encode(), filename=f"{name}.jwt", mime_type="text/plain")
    pdf.attachments[f"{name}.jwt"] = file
    pdf.save(f"{name}.pdf")
PYTHON
version=$(pdfunite -v 2>&1 | head -n1)
pdfunite ada.pdf ben.pdf both.pdf
pdfseparate both.pdf page-%d.pdf
for file in both page-1 page-2; do
    echo "$file: $(pdfdetach -list $file.pdf | tr '\n' ' ')"
done >seen
echo "$version"
cat seen
cat >expected <<'SEEN'
both: 1 embedded files 1: ada.jwt 
page-1: 1 embedded files 1: ada.jwt 
page-2: 1 embedded files 1: ada.jwt 
SEEN
diff expected seen || { echo "$version behaves otherwise" >&2; exit 1; }
echo "as found: ben's page (page-2) carries ada's attachment"
