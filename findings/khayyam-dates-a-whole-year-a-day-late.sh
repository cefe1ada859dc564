#!/usr/bin/env bash
# Guess: PyPI's Khayyam, which writes and reads dates of the Iranian calendar, names each day of these years as PyPI's jdatetime and
#        persiantools, npm's jalaali-js and Iran's calendars do.
# Fact:  it counts leap years by a cycle of 2820 years, and that one has 1404 for a leap year where the others, and the equinox that the
#        calendar goes by, have 1403. So from 20 March 2025 to 20 March 2026 each day is a day late: 1 April 2025 is 1404-01-13 and not
#        1404-01-12, the last day of 1403 is not there (ValueError), and the year has a day too many. Before and after all agree.
# Why it matters: the certificates of a whole year have the wrong day on them, or one that was read from them is a day early, and the one
#        who looks for the fault tries today's date and finds nothing. Read and write such dates with one of the others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check Khayyam==3.0.17 jdatetime==6.1.1 persiantools==6.2.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts jalaali-js@2.0.1
cat >look.py <<'PYTHON'
import datetime

import jdatetime
import khayyam
from persiantools.jdatetime import JalaliDate

for words in ("2025-03-19", "2025-03-20", "2025-04-01", "2026-03-20", "2026-03-21"):
    day = datetime.date.fromisoformat(words)
    print(day, "Khayyam", khayyam.JalaliDate(day), "jdatetime", jdatetime.date.fromgregorian(date=day), "persiantools", JalaliDate(day))
day, other = datetime.date(2020, 1, 1), []
while day.year < 2040:
    if str(khayyam.JalaliDate(day)) != str(JalaliDate(day)):
        other.append(day)
    day += datetime.timedelta(1)
print(f"Khayyam and persiantools differ on {len(other)} days of 2020 to 2039, from {other[0]} to {other[-1]}")
try:
    print(khayyam.JalaliDate(1403, 12, 30))
except ValueError:
    print("Khayyam on 1403-12-30: ValueError")
print("persiantools on 1403-12-30:", JalaliDate(1403, 12, 30).to_gregorian())
PYTHON
venv/bin/python look.py >seen
node -e '
const { jy, jm, jd } = require("jalaali-js").toJalaali(2025, 4, 1);
console.log(`jalaali-js on 2025-04-01: ${jy}-${jm}-${jd}`);' >>seen
cat seen
cat >expected <<'SEEN'
2025-03-19 Khayyam 1403-12-29 jdatetime 1403-12-29 persiantools 1403-12-29
2025-03-20 Khayyam 1404-01-01 jdatetime 1403-12-30 persiantools 1403-12-30
2025-04-01 Khayyam 1404-01-13 jdatetime 1404-01-12 persiantools 1404-01-12
2026-03-20 Khayyam 1404-12-30 jdatetime 1404-12-29 persiantools 1404-12-29
2026-03-21 Khayyam 1405-01-01 jdatetime 1405-01-01 persiantools 1405-01-01
Khayyam and persiantools differ on 366 days of 2020 to 2039, from 2025-03-20 to 2026-03-20
Khayyam on 1403-12-30: ValueError
persiantools on 1403-12-30: 2025-03-20
jalaali-js on 2025-04-01: 1404-1-12
SEEN
diff expected seen || { echo "Khayyam 3.0.17 behaves otherwise, or one of the others does" >&2; exit 1; }
echo "as found: Khayyam 3.0.17 gives every day from 20 March 2025 to 20 March 2026 the date of the next one"
