#!/usr/bin/env bash
# Guess: open-graph-scraper lists a page's pictures (`og:image`) in the order in which the page names them: "the first one (from top to
#        bottom) is given preference" (the Open Graph protocol on arrays).
# Fact:  it sorts them by size, the largest first: the card that a page names first, 1200 by 630, comes behind the whole certificate, 2480
#        by 3508, that it names second. Where no size is said it keeps the order. Of two further languages (`og:locale:alternate`) it
#        gives the last one alone. PyPI's linkpreview gives the card.
# Why it matters: a page for sharing a certificate names the card first, made for the preview, and then the page itself. A preview that
#        is made with the first entry of this list shows a strip of the upright page. Name one picture, or let the card be the largest.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check linkpreview==0.13.2
npm init -y >/dev/null
npm install --loglevel error --no-audit --no-fund --ignore-scripts open-graph-scraper@6.12.0 undici@7.28.0 >/dev/null
cat >page.html <<'HTML'
<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Urkunde</title>
<meta property="og:title" content="Urkunde"><meta property="og:type" content="website">
<meta property="og:url" content="https://certs.example.org/c/1">
<meta property="og:image" content="https://certs.example.org/c/1/card.png">
<meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">
<meta property="og:image" content="https://certs.example.org/c/1/page.png">
<meta property="og:image:width" content="2480"><meta property="og:image:height" content="3508">
<meta property="og:locale" content="de_DE">
<meta property="og:locale:alternate" content="en_GB"><meta property="og:locale:alternate" content="fr_FR">
</head><body><p>Urkunde</p></body></html>
HTML
cat >look.mjs <<'NODE'
import { readFileSync } from 'node:fs';
import scraper from 'open-graph-scraper';

const page = readFileSync('page.html', 'utf8');
const name = (picture) => picture.split('/').pop();
for (const [what, html] of [['with sizes', page], ['without', page.replace(/<meta property="og:image:[^>]*>/g, '')]]) {
  const { result } = await scraper({ html });
  console.log(`open-graph-scraper, ${what}: ${result.ogImage.map(({ url }) => name(url)).join(', ')}; ${result.ogLocaleAlternate}`);
}
NODE
cat >look.py <<'PYTHON'
import linkpreview

link = linkpreview.Link("https://certs.example.org/c/1", open("page.html", encoding="utf-8").read())
print("linkpreview:", linkpreview.LinkPreview(link, parser="html.parser").image.rsplit("/", 1)[1])
PYTHON
{
    node look.mjs
    venv/bin/python look.py
} >seen
cat seen
cat >expected <<'SEEN'
open-graph-scraper, with sizes: page.png, card.png; fr_FR
open-graph-scraper, without: card.png, page.png; fr_FR
linkpreview: card.png
SEEN
diff expected seen || { echo "open-graph-scraper 6.12.0, or linkpreview 0.13.2, behaves otherwise now" >&2; exit 1; }
echo "as found: open-graph-scraper 6.12.0 puts the largest picture first"
