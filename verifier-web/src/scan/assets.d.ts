declare module '*.wasm' {
  /** Where the file is, relative to the script that asks for it. */
  const path: string;
  export default path;
}
declare module 'pdfjs-dist/build/pdf.worker.mjs';
