// PDFs by pdf.js, in the worker of pdf-reader.ts alone: what is attached, the printed text, and the QR codes of a drawn
// page. Scripts, forms and links of the PDF are never run; fonts and pictures come out of the file alone. What a page may
// take is bounded here in memory, in time by reader.ts, which ends the worker.

import { getDocument, OPS, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist';
// Found by pdf.js in this very worker: one thread to end, with all that a file makes it do.
import 'pdfjs-dist/build/pdf.worker.mjs';
import { isSame } from '../open/bytes.js';
import { latin1 } from '../open/kinds.js';
import { looksLikeCredential } from './looks.js';
import { readCodesHard, type Progress } from './qr.js';
import { TooLarge } from './too-large.js';

/** Most pages that are looked at. */
const PAGES = 100;
/** Most attachments that are looked into: certificates that were put together may bring theirs along. */
const FILES = 256;
/** Largest attachment that can be a credential, in bytes. */
const CREDENTIAL = 262_144;
/** Most links that are looked at (src/open/linked.ts). */
const LINKS = 1_000;
/** Longest printed text of a page that is looked at, in characters. */
const PAGE_CHARACTERS = 200_000;
/** Most outlines of a page that is a picture. */
const PICTURE_OUTLINES = 8;
/** Longest side of a drawn page, in pixels: 200 dots an inch on A4. */
const SIDE = 2_340;
/** Most pixels of all surfaces that drawing one page holds at a time: 256 MB. */
const PIXELS = 64_000_000;
/** Largest image of a page, in pixels; a page scanned at 600 dots an inch has 35 million. */
const IMAGE_PIXELS = 40_000_000;

/** Where the site has the decoders of what scanners pack pictures with (CCITT and JBIG2, JPEG 2000), and who needs which. */
const DECODERS = new URL('wasm/', globalThis.location.href).href;
const NEEDED: readonly [RegExp, string][] = [[/CCITTFaxDecode|\/CCF\b|JBIG2Decode/, 'jbig2.wasm'], [/JPXDecode/, 'openjpeg.wasm']];

/** Has the decoders come that a file needs: waiting for them is no work of the file. */
async function loadDecoders(pdf: Uint8Array, progress: Progress): Promise<void> {
  const text = latin1(pdf);
  for (const [filter, name] of NEEDED) {
    if (!filter.test(text)) continue;
    progress.loading();
    // Offline before it ever came: then its pictures stay white, and the page says that it found no code.
    await fetch(DECODERS + name).then((answer) => answer.arrayBuffer()).catch(() => undefined);
    progress.alive();
  }
}

/** What a PDF says now, not what an earlier version of it, or nothing in it, still holds. */
export interface PdfContent {
  /** Attached texts with the looks of a credential, each once. */
  attached: string[];
  /** Other attached files, which may hold certificates themselves. */
  files: { name: string; bytes: Uint8Array<ArrayBuffer> }[];
  /** Names of attachments that could not be taken out. */
  lost: string[];
  /** How many different attachments were taken out. */
  taken: number;
  /** Whether there are more than are looked at. */
  more: boolean;
  /** What each of the first pages prints. */
  pages: string[];
  /** Those of them, from 1, that are a picture and nothing else. */
  pictures: number[];
  /** How many pages there are. */
  count: number;
  /** Whether something was drawn over the pages afterwards. */
  drawnOver: boolean;
  /** Where links on the pages lead to: as many as are looked at, and one more. */
  links: string[];
  /** Whether it is known that nothing else is embedded: who read it (kin.ts) accounted for every byte. */
  whole?: true;
}

/** An open PDF. */
export class OpenPdf {
  private constructor(private readonly pdf: PDFDocumentProxy, private readonly close: () => Promise<void>) {}

  static async open(bytes: Uint8Array, progress: Progress): Promise<OpenPdf> {
    await loadDecoders(bytes, progress);
    const task = getDocument({
      data: bytes,
      CanvasFactory: Canvases,
      FilterFactory: NoFilters,
      disableFontFace: true,
      isOffscreenCanvasSupported: false,
      maxImageSize: IMAGE_PIXELS,
      wasmUrl: DECODERS,
      useWorkerFetch: true,
      useSystemFonts: false,
      stopAtErrors: false,
      verbosity: 0,
    });
    try {
      return new OpenPdf(await task.promise, () => task.destroy());
    } catch (error) {
      await task.destroy();
      throw error;
    }
  }

  /** Reads all but the drawn pages. */
  async read(progress: Progress): Promise<PdfContent> {
    const pages: string[] = [];
    const pictures: number[] = [];
    const links: string[] = [];
    let drawnOver = false;
    for (let number = 1; number <= Math.min(PAGES, this.pdf.numPages); number += 1) {
      const page = await this.pdf.getPage(number);
      const text = await printed(page);
      pages.push(text);
      if (text.trim() === '' && await isPicture(page)) pictures.push(number);
      const all = await annotationsOf(page);
      drawnOver ||= isDrawnOver(all);
      links.push(...all.flatMap((one) => one.unsafeUrl ?? one.url ?? []).slice(0, LINKS + 1 - links.length));
      page.cleanup();
      progress.alive();
    }
    return { ...await this.attachments(progress), pages, pictures, count: this.pdf.numPages, drawnOver, links };
  }

  /** Returns the texts of all QR codes on a page, from 0. */
  async codes(index: number, progress: Progress): Promise<string[]> {
    const page = await this.pdf.getPage(index + 1);
    const size = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: SIDE / Math.max(size.width, size.height) });
    const canvas = new OffscreenCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
    // The type knows a document's canvas alone; only its context is used.
    await page.render({ canvas: canvas as unknown as HTMLCanvasElement, viewport, background: '#fff' }).promise;
    page.cleanup();
    progress.alive();
    const context = canvas.getContext('2d');
    return context ? await readCodesHard(context.getImageData(0, 0, canvas.width, canvas.height), progress) : [];
  }

  async end(): Promise<void> {
    await this.close();
  }

  private async attachments(progress: Progress): Promise<Pick<PdfContent, 'attached' | 'files' | 'lost' | 'taken' | 'more'>> {
    const attached = new Set<string>();
    const files: PdfContent['files'] = [];
    const lost: string[] = [];
    const all = [...(await this.pdf.getAttachments()) as Map<string, { filename?: string }> | null ?? []];
    for (const [id, { filename = '' }] of all.slice(0, FILES)) {
      const content = await this.pdf.getAttachmentContent(id) as Uint8Array<ArrayBuffer> | null;
      const text = content && content.length <= CREDENTIAL ? new TextDecoder().decode(content).trim() : '';
      if (!content) lost.push(filename);
      else if (looksLikeCredential(text)) attached.add(text);
      else if (!files.some(({ bytes }) => isSame(bytes, content))) files.push({ name: filename, bytes: content });
      progress.alive();
    }
    return { attached: [...attached], files, lost, taken: attached.size + files.length, more: all.length > FILES };
  }
}

