#!/usr/bin/env bash
# Guess: libraries that write dates in Nepal's calendar (Bikram Sambat) name one day alike, at least of last year, today and next year: the
#        lengths of the months are in a table, and all have it from the same calendars.
# Fact:  they have tables of their own, and the lengths of coming months are not settled long before. For 1 August 2025 PyPI's npdatetime
#        and npm's bikram-sambat-js give the day after the one that PyPI's nepali-datetime, nepali and bsdatetime and npm's
#        nepali-date-converter give; for 1 December 2026 bsdatetime and bikram-sambat-js do; and 15 June 2027 is the 1st of the third
#        month to four of the six, and the 32nd of the second to two. Nothing is said.
# Why it matters: certificates in Nepal have such dates, and "valid until" lies in the years ahead, where the tables are guesses: an
#        employer's program says another day than the print, or that there is no such day. Sign and show the Gregorian day too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
    nepali-datetime==1.0.8.5 nepali==1.2.0 bsdatetime==1.0.1 npdatetime==0.2.11
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts nepali-date-converter@3.4.0 bikram-sambat-js@1.0.3
cat >look.py <<'PYTHON'
import datetime

import bsdatetime
import nepali_datetime
import npdatetime
from nepali.datetime import nepalidate

for day in (datetime.date(2025, 8, 1), datetime.date(2026, 12, 1), datetime.date(2027, 6, 15)):
    print(day, "nepali-datetime", nepali_datetime.date.from_datetime_date(day))
    print(day, "nepali", nepalidate.from_date(day))
    print(day, "bsdatetime", "%04d-%02d-%02d" % bsdatetime.ad_to_bs(day))
    print(day, "npdatetime", npdatetime.NepaliDate.from_gregorian(day.year, day.month, day.day))
PYTHON
cat >look.js <<'NODE'
const NepaliDate = require('nepali-date-converter').default;
const { ADToBS } = require('bikram-sambat-js');
for (const day of ['2025-08-01', '2026-12-01', '2027-06-15']) {
  console.log(`${day} nepali-date-converter ${new NepaliDate(new Date(`${day}T12:00:00`)).format('YYYY-MM-DD')}`);
  console.log(`${day} bikram-sambat-js ${ADToBS(day)}`);
}
NODE
{ venv/bin/python look.py && TZ=Asia/Kathmandu node look.js; } >unsorted
sort unsorted >seen
cat seen
cat >expected <<'SEEN'
2025-08-01 bikram-sambat-js 2082-04-17
2025-08-01 bsdatetime 2082-04-16
2025-08-01 nepali 2082-04-16
2025-08-01 nepali-date-converter 2082-04-16
2025-08-01 nepali-datetime 2082-04-16
2025-08-01 npdatetime 2082-04-17
2026-12-01 bikram-sambat-js 2083-08-16
2026-12-01 bsdatetime 2083-08-16
2026-12-01 nepali 2083-08-15
2026-12-01 nepali-date-converter 2083-08-15
2026-12-01 nepali-datetime 2083-08-15
2026-12-01 npdatetime 2083-08-15
2027-06-15 bikram-sambat-js 2084-03-01
2027-06-15 bsdatetime 2084-03-01
2027-06-15 nepali 2084-02-32
2027-06-15 nepali-date-converter 2084-02-32
2027-06-15 nepali-datetime 2084-03-01
2027-06-15 npdatetime 2084-03-01
SEEN
diff expected seen || { echo "one of these libraries behaves otherwise" >&2; exit 1; }
echo "as found: six libraries of these versions give one day of 2025, of 2026 and of 2027 two dates in Nepal's calendar"
