import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiName, covers, defanged, MAX_NAME, normaliseTarget, upwards } from './target.ts';

const read = (kind: Parameters<typeof normaliseTarget>[0], typed: string) => {
  const found = normaliseTarget(kind, typed);
  return found.ok ? found.target.target : found.fault;
};

describe('a target', () => {
  it.each([
    ['Bad.Example', 'bad.example'],
    [' bad.example. ', 'bad.example'],
    ['*.bad.example', 'bad.example'],
    ['ｂａｄ。example', 'bad.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['صور.example', 'xn--wgbh1d.example'],
  ])('reads the name %s as %s', (typed, want) => expect(read('domain', typed)).toBe(want));

  it.each([
    '',
    'a b.example',
    'https://bad.example',
    '203.0.113.9',
    'bad..example',
    '-bad.example',
    'a'.repeat(64),
    '%',
  ])('takes %j for no name', (typed) => expect(read('domain', typed)).toBe('not-a-name'));

  it('refuses what no policy zone can carry', () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(30)}.example`;
    expect(long.length).toBeGreaterThan(MAX_NAME);
    expect(read('host', long)).toBe('too-long');
  });

  it.each([
    ['203.0.113.9', '203.0.113.9/32'],
    ['203.0.113.9/28', '203.0.113.0/28'],
    ['2001:DB8::1/64', '2001:db8::/64'],
    ['::ffff:203.0.113.9', '203.0.113.9/32'],
    ['1.2', 'not-a-network'],
    ['203.0.113.9/33', 'not-a-network'],
    ['name.example', 'not-a-network'],
  ])('reads the network %s as %s', (typed, want) => expect(read('network', typed)).toBe(want));

  it('writes addresses in their one spelling, and keeps no hash yet', () => {
    expect(read('url', 'HTTPS://Bad.Example:443/a/../b?utm_source=x')).toBe('https://bad.example/b');
    expect(read('url', 'nothing')).toBe('not-an-address');
    expect(read('hash', 'ab'.repeat(32))).toBe('hash-not-yet');
  });

  it('never throws, and reads its own spelling as itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.webUrl(), fc.ipV4(), fc.ipV6()), (typed) => {
        for (const kind of ['domain', 'host', 'url', 'network'] as const) {
          const found = normaliseTarget(kind, typed);
          if (found.ok) expect(read(kind, found.target.target)).toBe(found.target.target);
        }
      }),
    );
  });

  it('covers a name and what is below it, or itself alone', () => {
    const domain = { kind: 'domain', target: 'bad.example', name: 'bad.example' } as const;
    const host = { kind: 'host', target: 'bad.example', name: 'bad.example' } as const;
    expect([
      covers(domain, 'www.bad.example'),
      covers(domain, 'bad.example'),
      covers(domain, 'notbad.example'),
    ]).toEqual([true, true, false]);
    expect([covers(host, 'www.bad.example'), covers(host, 'bad.example')]).toEqual([false, true]);
    expect(upwards('a.b.c')).toEqual(['a.b.c', 'b.c', 'c']);
  });

  it('is shown so that nothing makes a link of it', () => {
    expect(defanged('https://bad.example/a.jpg')).toBe('hxxps[://]bad[.]example/a[.]jpg');
    expect(asciiName('[::1]')).toBeUndefined();
  });
});
