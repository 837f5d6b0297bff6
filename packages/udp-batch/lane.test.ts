import dgram from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { type Datagram, type Handle, type Lane, type LaneOptions, openLane, type Peer } from './index.ts';

// Real sockets on loopback, both kinds through the same tests.

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const echo: Handle = ({ packet, length, out }) => {
  for (let i = 0; i < length; i++) out[i] = packet[i] as number;
  return length;
};

async function open(options: Partial<LaneOptions>, handle: Handle = echo): Promise<Lane> {
  const lane = await openLane({ address: '127.0.0.1', port: 0, ...options }, handle);
  closing.push(() => lane.close());
  return lane;
}

/** A client with a socket of its own; `ask` gives up after a while. */
async function client(type: 'udp4' | 'udp6' = 'udp4') {
  const socket = dgram.createSocket({ type, recvBufferSize: 4 << 20 });
  await new Promise<void>((resolve) => socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::1', resolve));
  socket.on('error', () => {});
  let shut = false;
  const close = () => {
    if (!shut) socket.close();
    shut = true;
  };
  closing.push(close);
  const ask = (bytes: Uint8Array, port: number, ms = 3000, host = type === 'udp4' ? '127.0.0.1' : '::1') =>
    new Promise<Buffer | undefined>((resolve) => {
      const done = (answer?: Buffer) => {
        clearTimeout(timer);
        socket.off('message', done);
        resolve(answer);
      };
      const timer = setTimeout(done, ms);
      socket.on('message', done);
      socket.send(bytes, port, host);
    });
  return { socket, ask, close };
}

/** Bytes that tell of their number; as long as wanted. */
function numbered(n: number, length: number): Buffer {
  const bytes = Buffer.alloc(length, n & 0xff);
  for (let i = 0; i < length; i++) bytes[i] = (n * 31 + i * 7) & 0xff;
  if (length >= 4) bytes.writeUInt32BE(n);
  return bytes;
}

describe('where batches work', () => {
  it('takes batches on this machine, if it is Linux on x64 or arm64', async () => {
    const known = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
    const lane = await open({});
    expect(lane.kind).toBe(known ? 'batch' : 'plain');
    expect(lane.reason === undefined).toBe(known);
  });

  it('takes many datagrams with one call', async () => {
    const lane = await open({ force: 'batch' });
    const { socket } = await client();
    let got = 0;
    socket.on('message', () => got++);
    for (let i = 0; i < 64; i++) socket.send(numbered(i, 40), lane.port, '127.0.0.1');
    while (got < 64) await sleep(5);
    expect(lane.stats).toMatchObject({ received: 64, sent: 64 });
    // Sender and receiver share this thread, so that all lie there before the lane looks.
    expect(lane.stats.calls).toBeLessThan(20);
  });
});

describe.each(['batch', 'plain'] as const)('%s', (force) => {
  it('sends thousands of datagrams of every size back byte by byte', async () => {
    const lane = await open({ force, bytes: 9000 });
    const { socket } = await client();
    const left = new Map<number, Buffer>();
    const wrong: number[] = [];
    socket.on('message', (bytes) => {
      const n = bytes.readUInt32BE(0);
      const sent = left.get(n);
      if (!sent?.equals(bytes)) wrong.push(n);
      left.delete(n);
    });
    for (let n = 0; n < 4000; n++) {
      const bytes = numbered(n, 4 + ((n * 13) % 8997));
      left.set(n, bytes);
      socket.send(bytes, lane.port, '127.0.0.1');
      for (let i = 0; left.size > 100 && i < 2000; i++) await sleep(1);
    }
    for (let i = 0; left.size > 0 && i < 3000; i++) await sleep(1);
    expect(wrong).toEqual([]);
    expect(left.size).toBe(0);
    expect(lane.stats).toMatchObject({ received: 4000, sent: 4000, truncated: 0, unsent: 0, failures: 0 });
  });

  it('gives the sender as bytes and text, over IPv4, IPv6 and both on one socket', async () => {
    const seen: unknown[] = [];
    const see: Handle = (d) => {
      seen.push([[...d.raw], d.address.replace(/^::ffff:/, ''), d.port > 0]);
      return echo(d);
    };
    const four = await open({ force }, see);
    const six = await open({ force, address: '::1' }, see);
    const both = await open({ force, address: '::' }, see);
    const v4 = await client();
    const v6 = await client('udp6');
    const hello = Buffer.from('hello');
    expect(await v4.ask(hello, four.port)).toEqual(hello);
    expect(await v6.ask(hello, six.port)).toEqual(hello);
    expect(await v4.ask(hello, both.port)).toEqual(hello);
    expect(await v6.ask(hello, both.port)).toEqual(hello);
    const one = [[127, 0, 0, 1], '127.0.0.1', true];
    const loop = [[...new Array(15).fill(0), 1], '::1', true];
    expect(seen).toEqual([one, loop, one, loop]);
  });

  it('answers later, when the datagram is long overwritten', async () => {
    let lane: Lane;
    const handle = (d: Datagram) => {
      const copy = Buffer.from(d.packet.subarray(0, d.length));
      const peer = d.keep();
      setTimeout(() => lane.send(copy, peer), 20 * (3 - (copy[0] as number)));
      return 0;
    };
    lane = await open({ force, address: '::' }, handle);
    const clients = await Promise.all([client(), client('udp6'), client()]);
    const answers = await Promise.all(clients.map((c, i) => c.ask(Buffer.from([i, 7]), lane.port)));
    expect(answers.map((a) => [...(a ?? [])])).toEqual([
      [0, 7],
      [1, 7],
      [2, 7],
    ]);
  });

  it('sends to an address in text as well', async () => {
    const lane = await open({ force });
    const { socket } = await client();
    const got = new Promise<Buffer>((resolve) => socket.once('message', resolve));
    lane.send(Buffer.from('first'), { address: '127.0.0.1', port: socket.address().port });
    expect((await got).toString()).toBe('first');
  });

  it('throws away what is longer than may be, and counts it', async () => {
    const lane = await open({ force, bytes: 100 });
    const { ask } = await client();
    expect(await ask(numbered(1, 101), lane.port, 150)).toBeUndefined();
    expect(await ask(numbered(2, 100), lane.port)).toEqual(numbered(2, 100));
    expect(lane.stats).toMatchObject({ truncated: 1, received: 1, sent: 1 });
  });

  it('takes empty datagrams, and answers nothing when told so', async () => {
    const lengths: number[] = [];
    const lane = await open({ force }, (d) => {
      lengths.push(d.length);
      return 0;
    });
    const { ask } = await client();
    expect(await ask(Buffer.alloc(0), lane.port, 100)).toBeUndefined();
    expect(lengths).toEqual([0]);
  });

  it('lives with a handler that throws, and with addresses that cannot be', async () => {
    const lane = await open({ force }, (d) => {
      if (d.packet[0] === 1) throw new Error('made up');
      return echo(d);
    });
    const { ask } = await client();
    expect(await ask(Buffer.from([1]), lane.port, 100)).toBeUndefined();
    const bad: Peer[] = [
      { address: '127.0.0.1', port: 0 },
      { address: 'no address', port: 53 },
      { address: '2001:db8::1', port: 53 },
      { address: '', port: 53 },
      { address: '255.255.255.255', port: 53 },
    ];
    for (const peer of bad) lane.send(Buffer.from('x'), peer);
    lane.send(Buffer.alloc(70_000), { address: '127.0.0.1', port: 9 });
    // Nobody listens there: the refusal that comes back must not stop anything.
    for (let i = 0; i < 5; i++) lane.send(Buffer.from('x'), { address: '127.0.0.1', port: 9 });
    await sleep(50);
    expect(await ask(Buffer.from([2]), lane.port)).toEqual(Buffer.from([2]));
    expect(lane.stats.failures).toBe(1);
    expect(lane.stats.unsent).toBeGreaterThanOrEqual(bad.length + 1);
  });

  it('refuses an address that cannot be had, or that is taken', async () => {
    const lane = await open({ force });
    await expect(open({ force, port: lane.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(open({ force, address: '192.0.2.1' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
    await expect(open({ force, address: 'nowhere' })).rejects.toThrow();
    const { ask } = await client();
    expect(await ask(Buffer.from('still'), lane.port)).toEqual(Buffer.from('still'));
  });

  it('stops cleanly with answers on their way, also from inside of a handler, and starts at the same port again', async () => {
    const first = await open({ force });
    const { port } = first;
    const { socket, ask } = await client();
    const got = new Promise<Buffer>((resolve) => socket.once('message', resolve));
    first.send(Buffer.from('last'), { address: '127.0.0.1', port: socket.address().port });
    await Promise.all([first.close(), first.close()]);
    expect((await got).toString()).toBe('last');
    first.send(Buffer.from('late'), { address: '127.0.0.1', port: socket.address().port });
    for (let i = 0; i < 20; i++) {
      const again: Lane = await open({ force, port }, (d) => {
        void again.close();
        return echo(d);
      });
      expect(again.port).toBe(port);
      // The answer of the datagram that closed it may come or not.
      await ask(Buffer.from('stop'), port, 20);
      await again.close();
    }
    await open({ force, port });
    expect(await ask(Buffer.from('again'), port)).toEqual(Buffer.from('again'));
  });

  it('shares a port among threads, and loses nothing of a hundred senders', async () => {
    const workers: Worker[] = [];
    let port = 0;
    for (let i = 0; i < 3; i++) {
      const worker = new Worker(new URL('./testing/echo.ts', import.meta.url), {
        workerData: { address: '127.0.0.1', port, reusePort: true, force },
        execArgv: [],
      });
      workers.push(worker);
      closing.push(() => worker.terminate());
      const ready = await new Promise<{ port: number; kind: string }>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      expect(ready.kind).toBe(force);
      port = ready.port;
    }
    const clients = await Promise.all(Array.from({ length: 100 }, () => client()));
    const rounds = 20;
    let good = 0;
    await Promise.all(
      clients.map(async ({ ask }, c) => {
        for (let n = 0; n < rounds; n++) {
          const bytes = numbered(1000 * c + n, 30 + c);
          if ((await ask(bytes, port))?.equals(bytes)) good++;
        }
      }),
    );
    const stats = await Promise.all(
      workers.map(
        (worker) =>
          new Promise<{ received: number; sent: number }>((resolve) => {
            worker.once('message', resolve);
            worker.postMessage('stop');
          }),
      ),
    );
    expect(good).toBe(100 * rounds);
    expect(stats.reduce((n, s) => n + s.received, 0)).toBe(100 * rounds);
    // The kernel shares senders out by their port: none gets all or nothing.
    for (const { received } of stats) expect(received).toBeGreaterThan(0);
  });

  it('lets the rest of the thread run under a flood', async () => {
    const flood = await openLane({ address: '127.0.0.1', port: 0, force }, () => 0);
    closing.push(() => flood.close());
    const lane = await open({ force }, echo);
    const bytes = numbered(1, 60);
    const to = { address: '127.0.0.1', port: lane.port };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const until = performance.now() + 500;
    let sent = 0;
    while (performance.now() < until) {
      for (let i = 0; i < 300; i++) flood.send(bytes, to);
      sent += 300;
      await new Promise((resolve) => setImmediate(resolve));
    }
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
    expect(sent).toBeGreaterThan(1000);
    const { ask } = await client();
    // What finds the queue still full is lost, as is the way of UDP: who asks asks again.
    let answer: Buffer | undefined;
    for (let i = 0; !answer && i < 20; i++) answer = await ask(Buffer.from('alive'), lane.port, 500);
    expect(answer).toEqual(Buffer.from('alive'));
    expect(lane.stats.failures).toBe(0);
  });
});
