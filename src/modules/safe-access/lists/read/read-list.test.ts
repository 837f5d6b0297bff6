import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Category } from '../../profile/rules.ts';
import { FORMATS, type Format, type Protects, SKIP_REASONS, type Taken } from '../source.ts';
import { LINE_READERS } from './line-formats.ts';
import { nameOf } from './name.ts';
import { type ReadOptions, readList } from './read-list.ts';
import { rpzReader } from './rpz-zone.ts';
import { tarFile } from './tar-file.fixture.ts';

const nobody: Protects = () => undefined;
const options = (format: Format, over: Partial<ReadOptions> = {}): ReadOptions => ({
  format,
  category: 'adult',
  categories: { adult: 'adult', drogue: 'drugs', games: 'games', social_networks: 'social' },
  below: false,
  protects: nobody,
  ...over,
});

async function* bytes(whole: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}
async function read(file: string | Uint8Array, given: ReadOptions, chunk?: number) {
  const taken: Taken[] = [];
  const whole = typeof file === 'string' ? Buffer.from(file) : file;
  const result = await readList(bytes(whole, chunk), given, (t) => {
    taken.push(t);
  });
  return { ...result, names: taken };
}
const written = (names: readonly Taken[]) =>
  names.map((n) => `${n.action === 'allow' ? '@' : ''}${n.scope === 'subtree' ? '*.' : ''}${n.name}`);

/** Names that anybody may list: made up, below .example. */
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/).filter((l) => !/^..--/.test(l));
const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.example`);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 30 });
const noise = fc.constantFrom('', ' ', '# a comment', '\t');

describe('names', () => {
  it.each([
    ['Bad.Example.', 'bad.example'],
    ['مثال.example', 'xn--mgbh0fb.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['bad。example', 'bad.example'],
    ['_tcp.bad.example', '_tcp.bad.example'],
    ['someone.github.io', 'someone.github.io'],
  ])('%s is %s', (typed, expected) => expect(nameOf(typed)).toEqual({ ok: true, name: expected }));
  it.each([
    ['com', 'public-suffix'],
    ['co.ma', 'public-suffix'],
    ['github.io', 'public-suffix'],
    ['example', 'public-suffix'],
    ['10.0.0.1', 'address'],
    ['::1', 'address'],
    ['1.2.3', 'address'],
    ['a b.example', 'not-a-name'],
    ['bad..example', 'not-a-name'],
    [`${'a'.repeat(64)}.example`, 'not-a-name'],
    ['', 'not-a-name'],
    ['constructor', 'public-suffix'],
  ])('%s is refused: %s', (typed, why) => expect(nameOf(typed)).toEqual({ ok: false, why }));
  it('once read, is read the same', () =>
    fc.assert(
      fc.property(fc.oneof(name, fc.string()), (typed) => {
        const once = nameOf(typed);
        if (once.ok) expect(nameOf(once.name)).toEqual(once);
      }),
    ));
});

describe('each format gives back what was written in it', () => {
  const round = (format: Format, line: (n: string) => string, scope: Taken['scope'], end = '\n') =>
    fc.assert(
      fc.asyncProperty(names, noise, fc.integer({ min: 1, max: 40 }), async (all, between, chunk) => {
        const file = all.map((n) => `${between}\n${line(n)}`).join(end);
        const got = await read(file, options(format), chunk);
        expect(got.names).toEqual(all.map((n) => ({ name: n, scope, action: 'block', category: 'adult' })));
        expect(got.skipped).toEqual({});
      }),
      { numRuns: 60 },
    );
  it('hosts', () => round('hosts', (n) => `0.0.0.0   ${n} # why`, 'exact', '\r\n'));
  it('hosts of IPv6', () => round('hosts', (n) => `::\t${n.toUpperCase()}`, 'exact'));
  it('plain', () => round('plain', (n) => n, 'subtree'));
  it('adblock', () => round('adblock', (n) => `||${n}^`, 'subtree'));
  it('dnsmasq local', () => round('dnsmasq', (n) => `local=/${n}/`, 'subtree'));
  it('dnsmasq address', () => round('dnsmasq', (n) => `address=/${n}/0.0.0.0`, 'subtree'));
  it('csv', () => round('csv', (n) => `"${n}",Adult`, 'subtree'));
  it('csv of spreadsheets here', () => round('csv', (n) => `${n};drogue`.replace('drogue', 'adult'), 'subtree'));
  it('rpz', () =>
    fc.assert(
      fc.asyncProperty(names, async (all) => {
        const zone = [
          '$TTL 60',
          '@ IN SOA ns.rpz.test. hostmaster.rpz.test. (',
          '  1 ; serial',
          '  3600 600 864000 60 )',
          '  NS ns.rpz.test.',
          ...all.map((n) => `${n} CNAME .\n*.${n} 60 IN CNAME .`),
        ].join('\n');
        const got = await read(zone, options('rpz'));
        expect(written(got.names)).toEqual(all.flatMap((n) => [n, `*.${n}`]));
        expect(got.skipped).toEqual({});
      }),
      { numRuns: 60 },
    ));
  it('ut1, compressed or not', () =>
    fc.assert(
      fc.asyncProperty(names, fc.boolean(), fc.integer({ min: 1, max: 700 }), async (all, zip, chunk) => {
        const tar = tarFile({
          'blacklists/adult/domains': `${all.join('\n')}\n`,
          'blacklists/adult/urls': 'bad.example/page\n',
          'blacklists/unheard-of/domains': 'other.example\n',
        });
        const got = await read(zip ? gzipSync(tar) : tar, options('ut1'), chunk);
        expect(written(got.names)).toEqual(all.map((n) => `*.${n}`));
        expect(got.skipped).toEqual({ 'other-file': 1, 'category-unknown': 1 });
      }),
      { numRuns: 40 },
    ));
});

