// Why a file could not be read, in the words of what reads it.

import type { MessageKey } from '../page/messages.js';
import { ReadError } from './bounds.js';

/** By the error's name: it comes out of a worker. */
export function why(error: unknown): ReadError {
  const name = error instanceof Error ? error.name : '';
  const key: MessageKey = name === 'Excessive' || name === 'TooLarge' ? 'read.excessive'
    : name === 'PasswordException' ? 'read.locked' : 'read.unreadable';
  return new ReadError(key);
}
