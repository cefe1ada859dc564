// Links on the pages of a PDF: one may be the text of a certificate's QR code, which whoever clicks on it takes for the page's
// own (src/reading/pdf/links.rs).

import { search } from './search.js';

/** Links that are looked at, one less than src/scan/pdf.ts takes out; the longest of them in characters, and most credentials in them. */
const LINKS = 1_000;
const LINK = 256 << 10;
const TEXTS = 1_000;

/** The credentials in links, each once, and whether there may be others. */
export function credentialsIn(links: readonly string[]): { texts: string[]; rest: boolean } {
  const texts = new Set<string>();
  for (const [i, link] of links.entries()) {
    if (i >= LINKS || link.length > LINK) return { texts: [...texts], rest: true };
    const held = search(link);
    if (held.closed || held.files.length > 0 || texts.size + held.texts.length > TEXTS) return { texts: [...texts], rest: true };
    for (const text of held.texts) texts.add(text);
  }
  return { texts: [...texts], rest: false };
}
