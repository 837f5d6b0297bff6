import { describe, expect, it } from 'vitest';
import { recordsOf, text } from '../testing/reader.ts';
import { networkKey, networkOfKey, normaliseNetwork } from './network.ts';
import { changesTo } from './rebase.ts';
import { reversed } from './rule.ts';
import { Zone } from './zone.ts';

describe('networks', () => {
  it.each([
    ['192.0.2.0/24', '24.0.2.0.192.rpz-ip'],
    ['192.0.2.7/32', '32.7.2.0.192.rpz-ip'],
    ['10.0.0.0/8', '8.0.0.0.10.rpz-ip'],
    ['2001:db8::/32', '32.zz.db8.2001.rpz-ip'],
    ['2001:db8:1::/48', '48.zz.1.db8.2001.rpz-ip'],
    ['2001:db8::1/128', '128.1.zz.db8.2001.rpz-ip'],
    ['2001:db8:0:1:0:1::/128', '128.zz.1.0.1.0.db8.2001.rpz-ip'],
    ['2001:0:0:1::1/128', '128.1.0.0.0.1.zz.2001.rpz-ip', '2001:0:0:1::1/128', '128.1.zz.1.0.0.2001.rpz-ip'],
    ['2001:0:0:1:1:0:0:1/128', '128.1.0.0.1.1.zz.2001.rpz-ip', '2001::1:1:0:0:1/128'],
    ['2001:db8:1:2:3:4:5:6/128', '128.6.5.4.3.2.1.db8.2001.rpz-ip'],
    ['::/0', '0.zz.rpz-ip'],
    ['2001:DB8:0:0:0:0:0:0/32', '32.zz.db8.2001.rpz-ip', '2001:db8::/32'],
  ])('%s is the owner %s', (network, owner, spelling = network, other = owner) => {
    expect(normaliseNetwork(network)).toBe(spelling);
    expect(reversed(networkKey(spelling))).toBe(other);
    expect(networkOfKey(networkKey(spelling))).toBe(spelling);
  });

  it.each([
    '192.0.2.1/24',
    '2001:db8::1/64',
    '192.0.2.0/33',
    '192.0.2/24',
    '2001:db8::/129',
    '::/',
    'a/24',
    '/24',
    '1/2/3',
  ])('%s is none', (text) => expect(normaliseNetwork(text)).toBeUndefined());

  it('stand in a zone as one owner, are found again, and go', async () => {
    const zone = await Zone.open({ origin: 'rpz.example' });
    const policy = { kind: 'nxdomain' as const };
    const rules = [
      { name: '192.0.2.0/24', policy },
      { name: '2001:DB8:1::/48', policy },
      { name: 'a.example', policy },
    ];
    const applied = await zone.apply({ add: [...rules, { name: '192.0.2.9/24', policy }] }, 1);
    expect(applied.refused).toEqual([{ name: '192.0.2.9/24', fault: 'not-a-network' }]);
    expect(recordsOf(zone, zone.axfr()).slice(2, -1).map(text)).toEqual([
      'a.example.rpz.example. CNAME .',
      '*.a.example.rpz.example. CNAME .',
      '24.0.2.0.192.rpz-ip.rpz.example. CNAME .',
      '48.zz.1.db8.2001.rpz-ip.rpz.example. CNAME .',
    ]);
    expect(zone.get('2001:db8:1:0::/48')).toEqual({ name: '2001:db8:1::/48', policy, scope: 'exact' });
    expect(changesTo(zone, rules)).toEqual({ add: [], remove: [] });
    await zone.apply({ remove: ['2001:db8:1::/48', '192.0.2.0/24'] }, 2);
    expect([...zone.rules()].map((r) => r.name)).toEqual(['a.example']);
  });
});
