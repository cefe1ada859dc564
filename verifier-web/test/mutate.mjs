// Makes inputs for the differential test: real credentials, changed at one of three depths. The same seed, the same inputs.

import { createHash, createPrivateKey, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

/** Digits of a chunk of as many bytes as the index (schemas/wire/README.md). */
const DIGITS = [0, 3, 5, 8, 10, 13, 15, 17];
/** Seeds of the vectors' keys (tests/core/vectors/world.rs): one byte, 32 times. */
const KEYS = { k1: 11, k2: 12, k3: 13, k9: 66, r2: 2 };
const ISSUER = 'did:web:certs.example.org';

/** A small generator of numbers (mulberry32). */
export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { below, pick: (list) => list[below(list.length)], chance: (share) => next() < share };
}

const b64u = (bytes) => Buffer.from(bytes).toString('base64url');

function signed(payload, id, header) {
  const key = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, KEYS[id])]);
  const input = `${b64u(header)}.${b64u(payload)}`;
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return `${input}.${b64u(sign(null, Buffer.from(input), privateKey))}`;
}

function toDigits(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 7) {
    const chunk = bytes.subarray(at, at + 7);
    const number = chunk.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    text += String(number).padStart(DIGITS[chunk.length], '0');
  }
  return text;
}

/** Returns the bytes behind a good QR text. */
function fromDigits(digits) {
  const bytes = [];
  for (let at = 0; at < digits.length; at += 17) {
    const chunk = digits.slice(at, at + 17);
    let number = BigInt(chunk);
    for (let n = DIGITS.indexOf(chunk.length); n > 0; n -= 1, number >>= 8n) bytes.push(Number(number & 255n));
  }
  return Buffer.from(bytes);
}

/** Changes a text or bytes in one to three places. */
function scramble(random, items, make) {
  const out = [...items];
  for (let n = 1 + random.below(3); n > 0; n -= 1) {
    const at = random.below(out.length + 1);
    const other = random.below(out.length + 1);
    const [from, to] = [Math.min(at, other), Math.max(at, other)];
    random.pick([
      () => out.splice(at, 1, make()),
      () => out.splice(at, 1, make()),
      () => out.splice(at, 0, make()),
      () => out.splice(at, 1),
      () => out.splice(at, 1 + random.below(8)),
      () => random.chance(0.3) && out.splice(at),
      () => random.chance(0.3) && out.splice(at, 0, ...out.slice(from, Math.min(to, from + 40))),
    ])();
  }
  return out;
}

/** One of each kind of letter that somebody could read in another way: spaces, marks, directions, private, never assigned. */
const CLASSES = [
  '\u00a0', '\u00ad', '\u0085', '\u0301', '\u0600', '\u061c', '\u1680', '\u180e', '\u2003', '\u200b', '\u200d', '\u200e', '\u2028',
  '\u202e', '\u2066', '\u3000', '\ue000', '\ufdd0', '\ufeff', '\ufffd', '\ufffe', '\u{1fffe}', '\u{e0041}', '\u{f0000}', '\u{10ffff}',
  'ß', 'İ', 'ı', 'ǆ', 'ﬁ', '\u212a', '\u212b', 'Ω', 'ς', '٣', '\u{1d7d8}', '\u{1f468}\u200d\u{1f469}', '\uac00', '\u1100\u1161', '$&', '%s',
];

/** A letter of some kind, or any that there is. */
function letter(random) {
  if (random.chance(0.6)) return random.pick(CLASSES);
  const point = random.below(0x110000 - 0x800);
  return String.fromCodePoint(point < 0xd800 ? point : point + 0x800);
}

/** Percent-encodings: of a letter, of any octets, or broken off. */
function percent(random) {
  const octets = random.chance(0.5) ? [...Buffer.from(letter(random))] : Array.from({ length: 1 + random.below(4) }, () => random.below(256));
  const text = octets.map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
  return random.pick([text, text, text.toUpperCase(), text.slice(0, -1), `${text}%`]);
}

