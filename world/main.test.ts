import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIXED_PORTS, readEnvironment } from './environment.ts';
import type { WorldDescription } from './index.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const ANY_PORTS = Object.fromEntries(Object.keys(FIXED_PORTS).map((n) => [`WORLD_${n.toUpperCase()}_PORT`, '0']));

let folder: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'world-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

const exitOf = (process: ChildProcess) =>
  new Promise<number | null>((resolve) => process.once('exit', (code) => resolve(code)));

describe('the world as a process', () => {
  it('tells its supervisor and a private file where everything is, and stops on SIGTERM', async () => {
    const jsonPath = path.join(folder, 'world.json');
    child = fork(MAIN, { execArgv: ['--import', 'tsx'], env: { ...process.env, ...ANY_PORTS, WORLD_JSON: jsonPath } });
    const exit = exitOf(child);
    const ready = await new Promise<WorldDescription & { type: string }>((resolve, reject) => {
      child?.once('message', (m) => resolve(m as WorldDescription & { type: string }));
      child?.once('exit', (code) => reject(new Error(`exited with ${code}`)));
    });
    const { type, ...description } = ready;
    expect(type).toBe('ready');
    expect(JSON.parse(await readFile(jsonPath, 'utf8'))).toEqual(description);
    expect((await stat(jsonPath)).mode & 0o777).toBe(0o600);
    expect((await fetch(ready.mailboxUrl)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    await expect(fetch(ready.mailboxUrl)).rejects.toThrow();
  });

  it('goes when its supervisor goes', async () => {
    child = fork(MAIN, { execArgv: ['--import', 'tsx'], env: { ...process.env, ...ANY_PORTS } });
    const exit = exitOf(child);
    await new Promise((resolve) => child?.once('message', resolve));
    child.disconnect();
    expect(await exit).toBe(0);
  });

  it('says what is wrong with its settings, all at once, and does not start', async () => {
    child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
      env: { ...process.env, WORLD_DNS_PORT: '70000', WORLD_DESK_MODE: 'sleeps', WORLD_PUBLIC_ORIGIN: 'localhost' },
    });
    let said = '';
    child.stderr?.on('data', (d: Buffer) => {
      said += d;
    });
    expect(await exitOf(child)).toBe(1);
    for (const name of ['WORLD_DNS_PORT', 'WORLD_DESK_MODE', 'WORLD_PUBLIC_ORIGIN']) expect(said).toContain(name);
  });
});

describe('settings from the environment', () => {
  it('have fixed ports and a minute’s delay unless told otherwise', () => {
    expect(readEnvironment({})).toEqual({
      options: { ports: FIXED_PORTS, abuseDeskDelayMs: 60_000, deskMode: 'acts', publicOrigin: undefined, seed: 1 },
      jsonPath: undefined,
    });
    expect(
      readEnvironment({ WORLD_SMTP_PORT: '2525', WORLD_PUBLIC_ORIGIN: 'http://localhost:8080' }).options,
    ).toMatchObject({
      ports: { ...FIXED_PORTS, smtp: 2525 },
      publicOrigin: 'http://localhost:8080',
    });
  });
});
