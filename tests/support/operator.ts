import { spawn } from 'node:child_process';
import path from 'node:path';
import { findRoot } from '../../src/platform/root.ts';

const CLI = path.join(findRoot(), 'dist/server/cli.js');

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** Where a server keeps its things, as its operator sets it. */
export interface Place {
  stateDir: string;
  databaseUrl?: string;
}

/** `npm run salama -- ...`, beside a server or without one. */
export function salama({ stateDir, databaseUrl }: Place, ...args: string[]): Promise<Said> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SALAMA_STATE: stateDir,
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
  };
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Said = { code: 1, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (said.stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...said, code: code ?? 1 }));
  });
}
