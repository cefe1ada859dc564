#!/usr/bin/env bash
# Guess: PyPI's aztec-code-generator makes an Aztec code of every text in letters, digits and marks of ASCII; the code has modes for all of
#        them (ISO/IEC 24778).
# Fact:  a comma, a full stop or a colon with a space behind it is one sign in the mode of marks, and the library looks for it in another
#        table where the text before ended in that mode of marks by a digit or another mark beside it: of "CERT-1, Ada", "75 %, good" and "!, " it
#        raises ValueError, "b', ' is not in list". "1, 2", "CERT-1,Ada" and "Lovelace, Ada" it makes. npm's bwip-js makes all, and zxing-cpp
#        reads them.
# Why it matters: wallets show passes with Aztec codes, and a number, a comma and a name are what such a code says. A run over a list stops at
#        the people whose text has the marks in that order. Leave the space out, or make the code with another library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check aztec-code-generator==0.12 zxing-cpp==3.1.1 pillow==12.3.0 numpy==2.4.6
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts bwip-js@4.11.4
cat >look.cjs <<'NODE'
const bwip = require('bwip-js');

const [text, file] = process.argv.slice(2);
bwip.toBuffer({ bcid: 'azteccode', text, scale: 4, padding: 8, backgroundcolor: 'FFFFFF' }).then((png) => require('fs').writeFileSync(file, png));
NODE
cat >look.py <<'PYTHON'
import subprocess

import numpy
import zxingcpp
from aztec_code_generator import AztecCode
from PIL import Image

for text in ("Lovelace, Ada", "1, 2", "CERT-1,Ada", "CERT-1, Ada", "2026-12-01, Ada", "75 %, good", "#1. Ada", "!, "):
    try:
        matrix = numpy.array([[0 if cell else 255 for cell in row] for row in AztecCode(text).matrix], dtype=numpy.uint8)
        code = numpy.kron(numpy.pad(matrix, 4, constant_values=255), numpy.ones((4, 4), dtype=numpy.uint8))
        answer = f"read as {zxingcpp.read_barcodes(code)[0].text!r}"
    except ValueError as error:
        answer = f"ValueError: {error}"
    subprocess.run(["node", "look.cjs", text, "code.png"], check=True)
    other = zxingcpp.read_barcodes(Image.open("code.png").convert("L"))[0].text
    print(f"{text!r}: aztec-code-generator: {answer}; bwip-js: read as {other!r}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
'Lovelace, Ada': aztec-code-generator: read as 'Lovelace, Ada'; bwip-js: read as 'Lovelace, Ada'
'1, 2': aztec-code-generator: read as '1, 2'; bwip-js: read as '1, 2'
'CERT-1,Ada': aztec-code-generator: read as 'CERT-1,Ada'; bwip-js: read as 'CERT-1,Ada'
'CERT-1, Ada': aztec-code-generator: ValueError: b', ' is not in list; bwip-js: read as 'CERT-1, Ada'
'2026-12-01, Ada': aztec-code-generator: ValueError: b', ' is not in list; bwip-js: read as '2026-12-01, Ada'
'75 %, good': aztec-code-generator: ValueError: b', ' is not in list; bwip-js: read as '75 %, good'
'#1. Ada': aztec-code-generator: ValueError: b'. ' is not in list; bwip-js: read as '#1. Ada'
'!, ': aztec-code-generator: ValueError: b', ' is not in list; bwip-js: read as '!, '
SEEN
diff expected seen || { echo "aztec-code-generator 0.12, bwip-js 4.11.4 or zxing-cpp 3.1.1 behaves otherwise" >&2; exit 1; }
echo "as found: aztec-code-generator 0.12 raises where a mark stands before a comma and a space"
