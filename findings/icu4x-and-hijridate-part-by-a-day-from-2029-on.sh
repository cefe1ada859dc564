#!/usr/bin/env bash
# Guess: libraries that write dates in Saudi Arabia's calendar (Umm al-Qura) name one day alike in all the years that they have in their
#        tables, as they do this year: the months are reckoned by one house, KACST, long before.
# Fact:  the crate icu_calendar, PyPI's hijridate (whose port is npm's @tabby_ai/hijri-converter) and npm's moment-hijri say that they have
#        that calendar. The first two name each day alike from 17 April 1999 to 10 August 2029, and not before or after: in 2030 icu_calendar
#        is a day behind on 150 days, of which 15 June is the 13th of the second month of 1452 there and the 14th in the others.
#        moment-hijri does as hijridate, but for one month of 2006. Nothing is said.
# Why it matters: "valid until" lies in those years, and birthdays lie before 1999. An employer's program says another day than the print,
#        and who tries both with today's date finds them alike. Sign and show the Gregorian day too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.0.0"
edition = "2021"
[dependencies]
icu_calendar = { version = "=2.4.0", features = ["compiled_data"] }
TOML
cat >src/main.rs <<'RUST'
use icu_calendar::{cal::Hijri, types::RataDie, Date};

fn main() {
    let start = Date::try_new_iso(1985, 1, 1).expect("a day").to_rata_die();
    for count in 0..23011 {
        let iso = Date::from_rata_die(RataDie::new(start.to_i64_date() + count), icu_calendar::Iso);
        let day = iso.to_calendar(Hijri::new_umm_al_qura());
        let (year, month, number) = (day.year().extended_year(), day.month().ordinal, day.day_of_month().0);
        println!("{}-{:02}-{:02} {year}-{month:02}-{number:02}", iso.year().extended_year(), iso.month().ordinal, iso.day_of_month().0);
    }
}
RUST
cargo run --quiet >icu4x
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check hijridate==2.6.0
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts @tabby_ai/hijri-converter@1.0.5 moment-hijri@3.0.0 moment@2.30.1
cat >python.py <<'PYTHON'
from hijridate import Gregorian

for line in open("icu4x"):
    day = line.split()[0]
    print(day, Gregorian(*map(int, day.split("-"))).to_hijri())
PYTHON
cat >look.mjs <<'NODE'
import { readFileSync, writeFileSync } from 'node:fs';
import { gregorianToHijri } from '@tabby_ai/hijri-converter';
import moment from 'moment-hijri';

const two = (number) => String(number).padStart(2, '0');
const tabby = [];
const hijri = [];
for (const line of readFileSync('icu4x', 'utf8').trim().split('\n')) {
  const [words] = line.split(' ');
  const [year, month, day] = words.split('-').map(Number);
  const one = gregorianToHijri({ year, month, day });
  const other = moment([year, month - 1, day]);
  tabby.push(`${words} ${one.year}-${two(one.month)}-${two(one.day)}\n`);
  hijri.push(`${words} ${other.iYear()}-${two(other.iMonth() + 1)}-${two(other.iDate())}\n`);
}
writeFileSync('tabby', tabby.join(''));
writeFileSync('moment', hijri.join(''));
NODE
venv/bin/python python.py >hijridate
TZ=UTC node look.mjs
{
    for other in hijridate tabby moment; do
        diff --unchanged-line-format= --old-line-format= --new-line-format='%L' icu4x $other >differ || true
        echo "icu_calendar and $other: $(wc -l <icu4x) days of 1985 to 2047, $(wc -l <differ) of them named otherwise"
        echo "    of 2000 to 2028: $(awk '$1 >= "2000" && $1 < "2029"' differ | wc -l), of 2030: $(grep -c ^2030 differ)"
        echo "    the last one before 2000: $(awk '$1 < "2000"' differ | tail -n1), the next one: $(awk '$1 > "2000"' differ | head -n1)"
    done
    for day in 1990-01-01 2026-02-18 2030-06-15; do
        grep -h "^$day" icu4x hijridate tabby moment | awk -v ORS=' ' '{print $2}'
        echo "are $day by icu_calendar, hijridate, @tabby_ai/hijri-converter, moment-hijri"
    done
} >seen
cat seen
cat >expected <<'SEEN'
icu_calendar and hijridate: 23011 days of 1985 to 2047, 6718 of them named otherwise
    of 2000 to 2028: 0, of 2030: 150
    the last one before 2000: 1999-04-16 1419-12-30, the next one: 2029-08-11 1451-04-01
icu_calendar and tabby: 23011 days of 1985 to 2047, 6718 of them named otherwise
    of 2000 to 2028: 0, of 2030: 150
    the last one before 2000: 1999-04-16 1419-12-30, the next one: 2029-08-11 1451-04-01
icu_calendar and moment: 23011 days of 1985 to 2047, 6748 of them named otherwise
    of 2000 to 2028: 30, of 2030: 150
    the last one before 2000: 1999-04-16 1419-12-30, the next one: 2006-06-26 1427-06-01
1410-06-03 1410-06-04 1410-06-04 1410-06-04 are 1990-01-01 by icu_calendar, hijridate, @tabby_ai/hijri-converter, moment-hijri
1447-09-01 1447-09-01 1447-09-01 1447-09-01 are 2026-02-18 by icu_calendar, hijridate, @tabby_ai/hijri-converter, moment-hijri
1452-02-13 1452-02-14 1452-02-14 1452-02-14 are 2030-06-15 by icu_calendar, hijridate, @tabby_ai/hijri-converter, moment-hijri
SEEN
diff expected seen || { echo "icu_calendar 2.4.0, hijridate 2.6.0 or one of the others behaves otherwise" >&2; exit 1; }
echo "as found: icu_calendar 2.4.0 and three libraries for the same calendar part by a day after 10 August 2029 and before 17 April 1999"
