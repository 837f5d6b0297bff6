import { globSync } from 'node:fs';
import path from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

const root = import.meta.dirname;
const styles = 'src/platform/ui/styles/app.css';

/**
 * What browsers get: one stylesheet and one small script per island (`*.island.ts` anywhere in src), with hashed names
 * and a manifest that pages read their addresses from. Two islands of one name would take each other's place.
 */
function entries(): string[] {
  const islands = globSync('src/**/*.island.{ts,tsx}', { cwd: root }).sort();
  const names = islands.map((file) => path.basename(file).replace(/\.island\.tsx?$/, ''));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new Error(`two islands are called ${twice}`);
  return [styles, ...islands];
}

export default defineConfig({
  root,
  base: '/assets/',
  publicDir: false,
  plugins: [tailwindcss()],
  resolve: { alias: { '#fonts': path.join(root, 'dist/fonts') } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist/assets',
    assetsDir: '',
    // Pages of a process that still runs name the files of the build before: scripts/build.mjs clears them later.
    emptyOutDir: false,
    manifest: true,
    sourcemap: false,
    // Fonts and icons are files of their own: inlined they would weigh on pages that don't use them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Phones that still get security updates or are five years old.
    target: ['chrome100', 'firefox100', 'safari15.4'],
    cssMinify: 'lightningcss',
    reportCompressedSize: false,
    rolldownOptions: { input: entries() },
  },
});
