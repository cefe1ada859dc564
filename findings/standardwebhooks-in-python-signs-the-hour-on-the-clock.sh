#!/usr/bin/env bash
# Guess: `Webhook.sign(id, timestamp, body)` of PyPI's standardwebhooks, and of svix, which it came from, signs the moment that it is handed: a
#        `datetime` that knows its zone is a moment, and 12:00 at +02:00 is 10:00 in UTC.
# Fact:  it takes what is on the clock for UTC, whatever zone the value names: the signature of 12:00+02:00 is that of 12:00 in UTC, two hours
#        later, and no verifier finds it right beside the moment's number, "No matching signature found". npm's packages of both names,
#        whose Date is a moment, sign it as 10:00 in UTC. In UTC, and where clocks show UTC, all agree.
# Why it matters: who sends notices of certificates with `datetime.now(ZoneInfo("Europe/Berlin"))` sends ones that every receiver refuses,
#        an hour or two off, and his tests with the clock of UTC pass. Convert to UTC before: `astimezone(timezone.utc)`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check standardwebhooks==1.1.0 svix==2.9.1
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts standardwebhooks@1.1.1 svix@1.99.1
cat >look.py <<'PYTHON'
from datetime import datetime, timedelta, timezone

from standardwebhooks import Webhook
from svix.webhooks import Webhook as Svix

secret = "whsec_" + "c2VjcmV0IG9mIGEgdHJpYWw="
for words in ("2026-12-01T12:00:00+02:00", "2026-12-01T10:00:00+00:00", "2026-12-01T12:00:00+00:00"):
    moment = datetime.fromisoformat(words)
    print(f"{words}: standardwebhooks {Webhook(secret).sign('msg_1', moment, '{}')[:12]}, svix {Svix(secret).sign('msg_1', moment, '{}')[:12]}")
for zone in (timezone.utc, timezone(timedelta(hours=2))):
    now = datetime.now(zone).replace(microsecond=0)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": Webhook(secret).sign("msg_1", now, "{}")}
    try:
        answer = Webhook(secret).verify("{}", headers)
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"
    print(f"now, in {zone}: verified by itself: {answer}")
PYTHON
cat >look.mjs <<'NODE'
import { Webhook } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';

const secret = 'whsec_c2VjcmV0IG9mIGEgdHJpYWw=';
for (const words of ['2026-12-01T12:00:00+02:00', '2026-12-01T10:00:00+00:00']) {
  const [one, other] = [Webhook, Svix].map((Kind) => new Kind(secret).sign('msg_1', new Date(words), '{}').slice(0, 12));
  console.log(`${words}: npm standardwebhooks ${one}, npm svix ${other}`);
}
NODE
{
    venv/bin/python look.py
    node look.mjs
} >seen
cat seen
cat >expected <<'SEEN'
2026-12-01T12:00:00+02:00: standardwebhooks v1,4Mk6iaeEm, svix v1,4Mk6iaeEm
2026-12-01T10:00:00+00:00: standardwebhooks v1,6SJSC8gbq, svix v1,6SJSC8gbq
2026-12-01T12:00:00+00:00: standardwebhooks v1,4Mk6iaeEm, svix v1,4Mk6iaeEm
now, in UTC: verified by itself: {}
now, in UTC+02:00: verified by itself: WebhookVerificationError: No matching signature found
2026-12-01T12:00:00+02:00: npm standardwebhooks v1,6SJSC8gbq, npm svix v1,6SJSC8gbq
2026-12-01T10:00:00+00:00: npm standardwebhooks v1,6SJSC8gbq, npm svix v1,6SJSC8gbq
SEEN
diff expected seen || { echo "PyPI's standardwebhooks 1.1.0 or svix 2.9.1, or npm's standardwebhooks 1.1.1 or svix 1.99.1, behaves otherwise" >&2; exit 1; }
echo "as found: PyPI's standardwebhooks 1.1.0 and svix 2.9.1 take the hour on the clock for UTC"
