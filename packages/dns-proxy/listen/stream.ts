import type { Duplex } from 'node:stream';
import type { Answered, Forwarder } from '../answer/forwarder.ts';
import type { Stats } from '../answer/stats.ts';
import type { Clock } from '../clock.ts';
import type { Client } from '../policy.ts';
import type { Connection, Connections } from './connections.ts';
import { type Proxies, readProxied } from './proxied.ts';
import { MOST_REQUEST } from './request.ts';

/** Answers that may lie in memory for one client before it is no longer read from. */
const MOST_UNREAD = 256 * 1024;

interface Parts {
  readonly forwarder: Forwarder;
  readonly stats: Stats;
  readonly clock: Clock;
  readonly connections: Connections;
  /** Who may say for whom a connection is; nobody by default. */
  readonly proxies?: Proxies;
}

/** How long a connection is not read from when its network has asked enough. */
const PAUSE_MS = 50;

/**
 * DNS over a stream (RFC 7766): questions behind their length, several at a time, each answered when it is ready. `stream` is the
 * connection itself or TLS over it.
 */
export function serveStream(stream: Duplex, connection: Connection, asker: Client, parts: Parts): void {
  const { forwarder, stats, clock, connections } = parts;
  const { pipelined } = connections.limits;
  let pending: Buffer = Buffer.alloc(0);
  let ended = false;
  let held = false;
  let client = asker;
  let introduced = !parts.proxies?.has(connection.address);

  const cut = () => {
    stats.connectionsCut += 1;
    stream.destroy();
  };
  const flow = () => {
    if (stream.destroyed) return;
    const full = held || connection.waiting >= pipelined || stream.writableLength > MOST_UNREAD;
    if (full) stream.pause();
    else if (stream.isPaused()) {
      stream.resume();
      read();
    }
  };
  const send = (answered: Answered | undefined) => {
    connection.last = clock.now();
    if (stream.destroyed) return;
    if (!answered) {
      // What cannot even be refused is no DNS.
      cut();
      return;
    }
    const { bytes } = answered;
    const framed = Buffer.allocUnsafe(2 + bytes.length);
    framed.writeUInt16BE(bytes.length);
    framed.set(bytes, 2);
    stream.write(framed);
  };
  const take = (request: Buffer) => {
    connection.last = clock.now();
    const answered = forwarder.answer(request, client);
    if (!(answered instanceof Promise)) {
      send(answered);
      return;
    }
    connection.waiting += 1;
    answered.then((late) => {
      connection.waiting -= 1;
      send(late);
      if (ended && connection.waiting === 0) stream.end();
      else flow();
    }, cut);
  };
  /** Whether it is known for whom the connection is. */
  const introduce = (): boolean => {
    const said = readProxied(pending, pending.length, client.transport);
    if (said === 'bad') cut();
    if (said === 'bad' || said === 'more') return false;
    introduced = true;
    if (said === 'none') return true;
    pending = pending.subarray(said.size);
    if (said.client) {
      client = said.client;
      connections.speaksFor(connection, client.address);
    }
    return true;
  };
  const read = () => {
    if (!introduced && !introduce()) return;
    while (pending.length >= 2 && !stream.destroyed && !stream.isPaused()) {
      const length = pending.readUInt16BE(0);
      if (length > MOST_REQUEST || length < 12) {
        cut();
        return;
      }
      if (pending.length < 2 + length) return;
      if (!connections.allows(connection)) {
        held = true;
        stream.pause();
        clock.after(PAUSE_MS, () => {
          held = false;
          flow();
          if (ended && !held && connection.waiting === 0) stream.end();
        });
        return;
      }
      const request = pending.subarray(2, 2 + length);
      pending = pending.subarray(2 + length);
      take(request);
      flow();
    }
  };

  stream.on('error', () => stream.destroy());
  stream.on('data', (data: Buffer) => {
    pending = pending.length === 0 ? data : Buffer.concat([pending, data]);
    stream.cork();
    read();
    stream.uncork();
  });
  stream.on('drain', flow);
  stream.on('end', () => {
    ended = true;
    // A half-closed connection still gets its answers.
    if (connection.waiting === 0 && !held) stream.end();
  });
}
