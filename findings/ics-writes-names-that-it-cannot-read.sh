#!/usr/bin/env bash
# Guess: PyPI's ics, which makes and reads calendars, writes the name of somebody who is invited so that readers find it: in quotes where a
#        comma, a semicolon or a colon is in it (RFC 5545, 3.2: a parameter's value), and reads what it has written.
# Fact:  it writes the name without quotes and with backslashes, as texts have them: `CN=Ada Lovelace\, PhD`. Of that its own reader says "must
#        have at most one CN", and refuses the calendar as a whole; of `Ada\; King` it raises ParseError. A colon it writes as it is: of
#        `CN=Dr: Ada` the name is "Dr" to three readers, and the address is " Ada:mailto:a@example.org". vobject reads two names of the first
#        one and none of the second. PyPI's icalendar reads the backslashes as they were meant.
# Why it matters: degrees stand behind commas. A calendar of a course with one such person cannot be read again by the library, or somebody's
#        address is lost, and with the names of a trial all is well. Write calendars with icalendar.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ics==0.7.3 icalendar==7.3.2 vobject==0.9.9
cat >look.py <<'PYTHON'
import icalendar
import ics
import vobject


def by_ics(text):
    return [(one.common_name, one.email) for one in list(ics.Calendar(text).events)[0].attendees]


def by_icalendar(text):
    attendee = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]["ATTENDEE"]
    return attendee.params["CN"], str(attendee)


def by_vobject(text):
    attendee = vobject.readOne(text).vevent.attendee
    return attendee.params["CN"], attendee.value


for name in ("Ada Lovelace", "Ada Lovelace, PhD", "Ada; King", "Dr: Ada"):
    calendar, event = ics.Calendar(), ics.Event(name="Course", begin="2026-01-05 10:00:00")
    event.add_attendee(ics.Attendee("a@example.org", common_name=name))
    calendar.events.add(event)
    text = calendar.serialize()
    print(name, "->", next(line for line in text.splitlines() if line.startswith("ATTENDEE")))
    for read in (by_ics, by_icalendar, by_vobject):
        try:
            answer = read(text)
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
        print(f"    {read.__name__[3:]}: {answer}")
PYTHON
venv/bin/python look.py >seen
cat seen
cat >expected <<'SEEN'
Ada Lovelace -> ATTENDEE;CN=Ada Lovelace:mailto:a@example.org
    ics: [('Ada Lovelace', 'a@example.org')]
    icalendar: ('Ada Lovelace', 'mailto:a@example.org')
    vobject: (['Ada Lovelace'], 'mailto:a@example.org')
Ada Lovelace, PhD -> ATTENDEE;CN=Ada Lovelace\, PhD:mailto:a@example.org
    ics: ValueError: A ATTENDEE must have at most one CN
    icalendar: ('Ada Lovelace, PhD', 'mailto:a@example.org')
    vobject: (['Ada Lovelace\\', ' PhD'], 'mailto:a@example.org')
Ada; King -> ATTENDEE;CN=Ada\; King:mailto:a@example.org
    ics: ParseError: ('ATTENDEE;CN=Ada\\; King:mailto:a@example.org', 4)
    icalendar: ('Ada; King', 'mailto:a@example.org')
    vobject: ParseError: At line 9: Failed to parse line: ATTENDEE;CN=Ada\; King:mailto:a@example.org
Dr: Ada -> ATTENDEE;CN=Dr: Ada:mailto:a@example.org
    ics: [('Dr', ' Ada:mailto:a@example.org')]
    icalendar: ('Dr', ' Ada:mailto:a@example.org')
    vobject: (['Dr'], ' Ada:mailto:a@example.org')
SEEN
diff expected seen || { echo "ics 0.7.3, icalendar 7.3.2 or vobject 0.9.9 behaves otherwise" >&2; exit 1; }
echo "as found: ics 0.7.3 writes names with a comma, a semicolon or a colon so that it cannot read them"
