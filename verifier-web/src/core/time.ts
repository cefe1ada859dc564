// Instants in whole seconds UTC, in the one form that is signed: 2026-05-01T00:00:00Z.

/** Seconds since 1970-01-01T00:00:00Z. */
export type Seconds = number;

/** The last second of the year 9999: what "never" is. */
export const NEVER: Seconds = 253_402_300_799;

/** Reads exactly `YYYY-MM-DDTHH:MM:SSZ`, years 1 to 9999; `undefined` for any other text. */
export function parseTime(text: string): Seconds | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) || text.startsWith('0000')) return undefined;
  const seconds = Date.parse(text) / 1000;
  // Engines roll 30 February over or refuse it; what does not print as it was read is no date.
  return Number.isFinite(seconds) && formatTime(seconds) === text ? seconds : undefined;
}

/** The first second of the year 1: before everything. */
export const FIRST: Seconds = -62_135_596_800;

/** Reads a `dateTimeStamp` of XML Schema 1.1, as others write times: with a fraction, which is left out, or an offset. */
export function readTime(text: string): Seconds | undefined {
  const [, civil, sign, hours, minutes] = /^([^.]{19})(?:\.\d+)?(?:Z|([+-])(\d\d):([0-5]\d))$/.exec(text) ?? [];
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  const time = (parseTime(`${civil}Z`) ?? NaN) - (sign === '-' ? -60 : 60) * offset;
  return offset <= 840 && time >= FIRST && time <= NEVER ? time : undefined;
}

/** Prints an instant. */
export function formatTime(time: Seconds): string {
  return new Date(time * 1000).toISOString().replace('.000', '');
}