const SCHEMES = ['https', 'https', 'https', 'http', 'did', 'urn', 'mailto', 'HTTPS', 'x+y-1.z', 'data', 'javascript', '1a', 'é', '', 'xsd', '_', 'a b'];
/** Those that are good first. */
const AUTHORITIES = [
  '', '//example.org', '//example.org', '//a:b@example.org:80', '//example.org:', '//', '//[::1]', '//[2001:db8::1.2.3.4]:1', '//[1:2:3:4:5:6:7:8]',
  '//[1:2:3:4:5:6:7::]', '//[::2:3:4:5:6:7:8]', '//[1:2:3:4:5:6:7::8]', '//[1::2::3]', '//[::12345]', '//[::1.2.3]', '//[::256.1.1.1]', '//[::01.2.3.4]',
  '//[1.2.3.4::]', '//[v1.x]', '//[]', '//[::1', '//::1]', '//1.2.3.4', '//a@b@c', '//exa_mple:8a', '//é.example', '//%65xample', '//a[b',
];
const PLAIN = ['a', 'Z', '0', '-', '.', '_', '~', '!', '$', '&', "'", '(', ')', '*', '+', ',', ';', '=', ':', '@', '/', '//', '/./', '/../', '%41', '%2F'];
const WRONG = [' ', '#', '?', '[', ']', '<', '>', '"', '{', '}', '|', '\\', '^', '`', '%', '\t', '\n', '\0', '\u007f', 'é', 'x y'];

/** An address: a share are URIs, the others look like one. */
export function link(random, share = 0.5) {
  const good = random.chance(share);
  const piece = () => {
    if (good && random.chance(0.2)) return encodeURIComponent(letter(random).toWellFormed());
    if (good || random.chance(0.7)) return random.pick(PLAIN);
    return random.pick([() => percent(random), () => letter(random), () => random.pick(WRONG)])();
  };
  const from = (all, of) => (good ? all.slice(0, of) : all);
  const part = (mark, share) => (random.chance(share) ? mark + Array.from({ length: random.below(5) }, piece).join('') : '');
  const begin = random.pick(from(SCHEMES, 11)) + (good || random.chance(0.97) ? ':' : '') + random.pick(from(AUTHORITIES, 11));
  return `${begin}${part('/', 0.8)}${part('?', 0.3)}${part('#', 0.3)}`;
}

/** Members that JSON-LD reads as addresses somewhere, and some that it does not. */
const LINKED = [
  'id', 'id', 'id', 'type', 'type', 'evidence', 'image', 'termsOfUse', 'refreshService', 'credentialSchema', 'source', 'parentOrg', 'holder',
  'relatedResource', 'statusListCredential', 'criteria', 'proofPurpose', 'verificationMethod', 'url', 'targetUrl', 'achievementType', 'name',
];

function putLink(random, place, name = random.pick(LINKED), share = 0.5) {
  const address = link(random, share);
  const known = typeof place[name] === 'string' ? [] : [place[name]].flat().filter((one) => one !== undefined);
  place[name] = name === 'id' && random.chance(0.95) ? address : random.pick([
    () => address, () => address, () => [...known, address], () => [address, link(random, share)], () => ({ id: address, type: ['Evidence'], name: 'E' }),
    () => ({ id: address }), () => [address, { id: link(random, share) }], () => ({ ...(known.find((one) => typeof one === 'object') ?? {}), id: address }),
  ])();
}

const ODD = ['#', '.', ' ', '\t', '1', '0', '9', '=', '-', '_', '+', '/', 'A', 'é', '７', '\u0085', '\u{1F600}', '\0', 'h', '"'];

function mutateText(random, text) {
  const make = () => random.pick([() => random.pick(ODD), () => letter(random), () => percent(random), () => random.pick([...text]) ?? ''])();
  return scramble(random, text, make).join('');
}

const mutateBytes = (random, bytes) => Buffer.from(scramble(random, bytes, () => random.below(256)));

