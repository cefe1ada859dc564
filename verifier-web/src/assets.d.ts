declare module '*.bin' {
  const text: string;
  export default text;
}

/** True in the single file `verifier.html`, false on the site. */
declare const __SINGLE_FILE__: boolean;
/** Paths that the service worker keeps, below the site's `verify/`. */
declare const __PRECACHE__: readonly string[];
/** Digest of everything in `__PRECACHE__`. */
declare const __VERSION__: string;
