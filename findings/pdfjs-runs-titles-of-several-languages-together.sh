#!/usr/bin/env bash
# Guess: of a title in several languages (`dc:title` in the XMP of a PDF is a choice of texts, `rdf:Alt`, with `x-default` for who asks for
#        none) pdf.js gives the one of `x-default`, or all of them by language.
# Fact:  getMetadata() gives all of them as one text without a space: "CertificateUrkunde". Of `dc:creator`, which is a list too, it gives a
#        list. pikepdf gives the text of `x-default`, pypdf the texts by language, and the document's information dictionary has one title.
# Why it matters: PDF/UA asks for `dc:title`, and an issuer in two languages fills both in. pdf.js's viewer shows `dc:title` before the
#        other title, so the window of whoever opens the certificate with it says "CertificateUrkunde", and so does an index made with it.
#        Write one title, in the language of the page.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pypdf==7.1.1 pikepdf==10.18.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts pdfjs-dist@6.5.438 >/dev/null
cat >make.py <<'PYTHON'
import pikepdf
import pypdf

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Certificate</rdf:li><rdf:li xml:lang="de">Urkunde</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Academy</rdf:li><rdf:li>Guild</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
pdf = pikepdf.new()
pdf.add_blank_page(page_size=(200, 100))
pdf.Root.Metadata = pikepdf.Stream(pdf, XMP.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
pdf.docinfo["/Title"] = "Certificate"
pdf.save("certificate.pdf")

with pikepdf.open("certificate.pdf") as read:
    print("pikepdf:", read.open_metadata()["dc:title"])
reader = pypdf.PdfReader("certificate.pdf")
print("pypdf:", reader.xmp_metadata.dc_title)
PYTHON
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';

Promise.withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};
const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
const pdf = await getDocument({ data: new Uint8Array(readFileSync('certificate.pdf')), verbosity: 0 }).promise;
const { info, metadata } = await pdf.getMetadata();
console.log(`pdf.js: dc:title ${metadata.get('dc:title')}, dc:creator ${JSON.stringify(metadata.get('dc:creator'))}, Title ${info.Title}`);
process.exit();
NODE
{
    venv/bin/python make.py
    node look.mjs 2>/dev/null
} >seen
cat seen
cat >expected <<'SEEN'
pikepdf: Certificate
pypdf: {'x-default': 'Certificate', 'de': 'Urkunde'}
pdf.js: dc:title CertificateUrkunde, dc:creator ["Academy","Guild"], Title Certificate
SEEN
diff expected seen || { echo "pdf.js 6.5.438, pikepdf 10.18.0 or pypdf 7.1.1 behaves otherwise now" >&2; exit 1; }
echo "as found: pdf.js 6.5.438 runs the titles of all languages together"
