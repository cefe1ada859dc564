// Where the shared vectors are, for the tests.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `tests/vectors/` of the repository; the tests run bundled in `verifier-web/test/out/`. */
export const VECTORS = join(import.meta.dirname, '../../../tests/vectors');
export const SCHEMAS = join(import.meta.dirname, '../../../schemas');

export const text = (path: string): string => readFileSync(join(VECTORS, path), 'utf8');
export const bytes = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(VECTORS, path)));
export const names = (path: string): string[] => readdirSync(join(VECTORS, path)).sort();
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const json = (path: string): any => JSON.parse(text(path));
export const schema = (path: string): any => JSON.parse(readFileSync(join(SCHEMAS, path), 'utf8'));
export const hex = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'hex'));
