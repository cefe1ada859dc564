#!/usr/bin/env bash
# Guess: PyPI's num2words writes 7.05 in words as another number than 7.5, in each language that it has; in English it is "seven point zero
#        five".
# Fact:  in Bengali, and in Persian, the words of 7.05 are those of 7.5: in Persian "seven and a half", of 1.005 too. In Turkish,
#        Vietnamese and Arabic the words of 7.05 are "seven comma five", and those of 7.5 "seven comma fifty"; 1.1 is "one comma ten". In Turkish
#        2.01 is "two comma" and nothing, and the words of Decimal("1.20") are an empty text. Nothing is said.
# Why it matters: credits, hours and marks are written in words on certificates so that nobody changes them, and half an hour and half a
#        credit are usual. The words say another number than the digits beside them, in languages that the one who made the template
#        may not read. Compare the words of 7.05 and 7.5 first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check num2words==0.5.14
cat >look.py <<'PYTHON'
from decimal import Decimal

from num2words import num2words

for language in ("en", "de", "fa", "bn", "tr", "vi", "ar"):
    words = {number: num2words(number, lang=language) for number in (7.05, 7.5, 7.25)}
    print(f"{language}: 7.05 {words[7.05]!r}, 7.5 {words[7.5]!r}, the same: {words[7.05] == words[7.5]}")
    print(f"    the fraction of 7.5 is that of fifty: {words[7.5].endswith(num2words(50, lang=language))}")
print("fa: 1.5", num2words(1.5, lang="fa"), "and 1.005", num2words(1.005, lang="fa"))
print("tr: 2.01", repr(num2words(2.01, lang="tr")), "and 1.20", repr(num2words(Decimal("1.20"), lang="tr")))
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
en: 7.05 'seven point zero five', 7.5 'seven point five', the same: False
    the fraction of 7.5 is that of fifty: False
de: 7.05 'sieben Komma null fünf', 7.5 'sieben Komma fünf', the same: False
    the fraction of 7.5 is that of fifty: False
fa: 7.05 'هفت و نیم', 7.5 'هفت و نیم', the same: True
    the fraction of 7.5 is that of fifty: False
bn: 7.05 'সাত দশমিক পাঁচ', 7.5 'সাত দশমিক পাঁচ', the same: True
    the fraction of 7.5 is that of fifty: False
tr: 7.05 'yedivirgülbeş', 7.5 'yedivirgülelli', the same: False
    the fraction of 7.5 is that of fifty: True
vi: 7.05 'bảy phẩy năm', 7.5 'bảy phẩy năm mươi', the same: False
    the fraction of 7.5 is that of fifty: True
ar: 7.05 'سبعة  , خمس', 7.5 'سبعة  , خمسون', the same: False
    the fraction of 7.5 is that of fifty: True
fa: 1.5 یک و نیم and 1.005 یک و نیم
tr: 2.01 'ikivirgül' and 1.20 ''
SEEN
diff expected seen || { echo "num2words 0.5.14 behaves otherwise" >&2; exit 1; }
echo "as found: num2words 0.5.14 has other words for fractions in five languages"
