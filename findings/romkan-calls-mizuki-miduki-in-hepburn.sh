#!/usr/bin/env bash
# Guess: `to_hepburn()` of PyPI's romkan writes Japanese names in kana as Hepburn's way and Japan's passports do: づ, as in みづき and ちづる, is zu.
# Fact:  it is "du": of みづき and ちづる it makes "miduki" and "chiduru", as to_roma() does. ゔ in hiragana, as in ゔぃくとる (Viktor), it leaves
#        as it is and makes "ゔxikutoru" of the name, where that of katakana is "vikutoru". PyPI's jaconv (kana2alphabet, which takes hiragana)
#        has mizuki, chizuru and vikutoru. Nothing is said.
# Why it matters: people whose reading is in a list, and not their name in Latin letters, get one made of it on a certificate. Mizuki is among the
#        most usual of names, and Miduki is not what her passport says. A name with a Japanese letter left in it is drawn as a box. Ask for the
#        name in Latin letters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check romkan==0.2.1 jaconv==0.5.0
cat >look.py <<'PYTHON'
import jaconv
import romkan

for name in ("さくら", "しずか", "みづき", "ちづる", "ゔぃくとる", "ヴィクトル"):
    print(f"{name}: romkan to_hepburn {romkan.to_hepburn(name)}, to_roma {romkan.to_roma(name)}; jaconv",
          jaconv.kana2alphabet(jaconv.kata2hira(name)))
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
さくら: romkan to_hepburn sakura, to_roma sakura; jaconv sakura
しずか: romkan to_hepburn shizuka, to_roma shizuka; jaconv shizuka
みづき: romkan to_hepburn miduki, to_roma miduki; jaconv mizuki
ちづる: romkan to_hepburn chiduru, to_roma chiduru; jaconv chizuru
ゔぃくとる: romkan to_hepburn ゔxikutoru, to_roma ゔxikutoru; jaconv vikutoru
ヴィクトル: romkan to_hepburn vikutoru, to_roma vikutoru; jaconv vikutoru
SEEN
diff expected seen || { echo "romkan 0.2.1 or jaconv 0.5.0 behaves otherwise" >&2; exit 1; }
echo "as found: romkan 0.2.1 writes du for zu in Hepburn, and leaves the letter vu"