describe('what each line means', () => {
  const says = (format: Exclude<Format, 'rpz' | 'ut1'>, line: string) => {
    const got = LINE_READERS[format]()(line);
    return typeof got === 'string' || got === undefined
      ? got
      : got.map((l) => `${l.action === 'allow' ? '@' : ''}${l.scope === 'subtree' ? '*.' : ''}${l.name}`);
  };
  it.each([
    ['127.0.0.1 localhost', undefined],
    ['0.0.0.0 a.example b.example', ['a.example', 'b.example']],
    ['203.0.113.9 a.example', 'answers'],
    ['0.0.0.0', 'not-understood'],
    ['what is this', 'not-understood'],
    ['*.a.example', ['*.a.example']],
  ])('hosts: %s', (line, expected) => expect(says('hosts', line)).toEqual(expected));
  it.each([
    ['! comment', undefined],
    ['[Adblock Plus 2.0]', undefined],
    ['||a.example^', ['*.a.example']],
    ['||*.a.example^', ['*.a.example']],
    ['||a.example^$important', ['*.a.example']],
    ['@@||a.example^', ['@*.a.example']],
    ['@@||a.example^|', ['@*.a.example']],
    ['||a.example', 'pattern'],
    ['||a.example^$third-party', 'options'],
    ['||a.example^$dnsrewrite=1.2.3.4', 'options'],
    ['||a.example/banner', 'path'],
    ['||ads.*.example^', 'pattern'],
    ['a.example##.banner', 'cosmetic'],
    ['a.example#@#.banner', 'cosmetic'],
    ['/ads[0-9]+/', 'pattern'],
    ['|https://a.example/', 'path'],
    ['a.example', ['a.example']],
    ['0.0.0.0 a.example', ['a.example']],
    ['-banner-*.gif', 'pattern'],
  ])('adblock: %s', (line, expected) => expect(says('adblock', line)).toEqual(expected));
  it.each([
    ['local=/a.example/', ['*.a.example']],
    ['address=/a.example/b.example/::', ['*.a.example', '*.b.example']],
    ['address=/a.example/#', ['*.a.example']],
    ['server=/a.example/', ['*.a.example']],
    ['server=/a.example/#', ['@*.a.example']],
    ['server=/a.example/9.9.9.9', 'answers'],
    ['address=/a.example/203.0.113.9', 'answers'],
    ['address=/#/0.0.0.0', 'pattern'],
    ['no-resolv', 'not-understood'],
    ['# comment', undefined],
  ])('dnsmasq: %s', (line, expected) => expect(says('dnsmasq', line)).toEqual(expected));
  it('rpz: actions and triggers', () => {
    const reader = rpzReader();
    const say = (line: string) => {
      const got = reader(line);
      return typeof got === 'string' || got === undefined ? got : got.map((l) => `${l.action} ${l.scope} ${l.name}`);
    };
    expect(say('$ORIGIN rpz.test.')).toBeUndefined();
    expect(say('a.example CNAME *.')).toEqual(['block exact a.example']);
    expect(say('\tTXT "more of; the same"')).toBe('answers');
    expect(say('a.example.rpz.test. 60 IN CNAME rpz-drop.')).toEqual(['block exact a.example']);
    expect(say('help.a.example CNAME rpz-passthru. ; a reason')).toEqual(['allow exact help.a.example']);
    expect(say('*.b.example CNAME .')).toEqual(['block subtree b.example']);
    expect(say('b.example CNAME garden.test.')).toBe('answers');
    expect(say('b.example A 203.0.113.9')).toBe('answers');
    expect(say('b.example CNAME rpz-tcp-only.')).toBe('answers');
    expect(say('32.4.3.2.1.rpz-ip CNAME .')).toBe('trigger');
    expect(say('ns.evil.example.rpz-nsdname CNAME .')).toBe('trigger');
    expect(say('rpz.test. NS ns.rpz.test.')).toBeUndefined();
  });
});

