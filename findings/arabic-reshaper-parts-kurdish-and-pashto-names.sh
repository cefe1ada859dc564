#!/usr/bin/env bash
# Guess: PyPI's arabic-reshaper, which joins letters for programs that draw each by itself (PDF libraries, pictures), joins names of the
#        languages that are written with Arabic letters: where it has no joined form of a letter, it says so, or leaves the name as it was.
# Fact:  it knows the letters that Unicode has joined forms of as characters of their own. Sorani Kurdish and Pashto have others, which
#        join too (Unicode's ArabicShaping.txt: ێ U+06CE, ڵ U+06B5, ښ U+069A, ګ U+06AB, ځ U+0681 on both sides). They come out as they
#        were, and the letters beside them get the forms of a word's end and beginning: of هێمن three pieces. Nothing is said. Its setting
#        `language: Kurdish` makes characters for private use of some (U+E006), which few fonts draw, and ښ stays as it is.
# Why it matters: such names are common in Iraq, Iran and Afghanistan, and in classes everywhere. A certificate has them in pieces, which no
#        reader of Arabic letters takes for writing, and a program that counts boxes finds none. Draw with a library that shapes text by
#        the font (HarfBuzz).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check arabic-reshaper==3.1.0
cat >look.py <<'PYTHON'
import unicodedata

from arabic_reshaper import ArabicReshaper

plain = ArabicReshaper()
kurdish = ArabicReshaper({"language": "Kurdish"})


def forms(text):
    """What each character is: one of the joined forms, or what it was or is for private use."""
    for char in text:
        kind = unicodedata.decomposition(char).split(" ")[0].strip("<>")
        yield kind if kind in ("isolated", "initial", "medial", "final") else f"U+{ord(char):04X}"


for letter, before, after in [("س", "ب", "م"), ("ێ", "ب", "م"), ("ڵ", "ب", "م"), ("ښ", "ب", "م"), ("ګ", "ب", "م"), ("ځ", "ب", "م")]:
    print(f"beh, U+{ord(letter):04X}, meem:", *forms(plain.reshape(before + letter + after)),
          "/ Kurdish:", *forms(kurdish.reshape(before + letter + after)))
for name in ("سمیر", "هێمن", "گوڵ", "ښاغلی"):
    print(name, "is", *forms(plain.reshape(name)))
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
beh, U+0633, meem: initial medial final / Kurdish: initial medial final
beh, U+06CE, meem: isolated U+06CE isolated / Kurdish: initial U+E006 final
beh, U+06B5, meem: isolated U+06B5 isolated / Kurdish: initial U+E009 final
beh, U+069A, meem: isolated U+069A isolated / Kurdish: U+0628 U+069A U+0645
beh, U+06AB, meem: isolated U+06AB isolated / Kurdish: U+0628 U+06AB U+0645
beh, U+0681, meem: isolated U+0681 isolated / Kurdish: U+0628 U+0681 U+0645
سمیر is initial medial medial final
هێمن is isolated U+06CE initial final
گوڵ is initial final U+06B5
ښاغلی is U+069A isolated initial medial final
SEEN
diff expected seen || { echo "arabic-reshaper 3.1.0 behaves otherwise" >&2; exit 1; }
echo "as found: arabic-reshaper 3.1.0 parts names at letters of Kurdish and Pashto"