interface Annotation {
  subtype?: string;
  hasAppearance?: boolean;
  /** What a link leads to: as it is written, and as an address that pdf.js takes for harmless. */
  unsafeUrl?: string;
  url?: string;
}

async function annotationsOf(page: PDFPageProxy): Promise<Annotation[]> {
  return await page.getAnnotations({ intent: 'any' }) as Annotation[];
}

/** Links that draw nothing are expected; anything else was put on the page afterwards (src/reading/pdf.rs). */
function isDrawnOver(all: readonly Annotation[]): boolean {
  return all.some((one) => !['Link', 'Popup'].includes(one.subtype ?? '') || one.hasAppearance === true);
}

/** What pdf.js hands over, with what build.mjs makes it say besides: which text is hidden, and `/ActualText`. */
type Handed =
  | { str: string; transform: readonly number[]; height: number; hasEOL: boolean; hidden?: boolean }
  | { str?: undefined; type: string; actualText?: string };

async function printed(page: PDFPageProxy): Promise<string> {
  const reader = page.streamTextContent({ includeMarkedContent: true }).getReader();
  const writer = new Writer();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return writer.text;
    for (const item of value.items as unknown as Handed[]) writer.take(item);
    if (writer.text.length > PAGE_CHARACTERS) {
      void reader.cancel(new Error('enough'));
      return writer.text;
    }
  }
}

