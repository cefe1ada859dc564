// What the page says, in the reader's language: one file each in i18n/. No language leans on another: every one has
// every message, and e2e/people.test.mjs holds them to it.

import en from '../i18n/en.json';

export type Messages = typeof en;
export type MessageKey = keyof Messages;

/** Languages by code, under the name that their readers know. */
export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  hi: 'हिन्दी',
  ar: 'العربية',
  zh: '中文',
} as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS: Record<Language, () => Promise<{ default: Messages }>> = {
  en: () => Promise.resolve({ default: en }),
  de: () => import('../i18n/de.json'),
  fr: () => import('../i18n/fr.json'),
  es: () => import('../i18n/es.json'),
  hi: () => import('../i18n/hi.json'),
  ar: () => import('../i18n/ar.json'),
  zh: () => import('../i18n/zh.json'),
};

const KEPT = 'language';

let language: Language = 'en';
let messages: Messages = en;

/** Returns the language in use. */
export function current(): Language {
  return language;
}

/** Returns the language chosen before, else the first of the browser's that we speak, else English. */
export function preferred(): Language {
  const wanted = [kept(), ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag): tag is Language => Object.hasOwn(LANGUAGES, tag)) ?? 'en';
}

/** Changes the language of the page and of everything that `t` says from now on. */
export async function use(wanted: Language): Promise<void> {
  messages = (await LOADERS[wanted]()).default;
  language = wanted;
  document.documentElement.lang = wanted;
  document.documentElement.dir = wanted === 'ar' ? 'rtl' : 'ltr';
  for (const element of document.querySelectorAll<HTMLElement>('[data-t]')) {
    element.textContent = t(element.dataset['t'] as MessageKey);
  }
  document.title = t('ways.title');
}

/** Keeps the choice on this device. */
export function keep(chosen: Language): void {
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // A file or a private window may have no storage: then the choice lasts as long as the page.
  }
}

function kept(): string {
  try {
    return localStorage.getItem(KEPT) ?? '';
  } catch {
    return '';
  }
}

/** Returns a message with its `{places}` filled. */
export function t(key: MessageKey, places: Record<string, string | number> = {}): string {
  return messages[key].replace(/\{(\w+)\}/g, (all, name: string) => String(places[name] ?? all));
}

/** Returns a message as pieces, so that a place can hold an element. */
export function pieces(key: MessageKey, places: Record<string, Node>): (Node | string)[] {
  return messages[key].split(/(\{\w+\})/).map((piece) => places[piece.slice(1, -1)] ?? piece);
}

/** Whether `key` names a message: a code of a newer core may have none yet. */
export function has(key: string): key is MessageKey {
  return Object.hasOwn(messages, key);
}

/** Returns a day in UTC, as all dates of a certificate are. */
export function day(iso: string): string {
  return format(iso, { dateStyle: 'long', timeZone: 'UTC' });
}

/**
 * Returns the instant of a certificate: the day alone where it is the beginning or the end of one in UTC, else with the time, for
 * where the issuer is it may be another day.
 */
export function instant(iso: string): string {
  if (/T(00:00:00|23:59:59)Z$/.test(iso)) return day(iso);
  return format(iso, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }) + ' UTC';
}

const DAY = 86_400_000;
const HOUR = 3_600_000;

/**
 * Returns the end of a certificate as it prints it: the day alone where it is the last second of one somewhere, by whole quarters
 * of an hour from UTC. Where that may be one of two days, as it is for Kiritimati or Hawaii, the time is said.
 */
export function lastDay(iso: string): string {
  const last = endsDay(Date.parse(iso));
  return last === undefined ? instant(iso) : day(new Date(last).toISOString());
}

/** Returns an instant of the day, as UTC has it, that ends with this second; `undefined`: none does, or nobody knows which. */
export function endsDay(at: number): number | undefined {
  const past = (at + 1000) % DAY;
  if (Number.isNaN(at) || past % (HOUR / 4) !== 0 || past === 10 * HOUR || past === 11 * HOUR) return undefined;
  // Midnight there is at this time in UTC: of the same day west of it, of the next one east of it.
  return past > 0 && past < 10 * HOUR ? at - DAY : at;
}

/** Returns an instant on the clock of this device. */
export function moment(at: Date): string {
  return format(at.toISOString(), { dateStyle: 'long', timeStyle: 'short' });
}

/** Puts words together as the language does: "a, b and c". */
export function list(words: readonly string[]): string {
  return new Intl.ListFormat(language).format(words);
}

/** Returns how long ago a day was: "2 days ago". */
export function ago(iso: string, now: Date): string {
  const days = Math.round((Date.parse(iso.slice(0, 10)) - Date.parse(now.toISOString().slice(0, 10))) / 86_400_000);
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day');
}

/** The reader's own region, where the browser names it: a British date in English, a Mexican one in Spanish. */
function region(): string {
  return navigator.languages.find((tag) => tag.startsWith(`${language}-`)) ?? language;
}

function format(iso: string, options: Intl.DateTimeFormatOptions): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : new Intl.DateTimeFormat(region(), options).format(at);
}
