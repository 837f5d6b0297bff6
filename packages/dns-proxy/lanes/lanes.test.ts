import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import * as esbuild from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';
import { DnsTableBuilder, nameFromText, openSnapshot, TablePublisher, writeSnapshot } from '../../dns-table/index.ts';
import { PROXY_DEVICE, PROXY_TRANSPORT } from '../listen/proxied.ts';
import { a, ask, askUdp, options, read, startUpstream } from '../testing/scene.ts';
import { LaneDoors, LaneGroup, type LaneGroupSettings } from './group.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const rule = { action: 'block', scope: 'subtree', category: 3 } as const;
const MODULE = new URL('../testing/lane-policy.ts', import.meta.url);

function table(): TablePublisher {
  const folder = mkdtempSync(path.join(tmpdir(), 'lanes-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const builder = new DnsTableBuilder();
  builder.add('bad.example', rule);
  writeSnapshot(path.join(folder, 'table'), builder.build());
  const publisher = new TablePublisher(openSnapshot(path.join(folder, 'table')));
  closing.push(() => publisher.close());
  return publisher;
}

const linked = (publisher: TablePublisher, module = MODULE): LaneGroupSettings['policy'] => ({
  module,
  link: () => {
    const value = publisher.connect();
    return { value, transfer: [value.port], release: () => publisher.disconnect(value) };
  },
});

async function start(publisher: TablePublisher, settings: Partial<LaneGroupSettings> = {}) {
  const upstream = await startUpstream(({ name }) => (name.startsWith('slow') ? undefined : { answers: [a(name)] }));
  closing.push(() => upstream.stop());
  const group = await LaneGroup.start({
    count: 2,
    listen: [{ address: '127.0.0.1', port: 0 }],
    policy: linked(publisher),
    core: { upstreams: [{ host: upstream.host, port: upstream.port }], upstreamLimits: { totalMs: 400 } },
    ...settings,
  });
  closing.push(() => group.close(200));
  const port = group.ports[0] as number;
  const to = async (name: string, a: Parameters<typeof ask>[1] = {}) => {
    const bytes = await askUdp(port, ask(name, a));
    return bytes && read(bytes);
  };
  return { group, port, upstream, to };
}

describe.each(['batch', 'plain'] as const)('%s', (force) => {
  it('answers what is blocked at once and the rest from upstream, then from memory', async () => {
    const { group, to, upstream } = await start(table(), { force, count: 1 });
    expect(group.doors).toMatchObject([{ kind: force }]);
    const bad = await to('www.BAD.example', { id: 7 });
    expect(bad).toMatchObject({ rcode: 'NXDOMAIN', id: 7 });
    expect(
      options(bad as NonNullable<typeof bad>)
        .get(15)
        ?.readUInt16BE(0),
    ).toBe(17);
    for (let i = 0; i < 3; i++) {
      expect((await to('good.example'))?.answers).toMatchObject([{ name: 'good.example', data: '192.0.2.7' }]);
    }
    expect(upstream.asked).toEqual(['udp good.example A']);
    expect(await to('slow.example')).toMatchObject({ rcode: 'SERVFAIL' });
    expect(await group.stats()).toMatchObject({
      lanes: 1,
      udp: 5,
      blocked: 1,
      cacheHits: 2,
      laneReceived: 5,
      laneSent: 5,
    });
  });

  it('many clients, several threads: none waits for another, each gets its own', async () => {
    const { group, to } = await start(table(), { force, core: { upstreams: [], rate: { perNetwork: 0 } } });
    const rcodes = await Promise.all(
      Array.from({ length: 200 }, (_, i) => to(i % 2 ? `x${i}.bad.example` : `x${i}.example`, { id: i + 1 })),
    );
    for (const [i, got] of rcodes.entries()) {
      expect(got).toMatchObject({ id: i + 1, rcode: i % 2 ? 'NXDOMAIN' : 'SERVFAIL' });
    }
    expect(await group.stats()).toMatchObject({ lanes: 2, udp: 200, blocked: 100 });
  });
});

it('a change of the table counts in every thread at once', async () => {
  const publisher = table();
  const { to } = await start(publisher);
  expect((await to('new.example'))?.rcode).toBe('NOERROR');
  publisher.apply([{ op: 'add', name: nameFromText('new.example'), rule }]);
  for (let i = 0; i < 10; i++) expect((await to('new.example'))?.rcode).toBe('NXDOMAIN');
  publisher.apply([{ op: 'remove', name: nameFromText('new.example'), scope: 'subtree', category: 3 }]);
  for (let i = 0; i < 10; i++) expect((await to('new.example'))?.rcode).toBe('NOERROR');
});

it('cookies of one thread count in the other', async () => {
  const { to, group } = await start(table(), { count: 3 });
  const cookie = async (data: Uint8Array) =>
    options((await to('bad.example', { options: [[10, data]] })) as NonNullable<Awaited<ReturnType<typeof to>>>).get(
      10,
    );
  const given = (await cookie(new Uint8Array(8).fill(5))) as Buffer;
  for (let i = 0; i < 12; i++) expect((await cookie(given))?.length).toBe(24);
  expect((await group.stats()).cookiesValid).toBe(12);
});

it('a thread that ends is started again at the same door', async () => {
  const troubles: unknown[] = [];
  const { group, to, port } = await start(table(), { count: 1, restartMs: 20, onTrouble: (e) => troubles.push(e) });
  await to('die.example');
  while (group.restarts === 0) await sleep(10);
  let got: Buffer | undefined;
  for (let i = 0; !got && i < 40; i++) got = await askUdp(port, ask('bad.example'), 250);
  expect(got && read(got).rcode).toBe('NXDOMAIN');
  expect(troubles).toHaveLength(1);
});

it('doors that are held stay open while a thread is away: what comes meanwhile is answered by the next', async () => {
  const listen = [{ address: '127.0.0.1', port: 0 }];
  const doors = (await LaneDoors.open(listen, 1)) as LaneDoors;
  const { group, to, port } = await start(table(), { count: 1, listen, doors, restartMs: 300 });
  expect(doors.of(0, 0)?.port).toBe(port);
  expect((await to('bad.example'))?.rcode).toBe('NXDOMAIN');
  await askUdp(port, ask('die.example'), 100);
  while (group.restarts === 0) await sleep(5);
  expect(group.running).toBe(0);
  const asked = Array.from({ length: 32 }, () => askUdp(port, ask('bad.example'), 5000));
  for (const got of await Promise.all(asked)) expect(got && read(got).rcode).toBe('NXDOMAIN');
  expect([group.running, group.restarts]).toEqual([1, 1]);
  await group.close(100);
  // The port is free again.
  const again = (await LaneDoors.open([{ address: '127.0.0.1', port }], 1)) as LaneDoors;
  again.close();
});

it('a door that somebody has cannot be held', async () => {
  const { port } = await start(table(), { count: 1 });
  await expect(
    LaneDoors.open(
      [
        { address: '127.0.0.1', port: 0 },
        { address: '127.0.0.1', port },
      ],
      2,
    ),
  ).rejects.toThrow(/EADDRINUSE/);
});

it('a network has one limit over all threads', async () => {
  const { group, port } = await start(table(), {
    count: 4,
    core: { upstreams: [], rate: { perNetwork: 1, burst: 40, slip: 0 } },
  });
  const got = await Promise.all(Array.from({ length: 200 }, () => askUdp(port, ask('bad.example'), 500)));
  const answered = got.filter((bytes) => bytes !== undefined).length;
  // Some seconds may pass, and two threads may take one for both; limits of their own would be 160.
  expect(answered).toBeGreaterThanOrEqual(40);
  expect(answered).toBeLessThan(80);
  expect((await group.stats()).silenced).toBe(200 - answered);
});

it.each(['batch', 'plain'] as const)('believes its load balancers, and nobody else (%s)', async (force) => {
  const { to, port } = await start(table(), { force, proxies: ['127.0.0.1'], count: 1 });
  const values = [
    [PROXY_DEVICE, 'dev-1'],
    [PROXY_TRANSPORT, 'doh'],
  ] as const;
  const tail = values.flatMap(([type, text]) => [type, 0, text.length, ...Buffer.from(text)]);
  const rest = [192, 0, 2, 7, 192, 0, 2, 8, 0, 53, 0, 53, ...tail];
  const header = Buffer.from([...Buffer.from('\r\n\r\n\0\r\nQUIT\n'), 0x21, 0x12, 0, rest.length, ...rest]);
  const proxied = (name: string) => askUdp(port, Buffer.concat([header, ask(name, { options: [] })]));
  // Padded, as only who is encrypted gets it: it came encrypted to the load balancer.
  for (const name of ['bad.example', 'good.example', 'good.example']) {
    const got = (await proxied(name)) as Buffer;
    expect([got.length, read(got).rcode]).toEqual([468, name === 'bad.example' ? 'NXDOMAIN' : 'NOERROR']);
  }
  // Its own health checks, without a header.
  expect((await to('good.example'))?.rcode).toBe('NOERROR');
  const other = await start(table(), { force, proxies: ['192.0.2.1'], count: 1 });
  const bytes = (await askUdp(other.port, Buffer.concat([header, ask('bad.example')]))) as Buffer;
  expect(read(bytes).rcode).toBe('NOTIMP');
});

it('a policy is told when nothing is asked any more', async () => {
  const publisher = table();
  const { port1, port2 } = new MessageChannel();
  const told: unknown[] = [];
  port1.on('message', (word) => told.push(word));
  closing.push(() => port1.close());
  const { group } = await start(publisher, {
    count: 1,
    policy: {
      module: MODULE,
      link: () => {
        const value = publisher.connect();
        return {
          value: { ...value, closing: port2 },
          transfer: [value.port, port2],
          release: () => publisher.disconnect(value),
        };
      },
    },
  });
  await group.close(100);
  await expect.poll(() => told).toEqual(['closed']);
});

it('says what keeps it from starting, and leaves nothing open', async () => {
  const publisher = table();
  const { port } = await start(publisher, { count: 1 });
  const nowhere = { ...linked(publisher), module: new URL('./none.ts', import.meta.url) };
  await expect(start(publisher, { policy: nowhere })).rejects.toThrow(/none\.ts/);
  await expect(start(publisher, { listen: [{ address: '192.0.2.1', port: 0 }] })).rejects.toThrow(/EADDRNOTAVAIL/);
  expect(read((await askUdp(port, ask('bad.example'))) as Buffer).rcode).toBe('NXDOMAIN');
});

it('answers what is on its way before it closes', async () => {
  const { group, port } = await start(table(), {
    core: { upstreams: [{ host: '127.0.0.1', port: 9 }], upstreamLimits: { totalMs: 300 } },
  });
  const answer = askUdp(port, ask('slow.example'));
  await sleep(50);
  await group.close(2000);
  expect(read((await answer) as Buffer).rcode).toBe('SERVFAIL');
});

it('runs from bundles as the build makes them', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lanes-built-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const here = (file: string) => path.join(import.meta.dirname, file);
  await esbuild.build({
    entryPoints: { main: here('group.ts'), 'dns-lane': here('thread.ts'), policy: here('../testing/lane-policy.ts') },
    outdir: folder,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  symlinkSync(path.resolve(import.meta.dirname, '../../../node_modules'), path.join(folder, 'node_modules'));
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  expect(readFileSync(path.join(folder, 'main.js'), 'utf8')).toContain('dns-lane');
  const built = (await import(/* @vite-ignore */ pathToFileURL(path.join(folder, 'main.js')).href)) as {
    LaneGroup: typeof LaneGroup;
  };
  const group = await built.LaneGroup.start({
    count: 1,
    listen: [{ address: '127.0.0.1', port: 0 }],
    policy: linked(table(), pathToFileURL(path.join(folder, 'policy.js')) as URL),
    core: { upstreams: [] },
  });
  closing.push(() => group.close(100));
  // What is not bundled is found from there too.
  if (process.platform === 'linux') expect(group.doors[0]?.kind).toBe('batch');
  const got = await askUdp(group.ports[0] as number, ask('bad.example'));
  expect(read(got as Buffer).rcode).toBe('NXDOMAIN');
});
