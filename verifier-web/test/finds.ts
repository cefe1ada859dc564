// What opening a file comes to, in words.

import { Bounds } from '../src/open/bounds.js';
import { open, type Find } from '../src/open/index.js';

/** Everything that is told of a file: its name, and a credential's beginning, a problem, or that it holds none. */
export async function all(file: Uint8Array<ArrayBuffer> | string, name = 'x', bounds = new Bounds()): Promise<string[]> {
  const found: string[] = [];
  for await (const find of open(new Blob([file]), name, bounds)) found.push(say(find));
  return found;
}

function say(find: Find): string {
  if ('left' in find) return `${find.name}: left`;
  if ('problem' in find) return `${find.name}: ${find.problem.key}`;
  return `${find.name}: ${find.document.candidates.map((one) => one.text.slice(0, 12)).join(' ')}`;
}
