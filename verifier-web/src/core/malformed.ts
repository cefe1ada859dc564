/** What is wrong with a text, and where. Thrown inside the core only; `verify` turns it into a verdict. */
export class Malformed extends Error {
  constructor(
    readonly field: string,
    readonly problem: string,
  ) {
    super(`${field}: ${problem}`);
  }
}
