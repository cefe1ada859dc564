// The verifier's core: a text, trust anchors and a time in; a verdict out. It makes no request, reads no clock and keeps
// nothing. The steps are those of schemas/verify.md and of src/verify/, in their order.

export type {
  Anchor,
  Claimed,
  Code,
  Detail,
  Foreign,
  Reason,
  Seen,
  SeenByIssuer,
  TrustErrorCode,
  Verdict,
  VerdictJson,
} from './types.js';
export { TrustAnchors, TrustError } from './anchors.js';
export { isSpecimen } from './wire.js';
export { verify } from './verify.js';
