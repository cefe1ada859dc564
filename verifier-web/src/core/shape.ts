// Reading documents of a fixed shape: every member named, none beside them, each of its type.

import { isObject, type Json, type JsonObject } from './json.js';
import { Malformed } from './malformed.js';
import { parseTime, type Seconds } from './time.js';

/** Returns the value as an object with these members and at most the optional ones beside them. */
export function shape(value: Json | undefined, what: string, required: string[], optional: string[] = []): JsonObject {
  if (!isObject(value)) throw new Malformed(what, 'not an object');
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key)) throw new Malformed(what, `unknown member \`${key}\``);
  }
  for (const key of required) if (value[key] === undefined) throw new Malformed(what, `missing member \`${key}\``);
  return value;
}

/** Returns a member that is a text. */
export function textOf(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value !== 'string') throw new Malformed(key, 'not a text');
  return value;
}

/** Returns a member that is a text, absent or null. */
export function optionalText(object: JsonObject, key: string): string | undefined {
  return object[key] === undefined || object[key] === null ? undefined : textOf(object, key);
}

/** Returns a member that is a whole number from 0 on. */
export function countOf(object: JsonObject, key: string): number {
  const value = object[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
    throw new Malformed(key, 'not a whole number');
  }
  return value;
}

/** Returns a member that is an instant. */
export function timeOf(object: JsonObject, key: string): Seconds {
  const time = parseTime(textOf(object, key));
  if (time === undefined) throw new Malformed(key, 'not a time such as 2026-05-01T00:00:00Z');
  return time;
}

/** Returns a member that is an instant, absent or null. */
export function optionalTime(object: JsonObject, key: string): Seconds | undefined {
  return object[key] === undefined || object[key] === null ? undefined : timeOf(object, key);
}

/** Returns a member that is an array. */
export function arrayOf(object: JsonObject, key: string): Json[] {
  const value = object[key];
  if (!Array.isArray(value)) throw new Malformed(key, 'not an array');
  return value;
}

/** Returns the entries of a member that is an object of any keys. */
export function entriesOf(object: JsonObject, key: string): [string, Json][] {
  const value = object[key];
  if (!isObject(value)) throw new Malformed(key, 'not an object');
  return Object.entries(value);
}
