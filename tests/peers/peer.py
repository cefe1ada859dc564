"""What both peers share: read the CSV, sign an Ed25519 JWS for each person, put it into a QR code, use every core.

The credential has the same claims as ours. The QR code holds the JWS as it is, as a script would do it.
"""

import argparse
import base64
import csv
import json
import multiprocessing
import os
import time
from pathlib import Path

import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TITLE = "Certificate of Completion"
COURSE = "Applied Cartography"
ISSUER = "Example Academy"
DATE = "22 November 2026"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def credential(number, name, position):
    """Returns an Open Badges 3.0 credential."""
    host = "https://certs.example.org"
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "credentialStatus": {
            "id": f"{host}/status/1#{position}",
            "statusListCredential": f"{host}/status/1",
            "statusListIndex": str(position),
            "statusPurpose": "revocation",
            "type": "BitstringStatusListEntry",
        },
        "credentialSubject": {
            "achievement": {
                "achievementType": "Certificate",
                "criteria": {"narrative": "Completed all required parts."},
                "description": COURSE,
                "id": f"{host}/a/BENCH",
                "name": COURSE,
                "type": ["Achievement"],
            },
            "identifier": [{"hashed": False, "identityHash": name, "identityType": "name", "type": "IdentityObject"}],
            "licenseNumber": number,
            "type": ["AchievementSubject"],
        },
        "id": f"{host}/c/{number}",
        "issuer": {"id": "did:web:certs.example.org", "name": ISSUER, "type": ["Profile"]},
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "validFrom": "2026-11-22T00:00:00Z",
    }


def sign(key, claims):
    """Returns a compact JWS (RFC 7515)."""
    header = {"alg": "EdDSA", "kid": "did:web:certs.example.org#k1", "typ": "vc+jwt"}
    parts = (json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode() for part in (header, claims))
    signed = ".".join(map(base64url, parts))
    return f"{signed}.{base64url(key.sign(signed.encode()))}"


def qr_code(key, number, name, position):
    return segno.make(f"https://verify.example.org/#{sign(key, credential(number, name, position))}", error="m", boost_error=False)


def run(stack, start_worker, draw):
    """Makes a PDF for each row of a CSV file on all cores and prints the rate as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("csv")
    parser.add_argument("out")
    arguments = parser.parse_args()
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with open(arguments.csv, encoding="utf-8", newline="") as file:
        rows = [(position, row["name"], str(out)) for position, row in enumerate(csv.DictReader(file), 1)]
    cores = os.cpu_count() or 1
    with multiprocessing.Pool(cores, _start, (start_worker, draw)) as pool:
        sizes = pool.map(_one, rows, chunksize=8)
    seconds = time.monotonic() - started
    print(json.dumps({
        "stack": stack,
        "certificates": len(sizes),
        "processes": cores,
        "seconds": round(seconds, 2),
        "per_second": round(len(sizes) / seconds, 1),
        "pdf_bytes": sorted(sizes)[len(sizes) // 2],
    }))


_worker = {}


def _start(start_worker, draw):
    _worker.update(key=Ed25519PrivateKey.generate(), tools=start_worker(), draw=draw)


def _one(row):
    position, name, out = row
    number = f"CERT-BENCH-2026-{position:05}"
    pdf = _worker["draw"](_worker["tools"], name, number, qr_code(_worker["key"], number, name, position))
    (Path(out) / f"{number}.pdf").write_bytes(pdf)
    return len(pdf)
