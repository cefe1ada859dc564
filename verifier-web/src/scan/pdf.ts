// PDFs by pdf.js, loaded only when one is to be read: attachments, the printed text, and the QR code of a drawn page.
// Scripts, forms and links of the PDF are never run; fonts and pictures come out of the file alone.

import { getDocument, GlobalWorkerOptions, PDFWorker, type PDFDocumentProxy } from 'pdfjs-dist';
import { isCredential } from './pdf-attachment.js';
import { readPixels } from './picture.js';

/** Pages that are looked at: a certificate has one, sometimes a supplement. */
const PAGES = 3;
/** Longest side of a drawn page, in pixels: 200 dots an inch on A4. */
const SIDE = 2_340;

GlobalWorkerOptions.workerSrc = new URL('pdf-worker.js', document.baseURI).href;

/** One worker for all files: starting it costs more than reading a certificate. */
let worker: PDFWorker | undefined;

export interface PdfContent {
  credential?: string;
  /** What the first pages print. */
  text: string;
}

/** Reads a PDF. With `credential` already at hand only the text is asked for. */
export async function readPdf(bytes: Uint8Array, credential: string | undefined): Promise<PdfContent> {
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
    const found = credential ?? await attached(pdf) ?? await drawn(pdf);
    return found === undefined ? { text } : { text, credential: found };
  } finally {
    await task.destroy();
  }
}

async function attached(pdf: PDFDocumentProxy): Promise<string | undefined> {
  const files = (await pdf.getAttachments()) as Record<string, { content?: Uint8Array }> | null;
  for (const { content } of Object.values(files ?? {})) {
    const text = content ? new TextDecoder().decode(content.subarray(0, 262_144)) : '';
    if (isCredential(text)) return text;
  }
  return undefined;
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