describe('what is left out', () => {
  it('is counted by reason, and what is never blocked is told by name', async () => {
    const protects: Protects = (n) =>
      n.endsWith('help.example')
        ? { name: 'help.example', protection: 'help' }
        : n === 'big.example'
          ? { name: n, protection: 'platform' }
          : undefined;
    const file = 'a.example\nhelp.example\nbig.example\ncom\n10.0.0.1\na.example\nno name\n';
    const got = await read(file, options('plain', { protects }));
    expect(got.skipped).toEqual({
      protected: 2,
      'public-suffix': 1,
      address: 1,
      repeated: 1,
      'not-understood': 1,
    });
    expect(got.protected).toEqual([
      { name: 'help.example', protection: 'help' },
      { name: 'big.example', protection: 'platform' },
    ]);
    // A family may close a big platform as what it is; help never.
    const social = await read(file, options('plain', { protects, category: 'social' }));
    expect(written(social.names)).toEqual(['*.a.example', '*.big.example']);
  });

  it('asks about the whole of a name that stands for what is below it', async () => {
    const asked: [string, boolean][] = [];
    const protects: Protects = (n, below) => void asked.push([n, below]);
    await read('0.0.0.0 a.example\n', options('hosts', { protects }));
    await read('0.0.0.0 a.example\n', options('hosts', { protects, below: true }));
    expect(asked).toEqual([
      ['a.example', false],
      ['a.example', true],
    ]);
  });

  it('a mixed list’s unknown kinds are not taken, also when they are called like something of JavaScript’s', async () => {
    const got = await read(
      'a.example,adult\nb.example,constructor\nc.example,__proto__\nd.example,whatever\n',
      options('csv', { category: undefined }),
    );
    expect(written(got.names)).toEqual(['*.a.example']);
    expect(got.skipped).toEqual({ 'category-unknown': 3 });
  });

  it('stops at its bounds: names, bytes, and lines without end', async () => {
    const many = Array.from({ length: 50 }, (_, i) => `n${i}.example`).join('\n');
    expect(await read(many, options('plain', { maxNames: 20 }))).toMatchObject({
      taken: 20,
      skipped: { 'too-many': 30 },
    });
    await expect(read(gzipSync(Buffer.alloc(5_000_000)), options('plain', { maxBytes: 1_000_000 }))).rejects.toThrow(
      /more than/,
    );
    const long = await read(`${'x'.repeat(3_000_000)}\na.example\n`, options('plain'), 1000);
    expect(long).toMatchObject({ taken: 1, skipped: { 'line-too-long': 1 } });
    await expect(read(gzipSync(many).subarray(0, 40), options('plain'))).rejects.toThrow(/damaged/);
    await expect(read('this is no archive'.repeat(100), options('ut1'))).rejects.toThrow();
    const tar = tarFile({ 'adult/domains': 'a.example\n'.repeat(200) });
    await expect(read(tar.subarray(0, 700), options('ut1'))).rejects.toThrow(/cut short/);
  });
});

