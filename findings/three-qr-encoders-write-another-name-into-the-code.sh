#!/usr/bin/env bash
# Guess: an encoder of QR codes that takes a text of any letters writes a code that reads as that text, or says that it cannot.
# Fact:  npm qr.js keeps the lower byte of each letter's number: a code of 山田太郎 reads as "q0*Î". @nuintun/qrcode's Byte takes ISO 8859-1
#        where nothing is said, and writes "????". qrcode-svg writes UTF-8 with its mark of order in front: a code of an address with an
#        umlaut in it reads as U+FEFF and the address, which is no address. Nothing is said. Of plain letters all three are right, and with
#        Charset.UTF_8 the second one is. uqrcodejs writes each as it is.
# Why it matters: a name in a code is signed or compared. "q0*Î" and "????" are other people, and the same one for many; of the third the
#        scanner shows a text where it should open a page, and only for people with an umlaut. Read each code back before it is printed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check zxing-cpp==3.1.1 numpy==2.4.6
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts qr.js@0.0.0 @nuintun/qrcode@5.0.3 qrcode-svg@1.1.0 uqrcodejs@4.0.7
cat >look.mjs <<'NODE'
import { createRequire } from 'node:module';
import { Byte, Charset, Encoder } from '@nuintun/qrcode';

const require = createRequire(import.meta.url);
const qr = require('qr.js');
const Svg = require('qrcode-svg');
const Uqr = require('uqrcodejs');

const nuintun = (segment) => {
  const code = new Encoder({ level: 'M' }).encode(segment);
  return Array.from({ length: code.size }, (_, y) => Array.from({ length: code.size }, (_, x) => code.get(x, y)));
};
const encoders = {
  'qr.js': (text) => qr(text).modules,
  '@nuintun/qrcode': (text) => nuintun(new Byte(text)),
  '@nuintun/qrcode, told UTF-8': (text) => nuintun(new Byte(text, Charset.UTF_8)),
  'qrcode-svg': (text) => new Svg({ content: text, ecl: 'M' }).qrcode.modules,
  'uqrcodejs': (text) => {
    const code = new Uqr();
    code.data = text;
    code.make();
    return code.modules.map((row) => row.map(({ isBlack }) => isBlack));
  },
};
const codes = [];
for (const text of ['Ada', '山田太郎', 'https://example.org/?n=Jörg']) {
  for (const [name, encode] of Object.entries(encoders)) codes.push({ name, text, rows: encode(text).map((row) => row.map(Number)) });
}
console.log(JSON.stringify(codes));
NODE
cat >look.py <<'PYTHON'
import json

import numpy
import zxingcpp

with open("codes.json") as file:
    codes = json.load(file)
for code in codes:
    image = numpy.pad(255 * (1 - numpy.array(code["rows"], dtype=numpy.uint8)), 4, constant_values=255)
    read = zxingcpp.read_barcodes(numpy.kron(image, numpy.ones((4, 4), dtype=numpy.uint8)))[0].text
    print(f"{code['text']}: {code['name']}: {ascii(read) if read != code['text'] else 'the same'}")
PYTHON
node look.mjs >codes.json
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
Ada: qr.js: the same
Ada: @nuintun/qrcode: the same
Ada: @nuintun/qrcode, told UTF-8: the same
Ada: qrcode-svg: the same
Ada: uqrcodejs: the same
山田太郎: qr.js: 'q0*\xce'
山田太郎: @nuintun/qrcode: '????'
山田太郎: @nuintun/qrcode, told UTF-8: the same
山田太郎: qrcode-svg: '\ufeff\u5c71\u7530\u592a\u90ce'
山田太郎: uqrcodejs: the same
https://example.org/?n=Jörg: qr.js: the same
https://example.org/?n=Jörg: @nuintun/qrcode: the same
https://example.org/?n=Jörg: @nuintun/qrcode, told UTF-8: the same
https://example.org/?n=Jörg: qrcode-svg: '\ufeffhttps://example.org/?n=J\xf6rg'
https://example.org/?n=Jörg: uqrcodejs: the same
SEEN
diff expected seen || { echo "qr.js 0.0.0, @nuintun/qrcode 5.0.3, qrcode-svg 1.1.0 or uqrcodejs 4.0.7 behaves otherwise" >&2; exit 1; }
echo "as found: qr.js, @nuintun/qrcode and qrcode-svg write another text into the code"
