// What a file is, by its first bytes and never by its name. What carries other files comes first: a PDF's header may
// stand up to 1,024 bytes into a file (ISO 32000-1, implementation note 13), so a stored archive would pass for its
// first member.

/** How much of a file is looked at, in bytes. */
export const HEAD_BYTES = 1_024;

export type Kind =
  | 'zip'
  | 'mail'
  | 'pdf'
  | 'picture'
  /** An archive that is not opened here. */
  | 'packed'
  /** A mail as Outlook saves it, or a document of an old office program. */
  | 'outlook'
  | 'text'
  /** Anything else. */
  | 'other';

/** 7z, RAR, gzip, bzip2, xz, zstd, cabinet, ar, xar, tar. */
const PACKED = new RegExp(
  '^(?:7z\\xbc\\xaf\\x27\\x1c|Rar!\\x1a\\x07|\\x1f\\x8b\\x08|BZh[1-9]1AY&SY|\\xfd7zXZ\\0|\\x28\\xb5\\x2f\\xfd|MSCF\\0|!<arch>\\n|xar!\\0' +
  '|[^]{257}ustar)');
/** Outlook's mails and old office documents (MS-CFB), and what Outlook attaches (TNEF). */
const OUTLOOK = /^(?:\xd0\xcf\x11\xe0\xa1\xb1|\x78\x9f\x3e\x22)/;
/** What telephones take, and few browsers show: HEIF with pictures by HEVC (ISO/IEC 23008-12 annex B). */
const HEIC = /^[^]{4}ftyp(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1)/;
const PICTURE = /^(?:\x89PNG|\xff\xd8\xff|GIF8|BM[^]{4}\0{4}|RIFF[^]{4}WEBP|[^]{4}ftyp(?:avif|heic|heix|heim|heis|hevc|hevx|mif1|msf1))/;
/** Beginnings of files that are no mails: their first line names no field. */
const UNMAILED = /^(?:%PDF-\d\.\d\r?\n|\x89PNG|\xff\xd8\xff|PK\x03\x04)/;
/** How far a mail's header is looked for, in bytes. */
const HEADER_BYTES = 65_536;
/** One of the fields that mail programs write (RFC 5322 section 3.6, RFC 2045 section 3), which stands beside `From`. */
const WRITTEN = ['mime-version', 'content-type', 'message-id', 'received', 'date', 'return-path'];

/** Tells the kind of a file from its beginning, one character a byte. */
export function kindOf(beginning: string): Kind {
  const head = beginning.slice(0, HEAD_BYTES);
  if (/^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(head)) return 'zip';
  if (PACKED.test(head)) return 'packed';
  if (OUTLOOK.test(head)) return 'outlook';
  if (/^(?:\x89PNG\r\n\x1a\n|\xff\xd8\xff)/.test(head)) return 'picture';
  if (isMail(beginning)) return 'mail';
  if (head.includes('%PDF-')) return 'pdf';
  if (PICTURE.test(head)) return 'picture';
  return isText(head) ? 'text' : 'other';
}

/** Whether it is a photo that most browsers cannot show. */
export const isHeic = (head: string): boolean => HEIC.test(head);

/** Whether bytes, one character each, are a text: of the controls it has those that move about. */
export function isText(bytes: string): boolean {
  return utf16(bytes) !== undefined || !/[\0-\x08\x0e-\x19\x1c-\x1f]/.test(bytes);
}

/** The encoding of a text of two bytes a character: by its mark, or by every second byte, which is zero in most scripts. */
export function utf16(bytes: string): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes.startsWith('\xff\xfe')) return 'utf-16le';
  if (bytes.startsWith('\xfe\xff')) return 'utf-16be';
  const half = Math.floor(Math.min(bytes.length, HEAD_BYTES) / 2);
  if (half <= 8) return undefined;
  const zeros = [0, 0];
  for (let at = 0; at < half * 2; at += 1) if (bytes.charCodeAt(at) === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > half * 0.7 && even < half * 0.1) return 'utf-16le';
  return even > half * 0.7 && odd < half * 0.1 ? 'utf-16be' : undefined;
}

/** Whether it begins with the header of a mail (src/reading/mail.rs). */
function isMail(head: string): boolean {
  const names = new Set<string>();
  // A byte order mark, and the line by which mailboxes separate mails.
  for (const line of head.replace(/^\xef\xbb\xbf/, '').replace(/^From [^\n]*\n/, '').split('\n')) {
    if (line.trim() === '') return false;
    if (/^[ \t]/.test(line)) continue;
    const name = /^([!-9;-~]+)[ \t]*:/.exec(line)?.[1]?.toLowerCase();
    if (name === undefined) return false;
    names.add(name);
    if (names.has('from') && WRITTEN.some((one) => names.has(one))) return true;
  }
  return false;
}

/** The beginning of a file, one character a byte. */
export async function headOf(file: Blob): Promise<string> {
  return headIn(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer()));
}

/** The beginning of a file that is read already: of one that begins as no mail does, as much as tells its kind. */
export function headIn(file: Uint8Array): string {
  const head = latin1(file.subarray(0, HEAD_BYTES));
  return UNMAILED.test(head) ? head : latin1(file.subarray(0, HEADER_BYTES));
}

/** Bytes as a text of one character each. `TextDecoder` has no such encoding: its `latin1` is windows-1252. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  // Spread arguments would take ten times as long.
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8_192) as unknown as number[]);
  return text;
}

/** The bytes of such a text. */
export function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
