#!/usr/bin/env bash
# Guess: a library that draws SVG centres a text as a whole: `<text text-anchor="middle">Ada <tspan font-weight="bold">Lovelace</tspan></text>`
#        has its middle where `x` says. The anchor is that of a chunk, which ends where a new position is given (SVG 1.1, 10.9.1), and
#        a tspan without one begins none.
# Fact:  CairoSVG and svglib move every piece by half of its own width: "Ada " has its middle at x, and "Lovelace" begins half of itself
#        before the end of that, across it. With `end` they lie on each other as well. WeasyPrint and typst, which draws SVG by
#        resvg, centre the whole. With one piece all four do.
# Why it matters: a name with the surname in bold, or a line "for 40 hours" with a bold number, is a usual one in a template for certificates,
#        and drawing programs wrap each piece in a tspan. It is printed as a knot of letters that is copied as the right name, so a test that
#        reads the text finds nothing. Give each piece its `x`, or draw with one of the others.
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


def ends(chars, page):
    """Where the letters begin and end, in hundredths of the page's width."""
    return [100 * float(value) / float(page.width) for value in (min(one["x0"] for one in chars), max(one["x1"] for one in chars))]


texts = {
    "in one piece, middle": ("middle", "Ada Lovelace"),
    "in two, middle": ("middle", 'Ada <tspan font-weight="bold">Lovelace</tspan>'),
    "in two, end": ("end", 'Ada <tspan font-weight="bold">Lovelace</tspan>'),
    "in two, start": ("start", 'Ada <tspan font-weight="bold">Lovelace</tspan>'),
}
for what, (anchor, text) in texts.items():
    with open("in.svg", "w") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" width="600" height="100" viewBox="0 0 600 100" font-size="40">'
                   f'<text x="300" y="50" text-anchor="{anchor}">{text}</text></svg>')
    for draw in (by_cairosvg, by_svglib, by_weasyprint, by_typst):
        draw()
        page = pdfplumber.open("out.pdf").pages[0]
        letters = [one for one in page.chars if one["text"].strip()]
        (left, first), (second, right) = ends(letters[:3], page), ends(letters[3:], page)
        all_ends = {"middle": (left + right) / 2, "end": right, "start": left}[anchor]
        place = "where x says" if abs(all_ends - 50) < 1 else "not where x says"
        crossed = "across each other" if second < first else "one after the other"
        print(f"{what}: {draw.__name__[3:]}: {place}, {crossed}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
in one piece, middle: cairosvg: where x says, one after the other
in one piece, middle: svglib: where x says, one after the other
in one piece, middle: weasyprint: where x says, one after the other
in one piece, middle: typst: where x says, one after the other
in two, middle: cairosvg: not where x says, across each other
in two, middle: svglib: not where x says, across each other
in two, middle: weasyprint: where x says, one after the other
in two, middle: typst: where x says, one after the other
in two, end: cairosvg: not where x says, across each other
in two, end: svglib: not where x says, across each other
in two, end: weasyprint: where x says, one after the other
in two, end: typst: where x says, one after the other
in two, start: cairosvg: where x says, one after the other
in two, start: svglib: where x says, one after the other
in two, start: weasyprint: where x says, one after the other
in two, start: typst: where x says, one after the other
SEEN
diff expected seen || { echo "CairoSVG 2.9.1, svglib 2.3.2, WeasyPrint 70.0 or typst 0.15.0 behaves otherwise" >&2; exit 1; }
echo "as found: CairoSVG 2.9.1 and svglib 2.3.2 centre each piece of a text by itself"
