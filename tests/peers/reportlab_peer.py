"""Certificates by a reportlab script: embedded font, the QR code drawn as vector rectangles."""

import io
from pathlib import Path

import peer
from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONTS = Path(__file__).resolve().parents[2] / "fonts"
QR_SIDE = 45 * mm


def start():
    pdfmetrics.registerFont(TTFont("Body", str(FONTS / "NotoSans-Regular.ttf")))
    pdfmetrics.registerFont(TTFont("Strong", str(FONTS / "NotoSans-Bold.ttf")))
    return None


def draw(_, name, number, qr):
    file = io.BytesIO()
    width, height = landscape(A4)
    canvas = Canvas(file, pagesize=(width, height))
    canvas.setStrokeColor(HexColor("#1f3a5f"))
    canvas.rect(10 * mm, 10 * mm, width - 20 * mm, height - 20 * mm)
    lines = [("Body", 15, 165, peer.ISSUER), ("Body", 34, 142, peer.TITLE), ("Body", 13, 124, "This certifies that"),
             ("Strong", 30, 106, name), ("Body", 13, 92, "has completed"), ("Body", 20, 78, peer.COURSE)]
    for font, size, baseline, text in lines:
        canvas.setFont(font, size)
        canvas.drawCentredString(width / 2, baseline * mm, text)
    canvas.setFont("Body", 10)
    canvas.drawString(20 * mm, 20 * mm, f"{peer.DATE}   {number}")
    draw_qr(canvas, qr, width - QR_SIDE - 18 * mm, 18 * mm)
    canvas.save()
    return file.getvalue()


def draw_qr(canvas, qr, left, bottom):
    rows = list(qr.matrix_iter(border=4))
    side = QR_SIDE / len(rows)
    path = canvas.beginPath()
    for y, row in enumerate(reversed(rows)):
        for x, dark in enumerate(row):
            if dark:
                path.rect(left + x * side, bottom + y * side, side, side)
    canvas.setFillColor(black)
    canvas.drawPath(path, stroke=0, fill=1)


if __name__ == "__main__":
    peer.run("reportlab", start, draw)
