#!/usr/bin/env bash
# Guess: an encoder of QR codes picks for each stretch of a text the mode that is shortest, as the standard shows how to (ISO/IEC 18004, its
#        annex on the length of the bit stream): digits behind an address take 3.3 bits each and not 8.
# Fact:  PyPI's segno, npm's qrcode-generator, uqr and qr-image look for one mode that suits the whole text, and one letter makes bytes of all
#        digits: an address with 600 digits behind it is a code of version 19 in these, and of version 12 in PyPI's qrcode and zxing-cpp
#        and npm's qrcode, lean-qr and bwip-js. Handed over in two pieces the first two make 12 of it as well.
# Why it matters: a credential that is verified offline is digits behind an address, since digits are short. 93 modules on a side in place of
#        65 are a third smaller on the same paper, and do not scan from a print or a screen that the other does. All readers read both, so
#        a test that reads the code finds nothing. Compare the version with what the length should give.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check segno==1.6.6 qrcode==8.2 zxing-cpp==3.1.1 numpy==2.4.6
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts qrcode-generator@2.0.4 uqr@0.1.3 qr-image@3.2.0 qrcode@1.5.4 lean-qr@2.7.4 bwip-js@4.11.4
cat >look.py <<'PYTHON'
import qrcode
import segno
import zxingcpp

address, digits = "https://example.org/v/#", "1234567890" * 60
one = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
one.add_data(address + digits)
one.make()
print("PyPI segno:", segno.make(address + digits, error="m", boost_error=False).version)
print("PyPI segno, in two pieces:", segno.make([address, digits], error="m", boost_error=False).version)
print("PyPI qrcode:", one.version)
code = zxingcpp.create_barcode(address + digits, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
print("PyPI zxing-cpp:", (code.to_image(scale=1, add_quiet_zones=False).shape[0] - 17) // 4)
PYTHON
cat >look.cjs <<'NODE'
const generator = require('qrcode-generator');
const bwip = require('bwip-js');
const image = require('qr-image');
const qrcode = require('qrcode');

(async () => {
  const uqr = await import('uqr');
  const lean = await import('lean-qr');
  const address = 'https://example.org/v/#';
  const digits = '1234567890'.repeat(60);
  const generated = (...pieces) => {
    const code = generator(0, 'M');
    for (const [piece, mode] of pieces) code.addData(piece, mode);
    code.make();
    return code.getModuleCount();
  };
  const { M } = lean.correction;
  const sizes = {
    'qrcode-generator': generated([address + digits, 'Byte']),
    'qrcode-generator, in two pieces': generated([address, 'Byte'], [digits, 'Numeric']),
    'uqr': uqr.encode(address + digits, { ecc: 'M', border: 0 }).size,
    'qr-image': image.matrix(address + digits, 'M').length,
    'qrcode': qrcode.create(address + digits, { errorCorrectionLevel: 'M' }).modules.size,
    'lean-qr': lean.generate(address + digits, { minCorrectionLevel: M, maxCorrectionLevel: M }).size,
    'bwip-js': bwip.raw({ bcid: 'qrcode', text: address + digits, eclevel: 'M' })[0].pixx,
  };
  for (const [name, size] of Object.entries(sizes)) console.log(`npm ${name}:`, (size - 17) / 4);
})();
NODE
{
    venv/bin/python look.py
    node look.cjs
} >seen
cat seen
cat >expected <<'SEEN'
PyPI segno: 19
PyPI segno, in two pieces: 12
PyPI qrcode: 12
PyPI zxing-cpp: 12
npm qrcode-generator: 19
npm qrcode-generator, in two pieces: 12
npm uqr: 19
npm qr-image: 19
npm qrcode: 12
npm lean-qr: 12
npm bwip-js: 12
SEEN
diff expected seen || { echo "segno 1.6.6, qrcode-generator 2.0.4, uqr 0.1.3, qr-image 3.2.0 or one of the others behaves otherwise" >&2; exit 1; }
echo "as found: segno, qrcode-generator, uqr and qr-image make bytes of the digits behind an address"
