#!/usr/bin/env bash
# Guess: a mail server that takes SMTPUTF8 (RFC 6531) hands an address with other letters on as it is to a next hop that takes it too, and
#        sends the message back where that does not. The part before the @ belongs to the receiver alone (RFC 5321 section 2.3.11).
# Fact:  Exim changes it: what goes out over a connection that it keeps for the next message, as after a first try that failed, is for
#        `xn--jrg-sna@far.example` in place of `jörg@far.example`, though the next hop has just said that it takes SMTPUTF8. In a
#        connection of its own the same message is for `jörg@far.example`.
# Why it matters: behind such a relay a certificate for somebody with letters in their address comes back from an address that nobody
#        wrote, or is delivered to it, now and then. A bounce is to be matched by the envelope's sender and never by its recipient.
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
mkdir -p root/{dev,tmp,var/spool/exim4,var/log/exim4,etc/exim4}
mknod root/dev/null c 1 3 && mknod root/dev/urandom c 1 9 && chmod 666 root/dev/*
printf '%s\n' root:x:0:0::/:/bin/false Debian-exim:x:903:903::/:/bin/false >root/etc/passwd
printf '%s\n' root:x:0: Debian-exim:x:903: ada:x:1001: mail:x:8: >root/etc/group
chown 903:903 root/var/spool/exim4 root/var/log/exim4
chmod 1777 root/tmp
ports=$(python3 -c 'import socket; s = [socket.socket() for _ in "12"]; [x.bind(("127.0.0.1", 0)) for x in s]; print(*[x.getsockname()[1] for x in s])')
read -r port hop <<<"$ports"
cat >root/etc/exim4/exim4.conf <<CONF
primary_hostname = mail.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = $port
host_lookup =
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
begin transports
hop:
  driver = smtp
  port = $hop
  allow_localhost
begin retry
* * F,20s,1s
CONF
chroot root /usr/sbin/exim4 -bdf -q1s >log 2>&1 &
server=$!
# The next hop takes SMTPUTF8, and is closed for some seconds.
python3 - "$port" "$hop" >seen <<'PYTHON'
import smtplib
import socketserver
import sys
import threading
import time

opens = time.monotonic() + 6
taken = []


class Hop(socketserver.StreamRequestHandler):
    def handle(self):
        if time.monotonic() < opens:
            self.wfile.write(b"421 4.3.2 later\r\n")
            return
        self.wfile.write(b"220 hop\r\n")
        while line := self.rfile.readline():
            word, answer = line[:4].upper(), b"250 ok\r\n"
            if word == b"EHLO":
                answer = b"250-hop\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
            elif word == b"RCPT":
                taken.append(line.decode().split("<")[1].split(">")[0])
            elif word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(answer)


port, hop = map(int, sys.argv[1:])
server = socketserver.ThreadingTCPServer(("127.0.0.1", hop), Hop)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()


def send(*people):
    for _ in range(100):
        try:
            smtp = smtplib.SMTP("127.0.0.1", port, timeout=20)
            break
        except OSError:
            time.sleep(0.1)
    for to in people:
        smtp.ehlo()
        smtp.mail("issuer@example.org", ["SMTPUTF8"])
        smtp.rcpt(to)
        smtp.data("Subject: hello\r\n\r\nhello\r\n")
    smtp.quit()


def wait(count):
    ends = time.monotonic() + 90
    while len(taken) < count and time.monotonic() < ends:
        time.sleep(0.2)


# So many that some go out over one connection.
send(*["jörg@far.example"] * 8)
wait(8)
print("of eight that wait and go out together:", *sorted(set(taken)))
taken.clear()
send("jörg@far.example")
wait(1)
print("of one that goes out alone:", *sorted(set(taken)))
PYTHON
cat seen
cat >expected <<'SEEN'
of eight that wait and go out together: jörg@far.example xn--jrg-sna@far.example
of one that goes out alone: jörg@far.example
SEEN
diff expected seen || { echo "Exim $VERSION behaves otherwise" >&2; cat log root/var/log/exim4/* >&2; exit 1; }
echo "as found: Exim $VERSION turns the part before the @ into Punycode over a connection that it goes on using"
