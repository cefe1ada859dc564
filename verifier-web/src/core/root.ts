// The root chain: src/keys/root.rs. Root N+1 is endorsed by root N, so an old pin leads to the newest root.

import { equal } from './bytes.js';
import { PublicKey } from './ed25519.js';
import { parseJson, type Json } from './json.js';
import { parseJws, shortId, signedBy, type Jws } from './jws.js';
import { ROOT_LINKS, ROOT_STATEMENT_BYTES } from './limits.js';
import { countOf, optionalText, shape, textOf, timeOf } from './shape.js';
import type { Root, RootLink } from './trusted.js';
import { refusing, TrustError } from './trust-error.js';

const TYP = 'testamur-root+jwt';

interface ReadLink extends Root {
  jws: Jws;
  id: string;
  endorsement: string | undefined;
}

/** Reads one link of a snapshot. */
export function readRootLink(value: Json): RootLink {
  const link = shape(value, 'roots', ['statement'], ['endorsement']);
  return { statement: textOf(link, 'statement'), endorsement: optionalText(link, 'endorsement') };
}

/** Checks the links and returns the newest root, provided that `pin` (if given) is one of the chain's keys. */
export async function walk(links: RootLink[], issuer: string, pin?: PublicKey): Promise<Root> {
  if (links.length > ROOT_LINKS) {
    throw new TrustError('root_chain', `the root chain has more than ${ROOT_LINKS} links`);
  }
  const read = links.map((link, at) => readLink(link, at + 1, issuer));
  if (read.length === 0) throw new TrustError('root_chain', 'the root chain is empty');
  const start = pin ? read.findIndex((link) => equal(link.key.bytes, pin.bytes)) : 0;
  if (start < 0) throw new TrustError('pin_not_found', 'the pinned root is not in the chain');
  let previous: ReadLink | undefined;
  for (const link of read.slice(start)) {
    await check(link, issuer, previous);
    previous = link;
  }
  return previous!;
}

function broken(version: number, problem: string): TrustError {
  return new TrustError('root_chain', `root ${version}: ${problem}`);
}

/** Reads the statement at position `version`; every link must have its place, whether it counts or not. */
function readLink(link: RootLink, version: number, issuer: string): ReadLink {
  return refusing('root_chain', `root ${version}`, () => {
    const jws = parseJws(link.statement, ROOT_STATEMENT_BYTES);
    const json = parseJson(jws.payload, ROOT_STATEMENT_BYTES, 'payload');
    const statement = shape(json, 'payload', ['type', 'version', 'issuer', 'id', 'publicKey', 'issued']);
    const [type, stated, id] = [textOf(statement, 'type'), countOf(statement, 'version'), textOf(statement, 'id')];
    const [of, publicKey] = [textOf(statement, 'issuer'), textOf(statement, 'publicKey')];
    timeOf(statement, 'issued');
    if (jws.typ !== TYP || type !== 'RootKey') throw broken(version, 'not a root statement');
    if (stated !== version) throw broken(version, `states version ${stated}`);
    if (of !== issuer || shortId(jws.kid, issuer) !== id) throw broken(version, 'is of another issuer or key');
    const key = PublicKey.fromBase64url(publicKey);
    if (!key) throw broken(version, 'not an Ed25519 public key');
    return { version, key, jws, id, endorsement: link.endorsement };
  });
}

async function check(link: ReadLink, issuer: string, previous: ReadLink | undefined): Promise<void> {
  const { version, jws } = link;
  if (!(await signedBy(jws, link.key))) throw broken(version, 'not signed by its own key');
  if (!previous) return;
  const text = link.endorsement;
  if (text === undefined) throw broken(version, 'not endorsed');
  const endorsement = refusing('root_chain', `root ${version}`, () => parseJws(text, ROOT_STATEMENT_BYTES));
  const good =
    endorsement.typ === TYP &&
    equal(endorsement.payload, jws.payload) &&
    shortId(endorsement.kid, issuer) === previous.id &&
    (await signedBy(endorsement, previous.key));
  if (!good) throw broken(version, 'not endorsed by the root before it');
}
