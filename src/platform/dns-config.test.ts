import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const dns = (env: Record<string, string> = {}) => loadConfig({ SALAMA_DEV: '1', ...env }).dns;
const problems = (env: Record<string, string>): string[] => {
  try {
    dns(env);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

describe('settings of the resolver', () => {
  it('are on loopback and forward nothing unless told', () => {
    expect(dns()).toEqual({
      host: '127.0.0.1',
      port: 8053,
      dotPort: 8853,
      dohPort: 8443,
      name: 'dns.localhost',
      upstreams: [],
      tls: undefined,
      blockAddress: undefined,
      blockPort: undefined,
      proxies: [],
      lanes: undefined,
      metricsPort: undefined,
    });
    expect(dns({ DNS_UPSTREAMS: '127.0.0.1@5353, ::1@53' }).upstreams).toEqual(['127.0.0.1@5353', '::1@53']);
    expect([dns({ DNS_LANES: '0' }).lanes, dns({ DNS_LANES: '2' }).lanes]).toEqual([0, 2]);
  });

  it.each([
    ['DNS_UPSTREAMS', 'resolver.example@53'],
    ['DNS_UPSTREAMS', '127.0.0.1'],
    ['DNS_PROXIES', '192.0.2.1, front.example'],
    ['DNS_BLOCK_ADDRESS', 'page.example'],
    ['DNS_NAME', 'Dns.Example'],
    ['DNS_TLS_CERT', '/cert.pem'],
    ['DNS_PORT', '70000'],
    ['DNS_LANES', 'many'],
    ['DNS_LANES', '-1'],
    ['DNS_LANES', '1.5'],
    ['DNS_LANES', '33'],
  ])('refuse %s=%s and name it', (variable, value) => {
    expect(problems({ [variable]: value })).toEqual([expect.stringContaining(variable)]);
  });

  it('are refused as settings, not later', () => {
    expect(() => dns({ DNS_NAME: 'x y' })).toThrow(ConfigError);
  });
});
