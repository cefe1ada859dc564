#!/usr/bin/env bash
# Guess: a library that takes mails apart gives the name of an attached file with umlauts as it was: programs write it by RFC 2231,
#        `filename*=UTF-8''J%C3%B6rg.pdf`, or as an encoded word (RFC 2047).
# Fact:  npm letterparser reads the second, and of the first it has no name. eml-format has no name of the first either, and of the second
#        the encoded word; of a subject in two lines, as a long one is, it gives the first line alone. eml-parse-js puts the letters'
#        set before the name, "UTF-8Jörg.pdf", gives the encoded word as it is, and raises "URI malformed" of a mail with a file that is called
#        100%.pdf, or whose name is in ISO 8859-1. postal-mime has all of them right.
# Why it matters: lists of people and certificates come in by mail, and are told apart by their names and endings. A file without a name is not
#        taken for a list, and a mail that cannot be read is one that nobody answers. Look at the file's beginning, not at its name.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts letterparser@0.1.8 eml-format@0.6.1 eml-parse-js@1.1.15 postal-mime@4.0.0
cat >look.mjs <<'NODE'
import { createRequire } from 'node:module';
import { extract } from 'letterparser';
import PostalMime from 'postal-mime';

const require = createRequire(import.meta.url);
const { readEml } = require('eml-parse-js');
const { read } = require('eml-format');
const mail = (disposition) => [
  'From: ada@example.org', 'Subject: =?UTF-8?Q?Urkunde_f=C3=BCr?=', ' =?UTF-8?Q?_J=C3=B6rg?=', 'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="b"', '', '--b', 'Content-Type: text/plain; charset=utf-8', '', 'Hello', '--b',
  'Content-Type: application/pdf', 'Content-Transfer-Encoding: base64', `Content-Disposition: attachment; ${disposition}`, '', 'JVBERi0xLjcK',
  '--b--', '',
].join('\r\n');
const byEmlParse = (text) => {
  const answer = readEml(text);
  if (answer instanceof Error) throw answer;
  return [answer.subject, answer.attachments[0].name];
};
const readers = {
  'letterparser': (text) => { const { subject, attachments } = extract(text); return [subject, attachments[0].filename]; },
  'eml-format': (text) => new Promise((yes, no) => read(text, (error, { subject, attachments } = {}) => (error ? no(error) : yes([subject, attachments[0].name])))),
  'eml-parse-js': byEmlParse,
  'postal-mime': async (text) => { const { subject, attachments } = await PostalMime.parse(text); return [subject, attachments[0].filename]; },
};
const names = [
  'filename="a.pdf"', "filename*=UTF-8''J%C3%B6rg.pdf", "filename*0*=UTF-8''J%C3%B6rg;\r\n filename*1*=%20M.pdf",
  'filename="=?UTF-8?Q?J=C3=B6rg.pdf?="', 'filename="100%.pdf"', "filename*=ISO-8859-1''J%F6rg.pdf",
];
for (const name of names) {
  for (const [reader, take] of Object.entries(readers)) {
    let answer;
    try {
      const [subject, found] = await take(mail(name));
      answer = `${found}, subject ${subject}`;
    } catch (error) {
      answer = error.message;
    }
    console.log(`${name.replace(/\r\n/, '')}: ${reader}: ${answer}`);
  }
}
NODE
node look.mjs >seen
cat seen
cat >expected <<'SEEN'
filename="a.pdf": letterparser: a.pdf, subject Urkunde für Jörg
filename="a.pdf": eml-format: a.pdf, subject Urkunde_für
filename="a.pdf": eml-parse-js: a.pdf, subject Urkunde für Jörg
filename="a.pdf": postal-mime: a.pdf, subject Urkunde für Jörg
filename*=UTF-8''J%C3%B6rg.pdf: letterparser: undefined, subject Urkunde für Jörg
filename*=UTF-8''J%C3%B6rg.pdf: eml-format: undefined, subject Urkunde_für
filename*=UTF-8''J%C3%B6rg.pdf: eml-parse-js: UTF-8Jörg.pdf, subject Urkunde für Jörg
filename*=UTF-8''J%C3%B6rg.pdf: postal-mime: Jörg.pdf, subject Urkunde für Jörg
filename*0*=UTF-8''J%C3%B6rg; filename*1*=%20M.pdf: letterparser: undefined, subject Urkunde für Jörg
filename*0*=UTF-8''J%C3%B6rg; filename*1*=%20M.pdf: eml-format: undefined, subject Urkunde_für
filename*0*=UTF-8''J%C3%B6rg; filename*1*=%20M.pdf: eml-parse-js: UTF-8Jörg M.pdf, subject Urkunde für Jörg
filename*0*=UTF-8''J%C3%B6rg; filename*1*=%20M.pdf: postal-mime: Jörg M.pdf, subject Urkunde für Jörg
filename="=?UTF-8?Q?J=C3=B6rg.pdf?=": letterparser: Jörg.pdf, subject Urkunde für Jörg
filename="=?UTF-8?Q?J=C3=B6rg.pdf?=": eml-format: =?UTF-8?Q?J=C3=B6rg.pdf?=, subject Urkunde_für
filename="=?UTF-8?Q?J=C3=B6rg.pdf?=": eml-parse-js: =?UTF-8?Q?J=C3=B6rg.pdf?=, subject Urkunde für Jörg
filename="=?UTF-8?Q?J=C3=B6rg.pdf?=": postal-mime: Jörg.pdf, subject Urkunde für Jörg
filename="100%.pdf": letterparser: 100%.pdf, subject Urkunde für Jörg
filename="100%.pdf": eml-format: 100%.pdf, subject Urkunde_für
filename="100%.pdf": eml-parse-js: URI malformed
filename="100%.pdf": postal-mime: 100%.pdf, subject Urkunde für Jörg
filename*=ISO-8859-1''J%F6rg.pdf: letterparser: undefined, subject Urkunde für Jörg
filename*=ISO-8859-1''J%F6rg.pdf: eml-format: undefined, subject Urkunde_für
filename*=ISO-8859-1''J%F6rg.pdf: eml-parse-js: URI malformed
filename*=ISO-8859-1''J%F6rg.pdf: postal-mime: Jörg.pdf, subject Urkunde für Jörg
SEEN
diff expected seen || { echo "letterparser 0.1.8, eml-format 0.6.1, eml-parse-js 1.1.15 or postal-mime 4.0.0 behaves otherwise" >&2; exit 1; }
echo "as found: letterparser, eml-format and eml-parse-js do not give the name of a file with umlauts"
