#!/usr/bin/env bash
# Guess: a mail server that knows no mailbox of a name answers the recipient with 550 and the enhanced code 5.1.1, or with other words for
#        an unknown user, as OpenSMTPD itself does for a user of the system (550 Invalid recipient).
# Fact:  OpenSMTPD whose mailboxes stand in a table (`virtual`) answers `524 5.2.4 Mailing list expansion problem`: a basic code that RFC
#        5321 does not list, with the enhanced code for lists (RFC 3463 section 3.3), and no word of a user or a mailbox.
# Why it matters: who sorts bounces by code or by words puts a dead address among the refusals, writes to it again next time, and
#        people are not asked for the right one. 5.2.4 has to count as an unknown mailbox.
# Needs root: the server changes its root and its users.
set -euo pipefail
VERSION=6.8.0p2-4+b4
[ "$(id -u)" -eq 0 ] || { echo "run this as root" >&2; exit 1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances opensmtpd |
    grep -E '^(lib|zlib)' | grep -Ev -- '-perl|perl5|^libdebian' | sort -u)
# shellcheck disable=SC2086 # a list of words
apt-get -qq -o APT::Sandbox::User=root download "opensmtpd=$VERSION" $packages
for package in *.deb; do dpkg-deb -x "$package" root; done
mkdir -p root/{dev,tmp,var/empty,run,var/run,var/spool,var/lib/opensmtpd/empty,home/ada}
mknod root/dev/null c 1 3 && mknod root/dev/urandom c 1 9 && mknod root/dev/random c 1 8 && chmod 666 root/dev/*
printf '%s\n' root:x:0:0::/:/bin/false ada:x:1001:1001::/home/ada:/bin/false opensmtpd:x:905:905::/var/empty:/bin/false \
    opensmtpq:x:906:906::/var/empty:/bin/false >root/etc/passwd
printf '%s\n' root:x:0: ada:x:1001: opensmtpd:x:905: opensmtpq:x:906: >root/etc/group
echo '127.0.0.1 localhost' >root/etc/hosts
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >root/etc/smtpd.conf <<CONF
table boxes { "ada" = "ada" }
listen on 127.0.0.1 port $port hostname mail.example
action "table" maildir "/tmp/mail" virtual <boxes>
action "users" maildir "/tmp/mail"
match from local for domain table.example action "table"
match from local for domain users.example action "users"
CONF
chroot root /usr/sbin/smtpd -d -f /etc/smtpd.conf >log 2>&1 &
server=$!
python3 - "$port" >seen <<'PYTHON'
import smtplib
import sys
import time

for _ in range(100):
    try:
        smtp = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20)
        break
    except OSError:
        time.sleep(0.1)
smtp.ehlo()
smtp.mail("issuer@example.org")
for to in ["ada@table.example", "nobody@table.example", "ada@users.example", "nobody@users.example"]:
    code, words = smtp.rcpt(to)
    print(f"{to}: {code} {words.decode()}")
smtp.quit()
PYTHON
cat seen
cat >expected <<'SEEN'
ada@table.example: 250 2.1.5 Destination address valid: Recipient ok
nobody@table.example: 524 5.2.4 Mailing list expansion problem: <nobody@table.example>
ada@users.example: 250 2.1.5 Destination address valid: Recipient ok
nobody@users.example: 550 Invalid recipient: <nobody@users.example>
SEEN
diff expected seen || { echo "OpenSMTPD $VERSION behaves otherwise" >&2; cat log >&2; exit 1; }
echo "as found: OpenSMTPD $VERSION answers an unknown mailbox of a table with 524 5.2.4, a mailing list problem"
