#!/usr/bin/env bash
# Guess: a library that writes Cyrillic names in Latin letters (PyPI's cyrtranslit, transliterate and iuliia) gives a name with one capital in front
#        one capital in front too, and a name in capitals none but capitals.
# Fact:  where one letter becomes several, each has one answer for both. cyrtranslit writes a Russian or Bulgarian name in front with two
#        capitals: SHevchenko, CHen, ZHelyazkov. transliterate and iuliia have Shevchenko, and of ШЕВЧЕНКО they make ShEVChENKO. In Serbian
#        cyrtranslit and transliterate write LjUBICA for ЉУБИЦА, and in Ukrainian ŠčERBAK and ShchERBAK. Nothing is said.
# Why it matters: names are written in Latin letters beside their own on a certificate, or alone, and lists have surnames in capitals. SHevchenko
#        and ShEVChENKO look like slips of whoever typed them, and a holder's passport has neither. Make the name small before, and its
#        first letters large afterwards.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cyrtranslit==1.2.0 transliterate==1.10.2 iuliia==0.13.0
cat >look.py <<'PYTHON'
import cyrtranslit
import iuliia
from transliterate import translit

names = [("ru", "ru", "Шевченко"), ("ru", "ru", "ШЕВЧЕНКО"), ("ru", "ru", "Чен"), ("bg", "bg", "Желязков"), ("bg", "bg", "ЖЕЛЯЗКОВ"),
         ("sr", "sr", "Љубица"), ("sr", "sr", "ЉУБИЦА"), ("ua", "uk", "Щербак"), ("ua", "uk", "ЩЕРБАК")]
for code, other, name in names:
    answers = [f"cyrtranslit {cyrtranslit.to_latin(name, code)}", f"transliterate {translit(name, other, reversed=True)}"]
    if code == "ru":
        answers.append(f"iuliia {iuliia.WIKIPEDIA.translate(name)}")
    print(f"{code}: {name}:", ", ".join(answers))
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
ru: Шевченко: cyrtranslit SHevchenko, transliterate Shevchenko, iuliia Shevchenko
ru: ШЕВЧЕНКО: cyrtranslit SHEVCHENKO, transliterate ShEVChENKO, iuliia ShEVChENKO
ru: Чен: cyrtranslit CHen, transliterate Chen, iuliia Chen
bg: Желязков: cyrtranslit ZHelyazkov, transliterate Zhelyazkov
bg: ЖЕЛЯЗКОВ: cyrtranslit ZHELYAZKOV, transliterate ZhELYaZKOV
sr: Љубица: cyrtranslit Ljubica, transliterate Ljubica
sr: ЉУБИЦА: cyrtranslit LjUBICA, transliterate LjUBICA
ua: Щербак: cyrtranslit Ščerbak, transliterate Shcherbak
ua: ЩЕРБАК: cyrtranslit ŠčERBAK, transliterate ShchERBAK
SEEN
diff expected seen || { echo "cyrtranslit 1.2.0, transliterate 1.10.2 or iuliia 0.13.0 behaves otherwise" >&2; exit 1; }
echo "as found: cyrtranslit 1.2.0, transliterate 1.10.2 and iuliia 0.13.0 mix capitals and small letters within names"
