#!/usr/bin/env bash
# Guess: npm n2words, which has ordinals for the languages of the north ("the 21st course"), writes the words that people there write: the
#        Swedish 20th and 21st are tjugonde and tjugoförsta, as in CLDR's rules for spelling numbers.
# Fact:  from 20 on it puts an ending to the cardinal: tjugode, tjugo-ettde ("twenty-oneth"), tjugo-tvåde in Swedish; tyvede and enogtyvede in
#        Danish, where they are tyvende and enogtyvende; tjuede and tjue-ende in Norwegian. To 19 all are right. Nothing is said.
#        PyPI's num2words has the 20th and 21st of Danish and Norwegian as CLDR has them, and of Swedish tjugoförsta, but tjugode too.
# Why it matters: a certificate of the 20th conference or the 21st place is laughed at by its holder, and the first nineteen in a trial were
#        right. Whoever made the template may not read the language. Print digits with the language's own mark, as "21:a".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check num2words==0.5.14
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts n2words@4.0.0 cldr-rbnf@48.2.0
cat >look.mjs <<'NODE'
import { createRequire } from 'node:module';
import { toOrdinal as danish } from 'n2words/da-DK';
import { toOrdinal as norwegian } from 'n2words/nb-NO';
import { toOrdinal as swedish } from 'n2words/sv-SE';

const require = createRequire(import.meta.url);
for (const [language, rules, toOrdinal] of [['sv', 'neuter', swedish], ['da', 'common', danish], ['no', 'neuter', norwegian]]) {
  console.log(`${language}: n2words`, [3, 12, 19, 20, 21, 32].map((number) => toOrdinal(number)).join(', '));
  const { SpelloutRules } = require(`cldr-rbnf/rbnf/${language}.json`).rbnf.rbnf;
  const rule = SpelloutRules[`%spellout-ordinal-${rules}`].find(([from]) => from === '20')[1];
  const ending = rule.match(/→(%%[^→]+)→/);
  console.log(`${language}: CLDR's rule from 20 on: ${rule}`, ending ? `where ${ending[1]} is ${JSON.stringify(SpelloutRules[ending[1]])}` : '');
}
NODE
cat >look.py <<'PYTHON'
from num2words import num2words

for language in ("sv", "da", "no"):
    print(f"{language}: num2words", ", ".join(num2words(number, lang=language, to="ordinal") for number in (3, 12, 19, 20, 21, 32)))
PYTHON
{
    node look.mjs
    venv/bin/python look.py
} >seen
cat seen
cat >expected <<'SEEN'
sv: n2words tredje, tolfte, nittonde, tjugode, tjugo-ettde, trettio-tvåde
sv: CLDR's rule from 20 on: tjugo→%ord-fem-nde→; where %%ord-fem-nde is [["0","nde;"],["1","­=%spellout-ordinal-feminine=;"]]
da: n2words tredje, tolvte, nittende, tyvede, enogtyvede, toogtredivede
da: CLDR's rule from 20 on: [→pellout-numbering→­og­]tyvende;
no: n2words tredje, tolvte, nittende, tjuede, tjue-ende, tretti-tode
no: CLDR's rule from 20 on: tjue→%ord-neut-nde→; where %%ord-neut-nde is [["0","ende;"],["1","­=%spellout-ordinal-neuter=;"]]
sv: num2words tredje, tolfte, nittonde, tjugode, tjugoförsta, trettioandra
da: num2words tredje, tolvte, nittende, tyvende, enogtyvende, toogtredivete
no: num2words tredje, tolvte, nittende, tjuende, tjueførste, trettiandre
SEEN
diff expected seen || { echo "n2words 4.0.0, cldr-rbnf 48.2.0 or num2words 0.5.14 behaves otherwise" >&2; exit 1; }
echo "as found: n2words 4.0.0 puts an ending to the cardinal from the 20th on in Swedish, Danish and Norwegian"
