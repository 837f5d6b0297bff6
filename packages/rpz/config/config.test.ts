import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BoardRow } from '../server/board.ts';
import { runCli } from './cli.ts';
import { examineBoard, examineConfig } from './doctor.ts';
import { generateConfig } from './generate.ts';
import { NOTES, type ResolverSettings, SOFTWARE, type Software } from './settings.ts';

const SETTINGS: ResolverSettings = {
  primary: { address: '192.0.2.1', port: 53 },
  zones: ['allow.rpz.example', 'hot.rpz.example', 'base.rpz.example'],
  key: { name: 'partner-1', algorithm: 'hmac-sha256', secret: Buffer.alloc(32, 1).toString('base64') },
  dir: '/var/lib/e-salama',
  resolvers: [
    { address: '192.0.2.10', port: 53 },
    { address: '2001:db8::10', port: 53 },
  ],
};
const made = (software: Software, settings = SETTINGS) =>
  generateConfig(software, settings)
    .files.map((f) => `==> ${f.name}\n${f.text}`)
    .join('\n');
const codes = (software: Software, text: string) => examineConfig(software, text, SETTINGS.zones).map((f) => f.code);

describe('configurations for providers', () => {
  it.each(SOFTWARE)('for %s are these', async (software) => {
    const { notes } = generateConfig(software, SETTINGS);
    const text = `${made(software)}\n==> notes\n${notes.map((n) => NOTES[n]).join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(`golden/${software}.txt`);
  });

  it('for BIND over TLS name who signed the certificate and whose it must be', async () => {
    const tls = { port: 853, name: 'primary.rpz.example', caFile: '/etc/ssl/e-salama.pem' };
    await expect(made('bind', { ...SETTINGS, primary: { ...SETTINGS.primary, tls } })).toMatchFileSnapshot(
      'golden/bind-tls.txt',
    );
  });

  it('cannot be made to say something else by a setting', () => {
    const bad: Partial<ResolverSettings>[] = [
      { dir: '/var/lib/"; include "/etc/passwd' },
      { dir: 'relative' },
      { dir: '/a\nserver:' },
      { zones: ['x"; } options { recursion yes'] },
      { zones: [] },
      { zones: ['a b'] },
      { primary: { address: '192.0.2.1; any', port: 53 } },
      { primary: { address: 'fe80::1%eth0', port: 53 } },
      { primary: { address: '192.0.2.1', port: 0 } },
      { key: { ...(SETTINGS.key as NonNullable<ResolverSettings['key']>), name: 'k"; };' } },
      { key: { ...(SETTINGS.key as NonNullable<ResolverSettings['key']>), secret: 'AA"; };' } },
      { primary: { address: '192.0.2.1', port: 53, tls: { port: 853, name: 'a"b', caFile: '/x' } } },
    ];
    for (const change of bad) {
      const code = expect.stringMatching(/^(settings|key)-invalid$/);
      expect(() => generateConfig('bind', { ...SETTINGS, ...change }), JSON.stringify(change)).toThrow(
        expect.objectContaining({ code }),
      );
    }
    expect(() => generateConfig('dnsdist', { ...SETTINGS, resolvers: [] })).toThrow('no resolvers');
    const probe = 'x", order=1})\nos.execute("true';
    expect(() => generateConfig('dnsdist', { ...SETTINGS, probe })).toThrow('not a name');
    expect(() => generateConfig('unbound-behind-knot', { ...SETTINGS, resolverDir: '/a"\n' })).toThrow('not a plain');
  });

  it('keep the copies of two programs apart, and ask only resolvers that have the list', () => {
    const own = made('unbound-behind-knot', { ...SETTINGS, dir: '/knot', resolverDir: '/unbound' });
    expect(own).toContain('rundir: /knot');
    expect(own).toContain('zonefile: "/unbound/hot.rpz.example.rpz"');
    const probed = made('dnsdist', { ...SETTINGS, probe: 'list.test-name.example' });
    expect(probed.match(/checkName="list\.test-name\.example\.", checkType="A", mustResolve=true/g)).toHaveLength(2);
  });
});

describe('the doctor', () => {
  it.each(SOFTWARE)('finds nothing wrong with what we write for %s', (software) => {
    expect(examineConfig(software, made(software), SETTINGS.zones).filter((f) => f.severity === 'wrong')).toEqual([]);
  });

  it('finds what delays a block or loses it', () => {
    const without = (software: Software, ...parts: (string | RegExp)[]) =>
      codes(
        software,
        parts.reduce<string>((text, part) => text.replaceAll(part as string, ''), made(software)),
      );
    expect(without('bind', / min-update-interval 0/g)).toContain('update-interval');
    // On each zone it is enough; on one of three it is not.
    expect(without('bind', /(?<=\} .*) min-update-interval 0/g)).not.toContain('update-interval');
    expect(
      codes(
        'bind',
        made('bind')
          .replace(/ min-update-interval 0(?=;\n\})/, '')
          .replace('} qname-wait-recurse no break-dnssec yes min-update-interval 0', '}'),
      ),
    ).toContain('update-interval');
    expect(without('bind', ' qname-wait-recurse no')).toEqual(['waits-for-recursion']);
    expect(without('bind', ' break-dnssec yes')).toEqual(['dnssec-opens']);
    expect(without('bind', /.*allow-transfer.*\n/g)).toEqual(['zone-transferable']);
    expect(without('knot-resolver', 'collectgarbage = ')).toEqual(['long-pauses']);
    expect(without('knot-resolver', /.*journal-max-usage.*\n/g)).toEqual(['small-journal']);
    expect(without('unbound-behind-knot', /.*journal-max-usage.*\n/g)).toContain('small-journal');
    expect(codes('knot-resolver', made('knot-resolver').replace('listen: 127.0.0.1', 'listen: 0.0.0.0'))).toEqual([
      'zone-readable',
    ]);
    const swapped = (software: Software) => {
      const [one = '', two = ''] = SETTINGS.zones.slice(-2);
      return codes(software, made(software).replaceAll(one, '#').replaceAll(two, one).replaceAll('#', two));
    };
    for (const software of [
      'bind',
      'unbound',
      'unbound-behind-knot',
      'recursor',
      'recursor-5.1',
      'knot-resolver',
    ] as const)
      expect(swapped(software), software).toContain('zone-order');
    expect(codes('bind', `# ${made('bind').replaceAll('\n', '\n# ')}`)).toContain('no-policy');
    expect(without('unbound', 'respip ')).toContain('no-respip');
    expect(codes('unbound', made('unbound'))).toEqual(['needs-allow-list']);
    expect(without('recursor', 'disable-packetcache=yes')).toContain('packet-cache');
    expect(codes('recursor', made('recursor').replace('refresh=1', 'refresh=300'))).toContain('slow-refresh');
    expect(without('recursor', 'refresh=1, ')).toContain('slow-refresh');
    expect(without('recursor-5.1', /.*allow_notify_for.*\n/g)).toContain('no-notify');
    expect(codes('knot-resolver', made('knot-resolver').replace(', true)', ', false)'))).toContain('no-watch');
    expect(without('knot-resolver', /.*zonefile-sync.*\n/g)).toContain('late-file');
    expect(without('dnsdist', 'maxTTL=1, ')).toContain('long-cache');
    expect(codes('mikrotik', made('mikrotik').replace('=1m', '=1d'))).toContain('long-cache');
    expect(codes('bind', made('bind').replaceAll('hmac-sha256', 'hmac-md5'))).toContain('weak-algorithm');
    expect(codes('bind', made('bind').replaceAll('base.rpz.example', 'other.example'))).toContain('no-policy');
  });

  it('reads from the board who is late, deaf or refused', () => {
    const now = 10_000_000;
    const row: BoardRow = { secondary: 'p', zone: 'hot.', basis: 'hot', serial: 9, keys: [] };
    const of = (change: Partial<BoardRow>) => examineBoard({ ...row, ...change }, now).map((f) => f.code);
    const asked = { at: now - 10, type: 'SOA', transport: 'udp', serial: 9 } as const;
    const notify = { at: now, serial: 9, target: 'x', attempts: 1 };
    expect(of({})).toEqual(['never-asked']);
    expect(of({ asked })).toEqual([]);
    expect(of({ asked, lateSince: now - 59_000 })).toEqual([]);
    expect(of({ asked, lateSince: now - 61_000 })).toEqual(['behind']);
    expect(of({ asked, notify: { ...notify, answer: 'none' } })).toEqual(['notify-unanswered']);
    expect(of({ asked, notify: { ...notify, answer: 'REFUSED', verified: true } })).toEqual(['notify-refused']);
    expect(of({ asked, notify: { ...notify, answer: 'NOTAUTH', verified: false } })).toEqual(['notify-unverified']);
    expect(of({ asked, refused: { at: now - 20, why: 'bad-time' } })).toEqual([]);
    expect(of({ asked, refused: { at: now, why: 'bad-time' } })).toEqual(['refused']);
    expect(of({ asked, key: { name: 'k', ageMs: 400 * 86_400_000 } })).toEqual(['old-key']);
  });
});

