#!/usr/bin/env bash
# Guess: libraries for the dates of Bangladesh, one of them released this year, name a day as that country's calendars and newspapers do.
# Fact:  in 2019 the government changed the months: Ashwin, the sixth, has 31 days since, and Falgun, the eleventh, 29. PyPI's bangla
#        0.0.6 and npm's date-bengali-revised, whose name is that of the change before, of 1987, do not have it: from 16 October
#        to 14 March every day is a day late. 21 February is 9 Falgun there, where the change was made so that it is the 8th, as it was in
#        1952. PyPI's bangladatetime, of 2020, has it. From 15 March to 15 October all three agree.
# Why it matters: certificates in Bangladesh have this date beside the other one. Five months of the year it is wrong, in a trial in summer it
#        is right, and the holders notice on the three days that everybody knows.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check bangla==0.0.6 bangladatetime==0.0.2
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts date-bengali-revised@2.0.2
cat >look.py <<'PYTHON'
import datetime

import bangla
from bangladatetime import date as other

months = [bangla.get_date(20, (3 + month) % 12 + 1, 2026)["month"] for month in range(12)]
day, differ = datetime.date(2026, 4, 14), []
while day < datetime.date(2027, 4, 14):
    own = bangla.get_date(day.day, day.month, day.year)
    number = bangla.convert_bangla_digit_to_english_digit(own["date"])
    named = f"{months.index(own['month']) + 1:02}-{int(number):02}"
    right = str(other.fromgregorian(day.year, day.month, day.day))[5:]
    if named != right:
        differ.append(day)
    if (day.month, day.day) in [(5, 1), (10, 15), (10, 16), (12, 16), (2, 21), (3, 14), (3, 15), (3, 26)]:
        print(f"{day}: bangla {named}, bangladatetime {right}")
    day += datetime.timedelta(1)
print(f"they differ on {len(differ)} days of 365, from {differ[0]} to {differ[-1]}")
PYTHON
cat >look.mjs <<'NODE'
import { CalendarBengaliRevised } from 'date-bengali-revised';

const two = (number) => String(number).padStart(2, '0');
for (const day of [[2026, 5, 1], [2026, 10, 15], [2026, 10, 16], [2026, 12, 16], [2027, 2, 21], [2027, 3, 14], [2027, 3, 15], [2027, 3, 26]]) {
  const one = new CalendarBengaliRevised();
  one.fromGregorian(...day);
  console.log(`${day.map(two).join('-')}: date-bengali-revised ${two(one.month)}-${two(one.day)}`);
}
NODE
{
    venv/bin/python look.py
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
2026-05-01: bangla 01-18, bangladatetime 01-18
2026-10-15: bangla 06-30, bangladatetime 06-30
2026-10-16: bangla 07-01, bangladatetime 06-31
2026-12-16: bangla 09-02, bangladatetime 09-01
2027-02-21: bangla 11-09, bangladatetime 11-08
2027-03-14: bangla 11-30, bangladatetime 11-29
2027-03-15: bangla 12-01, bangladatetime 12-01
2027-03-26: bangla 12-12, bangladatetime 12-12
they differ on 150 days of 365, from 2026-10-16 to 2027-03-14
2026-05-01: date-bengali-revised 01-18
2026-10-15: date-bengali-revised 06-30
2026-10-16: date-bengali-revised 07-01
2026-12-16: date-bengali-revised 09-02
2027-02-21: date-bengali-revised 11-09
2027-03-14: date-bengali-revised 11-30
2027-03-15: date-bengali-revised 12-01
2027-03-26: date-bengali-revised 12-12
SEEN
diff expected seen || { echo "bangla 0.0.6, date-bengali-revised 2.0.2 or bangladatetime 0.0.2 behaves otherwise" >&2; exit 1; }
echo "as found: bangla 0.0.6 and date-bengali-revised 2.0.2 are a day late from 16 October to 14 March"
