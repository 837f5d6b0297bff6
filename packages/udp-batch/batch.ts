import dgram from 'node:dgram';
import { addressText, writeSocketAddress } from './address.ts';
import { bound, copyOf, setOption } from './door.ts';
import {
  type Datagram,
  type Handle,
  LANE_DEFAULTS,
  type Lane,
  type LaneOptions,
  LaneStats,
  type Peer,
} from './lane.ts';
import type { Native } from './native.ts';
import { Slots } from './slots.ts';

/**
 * Full batches taken before the event loop has its turn. libuv calls up to 32 times in a row while datagrams wait, so that what
 * else the thread does comes at least every 32 x (1 + 2 x 64) datagrams: some 20 ms under the hardest flood.
 */
const ROUNDS = 2;
/** How often a full queue is waited for, a millisecond each, before answers are given up. */
const PATIENCE = 3;

class BatchPeer implements Peer {
  readonly port: number;
  readonly name: Uint8Array;
  #address: Uint8Array;

  constructor(address: Uint8Array, port: number, name: Uint8Array) {
    this.#address = address;
    this.port = port;
    this.name = name;
  }

  get address(): string {
    return addressText(this.#address);
  }
}

class Received implements Datagram {
  packet: Uint8Array;
  length = 0;
  raw: Uint8Array;
  port = 0;
  out: Uint8Array;
  index = 0;
  #slots: Slots;

  constructor(slots: Slots) {
    this.#slots = slots;
    this.packet = slots.packets[0] as Uint8Array;
    this.raw = slots.v4[0] as Uint8Array;
    this.out = slots.outs[0] as Uint8Array;
  }

  get address(): string {
    return addressText(this.raw);
  }

  keep(): Peer {
    return new BatchPeer(this.raw.slice(), this.port, this.#slots.name(this.index));
  }
}

/**
 * Batches on an ordinary event loop. The socket is made natively and handed to `node:dgram`, which waits for it together with
 * everything else of the thread and takes out the first datagram; all that wait behind it are taken with `recvmmsg` then and
 * there, and all answers go with one `sendmmsg`. So there is no loop of our own that would stop timers, promises and other
 * sockets of the thread, no second thread, and a quiet lane costs what a plain socket costs.
 */
export class BatchLane implements Lane {
  readonly kind = 'batch';
  readonly port: number;
  readonly reason = undefined;
  readonly stats = new LaneStats();
  #native: Native;
  #fd: number;
  #family: number;
  #socket: dgram.Socket;
  #slots: Slots;
  #datagram: Received;
  #handle: Handle;
  #queue: { bytes: Uint8Array; to: Peer }[] = [];
  #flushing = false;
  #closed: Promise<void> | undefined;
  #poll = new Uint8Array(new ArrayBuffer(4096));

  private constructor(
    native: Native,
    fd: number,
    family: number,
    port: number,
    socket: dgram.Socket,
    slots: Slots,
    handle: Handle,
  ) {
    this.#native = native;
    this.#fd = fd;
    this.#family = family;
    this.port = port;
    this.#socket = socket;
    this.#slots = slots;
    this.#datagram = new Received(slots);
    this.#handle = handle;
  }

