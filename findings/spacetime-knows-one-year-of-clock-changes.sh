#!/usr/bin/env bash
# Guess: npm spacetime, which counts in time zones, says when a day ends in one: endOf('day') of a date and a zone is its last moment, as
#        luxon's is.
# Fact:  it has one year's days on which clocks change, and takes them for those of every year: to version 7.15.0 clocks in Berlin go
#        forward on the 29th of March, so that the 28th of March 2027 ends at +01:00, an hour late. And where they go forward at midnight, as
#        in Beirut and Santiago, that day begins at the hour it was asked at and ends a day after that: asked at three in the
#        afternoon it ends on the next day at 14:59:59.999.
# Why it matters: "valid until 28 March 2027" is a moment in a zone. One that was counted with it is an hour off, or most of a day, and
#        lies on the next day: the credential is valid where its page says that it no longer is. Each year has its own such days.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts spacetime@7.15.0 luxon@3.7.2
cat >look.mjs <<'NODE'
import { DateTime } from 'luxon';
import spacetime from 'spacetime';

for (const [day, zone] of [
  ['2026-03-29', 'Europe/Berlin'], ['2027-03-28', 'Europe/Berlin'], ['2027-10-30', 'Europe/Berlin'],
  ['2026-03-29', 'Asia/Beirut'], ['2026-09-06', 'America/Santiago'],
]) {
  const own = spacetime(`${day}T15:00:00`, zone);
  const other = DateTime.fromISO(`${day}T15:00:00`, { zone });
  console.log(`${day} in ${zone}: from ${own.startOf('day').iso()} to ${own.endOf('day').iso()}`);
  console.log(`    by luxon: from ${other.startOf('day').toISO()} to ${other.endOf('day').toISO()}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
2026-03-29 in Europe/Berlin: from 2026-03-29T00:00:00.000+01:00 to 2026-03-29T23:59:59.999+02:00
    by luxon: from 2026-03-29T00:00:00.000+01:00 to 2026-03-29T23:59:59.999+02:00
2027-03-28 in Europe/Berlin: from 2027-03-28T00:00:00.000+01:00 to 2027-03-28T23:59:59.999+01:00
    by luxon: from 2027-03-28T00:00:00.000+01:00 to 2027-03-28T23:59:59.999+02:00
2027-10-30 in Europe/Berlin: from 2027-10-30T00:00:00.000+01:00 to 2027-10-30T23:59:59.999+01:00
    by luxon: from 2027-10-30T00:00:00.000+02:00 to 2027-10-30T23:59:59.999+02:00
2026-03-29 in Asia/Beirut: from 2026-03-29T15:00:00.000+03:00 to 2026-03-30T14:59:59.999+03:00
    by luxon: from 2026-03-29T01:00:00.000+03:00 to 2026-03-29T23:59:59.999+03:00
2026-09-06 in America/Santiago: from 2026-09-06T15:00:00.000-03:00 to 2026-09-07T14:59:59.999-03:00
    by luxon: from 2026-09-06T01:00:00.000-03:00 to 2026-09-06T23:59:59.999-03:00
SEEN
diff expected seen || { echo "spacetime 7.15.0 behaves otherwise (or the clocks that luxon 3.7.2 has from Node.js do)" >&2; exit 1; }
echo "as found: spacetime 7.15.0 takes one year's clock changes for every year's, and ends some days on the next one"
