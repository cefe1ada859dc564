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
  /** An archive or a mail that is not opened here. */
  | 'packed'
  | 'text'
  /** Anything else. */
  | 'other';

/** 7z, RAR, gzip, bzip2, xz, zstd, cabinet, ar, xar, Outlook's and old office documents, TNEF, tar. */
const PACKED = new RegExp(
  '^(?:7z\\xbc\\xaf\\x27\\x1c|Rar!\\x1a\\x07|\\x1f\\x8b|BZh[1-9]1AY&SY|\\xfd7zXZ\\0|\\x28\\xb5\\x2f\\xfd|MSCF\\0|!<arch>\\n|xar!\\0' +
  '|\\xd0\\xcf\\x11\\xe0\\xa1\\xb1|\\x78\\x9f\\x3e\\x22|[^]{257}ustar)');
const PICTURE = /^(?:\x89PNG|\xff\xd8\xff|GIF8|BM|RIFF[^]{4}WEBP|[^]{4}ftyp(?:avif|heic|heix|mif1))/;
/** Header fields that a mail begins with (RFC 5322 section 3.6); two of them make one. */
const FIELDS = /^(?:MIME-Version|Received|Return-Path|Message-ID|Delivered-To|From|To|Subject|Date|Content-Type|DKIM-Signature|ARC-Seal)[ \t]*:/gim;

/** Tells the kind of a file from its first `HEAD_BYTES`, one character a byte. */
export function kindOf(head: string): Kind {
  if (/^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(head)) return 'zip';
  if (PACKED.test(head)) return 'packed';
  if (isMail(head)) return 'mail';
  if (head.includes('%PDF-')) return 'pdf';
  if (PICTURE.test(head)) return 'picture';
  // Of the controls, a text has those that move about.
  return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(head) ? 'other' : 'text';
}

function isMail(head: string): boolean {
  // A byte order mark, and the line by which mailboxes separate mails.
  const fields = head.replace(/^\xef\xbb\xbf/, '').replace(/^From [^\n]*\n/, '');
  return /^[A-Za-z][A-Za-z0-9-]*[ \t]*:/.test(fields) && (fields.match(FIELDS)?.length ?? 0) >= 2;
}

/** The first bytes of a file, one character a byte. */
export async function headOf(file: Blob): Promise<string> {
  return latin1(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
}

/** Bytes as a text of one character each. `TextDecoder` has no such encoding: its `latin1` is windows-1252. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return text;
}

/** The bytes of such a text. */
export function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
