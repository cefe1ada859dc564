// Asks the workers of pdf-reader.ts, one for each core, and ends one when a step takes longer than any certificate does. A
// worker reads one file at a time, and whatever it says or dies of is about that file alone. What took too long beside
// others is read once more alone: other work on this device is no fault of a file.

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
/** Most workers, and how many gigabytes a device has that does not say: one takes half of one at most (pdf.ts). */
const WORKERS = 8;
const GIGABYTES = 4;

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

/** An open PDF, for as long as the function that it is given to. */
export interface Pdf {
  content: PdfContent;
  /** Draws a page, from 0, and returns the texts of its QR codes. */
  codes(page: number): Promise<string[]>;
}

/** Reads a PDF. Rejects with `Excessive`, or another error where it cannot be read. `use` may be called twice. */
export function withPdf<T>(bytes: Uint8Array<ArrayBuffer>, use: (pdf: Pdf) => Promise<T>): Promise<T> {
  return readers.turn(async (reader) => {
    const end = Date.now() + FILE;
    const step = () => Math.max(0, Math.min(STEP, end - Date.now()));
    // Its own copy: the worker takes the bytes away.
    const copy = bytes.slice();
    const content = await reader.ask({ ask: 'pdf', bytes: copy }, step(), [copy.buffer]) as PdfContent;
    return use({ content, codes: (page) => reader.ask({ ask: 'codes', page }, step()) as Promise<string[]> });
  });
}

/** Reads the codes of a picture. Rejects as `withPdf` does. */
export function readPicture(picture: Blob): Promise<PictureContent> {
  return readers.turn((reader) => reader.ask({ ask: 'picture', picture }, PHOTO) as Promise<PictureContent>);
}

/** How many files are read at a time. */
export function atOnce(): number {
  const device = navigator as { hardwareConcurrency?: number; deviceMemory?: number };
  const { hardwareConcurrency: cores = 1, deviceMemory: gigabytes = GIGABYTES } = device;
  return Math.max(1, Math.floor(Math.min(cores, gigabytes, WORKERS)));
}

/** A worker, and a new one after each that was ended. */
class Reader {
  /** Whether one of its workers ever came up. */
  started = false;
  /** Whether the last file took too long. */
  late = false;
  /** Started with the first file: starting costs more than reading a certificate. */
  private worker: Promise<Worker> | undefined;
  /** The one that runs, to end it. */
  private running: Worker | undefined;
  private waiting: Waiting | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private count = 0;

  async ask(request: Ask, step: number, transfer: Transferable[] = []): Promise<unknown> {
    this.worker ??= this.start();
    const ready = await this.worker;
    const id = this.count += 1;
    return new Promise((resolve, reject) => {
      this.waiting = { id, step, resolve, reject };
      this.wind(step);
      ready.postMessage({ ...request, id }, transfer);
    });
  }

  /** Resolves when the worker has loaded: a slow network is no fault of a file. */
  private start(): Promise<Worker> {
    return new Promise((resolve, reject) => {
      const started = this.running = new Worker(new URL('pdf-reader.js', document.baseURI), { type: 'module' });
      started.addEventListener('message', ({ data }: MessageEvent<Answer | { ready: true }>) => {
        // One that was ended may have said something before.
        if (started !== this.running) return;
        if ('ready' in data) {
          this.started = true;
          resolve(started);
        } else this.heard(data);
      });
      started.addEventListener('error', () => {
        const error = new Error('the reader failed');
        reject(error);
        if (started === this.running) this.end(error);
      });
    });
  }

  private heard(answer: Answer): void {
    const { waiting } = this;
    // An answer to what nobody waits for any more, or a word of pdf.js.
    if (!waiting || waiting.id !== (answer as Partial<Answer>).id) return;
    if ('alive' in answer) this.wind(waiting.step);
    else if ('loading' in answer) this.wind(LOADING, new Error('a decoder did not come'));
    else {
      this.rest();
      if ('done' in answer) waiting.resolve(answer.done);
      else waiting.reject(Object.assign(new Error('it cannot be read'), { name: answer.failed }));
    }
  }

  private wind(step: number, error: Error = new Excessive('it takes too long')): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.late ||= error instanceof Excessive;
      this.end(error);
    }, step);
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.waiting = undefined;
  }

  /** Ends the worker; the next file gets a new one. */
  private end(error: Error): void {
    const asked = this.waiting;
    this.rest();
    this.running?.terminate();
    this.running = this.worker = undefined;
    asked?.reject(error);
  }
}

/** All of them, and who waits for one. */
class Readers {
  private readonly idle: Reader[] = [];
  private readonly queue: ((reader: Reader) => void)[] = [];
  /** How many there are, and how many there may be: fewer where the browser starts no more. */
  private all = 0;
  private most = atOnce();
  private busy = 0;
  /** How often somebody began. */
  private begun = 0;
  /** Passes when nobody reads alone, or waits to. It never rejects. */
  private gate: Promise<unknown> = Promise.resolve();
  private silence: (() => void) | undefined;

  /** Does some work with a reader that nobody else has meanwhile; twice, where it took too long beside others. */
  async turn<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    let gate: unknown;
    do {
      gate = this.gate;
      await gate;
    } while (gate !== this.gate);
    const reader = await this.take();
    const [others, before] = [this.busy - 1, this.begun];
    const answer = work(reader);
    await answer.catch(() => undefined);
    const isLate = reader.late && (others > 0 || this.begun > before);
    const isMissing = !reader.started && this.all > 1;
    if (isMissing) this.lose();
    else this.giveBack(reader);
    if (isLate) return this.alone(work);
    return isMissing ? this.turn(work) : answer;
  }

  private alone<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    const answer = this.gate.then(async () => {
      if (this.busy > 0) await new Promise<void>((resolve) => { this.silence = resolve; });
      const reader = await this.take();
      return work(reader).finally(() => { this.giveBack(reader); });
    });
    this.gate = answer.catch(() => undefined);
    return answer;
  }

  private async take(): Promise<Reader> {
    let reader = this.idle.pop();
    if (reader || this.all < this.most) {
      this.busy += 1;
      if (!reader) this.all += 1;
      reader ??= new Reader();
    } else reader = await new Promise<Reader>((resolve) => { this.queue.push(resolve); });
    this.begun += 1;
    reader.late = false;
    return reader;
  }

  private giveBack(reader: Reader): void {
    const next = this.queue.shift();
    if (next) next(reader);
    else {
      this.idle.push(reader);
      this.rest();
    }
  }

  /** A worker that never came up: those that are there do its work. */
  private lose(): void {
    this.all -= 1;
    this.most = this.all;
    this.rest();
  }

  private rest(): void {
    this.busy -= 1;
    if (this.busy === 0) this.silence?.();
  }
}

const readers = new Readers();
