#!/usr/bin/env bash
# Guess: npm vcard4, which reads and writes vCards of version 4.0 (RFC 6350), takes the parameter that says what a name is sorted by:
#        `N;SORT-AS="Harten,Rene":van der Harten;...` (5.9).
# Fact:  it writes it, and its parse() refuses it, also in what it has written itself: "vCard has unknown parameter: SORT-AS, on N
#        property". Without the parameter it reads the card. ical.js and vcard4-ts give the name and what it is sorted by.
# Why it matters: the parameter is there for people whose name does not begin with what it is sorted by, as where `van der` comes first.
#        A list of people out of an address book is refused as a whole for one of them, and the card is called the one that is wrong.
#        Read it with one of the others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts vcard4@4.0.5 vcard4-ts@0.4.1 ical.js@2.2.1 >/dev/null
cat >look.mjs <<'NODE'
import ICAL from 'ical.js';
import { FNProperty, NProperty, ParameterValueType, SortAsParameter, SpecialValueType, TextType, VCARD, parse } from 'vcard4';
import { parseVCards } from 'vcard4-ts';

const card = (name) => ['BEGIN:VCARD', 'VERSION:4.0', 'FN:Rene van der Harten', name, 'END:VCARD', ''].join('\r\n');
const sorted = new SortAsParameter(new ParameterValueType('Harten'));
const parts = ['van der Harten', 'Rene', '', '', ''].map((part) => (part ? new TextType(part) : part));
const written = new VCARD([
  new FNProperty([], new TextType('Rene van der Harten')),
  new NProperty([sorted], new SpecialValueType('NProperty', parts)),
]).repr();
const cards = {
  'without': card('N:van der Harten;Rene;;;'),
  'with': card('N;SORT-AS="Harten,Rene":van der Harten;Rene;;;'),
  'as vcard4 wrote it': written,
};
const readers = {
  'vcard4': (text) => parse(text).getProperty('N')[0].value.familyNames,
  'vcard4-ts': (text) => { const { N } = parseVCards(text).vCards[0]; return [N.value.familyNames[0], N.parameters?.SORT_AS?.[0]]; },
  'ical.js': (text) => { const [, more, , name] = ICAL.parse(text)[1].find(([key]) => key === 'n'); return [name[0], more['sort-as']]; },
};
console.log(written.split('\r\n').find((line) => line.startsWith('N')));
for (const [what, text] of Object.entries(cards)) {
  for (const [reader, read] of Object.entries(readers)) {
    let answer;
    try {
      answer = JSON.stringify(read(text));
    } catch (error) {
      answer = error.message;
    }
    console.log(`${what}: ${reader}: ${answer}`);
  }
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
N;SORT-AS=Harten:van der Harten;Rene;;;
without: vcard4: "van der Harten"
without: vcard4-ts: ["van der Harten",null]
without: ical.js: ["van der Harten",null]
with: vcard4: vCard has unknown parameter: SORT-AS, on N property
with: vcard4-ts: ["van der Harten","Harten,Rene"]
with: ical.js: ["van der Harten","Harten,Rene"]
as vcard4 wrote it: vcard4: vCard has unknown parameter: SORT-AS, on N property
as vcard4 wrote it: vcard4-ts: ["van der Harten","Harten"]
as vcard4 wrote it: ical.js: ["van der Harten","Harten"]
SEEN
diff expected seen || { echo "vcard4 4.0.5, vcard4-ts 0.4.1 or ical.js 2.2.1 behaves otherwise now" >&2; exit 1; }
echo "as found: vcard4 4.0.5 refuses SORT-AS, which it writes"
