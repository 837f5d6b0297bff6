import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../clock.ts';
import { askUdp, buildQuery, connect, framed, transfer } from '../testing/client.ts';
import { text } from '../testing/reader.ts';
import type { KeySettings } from '../tsig/key.ts';
import { RCODE } from '../wire/codes.ts';
import { readMessage } from '../wire/message.ts';
import { ChunkWriter } from '../zone/encode.ts';
import type { Policy } from '../zone/policy.ts';
import { Zone } from '../zone/zone.ts';
import { Primary, type PrimarySettings } from './primary.ts';
import { Slots } from './slots.ts';

const NX: Policy = { kind: 'nxdomain' };
const KEY: KeySettings = {
  name: 'partner-1',
  algorithm: 'hmac-sha256',
  secret: Buffer.alloc(32, 5).toString('base64'),
  since: 0,
};
const opened: Primary[] = [];
afterEach(async () => {
  for (const primary of opened.splice(0)) await primary.close();
});

async function start(rules: number, settings: Partial<PrimarySettings> = {}) {
  const zone = await Zone.open({ origin: 'rpz.example' });
  await zone.apply({ add: Array.from({ length: rules }, (_, i) => ({ name: `n${i}.example`, policy: NX })) }, 1);
  const primary = await Primary.start({
    listen: { address: '127.0.0.1', port: 0 },
    zones: [zone],
    secondaries: [{ id: 'partner', zones: ['rpz.example'], keys: [KEY] }],
    ...settings,
  });
  opened.push(primary);
  return { zone, primary };
}
/** A zone of 18 MB, more than what a system takes in for a reader that does not read. */
async function startBig(limits: PrimarySettings['limits']) {
  const { primary, zone } = await start(0, { limits: limits ?? {} });
  const policy: Policy = { kind: 'local', txt: ['x'.repeat(2900)] };
  await zone.apply({ add: Array.from({ length: 3000 }, (_, i) => ({ name: `n${i}.example`, policy })) }, 2);
  return { primary };
}
const until = async (what: string, check: () => boolean) => {
  for (const deadline = performance.now() + 5000; !check(); await sleep(5)) {
    if (performance.now() > deadline) throw new Error(`not: ${what}`);
  }
};
const SOA = { name: 'rpz.example', type: 'SOA', key: KEY } as const;
const AXFR = { name: 'rpz.example', type: 'AXFR', key: KEY } as const;

