#!/usr/bin/env bash
# Guess: npm csvtojson gives of each row an object with a member for each column, named by its heading.
# Fact:  a full stop in a heading makes an object within: of "E.mail" the member is `E`, with `mail` in it, and `row["E.mail"]` is undefined.
#        And where the part before it is a heading too, "Kurs" and "Kurs.Titel", one of the two columns is not there: that which comes
#        later takes the other one's place, in either order. Nothing is said. A full stop at the end, "Nr.", is left alone. With
#        `flatKeys: true` all columns are there. csv-parse gives all.
# Why it matters: shortened headings have full stops ("Geb.Datum", "Mat.Nr", "Acad.Year"). Of a list for certificates a whole column is empty
#        for everybody, or gone, and the program says that the list has none. Set `flatKeys`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts csvtojson@2.0.14 csv-parse@7.0.3
cat >look.mjs <<'NODE'
import { parse } from 'csv-parse/sync';
import csvtojson from 'csvtojson';

for (const text of ['Nr.,E.mail\n7,ada@example.org\n', 'Kurs,Kurs.Titel\nK7,Rust\n', 'Kurs.Titel,Kurs\nRust,K7\n']) {
  const [headings] = text.split('\n');
  console.log(`${headings}: csvtojson`, JSON.stringify((await csvtojson().fromString(text))[0]));
  console.log(`${headings}: csvtojson with flatKeys`, JSON.stringify((await csvtojson({ flatKeys: true }).fromString(text))[0]));
  console.log(`${headings}: csv-parse`, JSON.stringify(parse(text, { columns: true })[0]));
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
Nr.,E.mail: csvtojson {"Nr.":"7","E":{"mail":"ada@example.org"}}
Nr.,E.mail: csvtojson with flatKeys {"Nr.":"7","E.mail":"ada@example.org"}
Nr.,E.mail: csv-parse {"Nr.":"7","E.mail":"ada@example.org"}
Kurs,Kurs.Titel: csvtojson {"Kurs":{"Titel":"Rust"}}
Kurs,Kurs.Titel: csvtojson with flatKeys {"Kurs":"K7","Kurs.Titel":"Rust"}
Kurs,Kurs.Titel: csv-parse {"Kurs":"K7","Kurs.Titel":"Rust"}
Kurs.Titel,Kurs: csvtojson {"Kurs":"K7"}
Kurs.Titel,Kurs: csvtojson with flatKeys {"Kurs.Titel":"Rust","Kurs":"K7"}
Kurs.Titel,Kurs: csv-parse {"Kurs.Titel":"Rust","Kurs":"K7"}
SEEN
diff expected seen || { echo "csvtojson 2.0.14 or csv-parse 7.0.3 behaves otherwise" >&2; exit 1; }
echo "as found: csvtojson 2.0.14 makes objects of headings with a full stop and loses columns"
