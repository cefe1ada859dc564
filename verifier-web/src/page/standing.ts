// How a certificate stands by the issuer's trust file, for the page that a static host has of it: that page holds no verdict.
// Whatever is missing or wrong, there is none: nothing is green by mistake.

import { TrustAnchors, verify, type Verdict } from '../core/index.js';

/** Pinned roots by issuer's DID: base64url of the key. */
export type Roots = Readonly<Record<string, string>>;

/** Judges a compact JWS by a trust file, which must lead on from the pinned root. Throws what is wrong with the trust file. */
export async function standing(jws: string, trust: string, roots: Roots, now: Date): Promise<Verdict> {
  const anchors = new TrustAnchors();
  await anchors.add(trust.trim(), (issuer) => {
    const root = roots[issuer];
    // A page of one issuer takes the trust file of no other.
    if (root === undefined) throw new Error(`no root of ${issuer} is pinned here`);
    return root;
  });
  return verify(jws.trim(), anchors, now);
}
