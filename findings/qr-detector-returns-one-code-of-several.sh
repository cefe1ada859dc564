#!/usr/bin/env bash
# Guess: a BarcodeDetector that stands in for the browser's own (W3C Shape Detection API), and is handed a picture with two QR
#        codes, returns two: detect() answers with a list.
# Fact:  npm qr's does with one. It stands on decodeQR, which stops at the first code that it can read; nothing says that there are
#        more. decodeQRBatch, handed a list with this one picture, reads both.
# Why it matters: with `globalThis.BarcodeDetector ??= BarcodeDetector` a page that looks through all codes for its own one finds it
#        in browsers that have the interface, and in the others only when it comes first, as where a poster's link stands beside a
#        certificate's code.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund qr@0.7.0 >/dev/null
cat >look.mjs <<'NODE'
import encodeQR from 'qr';
import { BarcodeDetector, decodeQR, decodeQRBatch } from 'qr/decode.js';

// What the detector asks the browser for.
globalThis.DOMRectReadOnly ??= class { constructor(x, y, width, height) { Object.assign(this, { x, y, width, height }); } };
globalThis.ImageData ??= class {
  constructor(data, width, height) { Object.assign(this, { data, width, height }); }
  get [Symbol.toStringTag]() { return 'ImageData'; }
};

const SCALE = 8;
const codes = ['first', 'second'].map((text) => encodeQR(text, 'raw', { border: 4 }));
const side = codes[0].length * SCALE;
const picture = new ImageData(new Uint8ClampedArray(2 * side * side * 4).fill(255), 2 * side, side);
codes.forEach((rows, n) => rows.forEach((row, y) => row.forEach((dark, x) => {
  if (!dark) return;
  for (let dy = 0; dy < SCALE; dy++) for (let dx = 0; dx < SCALE; dx++) {
    const at = ((y * SCALE + dy) * 2 * side + n * side + x * SCALE + dx) * 4;
    picture.data.fill(0, at, at + 3);
  }
})));
console.log('decodeQR:', decodeQR(picture));
console.log('BarcodeDetector:', (await new BarcodeDetector().detect(picture)).map((code) => code.rawValue).join(', '));
console.log('decodeQRBatch:', (await decodeQRBatch([picture]))[0].filter((text) => typeof text === 'string').sort().join(', '));
NODE
node look.mjs >seen 2>errors || { cat errors >&2; exit 1; }
cat seen
{ grep -qx 'decodeQRBatch: first, second' seen && ! grep -q '^BarcodeDetector: .*,' seen && grep -q '^BarcodeDetector: [fs]' seen; } \
    || { echo "qr 0.7.0 behaves otherwise" >&2; exit 1; }
echo "as found: of two codes in one picture the BarcodeDetector of qr 0.7.0 returns one"
