import { type RegisterHooksOptions, registerHooks } from 'node:module';
import { afterEach, expect, it } from 'vitest';
import type { LaneFeed } from './feed.ts';
import { type LaneOptions, startLanes } from './start.ts';

const said: string[] = [];
const log = (_fields: unknown, text: string) => void said.push(text);
const options = (wanted: number | undefined, port = 0): LaneOptions => ({
  wanted,
  listen: [{ address: '127.0.0.1', port }],
  proxies: [],
  core: { upstreams: [] },
  // Threads that cannot be told anything.
  feed: { link: () => ({ value: undefined }) } as unknown as LaneFeed,
  log: { warn: log, error: log } as LaneOptions['log'],
  onLost: () => said.push('lost'),
});
afterEach(() => said.splice(0));

// The first: what was loaded stays.
it('where koffi cannot be loaded plain sockets serve, and one line says so', async () => {
  const resolve: RegisterHooksOptions['resolve'] = (specifier, context, next) => {
    if (specifier.includes('koffi')) throw new Error('koffi is not installed');
    return next(specifier, context);
  };
  const hooks = registerHooks({ resolve });
  try {
    expect(await startLanes(options(1))).toBeUndefined();
    expect(said).toEqual(['lanes do not work here: UDP is answered by plain sockets']);
  } finally {
    hooks.deregister();
  }
});

it('none are wanted: nothing is said', async () => {
  expect(await startLanes(options(0))).toBeUndefined();
  expect(said).toEqual([]);
});
