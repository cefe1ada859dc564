// The large decoder (zxing-cpp as WebAssembly), for photos that the small one cannot read. Loaded only then, from our own
// site.

import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm';

/** Most codes of one picture. */
const CODES = 50;
/** The same function each time: by it the library knows that nothing changed. */
const LOCATE = () => new URL(wasm, import.meta.url).href;

/** Loads the decoder; another time it is there. */
export async function load(): Promise<void> {
  await prepareZXingModule({ overrides: { locateFile: LOCATE }, fireImmediately: true });
}

/** Returns the texts of all QR codes. */
export async function read(pixels: ImageData): Promise<string[]> {
  const codes = await readBarcodes(pixels, {
    formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: CODES, textMode: 'Plain',
  });
  return codes.filter((code) => code.isValid).map((code) => code.text);
}
