// Gets a clean clone ready: node scripts/setup.mjs start|test [--quiet]. Runs before npm start and npm test, on Node 18
// or later, so without any package. Says what it did; has nothing to say when there is nothing to do.
import { fileURLToPath } from 'node:url';
import { ensureAssets } from './setup/assets.mjs';
import { SetupError, say } from './setup/console.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { ensureTools } from './setup/tools.mjs';
import { ensureUsers } from './setup/users.mjs';

const rootDir = fileURLToPath(new URL('..', import.meta.url));
const mode = process.argv[2] === 'test' ? 'test' : 'start';
// Before a command whose output may be data, only what the command itself needs.
const quiet = process.argv.includes('--quiet');

try {
  ensurePackages(rootDir);
  if (!quiet) {
    ensureTools(rootDir, { mode, strict: mode === 'test' && process.env.CI === 'true' });
    ensureUsers();
  }
  ensureAssets(rootDir);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