describe('the command line', () => {
  it('writes files, examines files, and says when it does not understand', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'rpz-cli-'));
    try {
      const file = (name: string, text: string) => {
        writeFileSync(path.join(dir, name), text);
        return path.join(dir, name);
      };
      const run = async (...args: string[]) => {
        let [out, err] = ['', ''];
        const code = await runCli(args, { out: (t) => (out += t), err: (t) => (err += t) });
        return { code, out, err };
      };
      const settings = file('settings.json', JSON.stringify(SETTINGS));
      const written = await run('config', 'bind', settings);
      expect(written).toMatchObject({ code: 0, err: expect.stringContaining('60 seconds') });
      expect(written.out).toContain('==> e-salama.conf');
      const good = await run('doctor', 'bind', file('good', written.out), ...SETTINGS.zones);
      expect(good).toEqual({ code: 0, out: '', err: '' });
      const bad = await run('doctor', 'bind', file('bad', written.out.replaceAll('min-update-interval 0', '')));
      expect(bad).toMatchObject({ code: 1, out: 'wrong\tupdate-interval\n' });
      expect(await run('config', 'bind', file('broken', '{'))).toMatchObject({ code: 2 });
      expect(await run('config', 'bind', file('empty', '{}'))).toMatchObject({ code: 2 });
      expect(await run('config', 'windows', settings)).toMatchObject({
        code: 2,
        err: expect.stringContaining('SOFTWARE'),
      });
      expect(await run('doctor', 'bind', path.join(dir, 'none'))).toMatchObject({ code: 2 });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
