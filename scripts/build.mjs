/**
 * `npm run build`: fonts, then stylesheet and islands (Vite) and the server's bundles (esbuild) side by side.
 * `npm run build -- assets` or `-- server` builds one half.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import { subsetFonts } from './fonts/subset.mjs';

const root = path.resolve(import.meta.dirname, '..');

const DAY = 86_400_000;

/** Removes what no page of the last day can name: names hold a digest, so old and new files live side by side. */
function clearOld(dir, before) {
  for (const entry of existsSync(dir) ? readdirSync(dir, { withFileTypes: true }) : []) {
    const file = path.join(dir, entry.name);
    if (entry.isFile() && statSync(file).mtimeMs < before) rmSync(file);
  }
}

/** Texts are compressed once, here, and served as they are (`x.css.br`, `x.css.gz`); fonts already are. */
function compressTexts(dir) {
  for (const name of readdirSync(dir).filter((file) => /\.(css|js|svg|txt)$/.test(file))) {
    const file = path.join(dir, name);
    if (existsSync(`${file}.br`) && statSync(`${file}.br`).mtimeMs >= statSync(file).mtimeMs) continue;
    const body = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(body));
    writeFileSync(`${file}.gz`, gzipSync(body, { level: 9 }));
  }
}

/** Stylesheet, fonts and islands, to dist/assets. */
export async function buildAssets() {
  await subsetFonts(path.join(root, 'dist/fonts'));
  await vite.build({ root, configFile: path.join(root, 'vite.config.ts'), logLevel: 'warn' });
  copyFileSync(path.join(root, 'scripts/fonts/LICENSE.txt'), path.join(root, 'dist/assets/fonts-LICENSE.txt'));
  clearOld(path.join(root, 'dist/assets'), Date.now() - DAY);
  compressTexts(path.join(root, 'dist/assets'));
}

const SERVER_ENTRIES = {
  main: 'src/main.ts',
  cli: 'src/cli.ts',
  world: 'world/main.ts',
  // A thread: it must be a file of its own to be started from.
  'lists-build': 'src/modules/safe-access/lists/build.thread.ts',
  'dns-lane': 'packages/dns-proxy/lanes/thread.ts',
  'dns-lane-policy': 'src/modules/safe-access/resolver/lanes/policy.thread.ts',
};

/**
 * Packages of hundreds of small modules that nobody but us imports: read as one file they cost a start half a second less.
 * All others stay where they are: several find their own data, binaries or second instances by their place.
 */
const BUNDLED = /^(echarts|zrender|kysely)(\/|$)|^tslib$/;
const externalPackages = {
  name: 'external-packages',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
      kind === 'entry-point' || BUNDLED.test(name) ? undefined : { path: name, external: true },
    );
  },
};

/**
 * How the server is made; `scripts/bench.mjs` makes the benchmarks alike, so that they measure what runs. No `keepNames`:
 * it defines the name of every function each time one is made, about a tenth of the time of danger detection (bench/intake),
 * and names are only changed where two would meet.
 */
export const serverOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  plugins: [externalPackages],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  sourcemap: true,
  logLevel: 'warning',
};

/** The processes, to dist/server: one file each and shared chunks, so that a start has nothing to translate. */
export async function buildServer() {
  const entryPoints = Object.fromEntries(
    Object.entries(SERVER_ENTRIES).filter(([, file]) => existsSync(path.join(root, file))),
  );
  const outdir = path.join(root, 'dist/server');
  rmSync(outdir, { recursive: true, force: true });
  if (Object.keys(entryPoints).length === 0) return;
  await esbuild.build({
    ...serverOptions,
    entryPoints,
    outdir,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const start = performance.now();
  const only = process.argv[2];
  await Promise.all([only !== 'server' && buildAssets(), only !== 'assets' && buildServer()]);
  console.log(`built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
