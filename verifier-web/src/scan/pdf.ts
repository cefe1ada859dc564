// PDFs by pdf.js, loaded only when one is to be read: attachments, the printed text, and the QR code of a drawn page.
// Scripts, forms and links of the PDF are never run; fonts and pictures come out of the file alone.

import { getDocument, GlobalWorkerOptions, PDFWorker, type PDFDocumentProxy } from 'pdfjs-dist';
import { isCredential } from './pdf-attachment.js';
import { readPixels } from './picture.js';

/** Pages that are looked at: a certificate has one, sometimes a supplement. */
const PAGES = 10;
/** Most attachments that are looked into. */
const FILES = 20;
/** Longest side of a drawn page, in pixels: 200 dots an inch on A4. */
const SIDE = 2_340;

GlobalWorkerOptions.workerSrc = new URL('pdf-worker.js', document.baseURI).href;

/** One worker for all files: starting it costs more than reading a certificate. */
let worker: PDFWorker | undefined;

export interface PdfContent {
  credential?: string;
  /** What the first pages print. */
  text: string;
  /** Whether the pages may show something else: drawn over, or with another certificate in the file. */
  doubtful: boolean;
}

/** Reads a PDF: what it says now, not what an earlier version of it, or nothing in it, still holds. */
export async function readPdf(bytes: Uint8Array): Promise<PdfContent> {
  worker ??= PDFWorker.create({});
  const task = getDocument({
    worker,
    data: bytes.slice(),
    isOffscreenCanvasSupported: false,
    useWasm: false,
    useWorkerFetch: false,
    useSystemFonts: false,
    stopAtErrors: false,
    verbosity: 0,
  });
  try {
    const pdf = await task.promise;
    const text = await printed(pdf);
    const all = await attached(pdf);
    const found = all[0] ?? await drawn(pdf);
    const doubtful = all.length > 1 || await drawnOver(pdf);
    return found === undefined ? { text, doubtful } : { text, doubtful, credential: found };
  } finally {
    await task.destroy();
  }
}

/** Every different credential that is attached. */
async function attached(pdf: PDFDocumentProxy): Promise<string[]> {
  const found = new Set<string>();
  for (const id of [...(await pdf.getAttachments())?.keys() ?? []].slice(0, FILES)) {
    const content = await pdf.getAttachmentContent(id);
    const text = content ? new TextDecoder().decode(content.subarray(0, 262_144)).trim() : '';
    if (isCredential(text)) found.add(text);
  }
  return [...found];
}

/** Links that draw nothing are expected; anything else was put on the page afterwards (src/reading/pdf.rs). */
async function drawnOver(pdf: PDFDocumentProxy): Promise<boolean> {
  for (let number = 1; number <= Math.min(PAGES, pdf.numPages); number += 1) {
    const all = (await (await pdf.getPage(number)).getAnnotations({ intent: 'any' })) as
      { subtype?: string; hasAppearance?: boolean }[];
    if (all.some((one) => !['Link', 'Popup'].includes(one.subtype ?? '') || one.hasAppearance === true)) return true;
  }
  return false;
}

async function printed(pdf: PDFDocumentProxy): Promise<string> {
  let text = '';
  for (let number = 1; number <= Math.min(PAGES, pdf.numPages); number += 1) {
    const { items } = await (await pdf.getPage(number)).getTextContent();
    let line: number | undefined;
    for (const item of items) {
      if (!('str' in item)) continue;
      const y = Number(item.transform[5]);
      // A new line by place: `hasEOL` alone misses boxes that stand apart.
      if (line !== undefined && Math.abs(y - line) > item.height * 0.4 + 0.5 && !text.endsWith('\n')) text += '\n';
      if (item.str.trim() !== '') line = y;
      text += item.str + (item.hasEOL ? '\n' : '');
    }
    text += '\f';
  }
  return text;
}

async function drawn(pdf: PDFDocumentProxy): Promise<string | undefined> {
  for (let number = 1; number <= Math.min(PAGES, pdf.numPages); number += 1) {
    const page = await pdf.getPage(number);
    const size = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: SIDE / Math.max(size.width, size.height) });
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(viewport.width);
    canvas.height = Math.ceil(viewport.height);
    await page.render({ canvas, viewport, background: '#fff' }).promise;
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
    const text = pixels && await readPixels(pixels);
    if (text !== undefined) return text;
  }
  return undefined;
}
