#!/usr/bin/env bash
# Guess: mailparser (of Nodemailer) hands over each part of a report of RFC 3464 that is no text for people as an attachment, or as a
#        structure: message/delivery-status stands among `attachments`, as it does with postal-mime and with Python's email.
# Fact:  it is not among them. Its fields stand in `text`, with what the server wrote for people. The third part (the returned headers) is
#        an attachment.
# Why it matters: who looks for the part to know what became of a mail finds none and takes the report for an ordinary answer; who searches
#        `text` for "Status:" or "Action:" may find what the sender's own mail said in a quotation. The part has to be cut out of the source.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --loglevel error --no-audit --no-fund --prefix . mailparser@3.14.2 postal-mime@4.0.0 >/dev/null
cat >report.eml <<'MAIL'
From: MAILER-DAEMON@relay.example.org
To: bounce+token@certs.example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <1@relay.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="parts"

--parts
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--parts
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; ada@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--parts
Content-Type: text/rfc822-headers

Subject: Your certificate
Message-ID: <2@certs.example.org>

--parts--
MAIL
cat >read.mjs <<'SCRIPT'
import { readFileSync } from "node:fs";
import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";

const source = readFileSync("report.eml");
const nodemailer = await simpleParser(source);
const postal = await PostalMime.parse(source);
const said = (text) => text.includes("Diagnostic-Code: smtp; 550 5.1.1 no such mailbox");
console.log(`mailparser: attachments ${nodemailer.attachments.map((part) => part.contentType)}, fields in text: ${said(nodemailer.text)}`);
console.log(`postal-mime: attachments ${postal.attachments.map((part) => part.mimeType)}, fields in text: ${said(postal.text)}`);
SCRIPT
cat >read.py <<'PYTHON'
import email
import email.policy

with open("report.eml", "rb") as file:
    message = email.message_from_binary_file(file, policy=email.policy.default)
print("email:", ",".join(part.get_content_type() for part in message.iter_parts()))
PYTHON
{ node read.mjs; python3 read.py; } | tee seen
cat >expected <<'SEEN'
mailparser: attachments text/rfc822-headers, fields in text: true
postal-mime: attachments message/delivery-status,text/rfc822-headers, fields in text: false
email: text/plain,message/delivery-status,text/rfc822-headers
SEEN
diff seen expected
echo "as stated"
