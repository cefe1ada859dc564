#!/usr/bin/env bash
# Guess: a library that signs mail (DKIM) covers both headers of one-click unsubscribing by itself, as it covers `List-Unsubscribe`: the
#        signature "MUST" cover `List-Unsubscribe` and `List-Unsubscribe-Post` (RFC 8058, 4).
# Fact:  Nodemailer and PyPI's dkimpy sign the first and leave out the second: the header is not on the lists that they go by. Nothing
#        is said. With all names handed over (`headerFieldNames`, `include_headers`) both sign it.
# Why it matters: a receiver should not offer the one click where the signature does not cover it (RFC 8058, 4). An issuer who mails
#        certificates to thousands and set both headers offers none, and neither the mail nor a check of its signature shows that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dkimpy==1.1.8
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts nodemailer@10.6.0 >/dev/null
cat >look.mjs <<'NODE'
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import nodemailer from 'nodemailer';

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' });
writeFileSync('key.pem', privateKey);
const headers = { 'List-Unsubscribe': '<https://certs.example.org/out/1>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
const names = 'from:to:subject:date:message-id:list-unsubscribe:list-unsubscribe-post';
for (const [what, more] of [['by itself', {}], ['with names', { headerFieldNames: names }]]) {
  const dkim = { domainName: 'example.org', keySelector: 'k', privateKey, ...more };
  const mailer = nodemailer.createTransport({ streamTransport: true, buffer: true, dkim });
  const { message } = await mailer.sendMail({ from: 'certs@example.org', to: 'ada@example.org', subject: 'Certificate', text: 'Hello', headers });
  const signed = /\sh=([^;]*);/.exec(message.toString())[1].replace(/\s/g, '').split(':');
  const covered = Object.keys(headers).map((name) => `${name} ${signed.includes(name.toLowerCase())}`);
  console.log(`Nodemailer, ${what}: ${covered.join(', ')}`);
}
NODE
cat >look.py <<'PYTHON'
import re

import dkim

NAMES = [b"List-Unsubscribe", b"List-Unsubscribe-Post"]
MAIL = (
    b"From: certs@example.org\r\nTo: ada@example.org\r\nSubject: Certificate\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n"
    b"List-Unsubscribe: <https://certs.example.org/out/1>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nHello\r\n"
)
key = open("key.pem", "rb").read()
for what, more in (("by itself", {}), ("with names", {"include_headers": [b"from", b"to", b"subject", b"date"] + [n.lower() for n in NAMES]})):
    field = dkim.sign(MAIL, b"k", b"example.org", key, **more)
    signed = re.sub(rb"\s", b"", re.search(rb"\sh=([^;]*);", field).group(1)).split(b":")
    print(f"dkimpy, {what}:", ", ".join(f"{name.decode()} {str(name.lower() in signed).lower()}" for name in NAMES))
PYTHON
{
    node look.mjs
    venv/bin/python look.py
} >seen
cat seen
cat >expected <<'SEEN'
Nodemailer, by itself: List-Unsubscribe true, List-Unsubscribe-Post false
Nodemailer, with names: List-Unsubscribe true, List-Unsubscribe-Post true
dkimpy, by itself: List-Unsubscribe true, List-Unsubscribe-Post false
dkimpy, with names: List-Unsubscribe true, List-Unsubscribe-Post true
SEEN
diff expected seen || { echo "Nodemailer 10.6.0 or dkimpy 1.1.8 behaves otherwise now" >&2; exit 1; }
echo "as found: Nodemailer 10.6.0 and dkimpy 1.1.8 leave List-Unsubscribe-Post out of their signatures"
