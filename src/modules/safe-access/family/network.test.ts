import { describe, expect, it } from 'vitest';
import { contains, networksOf, overlaps, type Reach, reachOf, readNetwork } from './network.ts';

const open: Reach = { private: false, loopback: false };
const house: Reach = { private: true, loopback: false };
const read = (typed: string, reach = open) => {
  const found = readNetwork(typed, reach);
  return 'network' in found ? found.network : found.fault;
};

describe('a network as people write it', () => {
  it.each([
    ['203.0.113.77/28', '203.0.113.64/28'],
    [' 41.92.10.7 ', '41.92.10.7/32'],
    ['41.92.10.7/24', '41.92.10.0/24'],
    ['2001:DB8:1:2::5', '2001:db8:1:2::5/128'],
    ['2a00:1450:4000:0::/48', '2a00:1450:4000::/48'],
  ])('%s is %s', (typed, network) => expect(read(typed)).toBe(network));

  it.each([
    ['', 'address'],
    ['1.2', 'address'],
    ['41.92.10.300', 'address'],
    ['41.92.10.0/33', 'address'],
    ['41.92.10.0/', 'address'],
    ['41.92.10.0/-1', 'address'],
    ['41.92.10.0/24/24', 'address'],
    ['0x29.92.10.1', 'address'],
    ['school.example', 'address'],
    ['fe80::1%eth0', 'address'],
    ['41.92.0.0/23', 'wide'],
    ['2a00:1450::/47', 'wide'],
    ['0.0.0.0/0', 'special'],
    ['10.1.2.0/24', 'private'],
    ['192.168.1.0/24', 'private'],
    ['fd12:3456::/48', 'private'],
    ['100.64.3.0/28', 'shared'],
    ['127.0.0.1', 'special'],
    ['::1', 'special'],
    ['169.254.1.1', 'special'],
    ['224.0.0.1', 'special'],
    ['255.255.255.255', 'special'],
    ['::ffff:41.92.10.7', 'special'],
    ['2002:295c:a07::/48', 'special'],
    ['2001:0:1::/64', 'special'],
    ['64:ff9b::1', 'special'],
  ])('%s is refused: %s', (typed, fault) => expect(read(typed)).toBe(fault));

  it('may be private where the resolver stands in the same house, and still not as wide as all of it', () => {
    expect(read('192.168.7.9/24', house)).toBe('192.168.7.0/24');
    expect(read('10.20.0.0/16', house)).toBe('10.20.0.0/16');
    expect(read('10.0.0.0/8', house)).toBe('wide');
    expect(read('fd12:3456:1::/64', house)).toBe('fd12:3456:1::/64');
    expect(read('100.64.3.0/28', house)).toBe('shared');
    expect(read('127.0.0.2', house)).toBe('special');
    expect(read('127.0.0.2', { private: true, loopback: true })).toBe('127.0.0.2/32');
  });
});

describe('where the resolver stands', () => {
  const at = (host: string, proxies: string[] = []) => reachOf({ dns: { host, proxies }, demo: false }).private;
  it('is a house when it listens on a private address and nobody hands on', () => {
    expect(['127.0.0.1', '192.168.1.2', 'fd00::1', '::1'].map((h) => at(h))).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '41.92.10.1', '2a00::1'].map((h) => at(h))).toEqual([false, false, false, false]);
    expect(at('127.0.0.1', ['127.0.0.1'])).toBe(false);
  });
});

describe('networks beside each other', () => {
  it('contain and overlap as their bits say', () => {
    expect(contains('41.92.10.0/24', '41.92.10.128/25')).toBe(true);
    expect(contains('41.92.10.0/25', '41.92.10.128/25')).toBe(false);
    expect(contains('41.92.10.128/25', '41.92.10.0/24')).toBe(false);
    expect(contains('41.92.10.64/27', '41.92.10.96/32')).toBe(false);
    expect(contains('41.92.10.64/27', '41.92.10.95/32')).toBe(true);
    expect(contains('2a00:1450:4000::/48', '2a00:1450:4000:7::/64')).toBe(true);
    expect(contains('2a00:1450:4000::/48', '41.92.10.0/24')).toBe(false);
    expect(overlaps('41.92.10.128/25', '41.92.10.0/24')).toBe(true);
    expect(overlaps('41.92.10.0/28', '41.92.10.16/28')).toBe(false);
  });
  it('come several in one cell', () => {
    expect(networksOf(' 41.92.10.0/28 + 2a00:1450::/64|41.92.10.16/28 ')).toEqual([
      '41.92.10.0/28',
      '2a00:1450::/64',
      '41.92.10.16/28',
    ]);
    expect(networksOf('  ')).toEqual([]);
  });
});
