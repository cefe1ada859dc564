// A real published site for the tests: made by the testamur program, served from its folder. Every request is counted.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('..', import.meta.url));
export const DIST = join(HERE, 'dist', 'verify');
export const VECTORS = join(HERE, '..', 'tests', 'vectors');
export const PROGRAM = process.env.TESTAMUR_BIN ?? join(HERE, '..', 'target', 'debug', 'testamur');
const TYPES = {
  '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.png': 'image/png',
  '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.webmanifest': 'application/manifest+json',
};

/** An issuer in a folder of its own. */
export class Issuer {
  constructor(name = 'Example Academy', domain = 'certs.example.org') {
    this.folder = mkdtempSync(join(tmpdir(), 'testamur-e2e-'));
    this.site = join(this.folder, 'site');
    this.out = join(this.folder, 'out');
    this.formats = 'pdf,png,jwt,json';
    this.run('init', '--issuer', name, '--domain', domain);
  }

  run(...args) {
    const env = { ...process.env, TESTAMUR_PASSPHRASE: 'only for tests', TESTAMUR_DATA: join(this.folder, 'data') };
    return execFileSync(PROGRAM, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Issues to people by name and returns their numbers by name. */
  issue(event, title, names, ...options) {
    const list = join(this.folder, `${event}.csv`);
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
    writeFileSync(list, `name,email\n${names.map((name, i) => `${quoted(name)},p${i}@example.org`).join('\n')}\n`);
    const template = options.includes('--template') ? [] : ['--template', 'classic'];
    this.run('event', 'create', event, '--title', title, ...template, ...options);
    this.run('import', event, list);
    this.run('issue', event, '--format', this.formats, '--out', this.out);
    const listed = this.run('certificates', 'list', '--event', event, '--json').trim().split('\n');
    const rows = listed.flatMap((line) => JSON.parse(line));
    return Object.fromEntries(rows.map((row) => [row.recipient ?? row.name, row.number]));
  }

  file(number, format) {
    return join(this.out, `${number}.${format}`);
  }

  /** Publishes. What is served is what the program carries, byte for byte: it must have been built after the page. */
  publish() {
    this.run('publish', '--out', this.site);
    const script = (folder) => readFileSync(join(folder, 'app.js'), 'utf8');
    if (script(join(this.site, 'verify')) !== script(DIST)) throw new Error('the program carries another page: build it again');
  }

  /** What the program says of a file: an object for each answer. */
  verify(path) {
    let said;
    try {
      said = this.run('verify', '--trust', this.site, '--json', path);
    } catch (error) {
      // Not all is good.
      said = error.stdout;
    }
    return said.trim().split('\n').map((line) => JSON.parse(line));
  }

  link(number) {
    return this.run('qr', 'pack', this.file(number, 'jwt'), '--host', 'certs.example.org/verify').trim();
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Serves a folder; `site.folder` and `site.trust` (the text of trust.jws) can be changed while it runs. */
export async function serve(folder) {
  const site = { folder, trust: undefined, requests: [] };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    site.requests.push(path);
    if (path === '/trust.jws' && site.trust !== undefined) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(site.trust);
      return;
    }
    const file = join(site.folder, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) {
      // As static hosts do.
      const missing = join(site.folder, '404.html');
      const page = existsSync(missing) ? readFileSync(missing) : '';
      response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' }).end(readFileSync(file));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  site.url = `http://localhost:${server.address().port}/verify/`;
  site.stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return site;
}

/** The vectors with a text to verify. */
export function verdictVectors() {
  const folder = join(VECTORS, 'verdicts');
  return readdirSync(folder).sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .filter((one) => one.input !== undefined);
}
