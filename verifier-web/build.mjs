// Builds the verifier into dist/: the site `verify/` and the single file `verify/verifier.html`. The same input gives the
// same bytes: no time, no path and no random name goes in. README.md says what static/index.html holds for it.

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

const ROOT = dirname(fileURLToPath(import.meta.url));
const OUT = join(ROOT, 'dist', 'verify');
const KIB = 1024;
/** Gzipped sizes that the build refuses to exceed: judging a link; that and reading trust files; page; single file. */
const BUDGET = { core: 9.25 * KIB, trust: 14 * KIB, page: 60 * KIB, single: 250 * KIB };

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  charset: 'utf8',
  format: 'esm',
  legalComments: 'none',
  // The dictionary is UTF-8 text; a test compares its digest.
  loader: { '.bin': 'text', '.jsonld': 'json' },
  logLevel: 'warning',
  metafile: true,
  minify: true,
  target: ['es2022'],
};

/**
 * pdf.js hands over text without what this page needs to compare it: `/ActualText`, which spells what glyphs alone do not; which
 * text is hidden; and that a glyph has no letters, instead of its number as a letter. It also turns right-to-left text round piece
 * by piece, so that no order is left in it. Each place is replaced once, or the build fails: then a new version of pdf.js has come.
 */
const SPELLING = [
  ['const mcid = args[1] instanceof Dict ? args[1].get("MCID") : null;\n              textContent.items.push({', `
    const mcid = args[1] instanceof Dict ? args[1].get("MCID") : null;
    const own = args[1] instanceof Name ? resources.get("Properties")?.get?.(args[1].name) : args[1];
    const actualText = own instanceof Dict ? own.get("ActualText") : null;
    textContent.items.push({
      actualText: typeof actualText === "string" ? stringToPDFString(actualText) : undefined,`],
  ['const bidiResult = bidi(text, -1, textChunk.vertical);', 'const bidiResult = { str: text, dir: "ltr" };'],
  ['hasEOL: textChunk.hasEOL', 'hasEOL: textChunk.hasEOL, hidden: textChunk.hidden'],
  ['textContentItem.fontName = loadedName;', 'textContentItem.fontName = loadedName; textContentItem.hidden = textState.hidden === true;'],
  ['case OPS.setTextRise:\n            textState.textRise = args[0];', `case OPS.setTextRenderingMode:
            textState.hidden = args[0] === 3;
            break;
          case OPS.setTextRise:
            textState.textRise = args[0];`],
  ['const baseCharSpacing = font.vertical ?', `if (textContentItem.initialized && textContentItem.hidden !== (textState.hidden === true)) flushTextContentItem();
      const baseCharSpacing = font.vertical ?`],
  // Colour profiles need a decoder that the site does not have: nothing here depends on a colour.
  ['fetchSync(`${this.#wasmUrl}qcms_bg.wasm`)', 'undefined'],
  ['let unicode = this.toUnicode.get(charcode) || charcode;',
    'let unicode = (this.toUnicode instanceof IdentityToUnicodeMap ? "" : this.toUnicode.get(charcode)) || 0xfffd;'],
];

const spelling = {
  name: 'spelling',
  setup: ({ onLoad }) => onLoad({ filter: /pdfjs-dist[\\/]build[\\/]pdf\.worker\.mjs$/ }, ({ path }) => (
    { contents: SPELLING.reduce((text, [wanted, other]) => replaceOnce(text, wanted, other, path), read(path)), loader: 'js' })),
};

/** Bundles files for Node, for the tests. */
export function bundleForNode(entryPoints, outdir) {
  const define = { __SINGLE_FILE__: 'false' };
  // The libraries as browsers get them; only the tests themselves ask for Node's.
  const external = ['node:*'];
  // What draws and decodes pictures runs in browsers alone.
  const loader = { ...COMMON.loader, '.wasm': 'empty' };
  return build({ ...COMMON, entryPoints, outdir, define, external, loader, minify: false, target: 'node20', sourcemap: 'inline' });
}

