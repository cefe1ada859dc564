#!/usr/bin/env bash
# Guess: npm address-rfc2822, whose name() makes a name for people of an address (`"Lovelace, Ada" <ada@example.org>` is Ada Lovelace), does so
#        for every name with a comma, or gives it as it was.
# Fact:  where what stands before the comma is of two words or more, what stands behind it is left out: of "García Márquez, Gabriel" and
#        "van der Berg, Jan" the name is "García Márquez" and "van der Berg". Of names in capitals it makes a capital of each letter behind
#        one that is not of ASCII: "MÜLLER, JÖRG" is "JöRg MüLler". `phrase` is the name as it was. Nothing is said.
# Why it matters: two surnames are usual in Spain and Latin America, and programs for offices write the surname first. Whoever answers a mail, or
#        takes a list of people out of a mailbox, has people without a first name, or with capitals within. Take `phrase`, and leave the
#        order to its owner.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts address-rfc2822@2.2.4
cat >look.cjs <<'NODE'
const { parse } = require('address-rfc2822');

const names = ['Lovelace, Ada', 'García Márquez, Gabriel', 'van der Berg, Jan', 'Ortega y Gasset, José', 'LOVELACE, ADA', 'MÜLLER, JÖRG', 'Müller, Jörg'];
for (const name of names) {
  const [address] = parse(`"${name}" <a@example.org>`);
  console.log(`${name}: name() ${address.name()}, phrase ${address.phrase}`);
}
NODE
node look.cjs >seen
cat seen
cat >expected <<'SEEN'
Lovelace, Ada: name() Ada Lovelace, phrase Lovelace, Ada
García Márquez, Gabriel: name() García Márquez, phrase García Márquez, Gabriel
van der Berg, Jan: name() van der Berg, phrase van der Berg, Jan
Ortega y Gasset, José: name() Ortega y Gasset, phrase Ortega y Gasset, José
LOVELACE, ADA: name() Ada Lovelace, phrase LOVELACE, ADA
MÜLLER, JÖRG: name() JöRg MüLler, phrase MÜLLER, JÖRG
Müller, Jörg: name() Jörg Müller, phrase Müller, Jörg
SEEN
diff expected seen || { echo "address-rfc2822 2.2.4 behaves otherwise" >&2; exit 1; }
echo "as found: address-rfc2822 2.2.4 leaves given names out, and writes capitals within names"
