import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { expect, it } from 'vitest';
import { PostgresError } from './platform/postgres/errors.ts';
import { isPortFault, sentenceFor } from './start-fault.ts';

const failed = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('it went well');
};

it('says in one sentence what to do about a port in use, a folder in use and a mistyped option', async () => {
  const first = createServer();
  await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
  const { port } = first.address() as { port: number };
  const inUse = await new Promise<Error>((resolve) => {
    createServer().once('error', resolve).listen(port, '127.0.0.1');
  });
  first.close();
  expect(sentenceFor(inUse)).toContain(`127.0.0.1:${port}`);
  expect(isPortFault(inUse)).toBe(true);
  expect(isPortFault(new Error('x'))).toBe(false);
  expect(isPortFault(undefined)).toBe(false);
  expect(sentenceFor(failed(() => parseArgs({ args: ['--rolle'], options: {} })))).toContain('--rolle');
  expect(sentenceFor(new PostgresError('PLATFORM_STATE_IN_USE', 'The state folder is in use: stop it.'))).toBe(
    'The state folder is in use: stop it.',
  );
});

it('leaves a bug its stack', () => {
  expect(sentenceFor(new TypeError('x is not a function'))).toBeUndefined();
  expect(sentenceFor('text')).toBeUndefined();
});
