#!/usr/bin/env bash
# Guess: a library that draws SVG into PDF draws of `<text><title>Name of the holder</title>Ada Lovelace</text>` the name: `title` and `desc`
#        are descriptions, which "are not rendered as part of the graphics" (SVG 1.1, 5.4).
# Fact:  svglib prints them, as a piece of the text before the rest: "Name of the holderAda Lovelace". A `title` beside the
#        text, and one in a shape or a group, it leaves out. Nothing is said. CairoSVG and typst, which draws SVG by resvg, leave all of them out.
# Why it matters: drawing programs write a `title` for whoever cannot see, or for a tool tip, and a template of a certificate has one on each
#        field. It is on the certificate then, or only on those that this library made. Take `title` and `desc` out of `text` before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ldconfig -p | grep -q libcairo.so.2 || { apt-get -qq update && apt-get -qq -y install --no-install-recommends libcairo2; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check svglib==2.3.2 reportlab==5.1.0 CairoSVG==2.9.1 typst==0.15.0 pypdf==7.1.1
cat >look.py <<'PYTHON'
import cairosvg
import pypdf
import typst
from reportlab.graphics import renderPDF
from svglib.svglib import svg2rlg


def by_svglib():
    renderPDF.drawToFile(svg2rlg("in.svg"), "out.pdf")


def by_cairosvg():
    cairosvg.svg2pdf(url="in.svg", write_to="out.pdf")


def by_typst():
    with open("in.typ", "w") as file:
        file.write('#set page(width: 600pt, height: 100pt, margin: 0pt)\n#image("in.svg", width: 600pt)')
    typst.compile("in.typ", output="out.pdf")


pieces = {
    "in the text": '<text x="300" y="50"><title>Holder</title>Ada</text>',
    "in a piece of it": '<text x="300" y="50">Ada<tspan><desc>Surname</desc>King</tspan></text>',
    "in a group": '<g><title>Holder</title><text x="300" y="50">Ada</text></g>',
    "in a shape": '<rect width="9" height="9"><title>Seal</title></rect><text x="300" y="50">Ada</text>',
}
for what, piece in pieces.items():
    with open("in.svg", "w") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="100" font-size="20">{piece}</svg>')
    for draw in (by_svglib, by_cairosvg, by_typst):
        draw()
        text = pypdf.PdfReader("out.pdf").pages[0].extract_text()
        print(f"{what}: {draw.__name__[3:]}: {''.join(text.split())}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
in the text: svglib: HolderAda
in the text: cairosvg: Ada
in the text: typst: Ada
in a piece of it: svglib: AdaSurnameKing
in a piece of it: cairosvg: AdaKing
in a piece of it: typst: AdaKing
in a group: svglib: Ada
in a group: cairosvg: Ada
in a group: typst: Ada
in a shape: svglib: Ada
in a shape: cairosvg: Ada
in a shape: typst: Ada
SEEN
diff expected seen || { echo "svglib 2.3.2, CairoSVG 2.9.1 or typst 0.15.0 behaves otherwise" >&2; exit 1; }
echo "as found: svglib 2.3.2 prints a title that stands in a text"
