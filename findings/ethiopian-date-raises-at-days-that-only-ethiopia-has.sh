#!/usr/bin/env bash
# Guess: PyPI's ethiopian-date names every day in Ethiopia's calendar, whose first twelve months have 30 days and whose last one has five
#        or six; each of a certificate's days has a name there.
# Fact:  it answers with a `datetime.date`, which is one of the Gregorian calendar and has no 30 February and no thirteenth month. Of seven
#        days of 2025 and 2026 it raises ValueError: for 8 and 9 November 2025, "day is out of range for month", and for 6 to 10
#        September 2026, "month must be in 1..12". The way back takes them: to_gregorian(2018, 2, 29) is 8 November 2025.
# Why it matters: a run over thousands of certificates stops at the people whose course ended on one of these days, and a trial on another
#        day shows nothing. And what comes back as a date is none: its weekday and its distance to others are wrong. PyPI's
#        ethiopian-date-converter-py, whose dates are its own, names all days.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ethiopian-date==1.0 ethiopian-date-converter-py==1.0.0
cat >look.py <<'PYTHON'
import datetime

from ethiopian_date import EthiopianDateConverter
from ethiopian_date_converter import gregorian_to_ethiopic

day = datetime.date(2025, 9, 11)
while day < datetime.date(2026, 9, 11):
    other = gregorian_to_ethiopic(day.year, day.month, day.day)
    try:
        EthiopianDateConverter.to_ethiopian(day.year, day.month, day.day)
    except ValueError as error:
        print(f"{day}: ValueError: {error}; ethiopian-date-converter-py: {other}")
    day += datetime.timedelta(1)
own = EthiopianDateConverter.to_ethiopian(2026, 12, 1)
print(f"2026-12-01: {own!r}, a {own:%A}; 2026-12-01 is a {datetime.date(2026, 12, 1):%A}")
print("back from 2018-02-29:", EthiopianDateConverter.to_gregorian(2018, 2, 29))
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
2025-11-08: ValueError: day is out of range for month; ethiopian-date-converter-py: {'year': 2018, 'month': 2, 'day': 29}
2025-11-09: ValueError: day is out of range for month; ethiopian-date-converter-py: {'year': 2018, 'month': 2, 'day': 30}
2026-09-06: ValueError: month must be in 1..12; ethiopian-date-converter-py: {'year': 2018, 'month': 13, 'day': 1}
2026-09-07: ValueError: month must be in 1..12; ethiopian-date-converter-py: {'year': 2018, 'month': 13, 'day': 2}
2026-09-08: ValueError: month must be in 1..12; ethiopian-date-converter-py: {'year': 2018, 'month': 13, 'day': 3}
2026-09-09: ValueError: month must be in 1..12; ethiopian-date-converter-py: {'year': 2018, 'month': 13, 'day': 4}
2026-09-10: ValueError: month must be in 1..12; ethiopian-date-converter-py: {'year': 2018, 'month': 13, 'day': 5}
2026-12-01: datetime.date(2019, 3, 22), a Friday; 2026-12-01 is a Tuesday
back from 2018-02-29: 2025-11-08
SEEN
diff expected seen || { echo "ethiopian-date 1.0 or ethiopian-date-converter-py 1.0.0 behaves otherwise" >&2; exit 1; }
echo "as found: ethiopian-date 1.0 raises at seven days of the year"