/** Writes down what glyphs say, as src/reading/printed.rs does. */
class Writer {
  text = '';
  private line: number | undefined;
  /** Open marked content, outermost first: what is said in the place of its glyphs, until a visible one has said it. */
  private readonly marked: { instead: string | undefined; said: boolean }[] = [];

  take(item: Handed): void {
    if (item.str === undefined) {
      if (item.type === 'endMarkedContent') this.marked.pop();
      else this.marked.push({ instead: item.actualText, said: false });
      return;
    }
    if (item.hidden === true && !this.spellsOneCharacter(item.str)) return;
    const y = Number(item.transform[5]);
    // A new line by place: `hasEOL` alone misses boxes that stand apart.
    if (this.line !== undefined && Math.abs(y - this.line) > item.height * 0.4 + 0.5 && !this.text.endsWith('\n')) this.text += '\n';
    if (item.str.trim() !== '') this.line = y;
    this.text += this.saying(item.str) + (item.hasEOL ? '\n' : '');
  }

  private saying(glyphs: string): string {
    const replacement = this.marked.find(({ instead }) => instead !== undefined);
    if (!replacement || glyphs === '') return glyphs;
    // Cairo spells glyphs by nothing that it knows no letters of.
    const instead = replacement.said ? '' : replacement.instead || '\ufffd';
    replacement.said = true;
    return instead;
  }

  /** Hidden text is not printed. A glyph that only carries one character of `/ActualText` is: src/render/text.rs. */
  private spellsOneCharacter(glyphs: string): boolean {
    return [...glyphs].length === 1 && this.marked.some(({ instead, said }) => !said && [...instead ?? ''].length === 1);
  }
}

const IMAGES: readonly number[] = [OPS.paintImageMaskXObject, OPS.paintImageMaskXObjectGroup, OPS.paintImageXObject,
  OPS.paintInlineImageXObject, OPS.paintInlineImageXObjectGroup, OPS.paintImageXObjectRepeat, OPS.paintImageMaskXObjectRepeat];

/** Whether a page without text is a picture, as scanners save it, with a frame or a white ground at most. */
async function isPicture(page: PDFPageProxy): Promise<boolean> {
  const { fnArray } = await page.getOperatorList();
  const count = (all: readonly number[]) => fnArray.filter((one) => all.includes(one)).length;
  return count(IMAGES) > 0 && count([OPS.constructPath]) <= PICTURE_OUTLINES;
}

interface Surface {
  canvas: OffscreenCanvas | null;
  context: OffscreenCanvasRenderingContext2D | null;
}

/** Gives pdf.js its surfaces, as long as they fit the bound together: transparency groups nest, each with its own. */
class Canvases {
  private held = 0;

  create(width: number, height: number): Surface {
    this.take(width * height);
    const canvas = new OffscreenCanvas(width, height);
    return { canvas, context: canvas.getContext('2d', { willReadFrequently: true }) };
  }

  reset({ canvas }: Surface, width: number, height: number): void {
    if (!canvas) return;
    this.held -= canvas.width * canvas.height;
    this.take(width * height);
    canvas.width = width;
    canvas.height = height;
  }

  destroy(surface: Surface): void {
    if (!surface.canvas) return;
    this.held -= surface.canvas.width * surface.canvas.height;
    surface.canvas.width = 0;
    surface.canvas.height = 0;
    surface.canvas = null;
    surface.context = null;
  }

  getNoAlphaContext(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D | null {
    return canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  }

  private take(pixels: number): void {
    // Written so that what is no number is refused.
    if (!(this.held + pixels <= PIXELS)) throw new TooLarge('too many pixels');
    this.held += pixels;
  }
}

/** Filters are elements of a document, and change colours alone: a code is read without them. */
class NoFilters {
  addFilter(): string { return 'none'; }
  addHCMFilter(): string { return 'none'; }
  addAlphaFilter(): string { return 'none'; }
  addLuminosityFilter(): string { return 'none'; }
  addKnockoutFilter(): string { return 'none'; }
  addHighlightHCMFilter(): string { return 'none'; }
  addSelectionHCMFilter(): string { return 'none'; }
  addSelectionFilter(): string { return 'none'; }
  createSelectionStyle(): null { return null; }
  destroy(): void { /* There is nothing to end. */ }
}
