declare module '*.bin' {
  const text: string;
  export default text;
}

declare module '*.jsonld' {
  const context: unknown;
  export default context;
}
declare module 'jsonld' {
  type Format = 'application/n-quads';
  interface ToRdf {
    format: Format;
    safe: true;
    documentLoader(url: string): Promise<{ contextUrl: null; documentUrl: string; document: unknown }>;
  }
  interface Canonize {
    algorithm: 'RDFC-1.0';
    inputFormat: Format;
    format: Format;
  }
  const jsonld: {
    toRDF(document: unknown, options: ToRdf): Promise<unknown>;
    canonize(quads: string, options: Canonize): Promise<string>;
  };
  export default jsonld;
}

/** True in the single file `verifier.html`, false on the site. */
declare const __SINGLE_FILE__: boolean;
/** Paths that the service worker keeps, below the site's `verify/`. */
declare const __PRECACHE__: readonly string[];
/** Digest of everything in `__PRECACHE__`. */
declare const __VERSION__: string;
