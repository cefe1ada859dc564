#!/usr/bin/env bash
# Guess: PyPI's dateparser, told that a date is Thai or Persian, takes its year as people there write it: Thailand counts from the Buddha, 2569
#        is 2026, and Iran by the sun, 1404 is 2025 and 2026. It knows the month's Thai name, and Thai and Persian digits.
# Fact:  the year is taken for ours: `5 มกราคม 2569` is 5 January 2569, and `۱۴۰۴/۰۱/۱۲`, which is 1 April 2025, is 12 January 1404. With and
#        without `languages`. A Persian month by its name is None, and so are the years of Japan's eras (令和8年12月1日), though 2026年12月1日 is
#        read. Only another part of the package, dateparser.calendars.jalali, which has to be called by name, reads Persian dates.
# Why it matters: lists of people come with the dates of their country. A certificate valid until 2569 is valid for ever, and one that was
#        issued in 1404 is refused as expired. A year far off ours is to be asked about, and never signed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dateparser==1.5.0 convertdate==2.5.1
cat >look.py <<'PYTHON'
import warnings

import dateparser
from dateparser.calendars.jalali import JalaliCalendar

warnings.simplefilter("ignore")
for words, language in [("5 มกราคม 2569", "th"), ("๕ มกราคม ๒๕๖๙", "th"), ("5 มกราคม 2026", "th"), ("۱۴۰۴/۰۱/۱۲", "fa"), ("12 فروردین 1404", "fa"),
                        ("令和8年12月1日", "ja"), ("2026年12月1日", "ja")]:
    told, found = dateparser.parse(words, languages=[language]), dateparser.parse(words)
    print(f"{words}: in {language} {told and told.date()}, by itself {found and found.date()}")
print("12 فروردین 1404 by the part for Persian dates:", JalaliCalendar("12 فروردین 1404").get_date().date_obj.date())
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
5 มกราคม 2569: in th 2569-01-05, by itself 2569-01-05
๕ มกราคม ๒๕๖๙: in th 2569-01-05, by itself 2569-01-05
5 มกราคม 2026: in th 2026-01-05, by itself 2026-01-05
۱۴۰۴/۰۱/۱۲: in fa 1404-01-12, by itself 1404-01-12
12 فروردین 1404: in fa None, by itself None
令和8年12月1日: in ja None, by itself None
2026年12月1日: in ja 2026-12-01, by itself 2026-12-01
12 فروردین 1404 by the part for Persian dates: 2025-04-01
SEEN
diff expected seen || { echo "dateparser 1.5.0 behaves otherwise" >&2; exit 1; }
echo "as found: dateparser 1.5.0 takes years of Thailand and Iran for ours"
