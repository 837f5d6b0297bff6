import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { excerpt, run, SetupError, say, secondsSince } from './console.mjs';
import { fingerprint, readStamp } from './fingerprint.mjs';

/** All that the build reads. */
const SOURCES = [
  'src',
  'packages',
  'world',
  'country',
  'scripts',
  'vite.config.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

/**
 * Builds server and browser assets when a source changed since the last build.
 * @param {string} rootDir
 */
export function ensureAssets(rootDir) {
  const stampFile = join(rootDir, 'dist/.stamp');
  const sources = fingerprint(rootDir, SOURCES, (path) => !/\.(test|fixture)\.tsx?$/.test(path));
  if (readStamp(stampFile) === sources) return;
  const start = performance.now();
  say('building');
  const { ok, output } = run('npm', ['run', '--silent', 'build'], { cwd: rootDir });
  if (!ok) {
    // Of a bundler's error the stack says nothing.
    const lines = output.split('\n').filter((line) => !/^\s+at /.test(line));
    throw new SetupError(`the build failed:\n${excerpt(lines.slice(-30))}`);
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, `${sources}\n`);
  say(`built in ${secondsSince(start)}`);
}
