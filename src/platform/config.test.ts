import { expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const problemsOf = (env: NodeJS.ProcessEnv): string[] => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((p) => p.split(':')[0] ?? '');
    throw error;
  }
  return [];
};

it('tells every problem at once: those of one variable, and those of several together', () => {
  const env = {
    PORT: 'abc',
    LOG_LEVEL: 'loud',
    SALAMA_ROLES: 'web,wub',
    SALAMA_EGRESS: '{',
    PUBLIC_ORIGIN: 'http://report.example.ma',
    TRUSTED_PROXIES: '10.0.0.0/8, somewhere',
  };
  expect(problemsOf(env).sort()).toEqual(Object.keys(env).sort());
});

it('takes addresses, ranges and the names of ranges for proxies, and refuses what would be none of them at the first request', () => {
  const trusted = 'loopback, 10.0.0.0/8, 192.0.2.7, 2001:db8::/32';
  expect(loadConfig({ TRUSTED_PROXIES: trusted }).trustedProxies).toEqual(trusted.split(', '));
  expect(problemsOf({ TRUSTED_PROXIES: '10.0.0.0/99' })).toEqual(['TRUSTED_PROXIES']);
});
