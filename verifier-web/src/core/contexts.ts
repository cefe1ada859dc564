// The JSON-LD contexts that we know, compiled in.

import credentials from '../../../schemas/contexts/credentials-v2.jsonld';
import badges from '../../../schemas/contexts/ob-v3p0-context-3.0.3.json';
import extensions from '../../../schemas/contexts/ob-v3p0-extensions.json';
import renderMethod from '../../../schemas/contexts/render-method-v2rc2.jsonld';

/** The contexts that we know, by address: those of src/proof/data_integrity.rs. */
export const CONTEXTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['https://www.w3.org/ns/credentials/v2', credentials],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json', badges],
  ['https://purl.imsglobal.org/spec/ob/v3p0/extensions.json', extensions],
  ['https://w3id.org/vc/render-method/v2rc2', renderMethod],
]);
