#!/usr/bin/env bash
# Guess: a library that reads calendars gives the name of somebody who was invited as it was written: in quotes where a semicolon or a
#        colon is in it (RFC 5545, 3.2), and `^'` for a quote in it (RFC 6868).
# Fact:  npm node-ical and ts-ics split the line at every semicolon, quotes or not: of `CN="Lovelace; Ada"` the name is `"Lovelace`. And
#        both leave `^'` as it is. Nothing is said. ical.js reads both as they are meant; a colon and a comma in quotes all
#        three do.
# Why it matters: a calendar's list of those who said yes is a list of people for certificates. "Ada ^'Countess^' L." or half a name
#        with a stray quote is printed, signed and sent. Read the list with ical.js.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts ical.js@2.2.1 node-ical@0.27.2 ts-ics@2.4.6 >/dev/null
cat >look.mjs <<'NODE'
import ICAL from 'ical.js';
import nodeIcal from 'node-ical';
import { convertIcsCalendar } from 'ts-ics';

const calendar = (name) => [
  'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//example//course//EN', 'BEGIN:VEVENT', 'UID:1', 'DTSTAMP:20260101T000000Z',
  'DTSTART:20260301T090000Z', 'DTEND:20260301T100000Z', 'SUMMARY:Course', `ATTENDEE;CN=${name};PARTSTAT=ACCEPTED:mailto:ada@example.org`,
  'END:VEVENT', 'END:VCALENDAR', '',
].join('\r\n');
const readers = {
  'ical.js': (text) =>
    new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent('vevent').getFirstProperty('attendee').getParameter('cn'),
  'node-ical': (text) => [Object.values(nodeIcal.sync.parseICS(text)).find((part) => part.type === 'VEVENT').attendee].flat()[0].params.CN,
  'ts-ics': (text) => convertIcsCalendar(undefined, text).events[0].attendees[0].name,
};
for (const name of ['"Lovelace, Ada: PhD"', '"Lovelace; Ada"', '"Ada ^\'Countess^\' L."']) {
  for (const [reader, read] of Object.entries(readers)) console.log(`CN=${name}, ${reader}: ${read(calendar(name))}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
CN="Lovelace, Ada: PhD", ical.js: Lovelace, Ada: PhD
CN="Lovelace, Ada: PhD", node-ical: Lovelace, Ada: PhD
CN="Lovelace, Ada: PhD", ts-ics: Lovelace, Ada: PhD
CN="Lovelace; Ada", ical.js: Lovelace; Ada
CN="Lovelace; Ada", node-ical: "Lovelace
CN="Lovelace; Ada", ts-ics: "Lovelace
CN="Ada ^'Countess^' L.", ical.js: Ada "Countess" L.
CN="Ada ^'Countess^' L.", node-ical: Ada ^'Countess^' L.
CN="Ada ^'Countess^' L.", ts-ics: Ada ^'Countess^' L.
SEEN
diff expected seen || { echo "ical.js 2.2.1, node-ical 0.27.2 or ts-ics 2.4.6 behaves otherwise" >&2; exit 1; }
echo "as found: node-ical 0.27.2 and ts-ics 2.4.6 cut names in quotes at a semicolon and leave ^' in them"
