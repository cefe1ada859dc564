"""Starts `testamur serve` for scripts, and speaks HTTP with it. Needs Python 3.11 and nothing else."""

import http.client
import json
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

OWNER = {"email": "ada@example.org", "password": "a password for tests only"}
ALL = ["view", "import", "generate", "send", "revoke", "keys", "settings"]
COOKIE = "__Host-testamur_session"


class Service:
    """A running service over a data folder, with an owner and an API token."""

    def __init__(self, program, log, *arguments):
        self.program, self.log, self.arguments = program, log, arguments
        self.token, self.port = None, 0
        self.start()

    def start(self):
        """Starts it, each time at the same port, and waits until it listens; on the first start also sets it up."""
        with open(self.log, "ab") as errors:
            command = self.program.command("serve", "--listen", f"127.0.0.1:{self.port}", *self.arguments)
            self.process = subprocess.Popen(
                command, env=self.program.environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+),", line):
                self.port = int(found[1])
                if self.token is not None:
                    return
            if found := re.search(r"/setup#(\w+)", line):
                self.set_up(found[1])
                return
        raise SystemExit(f"the service did not start; see {self.log}")

    def set_up(self, link):
        self.call("POST", "/setup", {"token": link, "name": "Ada", **OWNER})
        connection = self.connection()
        connection.request("POST", "/api/v1/login", json.dumps(OWNER), {"content-type": "application/json"})
        answer = connection.getresponse()
        session = re.search(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])[1]
        csrf = json.load(answer)["csrfToken"]
        headers = {"cookie": f"{COOKIE}={session}", "x-csrf-token": csrf}
        body = {"name": "test", "scopes": ALL, "expires": "2027-10-01T00:00:00Z", "password": OWNER["password"]}
        self.token = self.call("POST", "/me/tokens", body, headers)["secret"]

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=60)

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def call(self, method, path, body=None, headers=None, kind="application/json", expect=range(200, 300)):
        """Sends one request and returns its JSON."""
        headers = dict(headers or {})
        if self.token is not None and "cookie" not in headers:
            headers["authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["content-type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body)
        connection = self.connection()
        connection.request(method, f"/api/v1{path}", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status not in expect:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:2000].decode()}")
        return json.loads(text) if text else None