describe('the primary', () => {
  it('answers SOA, NS and IXFR over UDP in one small message, AXFR not at all', async () => {
    const { primary, zone } = await start(500);
    const ask = async (query: Parameters<typeof buildQuery>[0]) => {
      const sent = buildQuery(query).bytes;
      const answer = await askUdp(primary.port, sent);
      if (!answer) throw new Error('no answer');
      expect(answer.length).toBeLessThan(2 * sent.length);
      return readMessage(answer);
    };
    expect((await ask(SOA)).answers.map(text)).toEqual(['rpz.example. SOA 1']);
    expect((await ask({ ...SOA, type: 'NS' })).answers.map(text)).toEqual(['rpz.example. NS localhost.']);
    await zone.apply({ remove: ['n1.example'] }, 2);
    // Behind or not: the SOA alone, and who is behind comes again over TCP.
    for (const serial of [1, 2]) {
      expect((await ask({ ...SOA, type: 'IXFR', serial })).answers.map(text)).toEqual(['rpz.example. SOA 2']);
    }
    expect((await ask(AXFR)).header.rcode).toBe(RCODE.FORMERR);
    expect((await ask({ ...SOA, type: 'A' })).header.rcode).toBe(RCODE.REFUSED);
  });

  it('answers several requests of one connection in their order', async () => {
    const { primary } = await start(10);
    const socket = await connect(primary.port);
    socket.write(Buffer.concat([1, 2, 3].map((id) => framed(buildQuery({ ...(id === 2 ? AXFR : SOA), id }).bytes))));
    let bytes = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      bytes = Buffer.concat([bytes, data]);
    });
    const ids = () => {
      const out: number[] = [];
      for (let at = 0; at + 2 <= bytes.length; at += 2 + bytes.readUInt16BE(at)) out.push(bytes.readUInt16BE(at + 2));
      return out;
    };
    await until('all answers', () => ids().at(-1) === 3);
    expect(ids()).toEqual([1, 2, 2, 2, 3]);
    // A half-closed connection still gets its answers, then ends.
    socket.write(framed(buildQuery({ ...SOA, id: 4 }).bytes));
    socket.end();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(ids().at(-1)).toBe(4);
  });

  it('serves many at once from one encoding', { timeout: 120_000 }, async () => {
    const many = process.env.SALAMA_LONG ? 100 : 12;
    const rules = process.env.SALAMA_LONG ? 20_000 : 5000;
    const encoded = vi.spyOn(ChunkWriter.prototype, 'entry');
    const { primary } = await start(rules, {
      secondaries: Array.from({ length: many }, (_, i) => ({
        id: `p${i}`,
        zones: ['rpz.example'],
        keys: [{ ...KEY, name: `key-${i}` }],
      })),
      limits: { connectionsPerAddress: 200, transfers: 8 },
    });
    const all = await Promise.all(
      Array.from({ length: many }, async (_, i) => {
        const got = await transfer(await connect(primary.port), { ...AXFR, key: { ...KEY, name: `key-${i}` } });
        return got.records.map(text).join('\n');
      }),
    );
    expect(new Set(all).size).toBe(1);
    expect(encoded).toHaveBeenCalledTimes(rules);
    encoded.mockRestore();
    await until('the board', () => primary.board().every((row) => row.behind === 0 && row.transfer?.complete));
  });

  it('serves many at once, each its own copy, and encodes anew only what differs', { timeout: 120_000 }, async () => {
    const many = process.env.SALAMA_LONG ? 100 : 12;
    const rules = process.env.SALAMA_LONG ? 20_000 : 5000;
    const own = (i: number) => [`own${i}`];
    const { primary, zone } = await start(rules, {
      secondaries: Array.from({ length: many }, (_, i) => ({
        id: `p${i}`,
        zones: ['rpz.example'],
        keys: [{ ...KEY, name: `key-${i}` }],
        companions: () => own(i),
      })),
      limits: { connectionsPerAddress: 200, transfers: 8 },
    });
    const marked = [...zone.rules()].slice(0, 3).map((rule) => ({ ...rule, accompanied: true }));
    await zone.apply({ add: marked }, 2);
    const all = [...zone.axfr().chunks].length;
    const encoded = vi.spyOn(ChunkWriter.prototype, 'entry');
    await Promise.all(
      Array.from({ length: many }, async (_, i) => {
        const got = await transfer(await connect(primary.port), { ...AXFR, key: { ...KEY, name: `key-${i}` } });
        const names = got.records.map((r) => r.name).filter((name) => name.includes('own'));
        expect(names).toHaveLength(2 * marked.length);
        expect(names.every((name) => name.replace('*.', '').startsWith(`own${i}.`))).toBe(true);
        expect(got.messages).toHaveLength(all);
      }),
    );
    // The three stand on one page of about 400.
    expect(encoded.mock.calls.length).toBeLessThan(many * 700);
    encoded.mockRestore();
  });

  it('shows on the board what each has, and since when it is late', async () => {
    const { primary, zone } = await start(10);
    await transfer(await connect(primary.port), { ...AXFR, edns: true });
    await until('the transfer', () => primary.board()[0]?.has === 1);
    expect(primary.board()[0]).toMatchObject({
      secondary: 'partner',
      zone: 'rpz.example.',
      behind: 0,
      asked: { type: 'AXFR', transport: 'tcp', serial: 1 },
      transfer: { kind: 'axfr', messages: 3, complete: true },
      key: { name: 'partner-1.' },
    });
    expect(primary.board()[0]?.lateSince).toBeUndefined();
    await zone.apply({}, 4);
    expect(primary.board()[0]).toMatchObject({ has: 1, behind: 3, lateSince: expect.any(Number) });
    const got = await transfer(await connect(primary.port), { ...SOA, type: 'IXFR', serial: 1 });
    expect(got.records.map(text)).toEqual([4, 1, 4, 4].map((n) => `rpz.example. SOA ${n}`));
    await until('it to be current', () => primary.board()[0]?.behind === 0);
    expect(primary.board()[0]?.lateSince).toBeUndefined();
  });

  it('hangs up on idlers, on those who dribble, on nonsense, and on more than its share', async () => {
    const { primary } = await start(10, { limits: { idleMs: 150, connectionsPerAddress: 3 } });
    const closed = async (socket: Awaited<ReturnType<typeof connect>>) => {
      const began = performance.now();
      socket.on('error', () => {});
      socket.resume();
      await new Promise((resolve) => socket.once('close', resolve));
      return performance.now() - began;
    };
    expect(await closed(await connect(primary.port))).toBeGreaterThan(100);
    const dribbler = await connect(primary.port);
    const drops = setInterval(() => dribbler.write(Buffer.from([0])), 40);
    expect(await closed(dribbler)).toBeLessThan(2000);
    clearInterval(drops);
    const nonsense = await connect(primary.port);
    nonsense.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    expect(await closed(nonsense)).toBeLessThan(100);
    const three = await Promise.all([1, 2, 3].map(() => connect(primary.port)));
    expect(await closed(await connect(primary.port))).toBeLessThan(100);
    for (const socket of three) socket.destroy();
  });

  it('cuts off a reader that stalls, and frees its place', async () => {
    const { primary } = await startBig({ stallMs: 1000, transfers: 1, waitMs: 10_000 });
    const staller = await connect(primary.port);
    staller.on('error', () => {});
    staller.pause();
    staller.write(framed(buildQuery(AXFR).bytes));
    await until('it to have begun', () => primary.board()[0]?.asked !== undefined);
    const got = await transfer(await connect(primary.port), AXFR);
    expect(got.records.length).toBe(6003);
    staller.destroy();
  });

  it('says SERVFAIL, signed, to who waited too long for a place', async () => {
    const { primary } = await startBig({ stallMs: 5000, transfers: 1, waitMs: 100 });
    const staller = await connect(primary.port);
    staller.on('error', () => {});
    staller.pause();
    staller.write(framed(buildQuery(AXFR).bytes));
    await until('it to have begun', () => primary.board()[0]?.asked !== undefined);
    const got = await transfer(await connect(primary.port), AXFR);
    expect(got.messages.map((m) => m.header.rcode)).toEqual([RCODE.SERVFAIL]);
    // "You are current" needs no place.
    const current = await transfer(await connect(primary.port), { ...SOA, type: 'IXFR', serial: 2 });
    expect(current.records.length).toBe(1);
    staller.destroy();
  });

  it('refuses strangers only so often over UDP', async () => {
    const { primary } = await start(1, { limits: { udpRefusals: 5 } });
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => askUdp(primary.port, buildQuery({ name: 'x.example', type: 'SOA' }).bytes, 300)),
    );
    const got = answers.filter((a) => a !== undefined).length;
    expect(got).toBeGreaterThanOrEqual(10);
    expect(got).toBeLessThan(20);
    // Partners are not strangers.
    expect(await askUdp(primary.port, buildQuery(SOA).bytes)).toBeDefined();
  });

  it('takes keys away and lets others in while it runs', async () => {
    const { primary } = await start(10);
    const two = { ...KEY, name: 'partner-2' };
    const code = async (key: KeySettings) =>
      readMessage((await askUdp(primary.port, buildQuery({ ...SOA, key }).bytes)) as Buffer).header.rcode;
    expect([await code(KEY), await code(two)]).toEqual([0, RCODE.NOTAUTH]);
    primary.setSecondaries([{ id: 'partner', zones: ['rpz.example'], keys: [KEY, two] }]);
    expect([await code(KEY), await code(two)]).toEqual([0, 0]);
    primary.setSecondaries([{ id: 'partner', zones: ['rpz.example'], keys: [two] }]);
    expect([await code(KEY), await code(two)]).toEqual([RCODE.NOTAUTH, 0]);
    primary.removeZone('rpz.example.');
    expect(await code(two)).toBe(RCODE.REFUSED);
  });
});

