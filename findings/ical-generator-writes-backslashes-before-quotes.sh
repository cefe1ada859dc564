#!/usr/bin/env bash
# Guess: ical-generator writes a name with quotes in it so that readers get it back: as `^'` (RFC 6868), the one way in which a value in
#        quotes can hold a quote (RFC 5545, 3.1 and 3.2, knows no other).
# Fact:  it writes `CN="Ada \"Countess\" L."`, which ends at the second quote. ical.js reads the name `Ada \`, and node-ical finds
#        neither the person nor the organiser. A name without a quote comes back whole.
# Why it matters: an invitation to a course that is made with it loses the people with a nickname in quotes, and an organiser called
#        `Academy "Light"` of every invitation: with node-ical the event has nobody who asked. Take quotes out of names before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts ical-generator@10.2.0 ical.js@2.2.1 node-ical@0.27.2 >/dev/null
cat >look.mjs <<'NODE'
import ICAL from 'ical.js';
import ical from 'ical-generator';
import nodeIcal from 'node-ical';

for (const name of ['Ada L.', 'Ada "Countess" L.']) {
  const calendar = ical();
  const times = { start: new Date(Date.UTC(2026, 2, 1, 9)), end: new Date(Date.UTC(2026, 2, 1, 10)) };
  const event = calendar.createEvent({ ...times, summary: 'Course', organizer: { name, email: 'office@example.org' } });
  event.createAttendee({ name, email: 'ada@example.org' });
  const text = calendar.toString();
  console.log(`written: ${text.replace(/\r\n /g, '').match(/^ATTENDEE.*$/m)[0]}`);
  const one = new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent('vevent').getFirstProperty('attendee');
  const other = Object.values(nodeIcal.sync.parseICS(text)).find((part) => part.type === 'VEVENT');
  console.log(`ical.js: ${one.getParameter('cn')}`);
  console.log(`node-ical: ${other.attendee?.params.CN}, organiser ${other.organizer?.params.CN}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
written: ATTENDEE;ROLE=REQ-PARTICIPANT;CN="Ada L.":MAILTO:ada@example.org
ical.js: Ada L.
node-ical: Ada L., organiser Ada L.
written: ATTENDEE;ROLE=REQ-PARTICIPANT;CN="Ada \"Countess\" L.":MAILTO:ada@example.org
ical.js: Ada \
node-ical: undefined, organiser undefined
SEEN
diff expected seen || { echo "ical-generator 10.2.0, ical.js 2.2.1 or node-ical 0.27.2 behaves otherwise" >&2; exit 1; }
echo "as found: ical-generator 10.2.0 writes a backslash before a quote in a name"
