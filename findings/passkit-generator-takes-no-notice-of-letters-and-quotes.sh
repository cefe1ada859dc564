#!/usr/bin/env bash
# Guess: npm passkit-generator, which makes passes for Apple's wallet, says of a code's text in which encoding it is to be put into the
#        code so that its letters are in it, and writes the texts of further languages (`localize()`) so that they can be read.
# Fact:  it writes `messageEncoding: "iso-8859-1"` for whatever text: for 山田 too, which has no place in it. `utf-8` has to be said. And a
#        quote in a translated text goes into `pass.strings` as it is, `"COURSE" = "Kurs "Rust"";`, where `\"` is meant: PyPI's
#        openstep-plist calls the file malformed, and reads the one without quotes. Nothing is said of either.
# Why it matters: a certificate's pass carries names in its code and titles in several languages. The one whose course has a word in
#        quotes has a file of texts that a strict reader refuses whole. Say `utf-8`, and put backslashes before quotes first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openstep-plist==0.5.2
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts passkit-generator@3.6.1
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=issuer.example 2>openssl.txt ||
    { cat openssl.txt >&2; exit 1; }
cat >look.mjs <<'NODE'
import { readFileSync, writeFileSync } from 'node:fs';
import { PKPass } from 'passkit-generator';

const [certificate, key] = ['certificate.pem', 'key.pem'].map((name) => readFileSync(name));
function pass() {
  const said = {
    formatVersion: 1, passTypeIdentifier: 'pass.example.course', teamIdentifier: 'EXAMPLE', organizationName: 'Academy',
    serialNumber: '1', description: 'Certificate', generic: { primaryFields: [{ key: 'course', label: 'COURSE', value: 'TITLE' }] },
  };
  return new PKPass(
    { 'icon.png': Buffer.from('picture'), 'pass.json': Buffer.from(JSON.stringify(said)) },
    { wwdr: certificate, signerCert: certificate, signerKey: key }, {},
  );
}
for (const message of ['Ada', '山田']) {
  const own = pass();
  own.setBarcodes({ format: 'PKBarcodeFormatQR', message });
  console.log(`a code of ${message}: ${own.props.barcodes[0].messageEncoding}`);
}
for (const [name, title] of [['plain', 'Kurs Rust'], ['quotes', 'Kurs "Rust"'], ['escaped', 'Kurs \\"Rust\\"']]) {
  const own = pass();
  own.localize('de', { COURSE: 'Kurs', TITLE: title });
  writeFileSync(`${name}.pkpass`, own.getAsBuffer());
}
NODE
cat >read.py <<'PYTHON'
import zipfile

import openstep_plist

for name in ("plain", "quotes", "escaped"):
    with zipfile.ZipFile(f"{name}.pkpass") as file:
        text = file.read("de.lproj/pass.strings").decode()
    try:
        answer = openstep_plist.loads(text)
    except openstep_plist.ParseError:
        answer = "malformed"
    print(f"{name}: {' '.join(text.split())} is read as {answer}")
PYTHON
{ node look.mjs && venv/bin/python read.py; } >seen
cat seen
cat >expected <<'SEEN'
a code of Ada: iso-8859-1
a code of 山田: iso-8859-1
plain: "COURSE" = "Kurs"; "TITLE" = "Kurs Rust"; is read as {'COURSE': 'Kurs', 'TITLE': 'Kurs Rust'}
quotes: "COURSE" = "Kurs"; "TITLE" = "Kurs "Rust""; is read as malformed
escaped: "COURSE" = "Kurs"; "TITLE" = "Kurs \"Rust\""; is read as {'COURSE': 'Kurs', 'TITLE': 'Kurs "Rust"'}
SEEN
diff expected seen || { echo "passkit-generator 3.6.1 or openstep-plist 0.5.2 behaves otherwise" >&2; exit 1; }
echo "as found: passkit-generator 3.6.1 says iso-8859-1 of every text, and writes quotes as they are"
