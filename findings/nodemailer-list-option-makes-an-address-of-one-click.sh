#!/usr/bin/env bash
# Guess: Nodemailer's option `list`, which writes the headers `List-*` of a mail, writes `List-Unsubscribe-Post: List-Unsubscribe=One-Click`
#        (RFC 8058, 3.1) for `{ unsubscribe: ..., 'unsubscribe-post': 'List-Unsubscribe=One-Click' }`.
# Fact:  it takes every value for an address: the header is `<http://List-Unsubscribe=One-Click>`. And a list of two addresses for
#        `unsubscribe` makes two headers of that name, where RFC 2369 (section 3.4) allows one; only a list within the list makes one
#        header with both. Nothing is said. Handed over among `headers` both are written as they are.
# Why it matters: the value is a fixed one, and a mailbox that finds another offers its reader no button. Who sends certificates with an
#        address for people and one for programs, as most letters have, has to leave `list` alone, or nest the two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts nodemailer@10.6.0 >/dev/null
cat >look.mjs <<'NODE'
import nodemailer from 'nodemailer';

const mailer = nodemailer.createTransport({ streamTransport: true, buffer: true });
const web = 'https://certs.example.org/out/1';
const mail = 'out@certs.example.org';
const post = 'List-Unsubscribe=One-Click';
const ways = {
  'list': { list: { 'unsubscribe': web, 'unsubscribe-post': post } },
  'list, two': { list: { unsubscribe: [web, mail] } },
  'list, two within': { list: { unsubscribe: [[web, mail]] } },
  'headers': { headers: { 'List-Unsubscribe': `<${web}>, <mailto:${mail}>`, 'List-Unsubscribe-Post': post } },
};
for (const [way, more] of Object.entries(ways)) {
  const { message } = await mailer.sendMail({ from: 'certs@example.org', to: 'ada@example.org', subject: 'Certificate', text: 'Hello', ...more });
  const unfolded = message.toString().replace(/\r\n(?=[ \t])/g, '');
  for (const header of unfolded.match(/^List-.*$/gm)) console.log(`${way}: ${header.trim()}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
list: List-Unsubscribe: <https://certs.example.org/out/1>
list: List-Unsubscribe-Post: <http://List-Unsubscribe=One-Click>
list, two: List-Unsubscribe: <https://certs.example.org/out/1>
list, two: List-Unsubscribe: <mailto:out@certs.example.org>
list, two within: List-Unsubscribe: <https://certs.example.org/out/1>, <mailto:out@certs.example.org>
headers: List-Unsubscribe: <https://certs.example.org/out/1>, <mailto:out@certs.example.org>
headers: List-Unsubscribe-Post: List-Unsubscribe=One-Click
SEEN
diff expected seen || { echo "Nodemailer 10.6.0 behaves otherwise now" >&2; exit 1; }
echo "as found: Nodemailer 10.6.0 writes One-Click as an address, and two headers for two addresses"
