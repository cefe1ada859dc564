#!/usr/bin/env bash
# Guess: nameparser's capitalize() writes a name that came in capitals as it is usually written: MARIA MACHADO becomes Maria Machado, and
#        MACDONALD becomes MacDonald because it is on a list, or Macdonald.
# Fact:  whatever begins with Mac and has two or more letters after it gets a second capital: MacHado, MacEdo, MacIejewski, MacRon, MacIas,
#        and first names too: MacIej. Mach and Macy have one letter more and are spared. A name that came in mixed case is left as it is.
# Why it matters: lists of people in capitals are usual, and Machado and Macedo are common surnames in Brazil and Portugal, Macías in
#        Spanish-speaking countries, Maciejewski in Poland. The name is printed and signed so. Leave a name as it was given, or show
#        its owner what is made of it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nameparser==2.6.0
venv/bin/python - >seen <<'PYTHON'
from nameparser import HumanName

for text in ("MARIA MACHADO", "MACIEJ MACIEJEWSKI", "ANA MACEDO", "LUZ MACIAS", "MARTA MACRON", "ANNA MACH", "MACY ROE", "Ana Machado"):
    name = HumanName(text)
    name.capitalize()
    print(f"{text}: {name}")
PYTHON
cat seen
cat >expected <<'SEEN'
MARIA MACHADO: Maria MacHado
MACIEJ MACIEJEWSKI: MacIej MacIejewski
ANA MACEDO: Ana MacEdo
LUZ MACIAS: Luz MacIas
MARTA MACRON: Marta MacRon
ANNA MACH: Anna Mach
MACY ROE: Macy Roe
Ana Machado: Ana Machado
SEEN
diff expected seen || { echo "nameparser 2.6.0 behaves otherwise now" >&2; exit 1; }
echo "as found: nameparser 2.6.0 writes MacHado and MacIejewski"
