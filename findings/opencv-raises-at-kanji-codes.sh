#!/usr/bin/env bash
# Guess: OpenCV's QRCodeDetector gives in Python the text of a QR code, in whatever mode of the standard it is written, or "" where it
#        cannot.
# Fact:  of a code in Kanji mode detectAndDecode() and detectAndDecodeMulti() raise UnicodeDecodeError: the detector hands out the
#        Shift JIS that the mode stands for, and the binding takes it for UTF-8. Other codes in the picture are lost with it.
#        detectAndDecodeBytes() hands out those bytes, and getEncoding() does not say that they are Shift JIS.
# Why it matters: segno takes Kanji mode by itself where a text is all Japanese, as a name is. A program that reads pages of
#        certificates with OpenCV stops at the first such page. zxing-cpp reads it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 segno==1.6.6 zxing-cpp==3.1.1 numpy==2.4.6
venv/bin/python - >seen <<'PYTHON'
import cv2
import numpy
import segno
import zxingcpp


def picture(code):
    rows = numpy.array([[0 if dark else 255 for dark in row] for row in code.matrix], dtype=numpy.uint8)
    return numpy.kron(numpy.pad(rows, 4, constant_values=255), numpy.ones((8, 8), dtype=numpy.uint8))


def attempt(function, image):
    try:
        return function(image)
    except UnicodeDecodeError as error:
        return f"{type(error).__name__}: {error.reason}"


detector = cv2.QRCodeDetector()
name, number = (segno.make(text, micro=False) for text in ("山田太郎", "12345"))
print("segno's modes:", name.mode, number.mode)
both = numpy.hstack([picture(name), picture(number)])
print("a number:", attempt(lambda image: detector.detectAndDecode(image)[0], picture(number)))
print("a name:", attempt(lambda image: detector.detectAndDecode(image)[0], picture(name)))
print("both:", attempt(lambda image: detector.detectAndDecodeMulti(image)[1], both))
print("as bytes:", detector.detectAndDecodeBytes(picture(name))[0].decode("shift_jis"), f"encoding {detector.getEncoding()}")
print("zxing-cpp, both:", sorted(code.text for code in zxingcpp.read_barcodes(both)))
PYTHON
cat seen
cat >expected <<'SEEN'
segno's modes: kanji numeric
a number: 12345
a name: UnicodeDecodeError: invalid start byte
both: UnicodeDecodeError: invalid start byte
as bytes: 山田太郎 encoding 0
zxing-cpp, both: ['12345', '山田太郎']
SEEN
diff expected seen || { echo "OpenCV 5.0.0.93 behaves otherwise" >&2; exit 1; }
echo "as found: OpenCV 5.0.0.93 raises UnicodeDecodeError at a QR code in Kanji mode"
