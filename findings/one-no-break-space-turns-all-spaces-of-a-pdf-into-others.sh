#!/usr/bin/env bash
# Guess: a library that makes PDFs writes down for every letter what it stands for (`/ToUnicode`), so that a text is copied as it was set:
#        a space as a space (U+0020), and the one that holds "12 hours" together as a no-break space (U+00A0).
# Fact:  where a font draws both with one glyph, as Source Serif does, one of the two stands for all of them in jsPDF, pdf-lib and PDFKit:
#        the last one used in jsPDF's, the first one in the other two's. "Ada Lovelace, 12 hours" with one no-break space is copied with
#        three of them out of jsPDF's file, and with the parts the other way around out of the others'. fpdf2 keeps the two apart.
# Why it matters: a program or a person who looks for "Ada Lovelace" in the certificate does not find her, and nothing can be seen. Whether
#        it is so depends on the font and on the order of the lines. A comparison has to take all spaces for one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fpdf2==2.8.9 pypdf==7.1.1 pypdfium2==5.15.2
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @expo-google-fonts/source-serif-4@0.4.1 pdf-lib@1.17.1 @pdf-lib/fontkit@1.1.1 \
    pdfkit@0.20.2 jspdf@4.2.1 >/dev/null
cp node_modules/@expo-google-fonts/source-serif-4/400Regular/SourceSerif4_400Regular.ttf font.ttf
cat >make.mjs <<'NODE'
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import fontkit from '@pdf-lib/fontkit';
import { jsPDF } from 'jspdf';
import { PDFDocument } from 'pdf-lib';
import PDFKit from 'pdfkit';

const font = readFileSync('font.ttf');
for (const [name, text] of Object.entries({ behind: 'Ada Lovelace, 12\u00a0hours', before: '12\u00a0hours, Ada Lovelace' })) {
  const one = new jsPDF();
  one.addFileToVFS('font.ttf', font.toString('base64'));
  one.addFont('font.ttf', 'serif', 'normal');
  one.setFont('serif').text(text, 20, 40);
  writeFileSync(`jsPDF-${name}.pdf`, Buffer.from(one.output('arraybuffer')));

  const two = await PDFDocument.create();
  two.registerFontkit(fontkit);
  two.addPage().drawText(text, { x: 20, y: 40, font: await two.embedFont(font, { subset: true }) });
  writeFileSync(`pdf-lib-${name}.pdf`, await two.save());

  const three = new PDFKit();
  const file = three.pipe(createWriteStream(`PDFKit-${name}.pdf`));
  three.font('font.ttf').text(text).end();
  await once(file, 'finish');
}
NODE
cat >look.py <<'PYTHON'
import fpdf
import pypdf
import pypdfium2

for name, text in {"behind": "Ada Lovelace, 12\u00a0hours", "before": "12\u00a0hours, Ada Lovelace"}.items():
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.add_font("serif", "", "font.ttf")
    pdf.set_font("serif")
    pdf.cell(text=text)
    pdf.output(f"fpdf2-{name}.pdf")
    for maker in ("fpdf2", "jsPDF", "pdf-lib", "PDFKit"):
        file = f"{maker}-{name}.pdf"
        texts = {pypdf.PdfReader(file).pages[0].extract_text().strip(), pypdfium2.PdfDocument(file)[0].get_textpage().get_text_bounded().strip()}
        print(f"{maker}, {name}:", *(ascii(text) for text in texts))
PYTHON
node make.mjs
venv/bin/python look.py 2>/dev/null >seen
cat seen
cat >expected <<'SEEN'
fpdf2, behind: 'Ada Lovelace, 12\xa0hours'
jsPDF, behind: 'Ada\xa0Lovelace,\xa012\xa0hours'
pdf-lib, behind: 'Ada Lovelace, 12 hours'
PDFKit, behind: 'Ada Lovelace, 12 hours'
fpdf2, before: '12\xa0hours, Ada Lovelace'
jsPDF, before: '12 hours, Ada Lovelace'
pdf-lib, before: '12\xa0hours,\xa0Ada\xa0Lovelace'
PDFKit, before: '12\xa0hours,\xa0Ada\xa0Lovelace'
SEEN
diff expected seen || { echo "one of jsPDF 4.2.1, pdf-lib 1.17.1, PDFKit 0.20.2, fpdf2 2.8.9 behaves otherwise now" >&2; exit 1; }
echo "as found: in files of jsPDF 4.2.1, pdf-lib 1.17.1 and PDFKit 0.20.2 one kind of space stands for both"
