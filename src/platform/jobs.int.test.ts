import type { WorkerPool } from 'graphile-worker';
import { expect, it } from 'vitest';
import { Jobs } from './jobs.ts';
import { createTestPlatform } from './testkit/index.ts';

it('says so, once, when the runner ends by itself, and not when it was told to', async () => {
  const platform = await createTestPlatform();
  const said: string[] = [];
  const sink = (_fields: object, message: string) => void said.push(message);
  const log = { info: () => {}, warn: sink, error: sink };
  const lost: string[] = [];
  const told = new Jobs(log);
  const jobs = new Jobs(log);
  let workers: WorkerPool | undefined;
  jobs.events.on('pool:create', ({ workerPool }) => {
    workers = workerPool;
  });
  try {
    await told.start(platform.pool, 1, () => lost.push('told'));
    await told.stop();
    expect(said).toEqual([]);
    let over: () => void = () => {};
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    await jobs.start(platform.pool, 1, () => {
      lost.push('jobs');
      over();
    });
    // As graphile-worker does it when its last worker has given up.
    await workers?.gracefulShutdown('There are no remaining workers; exiting');
    await ended;
    await jobs.stop();
    expect(lost).toEqual(['jobs']);
    expect(said).toEqual(['the job runner has ended by itself']);
  } finally {
    await jobs.stop();
    await platform.close();
  }
});
