"""Judges credentials with openbadgeslib, offline: `.json`, `.jwt`, and PNG and SVG that a credential is baked into, each with its
status list. Prints a line of JSON for each file. What it would fetch comes from a folder that `publish` wrote; a status list as a
JWT, as the service gives it to who asks for one.

    python judge.py SITE AT FILE…
"""

import json
import sys
from datetime import datetime
from pathlib import Path

from openbadgeslib.ob3 import OB3LdpVerifier, OB3Verifier, status, verifier
from openbadgeslib.verify import verify_badge

site, at, *files = sys.argv[1:]
DID = json.loads(Path(site, ".well-known/did.json").read_text())["id"]
HOST = f"https://{DID.removeprefix('did:web:')}/"


class Clock(datetime):
    """What the library takes for now."""

    @classmethod
    def now(cls, tz=None):
        return datetime.fromisoformat(at).astimezone(tz)


verifier.datetime = status.datetime = Clock


def download(url, *_, **__):
    if not url.startswith(HOST):
        raise OSError(f"nothing is fetched: {url}")
    path = url.removeprefix(HOST)
    return Path(site, f"{path}.jwt" if path.startswith("status/") else path).read_bytes()


def judge(path):
    if path.suffix in (".png", ".svg"):
        told = verify_badge(
            path.read_bytes(), "3", resolve_did=True, check_status=True, download=download, image_format=path.suffix[1:]
        )
        if not told.valid or not told.trusted:
            raise ValueError(told.reason)
    elif path.suffix == ".json":
        OB3LdpVerifier.for_issuer_did(DID).verify(path.read_text(), check_status=True, download=download)
    else:
        OB3Verifier.for_issuer_did(DID, download).verify(path.read_text().strip(), check_status=True, download=download)


for file in files:
    row = {"file": file, "by": "openbadgeslib", "verified": True}
    try:
        judge(Path(file))
    except Exception as error:
        row |= {"verified": False, "said": str(error)}
    print(json.dumps(row))
