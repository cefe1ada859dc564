#!/usr/bin/env bash
# Guess: a QR code that is drawn to the pixel (black on white, straight, quiet zone, no blur) is read by every reader; what readers differ
#        in is photographs.
# Fact:  OpenCV's QRCodeDetector reads 46 of 60 such codes of versions 16 to 18 and QRCodeDetectorAruco, beside it in the same package, all
#        60. @zxing/library reads 57, and all 60 when it is told PURE_BARCODE; TRY_HARDER changes nothing. jsQR and zxing-cpp read all 60.
#        Which ones are missed follows from the data alone. None is read wrongly.
# Why it matters: a code that carries a whole credential has such a version. A program that looks through clean files with either of the
#        two finds no code in one of four or one of twenty, and nothing is wrong with the file. It should ask a second reader.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check qrcode==8.2 pillow==12.3.0 opencv-python-headless==5.0.0.93 zxing-cpp==3.1.1
npm install --loglevel error --no-audit --no-fund --prefix . @zxing/library@0.21.3 jsqr@1.4.0 pngjs@7.0.0 >/dev/null
cat >draw.py <<'PYTHON'
import random

import qrcode
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

ADDRESS = "https://certs.example.org/verify/#"
random.seed(1)
for version, digits in {16: 930, 17: 1040, 18: 1160}.items():
    for turn in range(20):
        number = "1" + "".join(random.choice("0123456789") for _ in range(digits))
        code = qrcode.QRCode(version, qrcode.constants.ERROR_CORRECT_M, box_size=4, border=4)
        code.add_data(QRData(ADDRESS.encode(), mode=MODE_8BIT_BYTE), optimize=0)
        code.add_data(QRData(number.encode(), mode=MODE_NUMBER), optimize=0)
        code.make(fit=False)
        code.make_image().convert("RGB").save(f"{version}-{turn}.png")
        with open(f"{version}-{turn}.txt", "w") as file:
            file.write(ADDRESS + number)
PYTHON
cat >read.py <<'PYTHON'
from pathlib import Path

import cv2
import zxingcpp


def opencv(detector):
    return lambda picture: detector.detectAndDecode(picture)[0]


def zxing(picture):
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if found else ""


readers = {"QRCodeDetector": opencv(cv2.QRCodeDetector()), "QRCodeDetectorAruco": opencv(cv2.QRCodeDetectorAruco()), "zxing-cpp": zxing}
for name, read in readers.items():
    right = wrong = 0
    for file in Path().glob("*-*.png"):
        text = read(cv2.imread(str(file)))
        right += text == file.with_suffix(".txt").read_text()
        wrong += text not in ("", file.with_suffix(".txt").read_text())
    print(f"{name}: {right} of 60, wrong {wrong}")
PYTHON
cat >read.mjs <<'SCRIPT'
import { readFileSync, readdirSync } from "node:fs";
import zxing from "@zxing/library";
import jsQR from "jsqr";
import png from "pngjs";

const { BinaryBitmap, DecodeHintType, HybridBinarizer, QRCodeReader, RGBLuminanceSource } = zxing;
const withHint = (hint) => (picture) => {
  const grey = Uint8ClampedArray.from({ length: picture.width * picture.height }, (_, at) => picture.data[4 * at]);
  const bitmap = new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(grey, picture.width, picture.height)));
  try {
    return new QRCodeReader().decode(bitmap, new Map(hint === undefined ? [] : [[hint, true]])).getText();
  } catch {
    return "";
  }
};
const readers = {
  "@zxing/library": withHint(undefined),
  "@zxing/library, TRY_HARDER": withHint(DecodeHintType.TRY_HARDER),
  "@zxing/library, PURE_BARCODE": withHint(DecodeHintType.PURE_BARCODE),
  jsQR: (picture) => (jsQR.default ?? jsQR)(new Uint8ClampedArray(picture.data), picture.width, picture.height)?.data ?? "",
};
const files = readdirSync(".").filter((name) => /^\d+-\d+\.png$/.test(name));
for (const [name, read] of Object.entries(readers)) {
  let right = 0;
  let wrong = 0;
  for (const file of files) {
    const text = read(png.PNG.sync.read(readFileSync(file)));
    const drawn = readFileSync(file.replace(".png", ".txt"), "utf8");
    right += Number(text === drawn);
    wrong += Number(text !== "" && text !== drawn);
  }
  console.log(`${name}: ${right} of ${files.length}, wrong ${wrong}`);
}
SCRIPT
venv/bin/python draw.py
{ venv/bin/python read.py; node read.mjs; } | tee seen
cat >expected <<'SEEN'
QRCodeDetectorAruco: 60 of 60, wrong 0
zxing-cpp: 60 of 60, wrong 0
@zxing/library, PURE_BARCODE: 60 of 60, wrong 0
jsQR: 60 of 60, wrong 0
SEEN
# Those that miss some: how many may depend on how the processor rounds.
grep -vE '^(QRCodeDetector|@zxing/library|@zxing/library, TRY_HARDER):' seen | diff - expected
grep -E '^(QRCodeDetector|@zxing/library|@zxing/library, TRY_HARDER): [1-5][0-9] of 60, wrong 0$' seen | wc -l | grep -qx 3
echo "as stated"