const VALUES = [
  null, true, false, 0, 1, -1, 1.5, 9007199254740993, '', 'x', '1', '5', '05', '131072', '4294967296', '12345678901', [], {}, [[]],
  '2026-05-01T00:00:00Z', '2026-02-30T00:00:00Z', '2019-01-01T00:00:00Z', '2099-01-01T00:00:00Z', '2026-05-01T24:00:00Z', '2026-05-01T00:00:00.000Z', '2026-05-01T02:00:00.5+02:00',
  '0000-01-01T00:00:00Z', ISSUER, 'did:web:other.example', 'did:web:school.example.net', 'BitstringStatusListEntry',
  'suspension', 'did:web:badges.example.org', 'https://certs.example.org/status/1', 'https://certs.example.org/status/2', '\u0000', '\u{1F600}', 'Ünïcode',
];

/** JWT claims that a verifier must not overlook, and what they could say; 1777723200 is the clock of most worlds. */
const JWT = ['exp', 'exp', 'nbf', 'nbf', 'iat', 'iat', 'iss', 'jti', 'sub', 'aud', 'cnf', 'status', 'vc', 'vp', '_sd', '_sd_alg'];
const JWT_VALUES = [
  0, 1, -0, -1, 1.5, 1600000000, 1777723199, 1777723200, 1777723201, 1777723500, 1777723501, 253402300799, 253402300800, 4102444800, '1777723200', null,
  true, [], {}, ISSUER, 'https://certs.example.org/c/x', 'urn:a',
];

/** Changes one member somewhere in a document: its value, its name, or whether it is there. */
function mutateDocument(random, document) {
  const places = [];
  const visit = (node) => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node, key]);
      visit(node[key]);
    }
  };
  visit(document);
  const [node, key] = random.pick(places);
  random.pick([
    () => (node[key] = random.pick(VALUES)),
    () => (node[key] = random.pick(VALUES)),
    () => (Array.isArray(node) ? node.splice(Number(key), 1) : delete node[key]),
    () => (node[random.pick(['statusSize', 'validUntil', 'credentialStatus', 'extra', '__proto__x'])] = random.pick(VALUES)),
    () => typeof node[key] === 'string' && (node[key] = mutateText(random, node[key])),
    () => !Array.isArray(node) && putLink(random, node),
    () => (document[random.pick(JWT)] = random.pick(JWT_VALUES)),
  ])();
}

/** Writes a document as JSON, sometimes in another way than usual. */
function print(random, document) {
  let text = JSON.stringify(document);
  if (random.chance(0.1)) text = JSON.stringify(document, null, random.pick([1, '\t']));
  if (random.chance(0.1)) text = text.replace(/"(id|name|type|hashed)"/, (_, key) => `"\\u00${key.charCodeAt(0).toString(16)}${key.slice(1)}"`);
  if (random.chance(0.05)) text = text.replace('{', `{"id":${JSON.stringify(random.pick(VALUES))},`);
  if (random.chance(0.05)) text = text.replace(/}$/, `,"n":${random.pick(['1e400', '1.0', '-0', '1E2', '01', '9007199254740992', '1e-400'])}}`);
  if (random.chance(0.03)) text = text.replace(/}$/, `,"d":${'['.repeat(31)}${random.pick(['', '{}', '[]', '1'])}${']'.repeat(31)}}`);
  return Buffer.from(text);
}

/** Changes a document and signs it again, mostly with a key that the issuer has. */
function resigned(random, jws) {
  const document = JSON.parse(Buffer.from(jws.split('.')[1], 'base64url'));
  for (let n = random.below(3); n > 0; n -= 1) mutateDocument(random, document);
  let payload = print(random, document);
  if (random.chance(0.1)) payload = mutateBytes(random, payload);
  const id = random.pick(['k3', 'k3', 'k3', 'k1', 'k2', 'k9', 'r2']);
  const alg = random.chance(0.05) ? random.pick(['none', 'ES256', 'Ed25519', 'eddsa']) : 'EdDSA';
  const typ = random.chance(0.05) ? random.pick(['vc', 'JWT', 'testamur-snapshot+jwt']) : 'vc+jwt';
  const more = random.chance(0.05) ? { cty: random.pick(['vc', 'application/vc', 'JWT', 1, null]) } : {};
  let header = Buffer.from(JSON.stringify({ alg, kid: `${random.chance(0.95) ? ISSUER : 'did:web:x'}#${id}`, typ, ...more }));
  if (random.chance(0.1)) header = mutateBytes(random, header);
  return signed(payload, id, header);
}

