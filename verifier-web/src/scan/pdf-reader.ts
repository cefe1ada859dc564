// The worker that reads other people's PDFs and pictures: whatever a file makes it do, reader.ts can end it.

import { checkInflated } from '../open/inflated.js';
import { Family, mayBeOurs } from './kin.js';
import type { OpenPdf, PdfContent } from './pdf.js';
import type { Progress } from './qr.js';

/** What the worker is asked, each with a number of its own. */
export type Request = { id: number } & (
  | { ask: 'pdf'; bytes: Uint8Array<ArrayBuffer> }
  | { ask: 'codes'; page: number }
  | { ask: 'picture'; picture: Blob }
);

/** What it answers. `alive`: it goes on, and has done a part. `loading`: it waits for a decoder, which is no work of the file. */
export type Answer =
  | { id: number; alive: true }
  | { id: number; loading: true }
  | { id: number; done: unknown }
  | { id: number; failed: string };

/** What is used of a worker's scope: its types and those of a page do not go together in one program. */
interface Scope {
  postMessage(message: Answer | { ready: true }): void;
  addEventListener(name: 'message', listener: (event: { readonly data: Request }) => void): void;
}

const scope = globalThis as unknown as Scope;
const family = new Family();
/** The PDF that pdf.js opened last. */
let open: OpenPdf | undefined;
/** The one that was read without it: to be opened where a page of it must be drawn after all. */
let unopened: Uint8Array<ArrayBuffer> | undefined;

async function answer(request: Request): Promise<unknown> {
  const { id } = request;
  const progress: Progress = {
    alive: () => { scope.postMessage({ id, alive: true }); },
    loading: () => { scope.postMessage({ id, loading: true }); },
  };
  if (request.ask === 'pdf') return read(request.bytes, progress);
  if (request.ask === 'codes') {
    if (unopened) await openPdf(unopened, progress);
    return open?.codes(request.page, progress);
  }
  progress.loading();
  const { readPicture } = await import('./picture.js');
  progress.alive();
  return readPicture(request.picture, progress);
}

/** By pdf.js, unless it read a certificate of the same template before. */
async function read(bytes: Uint8Array<ArrayBuffer>, progress: Progress): Promise<PdfContent> {
  await open?.end();
  open = undefined;
  // Whatever goes wrong there is pdf.js's business.
  const known = await family.read(bytes).catch(() => undefined);
  unopened = known ? bytes : undefined;
  if (known) return known;
  await checkInflated(bytes, progress.alive);
  const copy = mayBeOurs(bytes) ? bytes.slice() : undefined;
  const opened = await openPdf(bytes, progress);
  const content = await opened.read(progress);
  if (copy) await family.learn(copy, content).catch(() => undefined);
  return content;
}

async function openPdf(bytes: Uint8Array<ArrayBuffer>, progress: Progress): Promise<OpenPdf> {
  unopened = undefined;
  progress.loading();
  const { OpenPdf } = await import('./pdf.js');
  progress.alive();
  open = await OpenPdf.open(bytes, progress);
  return open;
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
