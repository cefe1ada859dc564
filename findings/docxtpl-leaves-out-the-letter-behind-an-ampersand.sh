#!/usr/bin/env bash
# Guess: PyPI's docxtpl, which fills in templates in .docx, writes a value as it is, `R&D`, or says that it is no XML: where a file has an
#        ampersand that means nothing, a reader of XML stops.
# Fact:  it takes the value for a piece of XML and mends what is none: of "R&D at Sea" the document has "R at Sea", of "Ada & Ben" both names
#        without a mark between, of "AT&T" one half. "a&amp;b" comes out as "a&b". Nothing is said. With `render(..., autoescape=True)`
#        each is there as it was.
# Why it matters: certificates are made of such templates, and courses and companies have ampersands: "Health & Safety", "R&D". One letter is
#        gone, nobody reads a thousand of them, and what was signed says otherwise than the print. Set `autoescape`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check docxtpl==0.20.2 python-docx==1.2.0
cat >look.py <<'PYTHON'
import docx
from docxtpl import DocxTemplate

template = docx.Document()
template.add_paragraph("Certificate: {{ course }}.")
template.save("template.docx")


def text():
    return docx.Document("out.docx").paragraphs[0].text.removeprefix("Certificate: ").removesuffix(".")


for course in ("Rust", "R&D at Sea", "Ada & Ben", "AT&T", "a&amp;b"):
    answers = []
    for escape in (False, True):
        one = DocxTemplate("template.docx")
        one.render({"course": course}, autoescape=escape)
        one.save("out.docx")
        answers.append(text())
    print(f"{course}: docxtpl {answers[0]!r}, with autoescape {answers[1]!r}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
Rust: docxtpl 'Rust', with autoescape 'Rust'
R&D at Sea: docxtpl 'R at Sea', with autoescape 'R&D at Sea'
Ada & Ben: docxtpl 'Ada  Ben', with autoescape 'Ada & Ben'
AT&T: docxtpl 'AT', with autoescape 'AT&T'
a&amp;b: docxtpl 'a&b', with autoescape 'a&amp;b'
SEEN
diff expected seen || { echo "docxtpl 0.20.2 or python-docx 1.2.0 behaves otherwise" >&2; exit 1; }
echo "as found: docxtpl 0.20.2 leaves out the ampersand and what is taken for its name"
