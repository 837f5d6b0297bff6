import { describe, expect, inject, it } from 'vitest';
import { debianPostgresInstalled, startDebianPostgres } from './debian.fixture.ts';
import { checkVersion, withExternal } from './external.ts';

describe('withExternal', () => {
  it('accepts a server of ours and tells its version', async () => {
    const url = inject('databaseUrl');
    expect(await withExternal(url)).toEqual({ url, version: expect.stringMatching(/^1[5-8]\.\d+$/) });
  });

  it.runIf(debianPostgresInstalled)('accepts the PostgreSQL 15 of Debian', async () => {
    const server = await startDebianPostgres();
    try {
      expect((await withExternal(server.url)).version).toMatch(/^15\./);
    } finally {
      await server.stop();
    }
  });

  it('says in one sentence that a server does not answer, without its password', async () => {
    const refusal = await withExternal('postgres://salama:secret@127.0.0.1:1/salama').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'PLATFORM_DB_UNREACHABLE' });
    expect(String(refusal)).toContain('ECONNREFUSED');
    expect(String(refusal)).not.toContain('secret');
  });
});

describe('checkVersion', () => {
  it.each([
    [150_018, '15.18'],
    [180_004, '18.4'],
  ])('accepts %i', (number, version) => {
    expect(checkVersion(number)).toBe(version);
  });

  it.each([140_020, 190_000, Number.NaN])('refuses %d', (number) => {
    expect(() => checkVersion(number)).toThrow(expect.objectContaining({ code: 'PLATFORM_DB_VERSION' }));
  });
});