/** Packs a JWS for a QR code, by another encoder than ours. */
function packed(random, jws, dictionary) {
  const [header, payload, signature] = jws.split('.').map((part) => Buffer.from(part, 'base64url'));
  const content = Buffer.concat([header, Buffer.from([0]), payload]);
  const options = random.chance(0.5) ? { dictionary: Buffer.from(dictionary) } : {};
  let stream = deflateRawSync(content, { level: random.below(10), strategy: random.below(5), ...options });
  if (random.chance(0.3)) stream = mutateBytes(random, stream);
  return `https://verify.example.org/#1${toDigits(Buffer.concat([signature, stream]))}`;
}

function base58btc(bytes) {
  const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let text = '';
  for (let n = BigInt(`0x${bytes.toString('hex')}`); n > 0n; n /= 58n) text = letters[Number(n % 58n)] + text;
  return `z${'1'.repeat(bytes.findIndex((byte) => byte !== 0))}${text}`;
}

/** Members of Open Badges 3.0 that our certificates have or could have, with values good and bad. */
const EXTRA = [
  ['evidence', { id: 'https://example.org/e', type: ['Evidence'], name: 'E' }], ['evidence', { id: 'e', type: ['Evidence'] }],
  ['evidence', [{ type: ['Evidence'] }]], ['evidence', ['https://example.org/e']], ['name', 'A\tB'], ['name', 'A\nB\r"\\'],
  ['name', '\u007f\u0080\ufffe'], ['description', ['a', 'b']], ['awardedDate', '2026-05-01T00:00:00Z'], ['awardedDate', 'today'],
  ['image', { id: 'https://example.org/i.png', type: 'Image' }], ['image', { id: 'https://example.org/a b', type: 'Image' }],
  ['inLanguage', 'en'], ['termsOfUse', { type: 'x' }], ['refreshService', { id: 'https://x.example', type: 'Unknown' }],
  ['id', 'urn:uuid:1'], ['id', 'relative'], ['id', 'xsd:x'], ['type', 'VerifiableCredential'], ['creditsEarned', 4.5],
  ['creditsEarned', 1e21], ['creditsEarned', 0.1], ['creditsEarned', -0], ['hashed', true], ['role', 'a'], ['term', ['a']],
  ['@type', 'x'], ['http://x.example/', 'x'], ['undefined', 'x'], ['proof', { type: 'x' }], ['@context', 'x'], ['salt', ''],
  ['result', [{ type: ['Result'], value: 'A' }, { type: ['Result'], value: 'B' }]], ['result', [{ type: ['Result'] }, { type: ['Result'] }]],
  ['evidence', [{ id: 'urn:a', type: ['Evidence'] }, { type: ['Evidence'], id: 'urn:a' }]], ['validFrom', '2026-04-20T12:00:00.25+02:00'],
  ['alignment', [{ type: ['Alignment'], targetName: 'n', targetUrl: 'https://x.example' }]], ['tag', ['b', 'a']], ['tag', ['a', 'a']],
];

