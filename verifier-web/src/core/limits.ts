// Sizes past which something is refused: the table `limits` of schemas/verdict.json. A test compares them.

export const LIMITS = {
  textBytes: 262_144,
  credentialBytes: 65_536,
  snapshotBytes: 67_108_864,
  manifestBytes: 1_048_576,
  listCredentialBytes: 4_194_304,
  listEntriesMin: 131_072,
  listEntriesMax: 16_777_216,
  rootLinks: 100,
  rootStatementBytes: 4_096,
  jsonDepth: 32,
  jsonInteger: 9_007_199_254_740_991,
  clockSkewSeconds: 300,
} as const;
