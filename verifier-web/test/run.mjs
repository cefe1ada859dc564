// Bundles test/*.test.ts as the browser's code is bundled, and runs them with Node's own runner.

import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';

import { bundleForNode } from '../build.mjs';

const folder = new URL('.', import.meta.url).pathname;
const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
rmSync(`${folder}out`, { recursive: true, force: true });
await bundleForNode(tests.map((name) => folder + name), `${folder}out`);
const files = tests.map((name) => `${folder}out/${name.replace('.ts', '.js')}`);
const { status } = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit' });
process.exit(status ?? 1);
