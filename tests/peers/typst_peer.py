"""Certificates by a typst script: one compiled template, the person's data passed in."""

import io
import tempfile
from pathlib import Path

import peer
import typst

PAGE = """
#set page(paper: "a4", flipped: true, margin: 18mm)
#set text(font: "Libertinus Serif")
#let data = sys.inputs
#place(dx: -8mm, dy: -8mm, rect(width: 277mm, height: 190mm, stroke: 1.2pt + rgb("#1f3a5f")))
#align(center)[
  #v(12mm)
  #text(size: 15pt, tracking: 2pt, data.issuer)
  #v(8mm)
  #text(size: 34pt, data.title)
  #v(8mm)
  #text(size: 13pt)[This certifies that]
  #v(2mm)
  #text(size: 30pt, weight: "bold", data.name)
  #v(2mm)
  #text(size: 13pt)[has completed]
  #v(2mm)
  #text(size: 20pt, data.course)
]
#place(bottom + left)[#line(length: 60mm) #text(size: 10pt)[#data.date #h(4mm) #data.number]]
#place(bottom + right, image(bytes(data.qr), format: "svg", width: 45mm))
"""


def start():
    folder = tempfile.mkdtemp(prefix="typst-peer-")
    page = Path(folder) / "page.typ"
    page.write_text(PAGE)
    return typst.Compiler(str(page), root=folder, ignore_system_fonts=True)


def draw(compiler, name, number, qr):
    svg = io.BytesIO()
    qr.save(svg, kind="svg", border=4)
    data = {"issuer": peer.ISSUER, "title": peer.TITLE, "name": name, "course": peer.COURSE, "date": peer.DATE}
    return compiler.compile(format="pdf", sys_inputs={**data, "number": number, "qr": svg.getvalue().decode()})


if __name__ == "__main__":
    peer.run("typst", start, draw)
