// The large decoder (zxing-cpp as WebAssembly), for photos that the small one cannot read. Loaded only then, from our own
// site.

import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm';

/** Most codes of one picture. */
const CODES = 50;

prepareZXingModule({ overrides: { locateFile: () => new URL(wasm, import.meta.url).href } });

/** Returns the texts of all QR codes. */
export async function read(pixels: ImageData): Promise<string[]> {
  const codes = await readBarcodes(pixels, {
    formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: CODES, textMode: 'Plain',
  });
  return codes.filter((code) => code.isValid).map((code) => code.text);
}
