import { Malformed } from './malformed.js';
import type { TrustErrorCode } from './types.js';

/** Why a trust file is refused; `code` is one of `trustErrors` in `schemas/verdict.json`. */
export class TrustError extends Error {
  constructor(
    readonly code: TrustErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'TrustError';
  }
}

/** Runs `read`, and turns what it finds malformed into a refusal with this code. */
export function refusing<T>(code: TrustErrorCode, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw new TrustError(code, `${what}: ${error.message}`);
    throw error;
  }
}
