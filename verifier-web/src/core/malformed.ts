/** What is wrong with a text, and where. Thrown inside the core only; `verify` turns it into a verdict. */
export class Malformed extends Error {
  constructor(
    readonly field: string,
    readonly problem: string,
  ) {
    super(`${field}: ${problem}`);
  }
}

/** Runs `read`, and reports what it refuses under another field. */
export function under<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw new Malformed(field, error.problem);
    throw error;
  }
}
