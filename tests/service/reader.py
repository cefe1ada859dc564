"""Reads from a running service at a steady rate, and says how long each answer took. Needs Python 3.11 and nothing else.

A program of its own, so that it neither waits for the script that drives the service nor slows it. Requests are sent when
their time has come, whether earlier ones were answered or not, and are measured from that time: a service that stands
still for a second is seen by every request of that second.

Reads lines of JSON on stdin: `{"address": […], "headers": {…}, "rate": 100, "paths": {"name": ["/path", …]}}` begins or goes
on with other paths, `{"phase": "name"}` names what follows, `{"down": true}` says that the service may be away. Each line is
answered by an empty one when it is in force. At the end of stdin it writes one line of JSON and ends.
"""

import asyncio
import collections
import json
import random
import sys
import time

# Longest wait for an answer, in seconds.
PATIENCE = 30
# Examples of failures that are told.
TOLD = 5


class Reader:
    def __init__(self):
        self.order, self.phase, self.down = None, "", False
        self.idle, self.under_way = [], set()
        self.results, self.lags, self.failures = collections.defaultdict(list), [], []
        self.failed, self.away = collections.Counter(), 0
        self.chance = random.Random(1)

    def told(self, line):
        order = json.loads(line)
        self.phase = order.get("phase", self.phase)
        self.down = order.get("down", self.down)
        if "paths" in order:
            self.order = order

    async def run(self):
        listening = asyncio.create_task(self.listen())
        due = time.monotonic()
        while not listening.done():
            if self.order is None:
                await asyncio.sleep(0.01)
                due = time.monotonic()
                continue
            wait = due - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            name = self.chance.choice(list(self.order["paths"]))
            path = self.chance.choice(self.order["paths"][name])
            task = asyncio.create_task(self.read(due, self.phase, name, path))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
            due += 1 / self.order["rate"]
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=PATIENCE)

    async def listen(self):
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := await lines.readline():
            self.told(line)
            print(flush=True)

    async def read(self, due, phase, name, path):
        self.lags.append(time.monotonic() - due)
        down = self.down
        try:
            status = await asyncio.wait_for(self.request(path), PATIENCE)
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            # Nobody answers while the service is down, and what was under way when it died is cut off.
            if down or self.down:
                self.away += 1
            else:
                self.fail(phase, name, path, repr(error))
            return
        if status != 200:
            self.fail(phase, name, path, f"status {status}")
        self.results[phase, name].append(time.monotonic() - due)

    def fail(self, phase, name, path, what):
        self.failed[phase] += 1
        if len(self.failures) < TOLD:
            self.failures.append(f"{phase}: {name} {path}: {what}")

    async def request(self, path):
        head = "".join(f"{name}: {value}\r\n" for name, value in self.order["headers"].items())
        text = f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{head}\r\n".encode()
        while self.idle:
            stream = self.idle.pop()
            try:
                return await self.exchange(stream, text)
            except (OSError, EOFError):
                # It was closed while it was idle; a fresh one tells.
                stream[1].close()
        return await self.exchange(await asyncio.open_connection(*self.order["address"]), text)

    async def exchange(self, stream, text):
        reader, writer = stream
        writer.write(text)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(int(length.split(":")[1]))
        self.idle.append(stream)
        return status

    def summary(self):
        phases = collections.defaultdict(dict)
        for (phase, name), times in self.results.items():
            phases[phase][name] = times
        return {
            "phases": phases, "failed": self.failed, "failures": self.failures, "away": self.away,
            "lag": sorted(self.lags)[int(len(self.lags) * 0.99)] if self.lags else 0,
        }


async def main():
    reader = Reader()
    await reader.run()
    print(json.dumps(reader.summary()), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