describe('whatever the file', () => {
  const piece = fc.constantFrom(
    ...[
      '||',
      '@@',
      '^',
      '$',
      '/',
      '##',
      '0.0.0.0 ',
      'local=/',
      'address=/',
      ' CNAME ',
      '.',
      '*.',
      '\n',
      '\t',
      ';',
      '"',
    ],
    ...['(', ')', 'a.example', 'مثال', '\u0000', '\ufeff', '$ORIGIN ', 'SOA', ',', '#', '\r\n', '@', 'x'.repeat(300)],
  );
  const soup = fc.array(fc.oneof(piece, fc.string({ maxLength: 12 })), { maxLength: 60 }).map((p) => p.join(''));
  const runs = process.env.SALAMA_LONG ? 20_000 : 400;

  it.each(FORMATS.filter((f) => f !== 'ut1'))(
    '%s: nothing throws, every name is one, and chunks do not matter',
    (format) =>
      fc.assert(
        fc.asyncProperty(soup, fc.integer({ min: 1, max: 50 }), async (file, chunk) => {
          const whole = await read(file, options(format));
          for (const taken of whole.names) expect(nameOf(taken.name)).toEqual({ ok: true, name: taken.name });
          for (const why of Object.keys(whole.skipped)) expect(SKIP_REASONS).toContain(why);
          expect(Object.values(whole.byCategory).reduce((a: number, b) => a + (b ?? 0), 0)).toBe(whole.taken);
          expect(await read(file, options(format), chunk)).toEqual(whole);
        }),
        { numRuns: runs },
      ),
  );

  it('ut1: an archive changed anywhere is read or refused', () => {
    const tar = tarFile({ 'x/adult/domains': 'a.example\nb.example\n', 'x/games/domains': 'c.example\n' });
    return fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(tar.length),
        async (changes, length) => {
          const file = Buffer.from(tar.subarray(0, length));
          for (const [at, value] of changes) if (at < length) file[at] = value;
          const got = await read(file, options('ut1')).catch((error: unknown) => error);
          if (got instanceof Error) expect(got.constructor.name).toMatch(/^(Broken|TooLarge)$/);
        },
      ),
      { numRuns: runs },
    );
  });

  it('random bytes after the mark of gzip are refused or empty', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (tail) => {
        const got = await read(Buffer.concat([Buffer.from([0x1f, 0x8b]), tail]), options('plain')).catch((e) => e);
        if (got instanceof Error) expect(got.constructor.name).toBe('Broken');
      }),
      { numRuns: runs },
    ));
});

const kinds: Category[] = ['adult', 'drugs'];
it('one name may be of two kinds', async () => {
  const got = await read('a.example,adult\na.example,drogue\n', options('csv'));
  expect(got.names.map((n) => n.category)).toEqual(kinds);
});
