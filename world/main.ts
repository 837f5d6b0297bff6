import { rename, rm, writeFile } from 'node:fs/promises';
import { readEnvironment } from './environment.ts';
import { startWorld } from './index.ts';

/** Written beside and moved into place, so that nobody reads half of it. */
async function writePrivately(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}`;
  await rm(beside, { force: true });
  await writeFile(beside, text, { mode: 0o600, flag: 'wx' });
  await rename(beside, path);
}

async function main(): Promise<void> {
  const { options, jsonPath } = readEnvironment(process.env);
  const world = await startWorld(options);
  const description = world.describe();
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void world.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A world whose supervisor has died would hold its ports for ever.
  process.on('disconnect', stop);
  const json = `${JSON.stringify(description, null, 2)}\n`;
  if (jsonPath) await writePrivately(jsonPath, json);
  if (process.send) process.send({ type: 'ready', ...description });
  else process.stdout.write(json);
}

main().catch((error: unknown) => {
  process.stderr.write(`world: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
