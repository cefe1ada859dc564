#!/usr/bin/env bash
# Guess: WeasyPrint, told to make PDF/UA (`pdf_variant="pdf/ua-1"`), writes what the page says for people who listen: the language of each part
#        (`lang` of a paragraph or a name; ISO 14289-1, 7.2, wants changes of language declared), and nothing of a picture that is there for
#        the eye alone (`alt=""`), as an artifact.
# Fact:  the document's language is there, `/Lang` of the catalog, and none of the others: a French paragraph and an English title in a German
#        page are read aloud as German. And a picture with `alt=""` becomes a `/Figure` without `/Alt`, which PDF/UA does not allow (7.3);
#        an error in the log says that it "has no required alt description". The file says that it is PDF/UA. typst, told the same,
#        writes the paragraph's language.
# Why it matters: certificates in two languages, and names in others, are usual, and public issuers have to be accessible. Write `/Lang` into
#        the elements afterwards, give the rule and the frame to the style sheet and not to `img`, and look at the tree.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ldconfig -p | grep -q libpangoft2 || { apt-get -qq update && apt-get -qq -y install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check weasyprint==70.0 typst==0.15.0 pikepdf==10.18.0
cat >look.py <<'PYTHON'
import logging
import sys

import pikepdf
import typst
from weasyprint import HTML

logging.getLogger("weasyprint").addHandler(logging.StreamHandler(sys.stdout))
picture = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>"
page = f"""<html lang="de"><head><title>Urkunde</title></head><body><h1>Urkunde</h1>
<p>für den Kurs <em lang="en">Safety at Sea</em></p><p lang="fr">Certificat</p>
<p><img alt="" src="{picture}"></p><p><img alt="Siegel" src="{picture}"></p></body></html>"""
HTML(string=page).write_pdf("weasyprint.pdf", pdf_variant="pdf/ua-1")
with open("in.typ", "w") as file:
    file.write('#set document(title: "Urkunde")\n#set text(lang: "de")\n= Urkunde\n#text(lang: "fr")[Certificat]')
typst.compile("in.typ", output="typst.pdf", pdf_standards=["ua-1"])
for name in ("weasyprint", "typst"):
    with pikepdf.open(f"{name}.pdf") as pdf:
        elements = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one and "/P" in one]
        print(f"{name}: the document's language {pdf.Root.Lang}, of its {'elements' if elements else 'nothing'}",
              sorted({str(one.Lang) for one in elements if "/Lang" in one}))
        print(f"{name}: in the page's content:", sum(b"/Lang" in bytes(operands) for operands in [pdf.pages[0].Contents.read_bytes()]))
        print(f"{name}: figures:", [str(one.get("/Alt")) for one in elements if one.S == "/Figure"])
        print(f"{name}: says that it is PDF/UA-{pdf.open_metadata()['pdfuaid:part']}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
Image "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>" has no required alt description
weasyprint: the document's language de, of its elements []
weasyprint: in the page's content: 0
weasyprint: figures: ['None', 'Siegel']
weasyprint: says that it is PDF/UA-1
typst: the document's language de, of its elements ['fr']
typst: in the page's content: 0
typst: figures: []
typst: says that it is PDF/UA-1
SEEN
diff expected seen || { echo "WeasyPrint 70.0 or typst 0.15.0 behaves otherwise" >&2; exit 1; }
echo "as found: WeasyPrint 70.0 writes PDF/UA with the document's language alone, and figures without a description"
