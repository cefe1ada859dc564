// Texts as people hand them over: what programs put around a link or a JWS, into it and behind it is taken away again, as
// src/qr/pasted.rs does. Wire format and JWS stay strict about what is left.

/** White space, and what is as wide as nothing: where lines may be broken, where words are joined, what begins a text. */
const BLANK = '\\p{White_Space}\\u00AD\\u200B-\\u200D\\u2060\\uFEFF';
const OPENS = '<(["\'`“„‚‘«‹「';
const CLOSES = '>)\\]"\'`”“’‘»›」';
const OPENING = new RegExp(`^[${OPENS.replace('[', '\\[')}${BLANK}]$`, 'u');
const CLOSING = new RegExp(`^[${CLOSES}${BLANK}]$`, 'u');
const IS_BLANK = new RegExp(`^[${BLANK}]$`, 'u');
const BLANKS = new RegExp(`[${BLANK}]+`, 'gu');
const RUN = new RegExp(`^[0-9${BLANK}]*`, 'u');
const ENDS_BLANK = new RegExp(`[${BLANK}]$`, 'u');
/** `certs.example.org/verify/`. */
const ADDRESS = /^(?=[^/:]*\.)[a-z0-9.-]+(?::\d*)?(?:\/[!-~]*)?$/i;
const SCHEME = /https?:\/\//i;

/**
 * Returns the link, the digits or the JWS that a text holds, without what was put there on its way. Another text stays as it is
 * but for white space around it, and for how its lines are quoted.
 */
export function bare(pasted: string): string {
  const given = stripped(pasted, IS_BLANK, IS_BLANK);
  if (given.startsWith('{')) return given;
  // Mail programs put `>` before the lines of another, and web pages spell the `#` out.
  const text = given.replace(/\n>[> ]*/g, '\n').replaceAll('&#35;', '#');
  const whole = stripped(text, IS_BLANK, IS_BLANK);
  const inner = within(whole);
  // The mark before the digits: `#`, or that percent-encoded, once or again and again. Words before the link may have one too.
  const link = inner.slice(Math.max(inner.search(SCHEME), 0));
  const mark = /[#＃]/.exec(link) ?? /%(?:25)*23/.exec(link);
  if (mark) return `${address(link.slice(0, mark.index))}#${digits(link.slice(mark.index + mark[0].length))}`;
  if (/^[0-9]/.test(inner)) return digits(inner);
  return inner.startsWith('ey') ? withoutSpace(inner) : whole;
}

const NUMBER = 'CERT-[A-Z][A-Z0-9]{0,23}-\\d{4}-(?!0+(?!\\d))(?:\\d{5}|[1-9]\\d{5,18})';
const BARE_NUMBER = new RegExp(`^${NUMBER}$`, 'i');
const PAGE = new RegExp(`^(?:https?)://[^\\s?#/][^\\s?#]*/c/${NUMBER}-[a-z0-9]{8}/*(?:\\?[^\\s#]*)?(?:#(?![0-9])\\S*)?$`);
const BEHIND = '/*(?:\\?[^\\s#]*)?(?:#(?![0-9])\\S*)?$';
// `…/p/ID`: certificates that a holder shows together, each of which leads to its page.
const PROFILE = new RegExp(`^https?://[^\\s?#/][^\\s?#]*/p/[a-z0-9]{26}${BEHIND}`);
// `…/m/TOKEN`, a login link, a certificate in the portal or a file of it, or another page of the portal: what a mail leads to.
const OF_PORTAL = `/certificates(?:/${NUMBER}(?:/file|/picture\\.png)?)?|/lost|/enter/[a-z0-9]{32}\\.[a-z0-9]{26}`;
const OF_MAIL = new RegExp(`^https?://[^\\s?#/][^\\s?#]*/(?:m/[a-z0-9]{26}|portal(?:${OF_PORTAL})?)${BEHIND}`);
const END = new RegExp(`^[${OPENS.replace('[', '\\[')}${CLOSES}\\p{White_Space}]$`, 'u');
/** Longest text that is an address or a number. */
const MEANT = 2_000;

/** What stands in a text that holds no certificate and that people take for one: the address of its page, its number, or a mail's link. */
export function meant(pasted: string): { field: 'page' | 'number' | 'mail'; problem: string; text: string } | undefined {
  const text = stripped(pasted, END, END);
  if (text.length > MEANT) return undefined;
  if (BARE_NUMBER.test(text)) {
    const problem = "this is only a certificate's number; take the text of its QR code, its file, or the address of its page";
    return { field: 'number', problem, text };
  }
  const link = text.replace(/^https?/i, (scheme) => scheme.toLowerCase());
  if (OF_MAIL.test(link)) {
    const problem =
      'this is the link of a mail, or of a page of the portal, not the certificate; open it in a browser, download the PDF there, and drop that here';
    return { field: 'mail', problem, text };
  }
  if (!PAGE.test(link) && !PROFILE.test(link)) return undefined;
  const problem = "this is the address of a certificate's page, not the certificate; open the page, and follow “Open the verifier” there";
  return { field: 'page', problem, text };
}

/**
 * What stands before the mark, without words before it, and with `https` where there is a host alone. It says nothing about what is
 * signed.
 */
function address(text: string): string {
  const at = text.search(SCHEME);
  if (at >= 0) return withoutSpace(text.slice(at));
  return ADDRESS.test(text) ? `https://${text}` : withoutSpace(text);
}

/** What stands between brackets or quotes. */
function within(text: string): string {
  const opened = stripped(text, OPENING);
  return opened === text ? text : stripped(opened, undefined, CLOSING);
}

/** A text without what stands at its beginning and at its end; looked at from both ends, so that long texts take no longer. */
function stripped(text: string, opens?: RegExp, closes?: RegExp): string {
  let [from, to] = [0, text.length];
  while (opens && from < to && opens.test(text[from] ?? '')) from += 1;
  while (closes && to > from && closes.test(text[to - 1] ?? '')) to -= 1;
  return text.slice(from, to);
}

/**
 * Digits without the white space between them and what stands behind: punctuation and all that follows it, or other words. A second
 * `#`, and letters among the digits, stay: nobody put them there on the way.
 */
function digits(text: string): string {
  const [run = ''] = RUN.exec(text) ?? [];
  const next = text.slice(run.length);
  const isBehind = run !== '' && !/^[#＃]/.test(next) && (ENDS_BLANK.test(run) || /^[!-/:-@[-`{-~]/.test(next));
  return withoutSpace(isBehind ? run : text);
}

function withoutSpace(text: string): string {
  return text.replace(BLANKS, '');
}
