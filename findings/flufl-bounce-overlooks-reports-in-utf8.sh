#!/usr/bin/env bash
# Guess: a library that reads which addresses a mail came back from reads both kinds of report, message/delivery-status (RFC 3464) and
#        the one that a server answers an internationalised mail with, message/global-delivery-status (RFC 6533).
# Fact:  flufl.bounce, which Mailman stands on, finds no address in the second: all_failures() answers with two empty sets, as of any
#        mail that is no report. Only the names of the part and of the kind of address differ in what it is handed.
# Why it matters: to the people whose addresses are written in their own letters, certificates that came back count as delivered.
#        A program has to look for both names itself, and read `utf-8;` addresses as well as `rfc822;` ones.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check flufl.bounce==6.0.0
venv/bin/python - >seen <<'PYTHON'
import email

from flufl.bounce import all_failures

for kind in ("delivery-status", "global-delivery-status"):
    mail = f"""From: mailer-daemon@example.org
To: issuer@example.org
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary=x

--x
Content-Type: text/plain

It could not be delivered.
--x
Content-Type: message/{kind}

Reporting-MTA: dns; mx.example.org

Final-Recipient: {"utf-8" if kind.startswith("global") else "rfc822"}; ada@example.org
Action: failed
Status: 5.1.1
--x
Content-Type: message/rfc822

From: issuer@example.org
Subject: Certificate

The letter.
--x--
""".replace("\n", "\r\n").encode()
    temporary, permanent = all_failures(email.message_from_bytes(mail))
    print(f"{kind}, flufl.bounce: {sorted(temporary)} {sorted(permanent)}")
PYTHON
cat seen
cat >expected <<'SEEN'
delivery-status, flufl.bounce: [] [b'ada@example.org']
global-delivery-status, flufl.bounce: [] []
SEEN
diff expected seen || { echo "flufl.bounce 6.0.0 behaves otherwise" >&2; exit 1; }
echo "as found: flufl.bounce 6.0.0 finds no address in message/global-delivery-status"