/** Changes a document and gives it an embedded proof, if the library can: by a key that the issuer mostly has. */
async function embedded(random, jws, canonical) {
  const document = JSON.parse(Buffer.from(jws.split('.')[1], 'base64url'));
  const { credentialSubject: subject, issuer } = document;
  const places = [document, subject, subject.achievement, issuer];
  if (random.chance(0.4)) {
    const [name, value] = random.pick(EXTRA);
    const place = random.pick(places);
    if (typeof place === 'object' && place !== null) place[name] = value;
  }
  for (let n = random.below(4); n > 0; n -= 1) {
    const [place, names] = random.pick([
      [document, ['id', 'evidence', 'termsOfUse', 'refreshService', 'credentialSchema']], [subject, ['id', 'id', 'source', 'image']],
      [subject.achievement, ['id', 'id', 'image', 'creator', 'criteria', 'related']], [issuer, ['image', 'url', 'parentOrg']],
      [random.pick([...places, document.credentialStatus]), LINKED],
    ]);
    if (typeof place === 'object' && place !== null) putLink(random, place, random.pick(names), 0.85);
  }
  const named = [subject.achievement, issuer].filter((place) => typeof place === 'object' && place !== null);
  if (random.chance(0.3)) for (const place of named) place.name = `${place.name}${letter(random)}${letter(random)}`;
  if (random.chance(0.15)) mutateDocument(random, document);
  const id = random.pick(['k3', 'k3', 'k3', 'k3', 'k3', 'k3', 'k1', 'k2', 'k9']);
  const early = Array(20).fill('2026-04-20T10:00:00Z');
  const created = random.pick([...early, '2026-04-20T10:00:00.000Z', '2026-02-01T00:00:00Z', '2026-06-01T00:00:00Z', '2026']);
  const options = {
    type: 'DataIntegrityProof', cryptosuite: 'eddsa-rdfc-2022', created, verificationMethod: `${ISSUER}#${id}${random.chance(0.9) ? '-multikey' : ''}`,
    proofPurpose: 'assertionMethod',
    ...random.pick([...Array(12).fill({}), { expires: '2026-05-02T12:00:00Z' }, { expires: '2027-01-01T00:00:00.1Z', id: 'urn:proof' }, { id: 'x' }]),
  };
  if (random.chance(0.03)) delete options.created;
  if (random.chance(0.1) && typeof document.issuer === 'object' && document.issuer !== null && typeof subject.achievement === 'object' && subject.achievement !== null) subject.achievement.creator = document.issuer;
  if (random.chance(0.05)) document.credentialStatus = [document.credentialStatus, ...(random.chance(0.5) ? [{ ...document.credentialStatus, statusPurpose: 'suspension' }] : [])];
  const parts = await Promise.all([{ '@context': document['@context'], ...options }, document].map((part) => canonical(part).catch(() => '')));
  const hash = Buffer.concat(parts.map((part) => createHash('sha256').update(part).digest()));
  const key = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, KEYS[id])]);
  if (random.chance(0.03)) options.verificationMethod = `${ISSUER}#${link(random)}-multikey`;
  const proofValue = base58btc(sign(null, hash, createPrivateKey({ key, format: 'der', type: 'pkcs8' })));
  document.proof = random.chance(0.9) ? [{ ...options, proofValue }] : { ...options, proofValue };
  if (random.chance(0.08)) document.proof = [random.pick([{ type: 'x' }, { ...options, proofValue }, { ...options, created: '2026-04-20T10:00:01Z', proofValue }]), document.proof].flat();
  if (random.chance(0.1)) mutateDocument(random, random.chance(0.5) ? document : document.proof);
  const text = random.chance(0.3) ? print(random, document).toString() : JSON.stringify(document);
  return random.chance(0.05) ? mutateText(random, text) : text;
}

/** A document that is signed already, changed or not: its issuer may be anybody. */
function foreign(random, text) {
  const document = tryParse(text);
  if (document === undefined) return text;
  for (let n = random.below(3); n > 0; n -= 1) mutateDocument(random, document);
  return JSON.stringify(document);
}

function tryParse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns one input. `texts` are QR texts and JWS of the vectors, `good` are JWS that verify. */
export async function input(random, { texts, good, documents, dictionary, canonical }) {
  const kind = random.below(15);
  if (kind === 14) return foreign(random, random.pick(documents));
  if (kind > 9) return embedded(random, random.pick(good), canonical);
  if (kind < 2) return mutateText(random, random.pick(texts));
  if (kind < 4) {
    const qr = random.pick(texts.filter((text) => /#1(\d{3})+/.test(text)));
    const bytes = fromDigits(qr.slice(qr.indexOf('#') + 2).replace(/\D.*/s, ''));
    return `#1${toDigits(Buffer.concat([bytes.subarray(0, 64), mutateBytes(random, bytes.subarray(64))]))}`;
  }
  const jws = resigned(random, random.pick(good));
  if (kind < 6) return packed(random, jws, dictionary);
  return kind === 6 ? mutateText(random, jws) : jws;
}
