"""Prints the text of every QR code that zxing-cpp finds in pictures: PATH, a tab, the text."""

import sys

import zxingcpp
from PIL import Image

for path in sys.argv[1:]:
    for code in zxingcpp.read_barcodes(Image.open(path), formats=zxingcpp.BarcodeFormat.QRCode):
        print(f"{path}\t{code.text}")
