import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseAccount, toE164 } from './account.ts';
import { platforms } from './platforms.ts';

function keyOf(platform: string, name: string): string {
  const account = normaliseAccount(platform, name);
  return 'error' in account ? `error: ${account.error}` : account.key;
}

describe('normaliseAccount', () => {
  it.each([
    ['instagram', '@Some.One', 'instagram:some.one'],
    ['Insta', ' some.one ', 'instagram:some.one'],
    ['إنستغرام', '\u200f@some.one\u200f', 'instagram:some.one'],
    ['instagram', 'https://www.instagram.com/Some.One/?igsh=abc', 'instagram:some.one'],
    ['instagram', 'instagram.com/stories/some.one/123', 'instagram:some.one'],
    ['instagram', 'https://www.instagram.com/p/AbC/', 'error: not-an-account'],
    ['instagram', 'some.com', 'instagram:some.com'],
    ['tiktok', 'https://www.tiktok.com/@Some_one/video/123?_t=x', 'tiktok:some_one'],
    ['تيك توك', '＠some_one', 'tiktok:some_one'],
    ['telegram', 't.me/Some_One', 'telegram:some_one'],
    ['telegram', 'https://t.me/s/some_one', 'telegram:some_one'],
    ['telegram', 'https://t.me/+AbCdEf', 'error: not-an-account'],
    ['telegram', 'https://t.me/joinchat/AbCdEf', 'error: not-an-account'],
    ['telegram', '06 12 34 56 78', 'telegram:+212612345678'],
    ['youtube', 'https://www.youtube.com/@Some.One/videos', 'youtube:some.one'],
    ['youtube', 'https://youtube.com/channel/UCabcdefghijklmnopqrstuV', 'youtube:UCabcdefghijklmnopqrstuV'],
    ['youtube', 'https://youtube.com/c/SomeOne', 'youtube:c/someone'],
    ['youtube', 'https://www.youtube.com/watch?v=abc', 'error: not-an-account'],
    ['facebook', 'https://m.facebook.com/some.one.5', 'facebook:someone5'],
    ['facebook', 'SomeOne5', 'facebook:someone5'],
    ['facebook', 'https://www.facebook.com/profile.php?id=100012345', 'facebook:100012345'],
    ['facebook', 'https://www.facebook.com/people/Some-One/100012345/', 'facebook:100012345'],
    ['facebook', 'https://www.facebook.com/groups/some.group', 'facebook:groups/some.group'],
    ['facebook', 'Some  One', 'facebook:~some one'],
    ['snapchat', 'https://www.snapchat.com/add/some-one?share_id=x', 'snapchat:some-one'],
    ['snapchat', 'https://www.snapchat.com/@Some-One', 'snapchat:some-one'],
    ['x', 'https://twitter.com/Some_One/status/1', 'x:some_one'],
    ['twitter', '@some_one', 'x:some_one'],
    ['x', 'https://x.com/i/flow', 'error: not-an-account'],
    ['discord', 'Some#1234', 'discord:some#1234'],
    ['discord', 'https://discord.com/users/123456789012345678', 'discord:123456789012345678'],
    ['discord', 'https://discord.com/invite/abc', 'error: not-an-account'],
    ['roblox', 'https://www.roblox.com/users/42/profile', 'roblox:users/42'],
    ['instagram', 'https://www.tiktok.com/@some_one', 'tiktok:some_one'],
    ['', 'x.com/some_one', 'x:some_one'],
    ['', 'some one', 'other:some one'],
    ['A new game', 'SomeOne', 'anewgame:SomeOne'],
    ['instagram', '', 'error: empty'],
    ['instagram', ' @ ', 'error: empty'],
    ['instagram', 'a'.repeat(300), 'error: too-long'],
    ['whatsapp', '0612345678', 'whatsapp:+212612345678'],
    ['واتساب', '٠٦١٢٣٤٥٦٧٨', 'whatsapp:+212612345678'],
    ['whatsapp', 'https://wa.me/212612345678?text=a', 'whatsapp:+212612345678'],
    ['whatsapp', 'https://api.whatsapp.com/send?phone=212612345678', 'whatsapp:+212612345678'],
    ['whatsapp', 'https://chat.whatsapp.com/AbCdEf', 'error: not-an-account'],
    ['whatsapp', 'Some One', 'error: bad-number'],
  ])('%s, %s is %s', (platform, name, key) => {
    expect(keyOf(platform, name)).toBe(key);
  });

  it('keeps the case people chose in the name', () => {
    expect(normaliseAccount('tiktok', '@SomeOne')).toEqual({
      platform: 'tiktok',
      name: 'SomeOne',
      key: 'tiktok:someone',
    });
  });

  it('tells a display name from a handle', () => {
    expect(keyOf('instagram', 'some one')).not.toBe(keyOf('instagram', 'some_one'));
    expect(keyOf('instagram', 'some one')).toContain('~');
  });

  it('knows no alias and no host twice', () => {
    const hosts = Object.values(platforms).flatMap((platform) => platform.hosts);
    expect(new Set(hosts).size).toBe(hosts.length);
    const aliases = Object.entries(platforms).flatMap(([name, platform]) => [name, ...platform.aliases]);
    expect(new Set(aliases).size).toBe(aliases.length);
  });

  it('never throws, and its answer normalises to itself', () => {
    const platform = fc.oneof(
      fc.constantFrom(...Object.keys(platforms), 'Insta', 'a new game'),
      fc.string({ maxLength: 20 }),
    );
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc
        .constantFrom(...Object.values(platforms).flatMap(({ hosts }) => [...hosts]))
        .chain((host) =>
          fc
            .array(
              fc.constantFrom(
                '@',
                'a',
                'Some.One',
                'c',
                'user',
                'add',
                'groups',
                'users',
                '42',
                '+212612345678',
                '%41',
                'ا',
                '..',
              ),
              { maxLength: 4 },
            )
            .map((parts) => `https://${host}/${parts.join('/')}`),
        ),
      fc.stringMatching(/^[+0-9 ().-]{0,20}$/),
    );
    fc.assert(
      fc.property(platform, name, (where, who) => {
        const once = normaliseAccount(where, who);
        if ('error' in once) return;
        expect(once.key.startsWith(`${once.platform}:`)).toBe(true);
        expect(normaliseAccount(once.platform, once.name)).toEqual(once);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('toE164', () => {
  it.each([
    ['06 12-34-56.78', '+212612345678'],
    ['612345678', '+212612345678'],
    ['212612345678', '+212612345678'],
    ['+212 (0)6 12 34 56 78', '+212612345678'],
    ['00212612345678', '+212612345678'],
    ['0522000000', '+212522000000'],
    ['+33 6 12 34 56 78', '+33612345678'],
    ['0033612345678', '+33612345678'],
    ['\u202a+212 612 345 678\u202c', '+212612345678'],
    ['tel:+212612345678', '+212612345678'],
    ['0412345678', undefined],
    ['+2124', undefined],
    ['+212412345678', undefined],
    ['12345', undefined],
    ['6123', undefined],
    ['+1234567890123456', undefined],
    ['06123456789', undefined],
    ['abc', undefined],
  ])('%s is %s', (typed, number) => {
    expect(toE164(typed, 'ma')).toBe(number);
  });
});
