#!/usr/bin/env bash
# Guess: a template in SVG that says how long a name may be, `<text textLength="200" lengthAdjust="spacingAndGlyphs">` (SVG 1.1, 10.4), makes
#        every name fit, with each library that draws SVG into PDF: the attribute is there since the first version.
# Fact:  CairoSVG and svglib take no notice of it: a name that would be 500 long is 500 long, past the frame and the page. svglib knows
#        `letter-spacing` as little. Nothing is said. WeasyPrint and typst, which draws SVG by resvg, make both as long as they are to be.
# Why it matters: with short names in a trial all four look alike. The person with the longest name gets a certificate that has it across the
#        border or cut off at the edge, and its text is complete to every program that reads it. Measure where the letters end.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
{ ldconfig -p | grep -q libcairo.so.2 && ldconfig -p | grep -q libpangoft2; } ||
    { apt-get -qq update && apt-get -qq -y install --no-install-recommends libcairo2 libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check CairoSVG==2.9.1 svglib==2.3.2 reportlab==5.1.0 weasyprint==70.0 typst==0.15.0 \
    pdfplumber==0.11.10
cat >look.py <<'PYTHON'
import cairosvg
import pdfplumber
import typst
from reportlab.graphics import renderPDF
from svglib.svglib import svg2rlg
from weasyprint import HTML


def by_cairosvg():
    cairosvg.svg2pdf(url="in.svg", write_to="out.pdf")


def by_svglib():
    renderPDF.drawToFile(svg2rlg("in.svg"), "out.pdf")


def by_weasyprint():
    page = '<style>@page {size: 600px 100px; margin: 0} body {margin: 0} img {display: block}</style><img src="in.svg">'
    HTML(string=page, base_url=".").write_pdf("out.pdf")


def by_typst():
    with open("in.typ", "w") as file:
        file.write('#set page(width: 600pt, height: 100pt, margin: 0pt)\n#image("in.svg", width: 600pt)')
    typst.compile("in.typ", output="out.pdf")


def length(draw, attributes):
    with open("in.svg", "w") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" width="600" height="100" viewBox="0 0 600 100" font-size="30">'
                   f'<text x="20" y="50"{attributes}>Ada Lovelace-King of Ockham</text></svg>')
    draw()
    page = pdfplumber.open("out.pdf").pages[0]
    return 600 * float(max(one["x1"] for one in page.chars) - min(one["x0"] for one in page.chars)) / float(page.width)


for draw in (by_cairosvg, by_svglib, by_weasyprint, by_typst):
    plain = length(draw, "")
    for attributes in (' textLength="200" lengthAdjust="spacingAndGlyphs"', ' textLength="200"', ' letter-spacing="3"'):
        other = length(draw, attributes)
        answer = "as without" if abs(other - plain) < 1 else "200 long" if abs(other - 200) < 4 else "wider" if other > plain else "else"
        print(f"{draw.__name__[3:]}:{attributes}: {answer}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
cairosvg: textLength="200" lengthAdjust="spacingAndGlyphs": as without
cairosvg: textLength="200": as without
cairosvg: letter-spacing="3": wider
svglib: textLength="200" lengthAdjust="spacingAndGlyphs": as without
svglib: textLength="200": as without
svglib: letter-spacing="3": as without
weasyprint: textLength="200" lengthAdjust="spacingAndGlyphs": 200 long
weasyprint: textLength="200": 200 long
weasyprint: letter-spacing="3": wider
typst: textLength="200" lengthAdjust="spacingAndGlyphs": 200 long
typst: textLength="200": 200 long
typst: letter-spacing="3": wider
SEEN
diff expected seen || { echo "CairoSVG 2.9.1, svglib 2.3.2, WeasyPrint 70.0 or typst 0.15.0 behaves otherwise" >&2; exit 1; }
echo "as found: CairoSVG 2.9.1 and svglib 2.3.2 take no notice of textLength"