describe('transfer over TLS', () => {
  it('speaks TLS 1.3 with ALPN "dot" only, and may be the only way', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'rpz-tls-'));
    const file = (name: string) => path.join(dir, name);
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const names = ['-subj', '/CN=primary.example', '-addext', 'subjectAltName=DNS:primary.example'];
    execFileSync('openssl', [...request, ...names, '-keyout', file('key'), '-out', file('cert')], { stdio: 'ignore' });
    const [key, cert] = ['key', 'cert'].map((name) => readFileSync(file(name), 'utf8')) as [string, string];
    rmSync(dir, { recursive: true });
    const { primary } = await start(2000, {
      tls: { address: '127.0.0.1', port: 0, key, cert },
      secondaries: [{ id: 'partner', zones: ['rpz.example'], keys: [KEY], tlsOnly: true }],
    });
    const dial = (options: tls.ConnectionOptions) =>
      new Promise<tls.TLSSocket>((resolve, reject) => {
        const socket = tls.connect({
          host: '127.0.0.1',
          port: primary.tlsPort,
          ca: cert,
          servername: 'primary.example',
          ...options,
        });
        socket.once('secureConnect', () => resolve(socket));
        socket.once('error', reject);
        socket.once('close', () => reject(new Error('closed')));
      });
    const socket = await dial({ ALPNProtocols: ['dot'] });
    expect(socket.getProtocol()).toBe('TLSv1.3');
    const got = await transfer(socket, AXFR);
    expect(got.records.length).toBe(4003);
    await until('the board', () => primary.board()[0]?.transfer?.transport === 'tls');
    await expect(dial({ ALPNProtocols: ['h2'] })).rejects.toThrow();
    await expect(dial({ ALPNProtocols: ['dot'], maxVersion: 'TLSv1.2' })).rejects.toThrow();
    const unnamed = await dial({});
    await expect(transfer(unnamed, AXFR)).rejects.toThrow();
    const plain = await transfer(await connect(primary.port), AXFR);
    expect(plain.messages[0]?.header.rcode).toBe(RCODE.REFUSED);
  });
});

describe('places for transfers', () => {
  it('are given in order, to nobody twice over, and end', async () => {
    const clock = new ManualClock(0);
    const slots = new Slots(2, 1, clock);
    const a = await slots.take('a', 1000);
    const again = slots.take('a', 1000);
    const b = await slots.take('b', 1000);
    const c = slots.take('c', 500);
    clock.advance(600);
    expect(await c).toBeUndefined();
    b?.();
    b?.();
    const d = await slots.take('d', 1000);
    expect(d).toBeDefined();
    a?.();
    expect(await again).toBeDefined();
    d?.();
    expect(await slots.take('e', 0)).toBeDefined();
  });
});
