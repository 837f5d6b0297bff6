import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Child, EX_CONFIG, EX_DATAERR } from './supervise-child.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'salama-child-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A real process that writes a mark for each run; `run` is its body, with the number of the run in `n`. */
function childOf(run: string, delaysMs?: number[]): Child {
  const script = path.join(dir, 'child.mjs');
  writeFileSync(
    script,
    `import { existsSync, writeFileSync } from 'node:fs';
     let n = 1;
     while (existsSync(${JSON.stringify(dir)} + '/run-' + n)) n++;
     writeFileSync(${JSON.stringify(dir)} + '/run-' + n, '');
     const ready = () => new Promise((done) => process.send({ type: 'ready', name: 'x', lines: [] }, done));
     ${run}`,
  );
  return new Child({ name: 'the child', script, env: { PATH: process.env.PATH } }, () => {}, delaysMs);
}
const ran = async (n: number, ms = 15_000) => {
  for (let waited = 0; waited < ms; waited += 50) {
    if (existsSync(path.join(dir, `run-${n}`))) return true;
    await sleep(50);
  }
  return false;
};

it('refuses a configuration at first boot, and does not try it again', async () => {
  const child = childOf(`process.exit(${EX_CONFIG});`);
  await expect(child.start(() => {})).rejects.toThrow("can't run with this configuration");
  expect(await ran(2, 1_000)).toBe(false);
  await child.stop();
});

it('starts a child again whose configuration broke after it had been ready', async () => {
  const child = childOf(`if (n === 1) await ready();
     if (n < 3) process.exit(${EX_CONFIG});
     await ready(); setInterval(() => {}, 1000);`);
  await child.start(() => {});
  expect(await ran(3)).toBe(true);
  await child.stop();
});

it('starts a child again that died before it was ready', async () => {
  const child = childOf('if (n === 1) process.exit(1); await ready(); setInterval(() => {}, 1000);');
  await child.start(() => {});
  expect(await ran(2)).toBe(true);
  await child.stop();
});

it('gives up a port that another program has after some tries', async () => {
  const child = childOf(`process.exit(${EX_DATAERR});`, [0]);
  await expect(child.start(() => {})).rejects.toThrow('never got its port');
  expect(await ran(8, 1)).toBe(true);
  expect(await ran(9, 500)).toBe(false);
  await child.stop();
});

it('gives up neither a port that is taken for a while, nor crashes of any number, nor a child that once was ready', async () => {
  const late = childOf(
    `if (n < 7) process.exit(${EX_DATAERR});
     if (n === 7 || (n > 8 && n < 20)) process.exit(1);
     if (n === 8) { await ready(); process.exit(${EX_DATAERR}); }
     if (n < 40) process.exit(${EX_DATAERR});
     setInterval(() => {}, 1000);`,
    [0],
  );
  await late.start(() => {});
  expect(await ran(40)).toBe(true);
  await late.stop();
});
