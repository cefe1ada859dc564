#!/usr/bin/env bash
# Guess: SheetJS shows a time as its cell does: it rounds to the last place that the format has, and carries.
# Fact:  it rounds twice or not at all. 8.64 s in `[ss].00` are shown as "09.64": the seconds that have passed are rounded up, and the
#        hundredths put behind them. 59.6 s in `mm:ss` are shown as "00:00", and in `h:mm:ss` as "0:00:00": the seconds are rounded up to
#        a minute that the minutes do not take. 8.64 s in `mm:ss.00` are right, and the library numfmt shows all of them right.
# Why it matters: times of races and tests that SheetJS writes into a CSV (sheet_to_csv takes the shown text) are a second too long
#        or a minute too short, and reach a certificate so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund xlsx@0.18.5 numfmt@3.2.6 >/dev/null
cat >look.mjs <<'NODE'
import { format } from 'numfmt';
import XLSX from 'xlsx';

const DAY = 86_400;
const times = [
  ['[ss].00', 8.64],
  ['[s].0', 8.64],
  ['mm:ss.00', 8.64],
  ['mm:ss', 59.6],
  ['mm:ss', 46_799.6],
  ['h:mm:ss', 59.6],
];
for (const [form, seconds] of times) {
  const sheet = { A1: { t: 'n', v: seconds / DAY, z: form }, '!ref': 'A1' };
  console.log(`${seconds} s as ${form}: SheetJS ${XLSX.utils.sheet_to_csv(sheet)}, numfmt ${format(form, seconds / DAY)}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
8.64 s as [ss].00: SheetJS 09.64, numfmt 08.64
8.64 s as [s].0: SheetJS 9.6, numfmt 8.6
8.64 s as mm:ss.00: SheetJS 00:08.64, numfmt 00:08.64
59.6 s as mm:ss: SheetJS 00:00, numfmt 01:00
46799.6 s as mm:ss: SheetJS 59:00, numfmt 00:00
59.6 s as h:mm:ss: SheetJS 0:00:00, numfmt 0:01:00
SEEN
diff expected seen || { echo "SheetJS 0.18.5 or numfmt 3.2.6 behaves otherwise" >&2; exit 1; }
echo "as found: SheetJS 0.18.5 shows 8.64 s in [ss].00 as 09.64, and 59.6 s in mm:ss as 00:00"
