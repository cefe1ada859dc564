#!/usr/bin/env python3
"""Mails certificates to many through a server that fails, kills the program again and again, and counts what arrived.

The server is aiosmtpd, in a process of its own. By the address and by chance it takes a message, says "not now" at the
recipient or after the content, refuses for good, shuts down, or closes the connection after the content's final dot, having kept
the message. Program and server are killed with SIGKILL at random instants, as often one as the other; the clock is moved on between.

At the end each person has the message, or is told as bounced, or stands on the ambiguous list: nobody is missing. Nobody was sent
two before somebody decided about the ambiguous ones; then each second one has the Message-ID of the first. Every message is
parsed by Python's own email package.
"""

import argparse
import asyncio
import collections
import email
import email.header
import email.policy
import email.utils
import json
import multiprocessing
import random
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from testamur import Testamur, write_people  # noqa: E402

EVENT = "MAILS"


def main():
    arguments = parse()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"mail: {arguments.people} messages, {arguments.kills} kills, seed {seed}", flush=True)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="testamur-mail-", dir=arguments.work) as folder:
        Story(arguments, chance, seed, Path(folder)).tell()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--testamur", default="target/debug/testamur", metavar="PROGRAM")
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, help="of an earlier run, to repeat its choices")
    parser.add_argument("--work", help="folder for temporary data")
    return parser.parse_args()


# The mail server ---------------------------------------------------------------------------------------------------------


class Handler:
    """Keeps what it takes, one file a message; fails by chance, the same for one seed."""

    def __init__(self, folder, seed, taken):
        self.folder, self.chance, self.taken = folder, random.Random(seed), taken

    def keep(self, envelope, told):
        number = f"{time.time_ns()}-{self.chance.randrange(10**6):06}"
        record = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "told": told}
        path = self.folder / number
        path.with_suffix(".eml").write_bytes(envelope.content)
        path.with_suffix(".part").write_text(json.dumps(record))
        path.with_suffix(".part").rename(path.with_suffix(".json"))
        self.taken.value += 1

    async def handle_RCPT(self, server, session, envelope, address, options):
        fate = self.chance.random()
        if dead(address):
            return "550 5.1.1 User unknown"
        if fate < 0.03:
            return "451 4.7.1 Greylisted, try again"
        if fate < 0.04:
            server.transport.close()
            return "421 4.3.2 Shutting down"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        fate = self.chance.random()
        if fate < 0.02:
            return "452 4.3.1 Insufficient storage"
        if fate < 0.04:
            self.keep(envelope, told=False)
            server.transport.abort()
            return "250 never heard"
        if fate < 0.05:
            await asyncio.sleep(0.2)
        self.keep(envelope, told=True)
        return "250 2.0.0 Kept"


def dead(address):
    """One in fifty has no mailbox."""
    digits = "".join(c for c in address.split("@")[0] if c.isdigit())
    return digits and int(digits) % 50 == 0


