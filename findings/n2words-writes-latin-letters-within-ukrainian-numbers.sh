#!/usr/bin/env bash
# Guess: npm n2words writes numbers in words in the letters of the language that was asked for: Ukrainian and Serbian in Cyrillic.
# Fact:  the `i` of the Ukrainian words for 6, 7, 8, the third, and all that are made of them is the Latin one (U+0069), and not the Ukrainian
#        і (U+0456) that looks the same: in 1546 of the numbers 1 to 1999 at least one word is of two alphabets. In Serbian Cyrillic 900
#        ends with a Latin o. Nothing can be seen. PyPI's num2words has Cyrillic letters in them, but in the Belarusian 900th.
# Why it matters: credits and years in words are there so that nobody changes them. A search for the word does not find it; a check for
#        letters that look alike, as banks and mail programs make, calls the text a forgery; a font that has one of the two alphabets draws the
#        letter from another; and a voice reads it aloud as a letter. Look for words of two alphabets before it is printed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check num2words==0.5.14
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts n2words@4.0.0
cat >look.mjs <<'NODE'
import * as russian from 'n2words/ru-RU';
import * as serbian from 'n2words/sr-Cyrl-RS';
import * as ukrainian from 'n2words/uk-UA';

const points = (word) => [...word].map((char) => (/\p{Script=Latin}/u.test(char) ? `[U+00${char.codePointAt(0).toString(16)}]` : char)).join('');
for (const [name, { toCardinal }] of Object.entries({ ukrainian, russian, serbian })) {
  const mixed = (word) => /\p{Script=Latin}/u.test(word) && /\p{Script=Cyrillic}/u.test(word);
  let count = 0;
  for (let number = 1; number < 2000; number += 1) count += toCardinal(number).split(' ').some(mixed) ? 1 : 0;
  console.log(`n2words, ${name}: ${count} of the numbers 1 to 1999 have a word of two alphabets;`, points(toCardinal(7)), points(toCardinal(900)));
}
console.log('n2words, ukrainian: the third is', points(ukrainian.toOrdinal(3)));
NODE
cat >look.py <<'PYTHON'
import unicodedata

from num2words import num2words


def mixed(word):
    return {unicodedata.name(char).split()[0] for char in word if char.isalpha()} >= {"LATIN", "CYRILLIC"}


for language in ("uk", "ru", "be"):
    for kind in ("cardinal", "ordinal"):
        found = [number for number in range(1, 2000) if any(map(mixed, num2words(number, lang=language, to=kind).split()))]
        print(f"num2words, {language}, {kind}: {found}")
PYTHON
{
    node look.mjs
    venv/bin/python look.py
} >seen
cat seen
cat >expected <<'SEEN'
n2words, ukrainian: 1412 of the numbers 1 to 1999 have a word of two alphabets; с[U+0069]м дев'ятсот
n2words, russian: 0 of the numbers 1 to 1999 have a word of two alphabets; семь девятьсот
n2words, serbian: 200 of the numbers 1 to 1999 have a word of two alphabets; седам девест[U+006f]
n2words, ukrainian: the third is трет[U+0069]й
num2words, uk, cardinal: []
num2words, uk, ordinal: []
num2words, ru, cardinal: []
num2words, ru, ordinal: []
num2words, be, cardinal: []
num2words, be, ordinal: [900, 1900]
SEEN
diff expected seen || { echo "n2words 4.0.0 or num2words 0.5.14 behaves otherwise" >&2; exit 1; }
echo "as found: n2words 4.0.0 writes Latin letters within words of Ukrainian and Serbian numbers"
