// Asks the worker of pdf-reader.ts, and ends it when a step takes longer than any certificate does. One file at a time.

import type { PdfContent } from './pdf.js';
import type { Answer, Request } from './pdf-reader.js';
import type { PictureContent } from './picture.js';

/** Longest time without a sign of life, in milliseconds: a certificate's page is drawn in a tenth of it. */
const STEP = 5_000;
/** The same for a photo, which is tried at several sizes by several decoders. */
const PHOTO = 20_000;
/** Longest time for one file, in milliseconds. */
const FILE = 60_000;
/** The same for a decoder on its way through a slow network, which is no fault of the file. */
const LOADING = 60_000;

/** The file asks for more than a certificate needs: nothing can be said about it. */
export class Excessive extends Error {
  override name = 'Excessive';
}

type Ask = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

interface Waiting {
  id: number;
  step: number;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Started with the first file: starting costs more than reading a certificate. */
let worker: Promise<Worker> | undefined;
/** The one that runs, to end it. */
let running: Worker | undefined;
let waiting: Waiting | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let count = 0;
/** What was asked for before; it never rejects. */
let queue: Promise<unknown> = Promise.resolve();

/** An open PDF, for as long as the function that it is given to. */
export interface Pdf {
  content: PdfContent;
  /** Draws a page, from 0, and returns the texts of its QR codes. */
  codes(page: number): Promise<string[]>;
}

/** Reads a PDF. Rejects with `Excessive`, or another error where it cannot be read. Takes the bytes away. */
export function withPdf<T>(bytes: Uint8Array<ArrayBuffer>, use: (pdf: Pdf) => Promise<T>): Promise<T> {
  return inTurn(async () => {
    const end = Date.now() + FILE;
    const step = () => Math.max(0, Math.min(STEP, end - Date.now()));
    const content = await ask({ ask: 'pdf', bytes }, step(), [bytes.buffer]) as PdfContent;
    return use({ content, codes: (page) => ask({ ask: 'codes', page }, step()) as Promise<string[]> });
  });
}

/** Reads the codes of a picture. Rejects as `withPdf` does. */
export function readPicture(picture: Blob): Promise<PictureContent> {
  return inTurn(() => ask({ ask: 'picture', picture }, PHOTO) as Promise<PictureContent>);
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = queue.then(work);
  queue = mine.catch(() => undefined);
  return mine;
}

async function ask(request: Ask, step: number, transfer: Transferable[] = []): Promise<unknown> {
  worker ??= start();
  const ready = await worker;
  const id = count += 1;
  return new Promise((resolve, reject) => {
    waiting = { id, step, resolve, reject };
    wind(step);
    ready.postMessage({ ...request, id }, transfer);
  });
}

/** Resolves when the worker has loaded: a slow network is no fault of a file. */
function start(): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const started = running = new Worker(new URL('pdf-reader.js', document.baseURI), { type: 'module' });
    started.addEventListener('message', ({ data }: MessageEvent<Answer | { ready: true }>) => {
      if ('ready' in data) resolve(started);
      else heard(data);
    });
    started.addEventListener('error', () => {
      const error = new Error('the reader failed');
      reject(error);
      end(error);
    });
  });
}

function heard(answer: Answer): void {
  // An answer to what nobody waits for any more, or a word of pdf.js.
  if (waiting?.id !== (answer as Partial<Answer>).id || !waiting) return;
  if ('alive' in answer) {
    wind(waiting.step);
    return;
  }
  if ('loading' in answer) {
    wind(LOADING, new Error('a decoder did not come'));
    return;
  }
  const { resolve, reject } = waiting;
  rest();
  if ('done' in answer) resolve(answer.done);
  else reject(Object.assign(new Error('it cannot be read'), { name: answer.failed }));
}

function wind(step: number, error: Error = new Excessive('it takes too long')): void {
  clearTimeout(timer);
  timer = setTimeout(() => { end(error); }, step);
}

function rest(): void {
  clearTimeout(timer);
  waiting = undefined;
}

/** Ends the worker; the next file gets a new one. */
function end(error: Error): void {
  const asked = waiting;
  rest();
  running?.terminate();
  worker = undefined;
  asked?.reject(error);
}
