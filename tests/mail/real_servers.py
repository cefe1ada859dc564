#!/usr/bin/env python3
"""Mails certificates through Debian's Postfix, Exim and OpenSMTPD on this machine, and reads what comes back from them.

Each server (tests/mail/servers.py) is the relay of an issuer of its own, in the clear, with STARTTLS, with TLS from the first byte and
with a login, by certificates of a private authority. It hands on to a next hop (aiosmtpd) that takes most messages, and refuses some at
the recipient, some after the content, some always for now, and closes the connection at others. One is sent to whom the server itself
does not know. What comes back goes to the mailbox `bounce` on the server, which the program reads: a Maildir, a file of the mbox format,
or message by message from a pipe.

At the end the program must say of each message what became of it, with the words of the server that said so, and of nobody else; each
who could be reached has one message, and the program's Message-ID. A kill in the middle is part of it.

Needs root: each server changes its root, and the users of its processes. `scripts/setup mail-servers` unpacks them.
"""

import argparse
import asyncio
import collections
import email
import email.policy
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import trustme

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from servers import HOST, PASSWORD, SERVERS, UNPACKED, USER, free_ports  # noqa: E402
from testamur import Testamur, names  # noqa: E402

FAR, LETTERS = "far.example", "fär.example"
# What the next hop says; it must be what staff read.
NOBODY = "550 5.1.1 Nobody of that name lives here"
DISLIKED = "554 5.7.1 We do not like what it says"
FULL = "452 4.2.2 That mailbox is full"
# How each message goes to the relay: the event, and what stands in the section [mail].
MODES = ["PLAIN", "START", "TLS", "LOGIN"]
PATIENCE = 120
# A command that takes longer hangs.
LONGEST = 600


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--testamur", default="target/debug/testamur", metavar="PROGRAM")
    parser.add_argument("--people", type=int, default=40, help="that can be reached, each way")
    parser.add_argument("--server", action="append", choices=[one.name for one in SERVERS], help="only this one")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("mail-servers: mail servers change their root and their user: run this as root")
    told = [kind for kind in SERVERS if not arguments.server or kind.name in arguments.server]
    for kind in told:
        # Beside what was unpacked: files are shared with it.
        with tempfile.TemporaryDirectory(prefix="run-", dir=UNPACKED) as folder:
            Story(arguments, kind, Path(folder)).tell()
    print(f"mail-servers: all is as it should be with {', '.join(kind.name for kind in told)}")


# The next hop --------------------------------------------------------------------------------------------------------------


class Hop:
    """Keeps what it takes, one file a message, and fails by the first word of the address."""

    def __init__(self, folder):
        self.folder = folder

    async def handle_RCPT(self, server, session, envelope, address, options):
        fate = address.split(".")[0]
        if fate == "late":
            return NOBODY
        if fate == "full":
            return FULL
        if fate == "cut":
            server.transport.close()
            return "421 4.3.2 Shutting down"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if any(to.startswith("data.") for to in envelope.rcpt_tos):
            return DISLIKED
        record = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": envelope.content.decode("latin-1")}
        path = self.folder / f"{time.time_ns()}"
        path.with_suffix(".part").write_text(json.dumps(record))
        path.with_suffix(".part").rename(path.with_suffix(".json"))
        return "250 2.0.0 Kept"


def serve(port, folder):
    from aiosmtpd.smtp import SMTP

    async def run():
        loop = asyncio.get_running_loop()
        make = lambda: SMTP(Hop(folder), hostname="hop.example", enable_SMTPUTF8=True, loop=loop)  # noqa: E731
        async with await loop.create_server(make, "127.0.0.1", port) as server:
            await server.serve_forever()

    asyncio.run(run())


# The story -------------------------------------------------------------------------------------------------------------------


