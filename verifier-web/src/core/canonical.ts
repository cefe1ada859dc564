// JSON-LD to canonical N-Quads (RDFC-1.0), by the library of the algorithms' editors. The contexts are built in; any other
// is refused, never fetched, and so is every term that they do not define ("safe" mode).

import jsonld from 'jsonld';

import credentials from '../../../schemas/contexts/credentials-v2.jsonld';
import badges from '../../../schemas/contexts/ob-v3p0-context-3.0.3.json';
import extensions from '../../../schemas/contexts/ob-v3p0-extensions.json';
import type { JsonObject } from './json.js';

/** The contexts that we know, by address: those of src/proof/data_integrity.rs. */
export const CONTEXTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['https://www.w3.org/ns/credentials/v2', credentials],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json', badges],
  ['https://purl.imsglobal.org/spec/ob/v3p0/extensions.json', extensions],
]);

/** Returns the canonical N-Quads of a document, one a line. Throws on any term, address or context that is not known. */
export async function canonical(document: JsonObject): Promise<string> {
  // Plain objects: the library asks theirs for `hasOwnProperty`.
  const plain: unknown = JSON.parse(JSON.stringify(document));
  return jsonld.canonize(plain, {
    algorithm: 'RDFC-1.0',
    format: 'application/n-quads',
    safe: true,
    documentLoader: (url) => {
      const document = CONTEXTS.get(url);
      if (document === undefined) throw new Error(`context ${url} is not known`);
      return Promise.resolve({ contextUrl: null, documentUrl: url, document });
    },
  });
}
