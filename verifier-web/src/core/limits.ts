// Sizes past which something is refused: the table `limits` of schemas/verdict.json. A test compares them.

/** Longest text that is looked at. */
export const TEXT_BYTES = 262_144;
/** Largest payload or inflated QR content. */
export const CREDENTIAL_BYTES = 65_536;
/** Largest trust snapshot. */
export const SNAPSHOT_BYTES = 67_108_864;
/** Largest key manifest. */
export const MANIFEST_BYTES = 1_048_576;
/** Largest status list credential. */
export const LIST_CREDENTIAL_BYTES = 4_194_304;
/** Fewest entries of a status list. */
export const LIST_ENTRIES_MIN = 131_072;
/** Most entries of a status list. */
export const LIST_ENTRIES_MAX = 16_777_216;
/** Longest root chain. */
export const ROOT_LINKS = 100;
/** Largest root statement. */
export const ROOT_STATEMENT_BYTES = 4_096;
/** Deepest nesting of JSON. */
export const JSON_DEPTH = 32;
/** Largest integer in JSON. */
export const JSON_INTEGER = 9_007_199_254_740_991;
/** How far this device's clock may be wrong before dates are held against a credential. */
export const CLOCK_SKEW_SECONDS = 300;

/** All of them by their names in the schema. */
export const LIMITS = {
  textBytes: TEXT_BYTES,
  credentialBytes: CREDENTIAL_BYTES,
  snapshotBytes: SNAPSHOT_BYTES,
  manifestBytes: MANIFEST_BYTES,
  listCredentialBytes: LIST_CREDENTIAL_BYTES,
  listEntriesMin: LIST_ENTRIES_MIN,
  listEntriesMax: LIST_ENTRIES_MAX,
  rootLinks: ROOT_LINKS,
  rootStatementBytes: ROOT_STATEMENT_BYTES,
  jsonDepth: JSON_DEPTH,
  jsonInteger: JSON_INTEGER,
  clockSkewSeconds: CLOCK_SKEW_SECONDS,
};
