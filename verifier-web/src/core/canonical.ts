// JSON-LD to canonical N-Quads (RDFC-1.0), by the library of the algorithms' editors. The contexts are built in; any other
// is refused, never fetched, and so is every term that they do not define ("safe" mode).

import jsonld from 'jsonld';

import { CONTEXTS } from './contexts.js';
import type { JsonObject } from './json.js';
import { remembered } from './remembered.js';

const FORMAT = 'application/n-quads';

/** Returns the canonical N-Quads of a document, one a line. Throws on any term, address or context that is not known. */
export async function canonical(document: JsonObject): Promise<string> {
  const quads = await remembered(document, statements);
  return jsonld.canonize(quads, { algorithm: 'RDFC-1.0', inputFormat: FORMAT, format: FORMAT });
}

/** Returns the N-Quads of a document, by the library. */
export async function statements(document: JsonObject): Promise<string> {
  // Plain objects: the library asks theirs for `hasOwnProperty`.
  const plain: unknown = JSON.parse(JSON.stringify(document));
  return (await jsonld.toRDF(plain, {
    format: FORMAT,
    safe: true,
    documentLoader: (url) => {
      const document = CONTEXTS.get(url);
      if (document === undefined) throw new Error(`context ${url} is not known`);
      return Promise.resolve({ contextUrl: null, documentUrl: url, document });
    },
  })) as string;
}