class Story:
    def __init__(self, arguments, kind, folder):
        self.arguments, self.kind, self.folder = arguments, kind, folder
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        (port,) = free_ports(1)
        self.hop = multiprocessing.Process(target=serve, args=(port, self.inbox), daemon=True)
        self.hop.start()
        self.authority = trustme.CA()
        self.authority.cert_pem.write_to_path(folder / "authority.pem")
        self.server = kind(folder, port, self.authority.issue_cert(HOST, key_type=trustme.KeyType.RSA))
        self.program = Testamur(arguments.testamur, folder / "issuer")
        self.killed = 0
        # State, why, and words of who said so.
        self.expected = {
            "nobody": ("bounced", "no_mailbox", kind.unknown),
            "late": ("bounced", "no_mailbox", NOBODY),
            "data": ("bounced", "refused", DISLIKED),
            **kind.comes_back,
        }

    def tell(self):
        print(f"mail-servers: {self.kind.name}", flush=True)
        began = time.monotonic()
        try:
            self.program.run("init", "--issuer", "Mail Academy", "--domain", "academy.example")
            self.bare = self.program.data.joinpath("testamur.toml").read_text()
            for mode in MODES:
                self.enrol(mode)
            self.server.start()
            if self.kind.speaks_tls:
                self.not_trusted()
            else:
                self.no_tls()
            self.wait_until_all_is_known()
            self.close_the_silent()
            self.judge()
            self.decide()
            self.server.stop()
            self.hop.kill()
            print(f"mail-servers: {self.kind.name}: over after {time.monotonic() - began:.0f} s", flush=True)
        except BaseException:
            print(self.server.last_words(), file=sys.stderr)
            self.server.stop()
            self.hop.kill()
            raise

    # Preparing

    def enrol(self, mode):
        people = [(f"person{n}.{mode.lower()}@{FAR}", f"Person {n}") for n in range(self.arguments.people)]
        name = names({"order": "givenfamily", "sets": [["Zoë Alan", "Ångström Turing"]]})
        for fate in ["late", "data", *self.kind.comes_back]:
            people.append((f"{fate}.{mode.lower()}@{FAR}", next(name)))
        people.append((f"nobody.{mode.lower()}@academy.example", "Nobody Here"))
        people.append((f"jörg.{mode.lower()}@{FAR}", "Jörg Größe"))
        people.append((f"ada.{mode.lower()}@{LETTERS}", "Ada Lovelace"))
        path = self.folder / f"{mode}.csv"
        path.write_text("name,email\n" + "".join(f"{name},{address}\n" for address, name in people))
        self.program.run("event", "create", mode, "--title", "Mail that arrives", "--template", "classic")
        self.program.run("import", mode, path)
        self.program.run("issue", mode)

    def configure(self, mode, **other):
        """Writes the section [mail]."""
        server = self.server
        values = {"relay": HOST, "from": "Mail Academy <certificates@academy.example>", "per_minute": 0, "per_domain": 0}
        values |= {
            "PLAIN": {"port": server.plain, "security": "none"},
            "START": {"port": server.plain, "security": "starttls"},
            "TLS": {"port": server.tls, "security": "tls"},
            "LOGIN": {"port": server.login, "security": "starttls", "user": USER, "password_env": "RELAY_PASSWORD"},
        }[mode]
        if mode != "PLAIN":
            values["ca_file"] = str(self.folder / "authority.pem")
        values |= other
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items() if value is not None]
        self.program.data.joinpath("testamur.toml").write_text("\n".join([self.bare, "[mail]", *lines, ""]))
        self.program.environment["RELAY_PASSWORD"] = PASSWORD

    def mail(self, *words):
        command = self.program.command("mail", *words)
        return subprocess.run(command, env=self.program.environment, capture_output=True, text=True, timeout=LONGEST)

    def messages(self):
        return {one["to"]: one for one in self.program.rows("mail", "list", "--json")}

    # Sending

    def not_trusted(self):
        """What is wrong with the certificate is said, and all of it waits; then it is sent, each way."""
        self.configure("PLAIN")
        self.send_and_kill("PLAIN")
        self.configure("START", ca_file=None)
        self.waits(("send", "START"), "signed by nobody that this machine trusts")
        self.configure("START", relay="127.0.0.1")
        self.waits(("deliver",), "its certificate is for `localhost`, not for `127.0.0.1`")
        self.change_certificate(not_before=days_ago(3), not_after=days_ago(2))
        self.configure("START")
        self.waits(("deliver",), "its certificate has ended, on")
        self.server.stop()
        self.waits(("deliver",), "the relay cannot be reached")
        self.change_certificate()
        self.deliver("START")
        # A login is wanted, and none is there: nobody bounces for that.
        self.configure("START", port=self.server.login)
        self.not_let_in("TLS")
        self.configure("TLS")
        self.deliver("TLS")
        self.configure("LOGIN")
        self.program.environment["RELAY_PASSWORD"] = "another"
        self.waits(("send", "LOGIN"), "the login was refused (535)")
        self.program.environment["RELAY_PASSWORD"] = PASSWORD
        self.deliver("LOGIN")

    def no_tls(self):
        """Debian's build offers TLS and fails at it: that is said, and nothing is sent in the clear in its place."""
        self.configure("PLAIN")
        self.send_and_kill("PLAIN")
        for mode in ["START", "TLS", "LOGIN"]:
            self.configure(mode)
            self.waits(("send", mode), "TLS failed: received fatal alert")
            self.configure("PLAIN")
            self.deliver(mode)

    def change_certificate(self, **when):
        self.server.stop()
        certificate = self.authority.issue_cert(HOST, key_type=trustme.KeyType.RSA, **when)
        self.server.certify(certificate)
        self.server.start()

    def send_and_kill(self, mode):
        """Kills the program when some of it has left; the next one ends what it began."""
        process = subprocess.Popen(
            self.program.command("mail", "send", mode),
            env=self.program.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and len(list(self.inbox.glob("*.json"))) < 5:
            time.sleep(0.01)
        if process.poll() is None:
            process.kill()
            self.killed += 1
        process.wait()
        self.mail("send", mode)
        self.deliver(mode)

    def deliver(self, mode):
        done = self.mail("send", mode)
        done = self.mail("deliver") if "nobody is to be sent" in done.stdout else done
        waiting = [to for to, one in self.messages().items() if one["event"] == mode and one["state"] in ("queued", "deferred")]
        assert not waiting, (mode, waiting[:5], done.stdout, done.stderr)

    def waits(self, words, said):
        """Nothing leaves, and it is said why."""
        before = self.messages()
        done = self.mail(*words)
        assert done.returncode == 1 and said in done.stderr, (said, done.stdout, done.stderr)
        after = self.messages()
        assert all(one["state"] == "queued" for to, one in after.items() if to not in before), "it did not wait"
        assert all(after[to]["state"] == one["state"] for to, one in before.items()), "it did not wait"
        print(f"mail-servers:   waits: {done.stderr.splitlines()[0]}", flush=True)

    def not_let_in(self, mode):
        done = self.mail("send", mode)
        states = collections.Counter(one["state"] for one in self.messages().values() if one["event"] == mode)
        assert done.returncode == 1 and set(states) <= {"queued", "deferred"}, (states, done.stdout, done.stderr)
        print(f"mail-servers:   waits: {dict(states)}: {done.stderr.splitlines()[0]}", flush=True)
        # What was tried is tried again after a while.
        self.pass_time(minutes=3)

    # What comes back

    def fate(self, to):
        return re.split(r"[.\d]", to)[0]

    def take_back(self):
        """Reads the mailbox: the folder, but one message in two of a Maildir from a pipe."""
        bounces = self.server.bounces()
        for number, path in enumerate(sorted(bounces.glob("new/*")) if bounces.is_dir() else []):
            if number % 2:
                continue
            content = path.read_bytes()
            back = re.search(rb"^(?:Delivered-To|To): *<?(bounce\+[^>\s]+)>?", content, re.MULTILINE | re.IGNORECASE)
            words = ["mail", "bounce"] + (["--recipient", back[1].decode()] if back else [])
            done = subprocess.run(self.program.command(*words), env=self.program.environment, input=content, capture_output=True)
            assert done.returncode == 0, (done.stdout, done.stderr, content[:2_000])
            path.rename(bounces / "cur" / f"{path.name}:2,S")
        done = self.mail("bounce", "--folder", str(bounces))
        assert done.returncode == 0, (done.stdout, done.stderr)

    def wait_until_all_is_known(self):
        """What cannot be delivered comes back within seconds."""
        ends = time.monotonic() + PATIENCE
        while True:
            self.take_back()
            states = {to: one["state"] for to, one in self.messages().items() if not self.undecided(one)}
            left = {to: state for to, state in states.items() if state != self.expected.get(self.fate(to), (state,))[0]}
            missing = self.reachable() - self.arrived()
            if not left and not missing:
                return
            if time.monotonic() > ends:
                raise SystemExit(f"mail-servers: not known after {PATIENCE} s: {left}; did not arrive: {missing}")
            time.sleep(1)

    @staticmethod
    def undecided(one):
        """Says whether it was in hand when the program was killed: whoever it was to, nobody knows what became of it."""
        return one["state"] == "ambiguous" and one["event"] == "PLAIN"

    def reachable(self):
        """Returns to whom a message left for certain, and who can be reached."""
        fates = {"person", "ada", *(["jörg"] if self.kind.takes_utf8 else [])}
        return {to for to, one in self.messages().items() if self.fate(to) in fates and one["state"] != "ambiguous"}

    def close_the_silent(self):
        """What a server says nothing more of is ended by our own clock."""
        self.pass_time(days=8)
        self.mail("deliver")

    def pass_time(self, **delta):
        later = datetime.now(timezone.utc) + timedelta(**delta)
        self.program.environment["TESTAMUR_CLOCK"] = later.strftime("%Y-%m-%dT%H:%M:%SZ")

    # What is true

    def received(self):
        """Returns the Message-IDs that each address got; each message is whole."""
        got = collections.defaultdict(list)
        for path in sorted(self.inbox.glob("*.json")):
            record = json.loads(path.read_text())
            message = email.message_from_bytes(record["content"].encode("latin-1"), policy=email.policy.default)
            assert not message.defects and not any(part.defects for part in message.walk()), path
            (certificate,) = list(message.iter_attachments())
            assert certificate.get_content().startswith(b"%PDF-") and certificate.get_content().rstrip().endswith(b"%%EOF")
            assert re.fullmatch(r"bounce\+[a-z0-9]+@academy\.example", record["from"]), record["from"]
            for to in record["to"]:
                got[self.kind.plain_address(to)].append(message["Message-ID"].strip("<>"))
        return got

    def arrived(self):
        return set(self.received())

    def decide(self):
        """A member of staff sends what is ambiguous again: nobody is missing then, and who has two can tell that they are one."""
        before = self.received()
        for to, one in self.messages().items():
            if one["state"] == "ambiguous":
                self.mail("resend", one["message"])
        self.mail("deliver")
        ends = time.monotonic() + PATIENCE
        while missing := self.reachable() - self.arrived():
            assert time.monotonic() < ends, missing
            time.sleep(1)
        got = self.received()
        twice = [to for to, ids in got.items() if len(ids) > 1]
        unlike = [to for to in twice if len(set(got[to])) > 1 or to not in before]
        print(f"mail-servers: {self.kind.name}: after a decision {len(twice)} twice, {len(unlike)} of them not known by Message-ID")
        if unlike:
            raise SystemExit(f"mail-servers: {unlike}")

    def judge(self):
        got, messages, table, faults = self.received(), self.messages(), collections.defaultdict(list), []
        for to, one in messages.items():
            fate = self.fate(to)
            last = one["evidence"][-1]
            table[fate, f"{one['state']}: {last['what']}"].append(last.get("reply") or "no reply")
            ids = got.get(to, [])
            if len(ids) > 1 or any(one_id != one["messageId"] for one_id in ids):
                faults.append(f"{to} got {len(ids)}, {ids} for {one['messageId']}")
            if why := self.wrong(fate, one, ids):
                faults.append(f"{to}: {why}: {one}")
        missing = [to for to in self.reachable() if to not in got]
        strangers = [to for to in got if to not in messages]
        doubles = [to for to, ids in got.items() if len(ids) > 1]
        for (fate, what), replies in sorted(table.items()):
            print(f"mail-servers:   {len(replies):3} {fate:7} {what} ({replies[0][:90]})")
        print(
            f"mail-servers: {self.kind.name}: {len(messages)} messages, {self.killed} killed in the middle, {len(got)} reached; "
            f"{len(doubles)} twice, {len(missing)} missing, {len(strangers)} to others, {len(faults)} told wrongly",
            flush=True,
        )
        if faults or missing or strangers or doubles:
            raise SystemExit("mail-servers: " + "\n".join(map(str, (faults or missing or strangers or doubles)[:5])))

    def wrong(self, fate, one, ids):
        """Says what is wrong about what the program says of a message."""
        state, why = one["state"], one["why"]
        replies = " ".join(str(evidence.get("reply") or "") for evidence in one["evidence"])
        if self.undecided(one):
            return None
        if fate in ("person", "ada") or (fate == "jörg" and self.kind.takes_utf8):
            return None if state == "sent" else "it was sent"
        if ids:
            return "it did not arrive"
        if fate == "jörg":
            return None if state == "failed" and "SMTPUTF8" in one["evidence"][-1]["what"] else "the relay takes no such address"
        expected = self.expected[fate]
        if expected[0] == "deferred":
            # Our own clock has ended it: nothing more was heard.
            expected = ("bounced", "gave_up", expected[2])
        return None if (state, why) == expected[:2] and expected[2] in replies else f"not {expected}"


def days_ago(count):
    return datetime.now(timezone.utc) - timedelta(days=count)


if __name__ == "__main__":
    main()
