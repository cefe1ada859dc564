#!/usr/bin/env bash
# Guess: npm hebrew-date names the month before Nisan as the Hebrew calendar does: Adar, and in a leap year, which has two of them, Adar I and
#        Adar II.
# Fact:  in the years with one it is "AdarI" as well, with 6 for its number, and Nisan behind it has 8: no month is the 7th. 15 March 2026 is
#        26 Adar 5786 to @hebcal/hdate and to Node.js, and "26 AdarI" there. Year and day are those of the others in each of the years 2000
#        to 2039.
# Why it matters: Adar I is another month, of another year, with feasts and days of remembrance of its own; a certificate with it has a day
#        that is not there. In 12 years of 19 it is wrong for a month, and in the others, and the rest of the year, right. Say Adar
#        where the year has one, or write dates with one of the others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts hebrew-date@1.0.7 @hebcal/hdate@0.22.8
cat >look.mjs <<'NODE'
import { HDate } from '@hebcal/hdate';
import hebrewDate from 'hebrew-date';

const byNode = new Intl.DateTimeFormat('en-u-ca-hebrew', { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' });
let differ = 0;
const names = {};
for (let time = Date.UTC(2000, 0, 1, 12); time < Date.UTC(2040, 0, 1); time += 86_400_000) {
  const date = new Date(time);
  const one = hebrewDate(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
  const other = new HDate(date);
  if (one.year !== other.getFullYear() || one.date !== other.getDate()) differ += 1;
  if (one.month_name.startsWith('Adar')) {
    const kind = `${one.month_name} of a ${other.isLeapYear() ? 'leap' : 'common'} year is ${other.getMonthName()}`;
    names[kind] = (names[kind] ?? 0) + 1;
  }
  if (['2024-03-01', '2024-03-15', '2026-03-15', '2026-03-25'].includes(date.toISOString().slice(0, 10))) {
    console.log(`${date.toISOString().slice(0, 10)}: hebrew-date ${one.date} ${one.month_name} ${one.year}, month ${one.month};`,
      `@hebcal/hdate ${other.getDate()} ${other.getMonthName()} ${other.getFullYear()}; Node.js ${byNode.format(date)}`);
  }
}
console.log(`year or day differ on ${differ} days of 2000 to 2039`);
for (const [kind, days] of Object.entries(names)) console.log(`${kind} to @hebcal/hdate: ${days} days`);
NODE
TZ=UTC node look.mjs >seen
cat seen
cat >expected <<'SEEN'
2024-03-01: hebrew-date 21 AdarI 5784, month 6; @hebcal/hdate 21 Adar I 5784; Node.js 21 Adar I 5784
2024-03-15: hebrew-date 5 AdarII 5784, month 7; @hebcal/hdate 5 Adar II 5784; Node.js 5 Adar II 5784
2026-03-15: hebrew-date 26 AdarI 5786, month 6; @hebcal/hdate 26 Adar 5786; Node.js 26 Adar 5786
2026-03-25: hebrew-date 7 Nisan 5786, month 8; @hebcal/hdate 7 Nisan 5786; Node.js 7 Nisan 5786
year or day differ on 0 days of 2000 to 2039
AdarI of a leap year is Adar I to @hebcal/hdate: 450 days
AdarII of a leap year is Adar II to @hebcal/hdate: 435 days
AdarI of a common year is Adar to @hebcal/hdate: 725 days
SEEN
diff expected seen || { echo "hebrew-date 1.0.7 or @hebcal/hdate 0.22.8 behaves otherwise" >&2; exit 1; }
echo "as found: hebrew-date 1.0.7 calls the one Adar of a common year AdarI"
