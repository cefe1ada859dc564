// The large decoder (zxing-cpp as WebAssembly), for photos that the small one cannot read. Loaded only then, from our own
// site.

import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm';

prepareZXingModule({ overrides: { locateFile: () => new URL(wasm, import.meta.url).href } });

/** Returns the text of the first QR code. */
export async function read(pixels: ImageData): Promise<string | undefined> {
  const codes = await readBarcodes(pixels, { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1, textMode: 'Plain' });
  return codes.find((code) => code.isValid)?.text;
}
