// The worker that reads other people's PDFs and pictures: whatever a file makes it do, reader.ts can end it.

import type { OpenPdf } from './pdf.js';

/** What the worker is asked, each with a number of its own. */
export type Request = { id: number } & (
  | { ask: 'pdf'; bytes: Uint8Array<ArrayBuffer> }
  | { ask: 'codes'; page: number }
  | { ask: 'picture'; picture: Blob }
);

/** What it answers. `alive`: it goes on, and has done a part. */
export type Answer =
  | { id: number; alive: true }
  | { id: number; done: unknown }
  | { id: number; failed: string };

/** What is used of a worker's scope: its types and those of a page do not go together in one program. */
interface Scope {
  postMessage(message: Answer | { ready: true }): void;
  addEventListener(name: 'message', listener: (event: { readonly data: Request }) => void): void;
}

const scope = globalThis as unknown as Scope;
/** The PDF that was opened last. */
let open: OpenPdf | undefined;

async function answer(request: Request): Promise<unknown> {
  const alive = () => { scope.postMessage({ id: request.id, alive: true }); };
  if (request.ask === 'picture') return (await import('./picture.js')).readPicture(request.picture);
  if (request.ask === 'codes') return open?.codes(request.page, alive);
  await open?.end();
  open = undefined;
  const { OpenPdf } = await import('./pdf.js');
  // Loading pdf.js is no work of the file.
  alive();
  open = await OpenPdf.open(request.bytes);
  return open.read(alive);
}

scope.addEventListener('message', ({ data }) => {
  // pdf.js talks to its own kind through the same door.
  if (typeof (data as Partial<Request>).ask !== 'string') return;
  answer(data).then(
    (done) => { scope.postMessage({ id: data.id, done }); },
    (error: unknown) => { scope.postMessage({ id: data.id, failed: error instanceof Error ? error.name : 'Error' }); },
  );
});
scope.postMessage({ ready: true });
