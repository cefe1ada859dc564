#!/usr/bin/env bash
# Guess: a library for the capitals of people's names (npm @foundernest/namecase, @compwright/namecase) gives a first name one capital, and
#        leaves the spaces as they are.
# Fact:  @foundernest/namecase takes what looks like a Roman numeral for one wherever it stands, and a particle for one at the beginning
#        too: VI NGUYEN becomes VI Nguyen, LI XIN becomes LI Xin, BEN ABRAHAM becomes ben Abraham, AL GREEN becomes al Green.
#        @compwright/namecase has those right and takes the space behind the Spanish `y` away: ORTEGA Y GASSET becomes Ortega yGasset.
# Why it matters: Vi, Li, Ben and Al are first names, and surnames with `y` are usual in Spain and Latin America. What the library made is
#        printed and signed; nobody reads a thousand names. Leave a name as it was given, or show its owner what is made of it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @foundernest/namecase@1.0.5 @compwright/namecase@2.0.7 >/dev/null
cat >look.mjs <<'NODE'
import * as compwright from '@compwright/namecase';
import * as foundernest from '@foundernest/namecase';

const callable = (from) => [from.nameCase, from.namecase, from.default?.nameCase, from.default?.default, from.default].find((f) => typeof f === 'function');
for (const [library, from] of Object.entries({ foundernest, compwright })) {
  const correct = callable(from);
  const names = ['VI NGUYEN', 'LI XIN', 'BEN ABRAHAM', 'AL GREEN', 'JUAN ORTEGA Y GASSET', 'ANNA VON ARNIM'].map((name) => correct(name));
  console.log(`@${library}: ${names.join(', ')}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
@foundernest: VI Nguyen, LI Xin, ben Abraham, al Green, Juan Ortega y Gasset, Anna von Arnim
@compwright: Vi Nguyen, Li Xin, Ben Abraham, Al Green, Juan Ortega yGasset, Anna von Arnim
SEEN
diff expected seen || { echo "@foundernest/namecase 1.0.5 or @compwright/namecase 2.0.7 behaves otherwise now" >&2; exit 1; }
echo "as found: @foundernest/namecase 1.0.5 writes VI and ben, @compwright/namecase 2.0.7 yGasset"
