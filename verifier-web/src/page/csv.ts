// Results as CSV (RFC 4180), for a spreadsheet: a cell that a spreadsheet would take for a formula is made a text.

import { colour, proven, type Result } from './result.js';

/** One row of a batch: a result, or why there is none. */
export type Row = { name: string; result: Result; problem?: undefined } | { name: string; result?: undefined; problem: string };

/** Stands where a verdict's code stands. */
export const UNREADABLE = 'unreadable' as const;

const HEAD = ['file', 'verdict', 'class', 'detail', 'number', 'recipient', 'title', 'issuer', 'issuer_name', 'proven',
  'valid_from', 'valid_until', 'status_as_of', 'next_update', 'reason', 'differs', 'problem'];

/** Returns the whole table, with a byte order mark for the spreadsheets that need it. */
export function csv(rows: readonly Row[]): string {
  return '\ufeff' + [HEAD, ...rows.map(cells)].map((row) => row.map(cell).join(',') + '\r\n').join('');
}

function cells(row: Row): string[] {
  // What could not be read has no verdict; the word is the one of `testamur verify`.
  if (!row.result) return [row.name, UNREADABLE, 'amber', ...HEAD.slice(4).map(() => ''), row.problem];
  const { verdict, compared } = row.result;
  const about = verdict.claimed ?? verdict;
  const word = (field: string) => field.replace(/^f\./, '');
  const differs = [
    ...(compared?.differs ?? []).map((one) => `${word(one.field)}: ${one.found ?? '-'}`),
    ...(compared?.uncompared ?? []).map((field) => `${word(field)}: ?`),
  ].join('; ');
  return [row.name, verdict.verdict, colour(row.result), verdict.detail, about.number, about.recipient, about.title,
    about.issuer, about.issuerName, proven(verdict) ? 'yes' : 'no', verdict.validFrom,
    verdict.validUntil, verdict.statusAsOf, verdict.nextUpdate, verdict.reason?.text, differs,
    verdict.problem].map((text) => text ?? '');
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