  /** @throws when the address cannot be had */
  static open(native: Native, options: LaneOptions, handle: Handle): BatchLane {
    const { AF_INET, AF_INET6 } = native.platform;
    const { batch, bytes } = { ...LANE_DEFAULTS, ...options };
    const family = options.address.includes(':') ? AF_INET6 : AF_INET;
    const { fd, port } =
      options.held === undefined ? bound(native, family, options) : copyOf(native, options.held, options);
    const socket = dgram.createSocket(family === AF_INET ? 'udp4' : 'udp6');
    let lane: BatchLane;
    try {
      lane = new BatchLane(native, fd, family, port, socket, new Slots(native, batch, bytes), handle);
      // It closes the descriptor with itself.
      socket.bind({ fd });
    } catch (error) {
      native.close(fd);
      throw error;
    }
    // libuv allows others to take the port of what it is given; that was not asked for.
    setOption(native, fd, native.platform.SO_REUSEADDR, 0);
    socket.on('error', () => {});
    socket.on('message', (packet, from) => lane.#first(packet, from));
    return lane;
  }

  /** One datagram out of the hands of `node:dgram`, and all that wait behind it. */
  #first(packet: Uint8Array, from: dgram.RemoteInfo): void {
    const { stats } = this;
    const slots = this.#slots;
    const { platform } = this.#native;
    stats.calls += 1;
    let have = 0;
    if (packet.length > slots.bytes) stats.truncated += 1;
    else {
      const size = writeSocketAddress(platform, this.#family, from.address, from.port, slots.all, slots.names);
      if (size > 0) {
        (slots.packets[0] as Uint8Array).set(packet);
        slots.put(0, size, packet.length);
        have = 1;
      }
    }
    for (let round = 0; round < ROUNDS; round++) {
      const room = slots.count - have;
      const got = this.#receive(have);
      if (have + got > 0) this.#answer(have + got);
      if (got < room || this.#closed) return;
      have = 0;
    }
  }

  #receive(from: number): number {
    const slots = this.#slots;
    const { recvmmsg, platform } = this.#native;
    slots.ready(from);
    const at = slots.receiveHeaders + BigInt(from * platform.mmsghdr.size);
    const got = recvmmsg(this.#fd, at, slots.count - from, platform.MSG_DONTWAIT, null);
    // Nothing there, interrupted, or an error of somebody's before: the next readiness brings the rest.
    if (got <= 0) return 0;
    this.stats.calls += 1;
    return got;
  }

  #answer(count: number): void {
    const { stats } = this;
    const slots = this.#slots;
    const datagram = this.#datagram;
    const handle = this.#handle;
    const { AF_INET } = this.#native.platform;
    let answers = 0;
    for (let i = 0; i < count; i++) {
      if (slots.truncated(i)) {
        stats.truncated += 1;
        continue;
      }
      stats.received += 1;
      datagram.index = i;
      datagram.packet = slots.packets[i] as Uint8Array;
      datagram.length = slots.length(i);
      datagram.port = slots.port(i);
      datagram.raw = (
        slots.family(i) === AF_INET ? slots.v4[i] : slots.isMapped(i) ? slots.mapped[i] : slots.v6[i]
      ) as Uint8Array;
      datagram.out = slots.outs[answers] as Uint8Array;
      let size = 0;
      try {
        size = handle(datagram);
      } catch {
        stats.failures += 1;
      }
      if (size <= 0) continue;
      if (size > slots.bytes) stats.unsent += 1;
      else slots.answer(answers++, i, size);
      // The handler may have closed the lane.
      if (this.#closed) break;
    }
    if (answers > 0 && this.#fd >= 0) this.#transmit(answers);
  }

  /** Sends the first `count` outs, as far as the system takes them. */
  #transmit(count: number): void {
    const { stats } = this;
    const { sendmmsg, platform, errno } = this.#native;
    const { EAGAIN, ENOBUFS, EINTR, MSG_DONTWAIT, mmsghdr } = platform;
    let done = 0;
    let patience = PATIENCE;
    let blamed = -1;
    while (done < count) {
      const at = this.#slots.sendHeaders + BigInt(done * mmsghdr.size);
      const sent = sendmmsg(this.#fd, at, count - done, MSG_DONTWAIT);
      if (sent > 0) {
        stats.sent += sent;
        done += sent;
        continue;
      }
      const error = errno();
      if (error === EINTR) continue;
      if (error === EAGAIN || error === ENOBUFS) {
        if (patience-- > 0) {
          this.#waitToSend();
          continue;
        }
        stats.unsent += count - done;
        return;
      }
      // The error may be about an earlier datagram (refused by its host): tried once more, then this one is given up.
      if (blamed !== done) blamed = done;
      else {
        stats.unsent += 1;
        done += 1;
      }
    }
  }

  #waitToSend(): void {
    const { poll, platform } = this.#native;
    const view = new DataView(this.#poll.buffer);
    view.setInt32(0, this.#fd, true);
    view.setInt16(platform.pollfd.events, platform.POLLOUT, true);
    poll(this.#poll, 1, 1);
  }

  send(bytes: Uint8Array, to: Peer): void {
    if (this.#closed || bytes.length > this.#slots.bytes) {
      this.stats.unsent += 1;
      return;
    }
    this.#queue.push({ bytes: Uint8Array.prototype.slice.call(bytes), to });
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#fd < 0) return;
    const queue = this.#queue;
    this.#queue = [];
    const slots = this.#slots;
    const { sockaddr, AF_INET } = this.#native.platform;
    let count = 0;
    for (const { bytes, to } of queue) {
      const at = slots.ownNames + count * sockaddr.stride;
      let size: number;
      if (to instanceof BatchPeer) {
        slots.all.set(to.name, at);
        size = to.name[0] === AF_INET ? sockaddr.in : sockaddr.in6;
      } else size = writeSocketAddress(this.#native.platform, this.#family, to.address, to.port, slots.all, at);
      if (size === 0) {
        this.stats.unsent += 1;
        continue;
      }
      (slots.outs[count] as Uint8Array).set(bytes);
      slots.own(count, size, bytes.length);
      count += 1;
      if (count < slots.count) continue;
      this.#transmit(count);
      count = 0;
    }
    if (count > 0) this.#transmit(count);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#socket.removeAllListeners('message');
    // Whoever calls this from a handler has answers of the same batch standing in the slots.
    await Promise.resolve();
    this.#flush();
    this.#fd = -1;
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
