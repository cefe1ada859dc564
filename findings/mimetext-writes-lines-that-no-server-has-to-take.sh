#!/usr/bin/env bash
# Guess: npm mimetext, which makes mails for functions at the edge that send them by SMTP or an API, writes base64 in lines of 76 characters and
#        headers that are folded, as RFC 2045 (6.8) and RFC 5322 (2.1.1) ask for, and calls a text with umlauts 8bit or encodes it.
# Fact:  an attachment is one line, as long as the file: a certificate of 90,000 bytes is a line of 120,000, where 998 are the most. A text
#        of one paragraph is a line too, and is called `7bit` with an umlaut in it. A subject of 90 letters is one encoded word of 252 characters
#        (75 are the most, RFC 2047, 2), and a file's name stands in the header as it is, umlauts and all. Nothing is said.
# Why it matters: servers cut such a line, break it or refuse the message, and which one does so is found out by the receiver, whose PDF is
#        damaged, or whose signature of the mail (DKIM) is wrong. Fold base64 before it is handed over, and encode text by `encoding`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts mimetext@3.0.28 nodemailer@10.6.0
cat >look.mjs <<'NODE'
import { createMimeMessage } from 'mimetext';
import nodemailer from 'nodemailer';

const subject = 'Ü'.repeat(90);
const text = 'Grüße. '.repeat(200);
const filename = 'Urkunde für Jörg.pdf';
const content = Buffer.alloc(90_000);
const own = createMimeMessage();
own.setSender('certs@example.org');
own.setRecipient('ada@example.org');
own.setSubject(subject);
own.addMessage({ contentType: 'text/plain', data: text });
own.addAttachment({ filename, contentType: 'application/pdf', data: content.toString('base64') });
const mailer = nodemailer.createTransport({ streamTransport: true, buffer: true });
const other = await mailer.sendMail({
  from: 'certs@example.org', to: 'ada@example.org', subject, text, attachments: [{ filename, content, contentType: 'application/pdf' }],
});
for (const [name, mail] of Object.entries({ mimetext: own.asRaw(), nodemailer: other.message.toString('utf8') })) {
  const lines = mail.split(/\r?\n/);
  const longest = (wanted) => Math.max(...lines.filter(wanted).map((line) => Buffer.byteLength(line)));
  console.log(`${name}: the longest line ${longest(() => true)}, of the text ${longest((line) => /Gr(ü|=C3=BC)/.test(line))}`);
  console.log(`    the longest encoded word ${Math.max(...mail.match(/=\?[^?]+\?[BQ]\?[^?]*\?=/g).map((word) => word.length))}`);
  console.log(`    the text is ${mail.match(/text\/plain[^]*?Transfer-Encoding: (\S+)/)[1]}`);
  console.log(`    letters beyond ASCII in a header: ${lines.some((line) => /name/.test(line) && /[^\x00-\x7f]/.test(line))}`);
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
mimetext: the longest line 120000, of the text 1800
    the longest encoded word 252
    the text is 7bit
    letters beyond ASCII in a header: true
nodemailer: the longest line 76, of the text 70
    the longest encoded word 52
    the text is quoted-printable
    letters beyond ASCII in a header: false
SEEN
diff expected seen || { echo "mimetext 3.0.28 or nodemailer 10.6.0 behaves otherwise" >&2; exit 1; }
echo "as found: mimetext 3.0.28 folds neither base64 nor headers"
