// What checking one input came to.

import type { Verdict } from '../core/index.js';
import type { Compared } from './compare.js';

export interface Result {
  /** The file's name; absent for a link, a scan or a pasted text. */
  name?: string;
  verdict: Verdict;
  at: Date;
  /** What came of comparing the printed page with what was signed; `undefined`: the page's text was not looked at. */
  compared?: Compared | undefined;
  /** Whether its pages are pictures, as scanners save them: what they print is no text. */
  picture?: boolean;
  /** Whether the input has printed text at all (a PDF has, a link has not). */
  printed: boolean;
  /** Whether the page may show something else than its text says. */
  doubtful?: boolean;
  /** Numbers of credentials that are attached to the file and that none of its pages shows. */
  strays?: string[];
  /** The address that was given in place of a certificate: that of its page. */
  page?: string | undefined;
  /** Files beside it, in the one that was dropped, that hold no certificate. */
  left?: string[];
}

/** The colour to show. Only a `valid` that its paper, if it has one, was compared with and does not contradict is green. */
export function colour(result: Result): Verdict['class'] {
  const { differs = [], uncompared = [] } = result.compared ?? {};
  const isUnseen = result.printed && result.compared === undefined;
  const isAmber = isUnseen || differs.length + uncompared.length > 0 || result.doubtful === true;
  return result.verdict.class === 'green' && isAmber ? 'amber' : result.verdict.class;
}

/** Whether the verdict is about the credential as proven, so that its fields may be shown as the issuer's word. */
export function proven(verdict: Verdict): boolean {
  return verdict.claimed === undefined && verdict.verdict !== 'malformed' && verdict.verdict !== 'specimen';
}
