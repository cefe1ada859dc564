#!/usr/bin/env bash
# Guess: a mail server that cannot deliver a message for hours tells its sender that it is delayed, whatever the message is, as
#        `delay_warning` of Exim says.
# Fact:  Exim tells nobody of the delay of a message with `Auto-Submitted: auto-generated`: what it warns of is also asked of
#        `delay_warning_condition`, whose default leaves out what a program has made (and, by its manual, more). The report that it
#        gave up, here after a second, is sent for both.
# Why it matters: a program that sends mail has to mark it so (RFC 3834 section 5), and behind Exim it hears nothing of a message that
#        waits: no word for days is no sign that it arrived. "Sent" must not become "delivered" by silence.
# Needs root: the server changes its root and its users.
set -euo pipefail
# Debian keeps the newest of its security updates alone.
VERSION=$(apt-cache policy exim4-daemon-light | awk '/Candidate:/ {print $2}')
[ "$(id -u)" -eq 0 ] || { echo "run this as root" >&2; exit 1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    exim4-daemon-light | grep -E '^(lib|zlib)' | grep -Ev -- '-perl|perl5|python|^libdebian' | sort -u)
# shellcheck disable=SC2086 # a list of words
apt-get -qq -o APT::Sandbox::User=root download "exim4-daemon-light=$VERSION" "exim4-base=$VERSION" $packages
for package in *.deb; do dpkg-deb -x "$package" root; done
mkdir -p root/{dev,tmp,var/mail,var/spool/exim4,var/log/exim4,etc/exim4}
mknod root/dev/null c 1 3 && mknod root/dev/urandom c 1 9 && chmod 666 root/dev/*
printf '%s\n' root:x:0:0::/:/bin/false Debian-exim:x:903:903::/:/bin/false ada:x:1001:1001::/:/bin/false >root/etc/passwd
printf '%s\n' root:x:0: Debian-exim:x:903: ada:x:1001: mail:x:8: >root/etc/group
chown 903:903 root/var/spool/exim4 root/var/log/exim4
chmod 1777 root/tmp root/var/mail
ports=$(python3 -c 'import socket; s = [socket.socket() for _ in "12"]; [x.bind(("127.0.0.1", 0)) for x in s]; print(*[x.getsockname()[1] for x in s])')
read -r port hop <<<"$ports"
cat >root/etc/exim4/exim4.conf <<CONF
primary_hostname = mail.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = $port
host_lookup =
delay_warning = 2s
acl_smtp_rcpt = accept
never_users = root
begin routers
far:
  driver = manualroute
  domains = far.example
  route_list = * 127.0.0.1
  self = send
  transport = hop
  no_more
home:
  driver = accept
  domains = home.example
  transport = box
begin transports
hop:
  driver = smtp
  port = $hop
  allow_localhost
box:
  driver = appendfile
  file = /var/mail/\$local_part_data
  user = ada
begin retry
* * F,20s,1s
CONF
# What is made of the address is used in a path, so it is looked up.
sed -i 's/^  domains = home.example$/&\n  local_parts = plain : program/' root/etc/exim4/exim4.conf
chroot root /usr/sbin/exim4 -bdf -q1s >log 2>&1 &
server=$!
# The next hop refuses everybody for now.
python3 - "$port" "$hop" >seen <<'PYTHON'
import re
import smtplib
import socketserver
import sys
import threading
import time
from pathlib import Path


class Hop(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 hop\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            self.wfile.write({b"RCPT": b"451 4.7.1 later\r\n", b"QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n"))
            if word == b"QUIT":
                return


port, hop = map(int, sys.argv[1:])
server = socketserver.ThreadingTCPServer(("127.0.0.1", hop), Hop)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
for _ in range(100):
    try:
        smtp = smtplib.SMTP("127.0.0.1", port, timeout=20)
        break
    except OSError:
        time.sleep(0.1)
smtp.sendmail("plain@home.example", "x@far.example", "Subject: hello\r\n\r\nhello\r\n")
smtp.sendmail("program@home.example", "x@far.example", "Subject: hello\r\nAuto-Submitted: auto-generated\r\n\r\nhello\r\n")
smtp.quit()


def reports(name):
    try:
        text = Path(f"root/var/mail/{name}").read_text()
    except OSError:
        return []
    return re.findall(r"^Action: (\w+)", text, re.MULTILINE)


ends = time.monotonic() + 120
while "failed" not in reports("plain") or "failed" not in reports("program"):
    if time.monotonic() > ends:
        break
    time.sleep(0.5)
for name in ["plain", "program"]:
    print(f"{name}: {' '.join(sorted(set(reports(name))))}")
PYTHON
cat seen
cat >expected <<'SEEN'
plain: delayed failed
program: failed
SEEN
diff expected seen || { echo "Exim $VERSION behaves otherwise" >&2; cat log root/var/log/exim4/* >&2; exit 1; }
echo "as found: Exim $VERSION warns of no delay of a message that says Auto-Submitted: auto-generated"
