#!/usr/bin/env bash
# Guess: WeasyPrint, which makes PDFs of pages with SVG in them, draws of a `switch` the one child that suits: it is how
#        SVG writes a text in several languages, `<switch><text systemLanguage="de">Urkunde</text><text>Certificate</text></switch>`,
#        and a picture with its substitute (SVG 1.1, 5.8: "the first child" whose conditions hold, "only").
# Fact:  it draws all children on each other, whatever the page's language is. CairoSVG, svglib and typst, which draws SVG by resvg, draw the
#        one without a condition. A text whose `systemLanguage` is another one is drawn outside of a switch too, by WeasyPrint and svglib.
# Why it matters: drawing programs save a `switch` by themselves where they keep what only they know beside what others are to draw. A logo
#        or a seal is then there twice, and a title in two languages is a knot of letters. Keep one child before it is printed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
{ ldconfig -p | grep -q libcairo.so.2 && ldconfig -p | grep -q libpangoft2; } ||
    { apt-get -qq update && apt-get -qq -y install --no-install-recommends libcairo2 libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check weasyprint==70.0 CairoSVG==2.9.1 svglib==2.3.2 reportlab==5.1.0 typst==0.15.0 pypdf==7.1.1
cat >look.py <<'PYTHON'
import cairosvg
import pypdf
import typst
from reportlab.graphics import renderPDF
from svglib.svglib import svg2rlg
from weasyprint import HTML


def by_weasyprint():
    HTML(string='<html lang="fr"><img src="in.svg">', base_url=".").write_pdf("out.pdf")


def by_cairosvg():
    cairosvg.svg2pdf(url="in.svg", write_to="out.pdf")


def by_svglib():
    renderPDF.drawToFile(svg2rlg("in.svg"), "out.pdf")


def by_typst():
    with open("in.typ", "w") as file:
        file.write('#set text(lang: "fr")\n#image("in.svg")')
    typst.compile("in.typ", output="out.pdf")


german, dutch, none = ('<text {}x="100" y="50">{}</text>'.format(*one) for one in
                       [('systemLanguage="de" ', "Urkunde"), ('systemLanguage="nl" ', "Oorkonde"), ("", "Certificate")])
pictures = {
    "a switch": f"<switch>{german}{dutch}{none}</switch>",
    "a switch of extensions": f'<switch><g requiredExtensions="https://example.org/own">{german}</g><g>{none}</g></switch>',
    "no switch": german + none,
}
for what, picture in pictures.items():
    with open("in.svg", "w") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="100" font-size="20">{picture}</svg>')
    for draw in (by_weasyprint, by_cairosvg, by_svglib, by_typst):
        draw()
        print(f"{what}: {draw.__name__[3:]}: {pypdf.PdfReader('out.pdf').pages[0].extract_text().split()}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
a switch: weasyprint: ['UrkundeOorkondeCertificate']
a switch: cairosvg: ['Certificate']
a switch: svglib: ['Certificate']
a switch: typst: ['Certificate']
a switch of extensions: weasyprint: ['UrkundeCertificate']
a switch of extensions: cairosvg: ['Certificate']
a switch of extensions: svglib: ['Certificate']
a switch of extensions: typst: ['Certificate']
no switch: weasyprint: ['UrkundeCertificate']
no switch: cairosvg: ['Certificate']
no switch: svglib: ['Urkunde', 'Certificate']
no switch: typst: ['Certificate']
SEEN
diff expected seen || { echo "WeasyPrint 70.0, CairoSVG 2.9.1, svglib 2.3.2 or typst 0.15.0 behaves otherwise" >&2; exit 1; }
echo "as found: WeasyPrint 70.0 draws all children of a switch"
