#!/usr/bin/env bash
# Guess: csvkit, the tools that sort, join and look through lists in CSV, hands out every cell's text as it was where it was asked not to
#        infer types: `csvsort -I`, "disable type inference".
# Fact:  with -I too, `Na`, `None` and `Null` in a cell, in capitals or not, come out as an empty one. Only `--blanks` beside it keeps
#        them. Without -I a column of names that are all months (April, May, June) comes out as days of the year 1, and 007 as 7.
#        csvgrep, csvcut and csvstack, of the same package, infer nothing and leave them all. Nothing is said.
# Why it matters: Na is a surname of many people in Korea, and Null and None are surnames too. In a list that was sorted or joined they
#        have no surname: the certificate says "Ji-won", or the row is refused as one without a name. Sort with `-I --blanks`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check csvkit==2.2.0 agate==1.14.2
cat >people.csv <<'CSV'
surname,given,number
Na,Ji-won,007
Null,Ada,008
None,Ben,009
CSV
cat >months.csv <<'CSV'
given,number
June,007
April,008
May,009
CSV
{
    echo "csvsort -I:"
    venv/bin/csvsort -I -c given people.csv
    echo "csvsort -I --blanks:"
    venv/bin/csvsort -I --blanks -c given people.csv
    echo "csvgrep:"
    venv/bin/csvgrep -c number -r . people.csv
    echo "csvsort:"
    venv/bin/csvsort -c number months.csv
} >seen
cat seen
cat >expected <<'SEEN'
csvsort -I:
surname,given,number
,Ada,008
,Ben,009
,Ji-won,007
csvsort -I --blanks:
surname,given,number
Null,Ada,008
None,Ben,009
Na,Ji-won,007
csvgrep:
surname,given,number
Na,Ji-won,007
Null,Ada,008
None,Ben,009
csvsort:
given,number
0001-06-01,7
0001-04-01,8
0001-05-01,9
SEEN
diff expected seen || { echo "csvkit 2.2.0 with agate 1.14.2 behaves otherwise" >&2; exit 1; }
echo "as found: csvkit 2.2.0 with agate 1.14.2 makes nothing of the surnames Na, Null and None, and days of months"