def serve(port, folder, seed, taken):
    from aiosmtpd.smtp import SMTP

    async def run():
        loop = asyncio.get_running_loop()
        handler = Handler(folder, seed, taken)
        server = await loop.create_server(lambda: SMTP(handler, hostname="sink.example", loop=loop), "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    asyncio.run(run())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The story ---------------------------------------------------------------------------------------------------------------


class Story:
    def __init__(self, arguments, chance, seed, folder):
        self.arguments, self.chance, self.seed, self.folder = arguments, chance, seed, folder
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.port = free_port()
        self.program = Testamur(arguments.testamur, folder / "issuer")
        self.now = datetime.now(timezone.utc)
        self.kills = collections.Counter()
        # How many messages the servers took, one after the other; without a lock that a killed one would keep.
        self.taken = multiprocessing.Value("q", 0, lock=False)

    def tell(self):
        self.prepare()
        self.start_server(0)
        begun = time.monotonic()
        self.send_and_kill()
        self.end_quietly()
        took = time.monotonic() - begun
        first = self.count()
        self.decide()
        again = self.count()
        self.server.kill()
        self.judge(first, again, took)

    def prepare(self):
        people = self.folder / "people.csv"
        write_people(people, self.arguments.people)
        self.program.run("init", "--issuer", "Mail Academy", "--domain", "mails.example.org")
        configuration = self.folder / "issuer" / "testamur.toml"
        configuration.write_text(
            configuration.read_text()
            + f'\n[mail]\nrelay = "127.0.0.1"\nport = {self.port}\nsecurity = "none"\n'
            + 'from = "Mail Academy <certificates@mails.example.org>"\nper_minute = 0\nper_domain = 0\n'
        )
        self.program.run("event", "create", EVENT, "--title", "Mail that arrives", "--template", "classic")
        self.program.run("import", EVENT, people)
        self.program.run("issue", EVENT)

    def start_server(self, turn):
        arguments = (self.port, self.inbox, f"{self.seed}/{turn}", self.taken)
        self.server = multiprocessing.Process(target=serve, args=arguments, daemon=True)
        self.server.start()
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the mail server does not listen")

    def pass_time(self, **delta):
        self.now += timedelta(**delta)
        self.program.environment["TESTAMUR_CLOCK"] = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def begin(self, *words):
        return subprocess.Popen(
            self.program.command("mail", *words),
            env=self.program.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def send_and_kill(self):
        """Kills after so many messages more, or after so long; all over the sending, and beyond it."""
        self.pass_time(minutes=1)
        # Half of the messages are left for those who do not come to be killed.
        words, rounds, stride = ("send", EVENT), 0, max(self.arguments.people // self.arguments.kills, 1)
        while self.kills["program"] < self.arguments.kills and rounds < 4 * self.arguments.kills:
            process = self.begin(*words)
            target = self.taken.value + self.chance.randint(1, stride)
            # Most servers die in the middle of it as well, and come back while the program goes on.
            dies = self.taken.value + self.chance.randint(1, stride) if self.chance.random() < 0.8 else None
            # Some die before they have sent anything.
            ends = time.monotonic() + (self.chance.uniform(0, 1) if self.chance.random() < 0.2 else 60)
            while process.poll() is None and self.taken.value < target and time.monotonic() < ends:
                if dies is not None and self.taken.value >= dies:
                    dies = self.kill_server("server at work", rounds)
                time.sleep(0.005)
            if process.poll() is None:
                process.kill()
                self.kills["program"] += 1
            process.wait()
            rounds += 1
            if self.kills["server at work"] + self.kills["server at rest"] < self.kills["program"]:
                self.kill_server("server at rest", rounds)
            if rounds % 10 == 5:
                self.be_away(rounds)
            # What was queued stays queued; who was never queued is looked for again.
            words = ("send", EVENT) if rounds % 2 == 0 else ("deliver",)
            self.pass_time(minutes=self.chance.randrange(1, 30))

    def kill_server(self, when, turn):
        self.server.kill()
        self.server.join()
        self.kills[when] += 1
        self.start_server(f"{turn}/{self.kills[when]}")

    def be_away(self, turn):
        """The server is down for a whole round: nothing is sent, and nothing lost. The breaker may close the mail for a while."""
        self.server.kill()
        self.server.join()
        self.kills["server at rest"] += 1
        self.kills["away"] += 1
        subprocess.run(self.program.command("mail", "deliver"), env=self.program.environment, capture_output=True)
        self.start_server(f"{turn}/away")
        self.pass_time(hours=1)

    def end_quietly(self):
        subprocess.run(self.program.command("mail", "send", EVENT), env=self.program.environment, capture_output=True)
        for _ in range(40):
            self.pass_time(hours=12)
            subprocess.run(self.program.command("mail", "deliver"), env=self.program.environment, capture_output=True)
            waiting = [one for one in self.messages() if one["state"] in ("queued", "deferred", "sending")]
            if not waiting:
                return
        raise SystemExit(f"{len(waiting)} messages still wait")

    def messages(self):
        return self.program.rows("mail", "list", "--json")

    def decide(self):
        """A member of staff sends all ambiguous messages again."""
        for message in [one for one in self.messages() if one["state"] == "ambiguous"]:
            for _ in range(20):
                state = self.program.rows("mail", "show", message["message"], "--json")[0]["state"]
                if state == "ambiguous":
                    command = self.program.command("mail", "resend", message["message"])
                elif state in ("queued", "deferred"):
                    command = self.program.command("mail", "deliver")
                else:
                    break
                subprocess.run(command, env=self.program.environment, capture_output=True)
                self.pass_time(minutes=90)

    def count(self):
        """Returns the Message-IDs that each address got, and the newest state of each message."""
        got = collections.defaultdict(list)
        for record in sorted(self.inbox.glob("*.json")):
            envelope = json.loads(record.read_text())
            content = record.with_suffix(".eml").read_bytes()
            message = email.message_from_bytes(content, policy=email.policy.default)
            check(message, name_of(content), envelope)
            got[envelope["to"][0]].append(message["Message-ID"])
        return got, {one["to"]: one for one in self.messages()}

    def judge(self, first, again, took):
        got, states = first
        people = {f"person{n + 1}@example.org" for n in range(self.arguments.people)}
        missing = [
            who
            for who in people
            if who not in got and states.get(who, {}).get("state") not in ("bounced", "ambiguous")
        ]
        doubles = [who for who, ids in got.items() if len(ids) > 1]
        bounced = [who for who, one in states.items() if one["state"] == "bounced"]
        ambiguous = [who for who, one in states.items() if one["state"] == "ambiguous"]
        kept = [who for who in ambiguous if who in got]
        lies = [who for who, one in states.items() if one["state"] == "sent" and who not in got]
        wrong = [who for who in bounced if not dead(who)]
        got_again, states_again = again
        seconds = [who for who, ids in got_again.items() if len(ids) > 1]
        strangers = [who for who in seconds if who not in ambiguous or len(set(got_again[who])) > 1]
        left = [who for who, one in states_again.items() if one["state"] not in ("sent", "bounced")]
        killed = f"{self.kills['server at work']} of the server at work, {self.kills['server at rest']} at rest"
        killed += f" ({self.kills['away']} times it stayed away)"
        print(f"mail: {self.kills['program']} kills of the program, {killed}, {took:.0f} s")
        print(f"mail: {len(got)} reached, {len(bounced)} bounced, {len(ambiguous)} ambiguous ({len(kept)} of them have it)")
        print(f"mail: {len(missing)} missing, {len(doubles)} twice, {len(lies)} said to be sent that were not")
        print(f"mail: after a decision {len(seconds)} twice, {len(strangers)} of them not known by Message-ID; {len(left)} left")
        faults = {"missing": missing, "twice": doubles, "lies": lies, "wrong": wrong, "strangers": strangers, "left": left}
        for name, some in faults.items():
            if some:
                raise SystemExit(f"mail: {name}: {some[:5]}")
        of_server = self.kills["server at work"] + self.kills["server at rest"]
        if min(self.kills["program"], of_server) < self.arguments.kills:
            raise SystemExit(f"mail: fewer kills than the {self.arguments.kills} that were wanted; take more people, or fewer kills")


def name_of(content):
    """Returns the name in To. The newer parser puts spaces between encoded words (RFC 2047 section 6.2: there are none)."""
    raw = email.message_from_bytes(content)["To"]
    return email.utils.parseaddr(str(email.header.make_header(email.header.decode_header(raw))))[0]


def check(message, name, envelope):
    """Each message is whole, to the one it was sent to, in both forms, with its certificate."""
    (to,) = envelope["to"]
    assert message["To"].addresses[0].addr_spec == to, (message["To"], to)
    assert message["From"].addresses[0].addr_spec == "certificates@mails.example.org"
    assert envelope["from"].startswith("bounce+") and envelope["from"].endswith("@mails.example.org")
    assert message["Auto-Submitted"] == "auto-generated" and message["Date"].datetime and message["Subject"]
    assert not message.defects and not any(part.defects for part in message.walk())
    plain = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert name and name in plain and "<html" in html, (name, plain[:60])
    (certificate,) = list(message.iter_attachments())
    assert certificate.get_content_type() == "application/pdf" and certificate.get_content().startswith(b"%PDF-")
    assert certificate.get_filename() in {f"{word.strip('.,;:')}.pdf" for word in plain.split()}, certificate.get_filename()


if __name__ == "__main__":
    main()
