// Links: the members that JSON-LD reads as addresses. Each must be a URI before a library sees it: src/proof/links.rs, by the
// same grammar (RFC 3986 section 3, percent-encoded octets UTF-8, no `IPvFuture`) and in the same order.

import { CONTEXTS } from './contexts.js';
import { isObject, type Json, type JsonObject } from './json.js';
import { Malformed } from './malformed.js';

/** How JSON-LD reads a member that it reads as an address: `@id`, `@type`, and terms with the type `@id` or `@vocab`. */
type Link = 'id' | 'type' | 'address' | 'vocabulary';

/** The links of the contexts that we know, by name. No name is a link in one place and something else in another. */
const LINKS = new Map<string, Link>();
for (const context of CONTEXTS.values()) collect((context as Record<string, unknown>)['@context']);

function collect(context: unknown): void {
  if (Array.isArray(context)) return context.forEach(collect);
  if (typeof context !== 'object' || context === null) return;
  for (const [name, definition] of Object.entries(context)) {
    if (name.startsWith('@')) continue;
    const { '@id': id, '@type': type, '@context': inner } = typeof definition === 'string' ? { '@id': definition } : definition;
    const link = id === '@id' ? 'id' : id === '@type' ? 'type' : type === '@id' ? 'address' : type === '@vocab' ? 'vocabulary' : undefined;
    if (link) LINKS.set(name, link);
    collect(inner);
  }
}

/** Refuses a document with a link that is no URI: the first, members taken in the order of their names. */
export function checkLinks(document: JsonObject): void {
  checkMembers('', document);
}

function checkMembers(path: string, members: JsonObject): void {
  for (const name of Object.keys(members).sort()) {
    if (name !== '@context') checkValue(path + name, LINKS.get(name), members[name]!);
  }
}

function checkValue(path: string, link: Link | undefined, value: Json): void {
  if (typeof value === 'string') {
    const mayBeTerm = link === 'type' || link === 'vocabulary';
    if (link && !(mayBeTerm && isTerm(value))) checkUri(path, value);
  } else if (link === 'id') {
    throw new Malformed(path, 'not one URI');
  } else if (Array.isArray(value)) {
    for (const item of value) checkValue(path, link, item);
  } else if (link === 'type') {
    throw new Malformed(path, 'not a name or names');
  } else if (isObject(value)) {
    checkMembers(`${path}.`, value);
  }
}

/** Refuses a text that is no URI. */
export function checkUri(field: string, text: string): void {
  if (!isUri(text)) throw new Malformed(field, 'not a URI (RFC 3986)');
}

/** Whether the texts of a member are terms or addresses, by what the contexts make of them. */
export function isTermOf(member: string): boolean {
  const link = LINKS.get(member);
  return link === 'type' || link === 'vocabulary';
}

/** Whether the texts of a member are addresses. */
export function isAddress(member: string): boolean {
  const link = LINKS.get(member);
  return link === 'id' || link === 'address';
}

/** Whether a text could be a term: letters, digits, `_`, `-` and `.`, as all that the contexts define. */
export function isTerm(text: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(text);
}

/** Section 3 in one line: scheme, authority, path, query, fragment. What each may hold is looked at below. */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
/** Section 3.2: user, IP literal or name, port. */
const AUTHORITY = /^(?:([^@]*)@)?(?:\[([^\]]*)\]|([^:[\]]*))(?::[0-9]*)?$/;

/** Returns whether a text is a URI. */
export function isUri(text: string): boolean {
  const [matched, authority = '', path = '', query = '', fragment = ''] = URI.exec(text) ?? [];
  const parts = AUTHORITY.exec(authority);
  if (matched === undefined || !parts) return false;
  const [, user = '', literal, name = ''] = parts;
  if (literal !== undefined && !isIpv6(literal)) return false;
  return isMadeOf(user, ':') && isMadeOf(name, '') && isMadeOf(path, ':@/') && isMadeOf(query, ':@/?') && isMadeOf(fragment, ':@/?');
}

/** Only unreserved characters, `sub-delims`, percent-encoded UTF-8, and those named. */
function isMadeOf(text: string, also: string): boolean {
  const plain = text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (octets) => {
    try {
      decodeURIComponent(octets);
      return '';
    } catch {
      return '%';
    }
  });
  return [...plain].every((letter) => /^[A-Za-z0-9\-._~!$&'()*+,;=]$/.test(letter) || also.includes(letter));
}

/** Section 3.2.2, `IPv6address`. */
function isIpv6(text: string): boolean {
  const at = text.indexOf('::');
  if (at < 0) return groups(text, true) === 8;
  const [head, tail] = [groups(text.slice(0, at), false), groups(text.slice(at + 2), true)];
  return head !== undefined && tail !== undefined && head + tail <= 7;
}

/** Counts the groups of 16 bits; an IPv4 address at the end is two. */
function groups(text: string, last: boolean): number | undefined {
  if (text === '') return 0;
  const parts = text.split(':');
  const endsInIpv4 = last && /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/.test(parts[parts.length - 1]!);
  const plain = endsInIpv4 ? parts.slice(0, -1) : parts;
  return plain.every((part) => /^[0-9A-Fa-f]{1,4}$/.test(part)) ? parts.length + Number(endsInIpv4) : undefined;
}
