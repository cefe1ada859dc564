#!/usr/bin/env bash
# Guess: pyzbar returns what a picture's QR codes say also where a text is spread over several (structured append, ISO/IEC 18004, 8):
#        each part's text, or all of it put together.
# Fact:  it raises ValueError, whether all parts are in the picture or one: ZBar gathers the parts into one result whose orientation is
#        "unknown", -1, which pyzbar reads as 4294967295 and finds no name for. Other codes in the picture are lost with it. ZBar's own
#        program prints the whole text where it has all parts.
# Why it matters: credentials are too long for one code that prints well, and encoders split them for the asking. A program on pyzbar
#        that reads pages of scanned certificates has to catch the error, and then has nothing: zxing-cpp gives each part.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Debian 12's libzbar0 and zbar-tools, 0.23.92.
command -v zbarimg >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends libzbar0 zbar-tools; } >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyzbar==0.1.9 segno==1.6.6 pillow==13.0.0 zxing-cpp==3.1.1
cat >look.py <<'PYTHON'
import io

import segno
import zxingcpp
from PIL import Image
from pyzbar import pyzbar


def picture(*codes):
    parts = []
    for code in codes:
        file = io.BytesIO()
        code.save(file, kind="png", scale=6, border=6)
        parts.append(Image.open(file).convert("L"))
    whole = Image.new("L", (sum(part.width for part in parts), max(part.height for part in parts)), 255)
    for at, part in enumerate(parts):
        whole.paste(part, (sum(other.width for other in parts[:at]), 0))
    return whole


def decode(image):
    try:
        return sorted(code.data.decode() for code in pyzbar.decode(image))
    except ValueError as error:
        return f"ValueError: {error}"


first, second = segno.make_sequence("ABCDEFGHIJKLMNOP" * 2, symbol_count=2)
other = segno.make("OTHER", micro=False)
for name, codes in (("other", [other]), ("one part and other", [first, other]), ("both parts", [first, second])):
    image = picture(*codes)
    print(f"{name}: pyzbar {decode(image)}, zxing-cpp {sorted(code.text for code in zxingcpp.read_barcodes(image))}")
image.save("both.png")
PYTHON
venv/bin/python look.py >seen
echo "zbarimg: $(zbarimg --quiet --raw both.png 2>/dev/null)" >>seen
cat seen
cat >expected <<'SEEN'
other: pyzbar ['OTHER'], zxing-cpp ['OTHER']
one part and other: pyzbar ValueError: 4294967295 is not a valid ZBarOrientation, zxing-cpp ['ABCDEFGHIJKLMNOP', 'OTHER']
both parts: pyzbar ValueError: 4294967295 is not a valid ZBarOrientation, zxing-cpp ['ABCDEFGHIJKLMNOP', 'ABCDEFGHIJKLMNOP']
zbarimg: ABCDEFGHIJKLMNOPABCDEFGHIJKLMNOP
SEEN
diff expected seen || { echo "pyzbar 0.1.9 on $(zbarimg --version 2>/dev/null) behaves otherwise" >&2; exit 1; }
echo "as found: pyzbar 0.1.9 on ZBar $(zbarimg --version 2>/dev/null) raises ValueError at structured append"