/** Returns the gzipped size. */
const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
const sha256 = (bytes, form = 'base64') => createHash('sha256').update(bytes).digest(form);
const read = (path) => readFileSync(path, 'utf8');

/** All files below a folder, by path with slashes, in order. */
function files(folder) {
  const found = readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
  return found
    .filter((path) => statSync(path).isFile())
    .map((path) => relative(folder, path).split(sep).join('/'))
    .sort();
}

/** One entry without what it loads only where it is needed: measured, not shipped. */
async function measure(contents) {
  const stdin = { contents, resolveDir: ROOT, loader: 'ts' };
  const built = await build({ ...COMMON, stdin, plugins: [withoutLazy], write: false });
  return gzipped(built.outputFiles[0].contents);
}

const withoutLazy = {
  name: 'without-lazy',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined)),
};

const CSP = (script, style, connect) =>
  [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob: mediastream:",
    `connect-src ${connect}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "font-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** Puts the policy in the place of `<!-- csp -->`; a page without that place is a mistake. */
function withPolicy(html, policy) {
  return replaceOnce(html, '<!-- csp -->', `<meta http-equiv="Content-Security-Policy" content="${policy}">`);
}

function replaceOnce(text, wanted, replacement, file = 'static/index.html') {
  if (text.split(wanted).length !== 2) throw new Error(`${file} must hold ${wanted} exactly once`);
  return text.replace(wanted, () => replacement);
}

/** The style sheet: first the colours and letters, which the service's pages for holders have as well. */
const styles = () => read(join(ROOT, 'src', 'tokens.css')) + read(join(ROOT, 'static', 'styles.css'));

/** The site: modules with lazily loaded chunks, and the service worker that keeps them. */
async function site() {
  const options = {
    ...COMMON,
    // A worker runs from a file of its own; `still` is the script of certificates' pages, which are beside this site.
    entryPoints: { app: 'src/page/main.ts', 'pdf-reader': 'src/scan/pdf-reader.ts', still: 'src/page/still.ts' },
    outdir: OUT,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    assetNames: 'chunks/[name]-[hash]',
    loader: { ...COMMON.loader, '.wasm': 'file' },
    define: { __SINGLE_FILE__: 'false' },
    plugins: [spelling],
  };
  cpSync(join(ROOT, 'static'), OUT, { recursive: true });
  writeFileSync(join(OUT, 'styles.css'), styles());
  // What scanners pack pictures with: pdf.js asks for these by name, when a page has one.
  for (const name of ['jbig2.wasm', 'openjpeg.wasm']) cpSync(join(ROOT, 'node_modules/pdfjs-dist/wasm', name), join(OUT, 'wasm', name));
  const { metafile } = await build(options);
  const html = read(join(ROOT, 'static', 'index.html'));
  // 'wasm-unsafe-eval' lets the page compile its own WebAssembly decoder; it allows no script.
  const policy = CSP("'self' 'wasm-unsafe-eval'", "'self'", "'self'");
  // What the script imports at once is asked for with it, not after it.
  const chunks = firstScripts(metafile).filter((path) => !path.endsWith('/app.js')).map((path) => path.replace('dist/verify/', ''));
  const preloads = chunks.map((path) => `<link rel="modulepreload" href="${path}">\n`).join('');
  const script = '<script type="module" src="app.js"></script>';
  writeFileSync(join(OUT, 'index.html'), withPolicy(replaceOnce(html, script, preloads + script), policy));
  return metafile;
}

/** The service worker comes after everything else: it carries a digest of it. */
async function serviceWorker() {
  const source = join(ROOT, 'src', 'sw.ts');
  if (!existsSync(source)) return;
  const paths = files(OUT).filter((path) => !['verifier.html', 'still.js'].includes(path));
  const digest = sha256(paths.map((path) => `${path} ${sha256(readFileSync(join(OUT, path)))}\n`).join(''), 'hex');
  const define = {
    __SINGLE_FILE__: 'false',
    __PRECACHE__: JSON.stringify(['./', ...paths]),
    __VERSION__: JSON.stringify(digest.slice(0, 16)),
  };
  await build({ ...COMMON, entryPoints: { sw: source }, outdir: OUT, format: 'iife', define });
}

/** The single file: script and style inside, allowed by their hashes; no connection at all. */
async function singleFile() {
  const options = { ...COMMON, entryPoints: ['src/page/main.ts'], outdir: join(ROOT, 'dist', 'single'), write: false };
  const built = await build({ ...options, loader: { ...COMMON.loader, '.wasm': 'binary' }, define: { __SINGLE_FILE__: 'true' } });
  const script = built.outputFiles.find((file) => file.path.endsWith('.js')).text.replaceAll('</script', '<\\/script');
  const style = styles();
  let html = read(join(ROOT, 'static', 'index.html'));
  html = html.replace(/[ \t]*<link\b[^>]*rel="(?:manifest|icon|apple-touch-icon)"[^>]*>\n?/g, '');
  html = replaceOnce(html, '<link rel="stylesheet" href="styles.css">', `<style>${style}</style>`);
  html = replaceOnce(html, '<script type="module" src="app.js"></script>', '');
  // At the end, for the data elements before it; a module in the head would wait for them as well.
  html = replaceOnce(html, '</body>', `<script type="module">${script}</script>\n</body>`);
  html = replaceOnce(html, 'id="trust-jws"></script>', 'id="trust-jws">@@TRUST_JWS@@</script>');
  const policy = CSP(`'sha256-${sha256(script)}' 'wasm-unsafe-eval'`, `'sha256-${sha256(style)}'`, "'none'");
  writeFileSync(join(OUT, 'verifier.html'), withPolicy(html, policy));
}

/** The page's script and what it imports at once. */
function firstScripts(metafile) {
  const wanted = new Set(['dist/verify/app.js']);
  for (const path of wanted) {
    for (const { path: next, kind, external } of metafile.outputs[path].imports) {
      if (kind === 'import-statement' && !external) wanted.add(next);
    }
  }
  return [...wanted];
}

/** What the browser loads before the first verdict: page, style and scripts. */
function firstLoad(metafile) {
  const paths = firstScripts(metafile).map((path) => join(ROOT, path));
  return [...paths, join(OUT, 'index.html'), join(OUT, 'styles.css')].reduce((n, path) => n + gzipped(readFileSync(path)), 0);
}

function judge(sizes) {
  for (const [name, size] of Object.entries(sizes)) {
    const mark = size <= BUDGET[name] ? 'ok' : 'TOO LARGE';
    console.log(`${name.padEnd(8)} ${String(size).padStart(7)} of ${BUDGET[name]} bytes gzipped  ${mark}`);
  }
  if (Object.entries(sizes).some(([name, size]) => size > BUDGET[name])) process.exitCode = 1;
}

async function main() {
  // dist/ itself stays: cargo watches it.
  for (const name of ['verify', 'SHA256SUMS']) rmSync(join(ROOT, 'dist', name), { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const sizes = {
    core: await measure("export { verify } from './src/core/verify.ts';"),
    trust: await measure("export { verify, TrustAnchors } from './src/core/index.ts';"),
  };
  if (existsSync(join(ROOT, 'src', 'page', 'main.ts'))) {
    const metafile = await site();
    await singleFile();
    await serviceWorker();
    Object.assign(sizes, { page: firstLoad(metafile), single: gzipped(readFileSync(join(OUT, 'verifier.html'))) });
    const sums = files(OUT).map((path) => `${sha256(readFileSync(join(OUT, path)), 'hex')}  ${path}\n`);
    writeFileSync(join(ROOT, 'dist', 'SHA256SUMS'), sums.join(''));
  }
  judge(sizes);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
