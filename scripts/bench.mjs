/**
 * `node scripts/bench.mjs intake [flags]`: runs bench/intake.ts as one bundle, made as the server's bundles are. Translated
 * on the way in by a loader, as tests are, it would measure the loader's additions too.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { serverOptions } from './build.mjs';

const [name = '', ...flags] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, '..');
const outfile = path.join(root, 'dist/bench', `${path.basename(name)}.js`);
await esbuild.build({ ...serverOptions, entryPoints: [path.join(root, 'bench', `${name}.ts`)], outfile });
// A process of its own: this one has a bundler in its memory. Flags for Node itself (--cpu-prof) are handed on.
const { status } = spawnSync(process.execPath, [...process.execArgv, outfile, ...flags], { stdio: 'inherit' });
process.exitCode = status ?? 1;
