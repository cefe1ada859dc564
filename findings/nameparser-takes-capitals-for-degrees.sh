#!/usr/bin/env bash
# Guess: nameparser takes a name of two words for a first and a last name, in capitals or not.
# Fact:  where the last word is in capitals and is also the letters of a degree it is a suffix, and there is no last name: `Amadou BA`,
#        `Xu MA`, `Minh DO`. `Amadou Ba` has one, and so have `AMADOU BA` and `BA, Amadou`. And of `Ma. Teresa Cruz`, where Ma. is short
#        for Maria, the first name is Teresa and Ma. a title; of `Blessed Moyo` there is no first name. To npm humanparser
#        `Xu Ma` has no last name either, and `Amadou BA` has one.
# Why it matters: lists of people write the surname in capitals so that it is known, as is usual in French-speaking countries, and BA,
#        MA and DO are surnames in Senegal, China and Vietnam. Sorted by `last`, or greeted by it, they have none, and
#        others in the list do. Leave names whole, or ask for them in two columns.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nameparser==2.6.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts humanparser@2.7.0 >/dev/null
venv/bin/python - >seen <<'PYTHON'
from nameparser import HumanName

for name in (
    "Amadou BA", "Xu MA", "Minh DO", "Amadou SARR", "Amadou Ba", "AMADOU BA", "BA, Amadou", "Ma. Teresa Cruz", "Blessed Moyo",
):
    parts = {part: word for part, word in HumanName(name).as_dict().items() if word}
    print(f"{name}: {', '.join(f'{part} {word}' for part, word in parts.items())}")
PYTHON
node -e '
const { parseName } = require("humanparser");
for (const name of process.argv.slice(1)) console.log(`humanparser, ${name}: last "${parseName(name).lastName}"`);
' "Amadou BA" "Xu Ma" >>seen
cat seen
cat >expected <<'SEEN'
Amadou BA: first Amadou, suffix BA
Xu MA: first Xu, suffix MA
Minh DO: first Minh, suffix DO
Amadou SARR: first Amadou, last SARR
Amadou Ba: first Amadou, last Ba
AMADOU BA: first AMADOU, last BA
BA, Amadou: first Amadou, last BA
Ma. Teresa Cruz: title Ma., first Teresa, last Cruz
Blessed Moyo: title Blessed, last Moyo
humanparser, Amadou BA: last "BA"
humanparser, Xu Ma: last ""
SEEN
diff expected seen || { echo "nameparser 2.6.0 or humanparser 2.7.0 behaves otherwise" >&2; exit 1; }
echo "as found: nameparser 2.6.0 takes a surname in capitals for a degree"
