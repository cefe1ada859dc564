"""Debian's mail servers as they are unpacked by `scripts/setup mail-servers`, each run in a root of its own with its own users, queue and
configuration. They listen on this machine only, and send nowhere but to the next hop that they are told of.

Each takes mail for `academy.example`, where `bounce+TOKEN` is a mailbox and nobody else is there, and hands on what is for
`far.example`. What cannot be delivered is tried for some seconds.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

UNPACKED = Path(__file__).resolve().parents[2] / "target" / "mail-servers"
FAR = ["far.example", "fär.example".encode("idna").decode()]
USER, PASSWORD = "certificates", "battery staple"
HOST = "localhost"


def free_ports(count):
    """Returns ports that nobody has."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Server:
    """A mail server in its own root. `plain` takes mail in the clear and with STARTTLS, `tls` with TLS from the first byte."""

    name = ""
    users = {}
    # Who is told apart by the letters of their address needs SMTPUTF8 (RFC 6531).
    takes_utf8 = True
    # What it says of who is not there.
    unknown = ""
    # What kind of mailbox `bounce` is.
    folder = ""
    # The group that reads the key of its certificate.
    reads_key = 0
    # Whether it can speak the TLS that it offers.
    speaks_tls = True
    # What comes of who is refused for now until the server gives up, and of whose connection is closed: state, why, words.
    comes_back = {"full": ("bounced", "full", "452 4.2.2 That mailbox is full"), "cut": ("bounced", "busy", "")}

    def __init__(self, work, hop, certificate):
        self.root = work / f"root-{self.name}"
        self.hop = hop
        self.plain, self.tls, self.login = free_ports(3)
        self.log = open(work / f"{self.name}.log", "wb")
        subprocess.run(["cp", "-al", UNPACKED / self.name, self.root], check=True)
        self.people()
        self.devices()
        self.certify(certificate)
        self.configure()

    def certify(self, certificate):
        """Writes the certificate with its key, and the key alone."""
        self.write("etc/mail.pem", certificate.private_key_and_cert_chain_pem.bytes().decode())
        self.write("etc/mail.key", certificate.private_key_pem.bytes().decode())
        for name in ["etc/mail.pem", "etc/mail.key"]:
            os.chown(self.path(name), 0, self.reads_key)
            self.path(name).chmod(0o640 if self.reads_key else 0o600)

    def path(self, name):
        return self.root / name

    def write(self, name, text):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        # What was unpacked is shared with other runs.
        path.unlink(missing_ok=True)
        path.write_text(text)

    def folder_for(self, name, user=0, group=0, mode=0o755):
        path = self.path(name)
        path.mkdir(parents=True, exist_ok=True)
        os.chown(path, user, group)
        path.chmod(mode)
        return path

    def people(self):
        users = {"root": 0, **self.users, "bounce": 1001, "nobody": 65534}
        self.write("etc/passwd", "".join(f"{name}:x:{id}:{id}::/home/{name}:/bin/false\n" for name, id in users.items()))
        self.write("etc/group", "".join(f"{name}:x:{id}:\n" for name, id in users.items()))
        self.write("etc/hosts", "127.0.0.1 localhost\n")
        self.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nservices: files\n")
        self.folder_for("home/bounce", 1001, 1001)
        self.folder_for("tmp", mode=0o1777)
        self.folder_for("var/mail", mode=0o1777)

    def devices(self):
        self.folder_for("dev")
        for name, minor in [("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)]:
            path = self.path(f"dev/{name}")
            os.mknod(path, 0o600 | 0o020000, os.makedev(1, minor))
            path.chmod(0o666)

    def run(self, *command, **more):
        return subprocess.run(["chroot", self.root, *command], check=True, capture_output=True, **more)

    def start(self):
        self.process = subprocess.Popen(
            ["chroot", self.root, *self.command()],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC"},
        )
        for port in [self.plain, self.tls, self.login]:
            self.wait_for(port)

    def wait_for(self, port):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise SystemExit(f"{self.name} does not listen on {port}; see {self.log.name}\n{self.last_words()}")

    def last_words(self):
        self.log.flush()
        texts = [Path(self.log.name), *self.logs()]
        return "\n".join(text.read_text(errors="replace")[-3_000:] for text in texts if text.exists())

    def logs(self):
        return []

    @staticmethod
    def plain_address(address):
        """Returns the address that the server was told, of the one that it told the next hop."""
        return address

    def stop(self, how=signal.SIGTERM):
        """Ends it with all that it started: they are its session."""
        try:
            os.killpg(self.process.pid, how)
        except ProcessLookupError:
            pass
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def bounces(self):
        """Where `bounce+TOKEN` is delivered, as the program is told of it."""
        return self.path(self.folder)

    def maildir(self, name):
        for part in ["", "/new", "/cur", "/tmp"]:
            self.folder_for(name + part, 1001, 1001, 0o700)

    def remove(self):
        shutil.rmtree(self.root)


class Postfix(Server):
    name = "postfix"
    unknown = "550 5.1.1"
    users = {"postfix": 901, "postdrop": 902}
    folder = "var/mail/bounce"

    def configure(self):
        self.maildir("var/mail/bounce")
        spool = self.folder_for("var/spool/postfix")
        for name in "active bounce corrupt defer deferred flush hold incoming private saved trace".split():
            self.folder_for(f"var/spool/postfix/{name}", 901, 0, 0o700)
        self.folder_for("var/spool/postfix/pid")
        self.folder_for("var/spool/postfix/maildrop", 901, 902, 0o1730)
        self.folder_for("var/spool/postfix/public", 901, 902, 0o2710)
        assert spool.exists()
        self.folder_for("var/lib/postfix", 901, 901)
        self.folder_for("var/log")
        self.write("etc/postfix/main.cf", self.main())
        self.write("etc/postfix/master.cf", self.services())
        self.write("etc/postfix/sasl/smtpd.conf", "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n")
        self.run("/usr/sbin/saslpasswd2", "-p", "-c", "-u", "mail.example", USER, input=PASSWORD.encode())
        os.chown(self.path("etc/sasldb2"), 0, 901)
        self.path("etc/sasldb2").chmod(0o640)

    def main(self):
        return f"""
compatibility_level = 3.6
maillog_file = /var/log/postfix.log
myhostname = mail.example
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_delimiter = +
virtual_mailbox_domains = academy.example
virtual_mailbox_base = /var/mail
virtual_mailbox_maps = inline:{{ bounce@academy.example=bounce/ }}
virtual_minimum_uid = 100
virtual_uid_maps = static:1001
virtual_gid_maps = static:1001
relay_domains = {", ".join(FAR)}
transport_maps = inline:{{ {", ".join(f"{{{name} = smtp:[127.0.0.1]:{self.hop}}}" for name in FAR)} }}
default_transport = error:5.1.2 no mail leaves this machine
smtp_dns_support_level = disabled
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject
smtpd_tls_chain_files = /etc/mail.pem
smtpd_tls_security_level = may
smtpd_sasl_local_domain = mail.example
cyrus_sasl_config_path = /etc/postfix/sasl
maximal_queue_lifetime = 8s
bounce_queue_lifetime = 8s
delay_warning_time = 2s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""

    def services(self):
        # Services that are not told otherwise run in this root, which is one of their own already.
        inet = [
            f"127.0.0.1:{self.plain} inet n - n - - smtpd",
            f"127.0.0.1:{self.tls} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes",
            f"127.0.0.1:{self.login} inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes -o smtpd_tls_security_level=encrypt"
            " -o smtpd_relay_restrictions=permit_sasl_authenticated,reject -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject",
        ]
        unix = """pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
        return "\n".join(inet) + "\n" + unix

    def command(self):
        return ["/usr/lib/postfix/sbin/master", "-d"]

    def logs(self):
        return [self.path("var/log/postfix.log")]


class Exim(Server):
    name = "exim"
    # Of a closed connection it reports that it gave up, without a reply.
    comes_back = {**Server.comes_back, "cut": ("bounced", "gave_up", "")}
    unknown = "550 Unrouteable address"
    users = {"Debian-exim": 903, "mail": 8}
    reads_key = 903
    folder = "var/mail/bounce"

    def configure(self):
        for name in ["var/spool/exim4", "var/log/exim4"]:
            self.folder_for(name, 903, 903, 0o750)
        self.write("etc/exim4/exim4.conf", self.configuration())
        # `bounce` is a file of the mbox format.
        self.write("var/mail/bounce", "")
        os.chown(self.path("var/mail/bounce"), 1001, 1001)

    def configuration(self):
        return f"""
primary_hostname = mail.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = {self.plain} : {self.tls} : {self.login}
tls_on_connect_ports = {self.tls}
tls_certificate = /etc/mail.pem
tls_privatekey = /etc/mail.pem
tls_advertise_hosts = *
host_lookup =
rfc1413_query_timeout = 0s
delay_warning = 2s
ignore_bounce_errors_after = 0s
acl_smtp_rcpt = recipient
acl_smtp_data = accept
never_users = root
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
log_file_path = /var/log/exim4/%slog

begin acl
recipient:
  deny condition = ${{if eq{{$received_port}}{{{self.login}}}}}
       !authenticated = *
       message = relay not permitted, authentication required
  require verify = recipient
  accept

begin routers
far:
  driver = manualroute
  domains = {" : ".join(FAR)}
  route_list = * 127.0.0.1
  self = send
  transport = hop
  no_more
bounces:
  driver = accept
  domains = academy.example
  local_parts = bounce
  local_part_suffix = +*
  transport = box

begin transports
hop:
  driver = smtp
  port = {self.hop}
  allow_localhost
  hosts_avoid_tls = *
box:
  driver = appendfile
  file = /var/mail/bounce
  user = bounce
  group = bounce
  delivery_date_add
  envelope_to_add
  return_path_add

begin retry
* * F,6s,1s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth2
"""

    @staticmethod
    def plain_address(address):
        # Over a connection that it goes on using it turns a local part into Punycode, though the other side takes SMTPUTF8.
        local, domain = address.split("@")
        return f"{local[4:].encode().decode('punycode')}@{domain}" if local.startswith("xn--") else address

    def command(self):
        return ["/usr/sbin/exim4", "-bdf", "-q1s"]

    def logs(self):
        return [self.path("var/log/exim4/mainlog"), self.path("var/log/exim4/paniclog")]


class OpenSmtpd(Server):
    name = "opensmtpd"
    unknown = "524 5.2.4 Mailing list expansion problem"
    users = {"opensmtpd": 905, "opensmtpq": 906}
    takes_utf8 = False
    # It hands its keys to another process in a way that OpenSSL 3 does not support: every handshake fails.
    speaks_tls = False
    # Of a refusal for now it tells once, as of a delay, and says nothing more. A closed connection it does not try again for minutes.
    comes_back = {"full": ("deferred", None, "452 4.2.2 That mailbox is full")}
    folder = "var/mail/bounce"

    def configure(self):
        self.maildir("var/mail/bounce")
        self.folder_for("var/empty", mode=0o711)
        for name in ["run", "var/run", "var/spool"]:
            self.folder_for(name)
        self.folder_for("var/lib/opensmtpd/empty", mode=0o711)
        hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], check=True, capture_output=True, text=True)
        self.write("etc/credentials", f"{USER}\t{hashed.stdout.strip()}\n")
        self.write("etc/mailname", "mail.example\n")
        self.write("etc/smtpd.conf", self.configuration())
        self.path("bin/sh").unlink(missing_ok=True)
        self.path("bin/sh").symlink_to("dash")

    def configuration(self):
        return f"""
pki mail.example cert "/etc/mail.pem"
pki mail.example key "/etc/mail.key"
table credentials file:/etc/credentials
table boxes {{ "bounce" = "bounce" }}
bounce warn-interval 2s
queue ttl 10m
listen on 127.0.0.1 port {self.plain} hostname mail.example tls pki mail.example
listen on 127.0.0.1 port {self.tls} hostname mail.example smtps pki mail.example
listen on 127.0.0.1 port {self.login} hostname mail.example tls-require pki mail.example auth <credentials>
action "box" maildir "/var/mail/bounce" virtual <boxes>
action "far" relay host smtp://127.0.0.1:{self.hop}
match from local for domain academy.example action "box"
match from local for domain {{ {", ".join(FAR)} }} action "far"
"""

    def command(self):
        return ["/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd.conf"]


SERVERS = [Postfix, Exim, OpenSmtpd]
