// Runs a program of ours on Node 24, whatever Node this was started with: node bin/launch.mjs dist/server/main.js [args]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const locked = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const [target, ...args] = process.argv.slice(2);

if (!target) {
  console.error('usage: node bin/launch.mjs FILE [ARGUMENTS]');
  process.exitCode = 2;
} else if (process.versions.node.startsWith('24.')) {
  process.argv.splice(1, 2, resolve(target));
  await import(pathToFileURL(resolve(target)).href);
} else if (!existsSync(locked)) {
  console.error(`This needs Node 24 and this is ${process.version}: run "npm ci", which brings it.`);
  process.exitCode = 1;
} else {
  const child = spawn(locked, [...process.execArgv, fileURLToPath(import.meta.url), target, ...args], {
    stdio: 'inherit',
  });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) {
    process.on(signal, () => {
      // Ctrl-C at a terminal reaches the child by itself; a second one would cut its graceful stop short.
      if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
    });
  }
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
}
