#!/usr/bin/env bash
# Guess: a program that is told to write to /dev/stdout writes to its standard output, as pdftotext does.
# Fact:  `mutool convert -o` and `mutool draw -o` first remove what they are to write to, links too, and make a new file of that
#        name. Nothing comes out, and they exit with 0. The machine's /dev/stdout is such a link to /proc/self/fd/1, which root may
#        remove; that is not tried here, but with a link like it.
# Why it matters: a script that copies the text out of a certificate in this way finds every name missing, and as root may leave a
#        container behind in which other programs' output vanishes. Write to a file, or let `mutool draw` print without -o.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v mutool >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends mupdf-tools; } >/dev/null
command -v pdftotext >/dev/null || { apt-get -qq update && apt-get -qq -y install --no-install-recommends poppler-utils; } >/dev/null
python3 - <<'PYTHON'
content = "BT /F 24 Tf 20 40 Td (Ada) Tj ET"
objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Count 1/Kids[3 0 R]>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
    f"<</Length {len(content)}>>stream\n{content}\nendstream",
    "<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
]
text, places = "%PDF-1.7\n", []
for number, body in enumerate(objects, 1):
    places.append(len(text))
    text += f"{number} 0 obj\n{body}\nendobj\n"
table = "".join(f"{place:010} 00000 n \n" for place in places)
text += f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
open("a.pdf", "w").write(text)
PYTHON
# A link like /dev/stdout, in a folder of our own.
tried() {
    rm -f out && ln -s /proc/self/fd/1 out
    local came
    came=$("${@:2}" 2>/dev/null | tr -d '\n\f ')
    echo "$1: printed '$came', and the link is $([ -L out ] && echo there || echo gone)"
}
{
    tried pdftotext pdftotext a.pdf out
    tried "mutool convert" mutool convert -F text -o out a.pdf
    tried "mutool draw" mutool draw -q -F txt -o out a.pdf
    tried "mutool draw without -o" mutool draw -q -F txt a.pdf
} >seen
cat seen
cat >expected <<'SEEN'
pdftotext: printed 'Ada', and the link is there
mutool convert: printed '', and the link is gone
mutool draw: printed '', and the link is gone
mutool draw without -o: printed 'Ada', and the link is there
SEEN
diff expected seen || { echo "$(mutool -v 2>&1 | head -n1) behaves otherwise" >&2; exit 1; }
echo "as found in $(mutool -v 2>&1 | head -n1): it removes the link that it is to write to, and prints nothing"
