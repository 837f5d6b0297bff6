import type { Native } from './native.ts';

/**
 * Memory of a lane as the system wants it, laid out once: headers, parts and addresses of so many datagrams to receive and to
 * send, and their bytes. One block outside of the heap, so that addresses hold.
 */
export class Slots {
  readonly count: number;
  readonly bytes: number;
  /** Addresses of the first header of each side, for the calls. */
  readonly receiveHeaders: bigint;
  readonly sendHeaders: bigint;
  /** Bytes to receive into and to send, by slot. */
  readonly packets: readonly Uint8Array[];
  readonly outs: readonly Uint8Array[];
  /** The address of each received datagram, as 4 bytes, as 16, and as the last 4 of these. */
  readonly v4: readonly Uint8Array[];
  readonly v6: readonly Uint8Array[];
  readonly mapped: readonly Uint8Array[];
  /** Offsets of the first received and first own address in `all`. */
  readonly names: number;
  readonly ownNames: number;
  readonly all: Uint8Array;
  #words: Uint32Array;
  #header: number;
  #sendHeader: number;
  #sendPart: number;
  #stride: number;
  #nameAddress: Uint32Array;
  #ownAddress: Uint32Array;
  #platform: Native['platform'];

  constructor(native: Native, count: number, bytes: number) {
    const { mmsghdr, iovec, sockaddr } = native.platform;
    this.#platform = native.platform;
    this.count = count;
    this.bytes = bytes;
    // An odd number of cache lines, so that the beginnings of all datagrams do not fall into the same few sets.
    const room = (((bytes + 63) >> 6) | 1) << 6;
    let end = 0;
    const take = (size: number) => {
      const at = end;
      end += count * size;
      return at;
    };
    const header = take(mmsghdr.size);
    const sendHeader = take(mmsghdr.size);
    const part = take(iovec.size);
    const sendPart = take(iovec.size);
    this.names = take(sockaddr.stride);
    this.ownNames = take(sockaddr.stride);
    const packets = take(room);
    const outs = take(room);
    const all = new Uint8Array(new ArrayBuffer(end));
    this.all = all;
    this.#words = new Uint32Array(all.buffer);
    this.#header = header >> 2;
    this.#sendHeader = sendHeader >> 2;
    this.#sendPart = sendPart >> 2;
    this.#stride = sockaddr.stride;
    const base = native.address(all);
    this.receiveHeaders = base + BigInt(header);
    this.sendHeaders = base + BigInt(sendHeader);
    const view = new DataView(all.buffer);
    const pointer = (at: number, to: number) => view.setBigUint64(at, base + BigInt(to), true);
    const views = (from: number, stride: number, size: number) =>
      Array.from({ length: count }, (_, i) => all.subarray(from + i * stride, from + i * stride + size));
    const addresses = (from: number) =>
      new Uint32Array(
        BigUint64Array.from({ length: count }, (_, i) => base + BigInt(from + i * sockaddr.stride)).buffer,
      );
    this.#nameAddress = addresses(this.names);
    this.#ownAddress = addresses(this.ownNames);
    for (let i = 0; i < count; i++) {
      for (const [h, p, name, data] of [
        [header, part, this.names, packets],
        [sendHeader, sendPart, this.ownNames, outs],
      ] as const) {
        const at = h + i * mmsghdr.size;
        pointer(at + mmsghdr.name, name + i * sockaddr.stride);
        pointer(at + mmsghdr.iov, p + i * iovec.size);
        view.setBigUint64(at + mmsghdr.iovLength, 1n, true);
        pointer(p + i * iovec.size + iovec.base, data + i * room);
        view.setBigUint64(p + i * iovec.size + iovec.length, BigInt(bytes), true);
      }
    }
    this.packets = views(packets, room, bytes);
    this.outs = views(outs, room, bytes);
    this.v4 = views(this.names + sockaddr.v4, sockaddr.stride, 4);
    this.v6 = views(this.names + sockaddr.v6, sockaddr.stride, 16);
    this.mapped = views(this.names + sockaddr.v6 + 12, sockaddr.stride, 4);
  }

  /** The system writes how long each address was over how long it may be. */
  ready(from: number): void {
    const { mmsghdr } = this.#platform;
    const step = mmsghdr.size >> 2;
    const words = this.#words;
    for (let i = from, at = this.#header + (mmsghdr.nameLength >> 2) + from * step; i < this.count; i++, at += step)
      words[at] = this.#stride;
  }

  length(i: number): number {
    const { mmsghdr } = this.#platform;
    return this.#words[this.#header + i * (mmsghdr.size >> 2) + (mmsghdr.length >> 2)] as number;
  }

  /** What was too long is cut by the system, and marked. */
  truncated(i: number): boolean {
    const { mmsghdr, MSG_TRUNC } = this.#platform;
    return ((this.#words[this.#header + i * (mmsghdr.size >> 2) + (mmsghdr.flags >> 2)] as number) & MSG_TRUNC) !== 0;
  }

  /** As if received: for what came another way. */
  put(i: number, nameSize: number, length: number): void {
    const { mmsghdr } = this.#platform;
    const at = this.#header + i * (mmsghdr.size >> 2);
    this.#words[at + (mmsghdr.nameLength >> 2)] = nameSize;
    this.#words[at + (mmsghdr.flags >> 2)] = 0;
    this.#words[at + (mmsghdr.length >> 2)] = length;
  }

  family(i: number): number {
    return this.all[this.names + i * this.#stride] as number;
  }

  port(i: number): number {
    const at = this.names + i * this.#stride + this.#platform.sockaddr.port;
    return ((this.all[at] as number) << 8) | (this.all[at + 1] as number);
  }

  /** Whether the IPv6 address of `i` is an IPv4 one in disguise. */
  isMapped(i: number): boolean {
    const at = (this.names + i * this.#stride + this.#platform.sockaddr.v6) >> 2;
    const words = this.#words;
    return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0xffff0000;
  }

  /** The socket address of `i`, copied. */
  name(i: number): Uint8Array {
    const at = this.names + i * this.#stride;
    return this.all.slice(at, at + this.#platform.sockaddr.in6);
  }

  /** Sends `length` bytes of out `j` to where datagram `i` came from. */
  answer(j: number, i: number, length: number): void {
    const { mmsghdr, iovec, sockaddr, AF_INET } = this.#platform;
    const at = this.#sendHeader + j * (mmsghdr.size >> 2);
    const words = this.#words;
    words[at] = this.#nameAddress[2 * i] as number;
    words[at + 1] = this.#nameAddress[2 * i + 1] as number;
    words[at + (mmsghdr.nameLength >> 2)] = this.family(i) === AF_INET ? sockaddr.in : sockaddr.in6;
    words[this.#sendPart + ((j * iovec.size + iovec.length) >> 2)] = length;
  }

  /** Sends `length` bytes of out `j` to the own address `j`, of `size` bytes. */
  own(j: number, size: number, length: number): void {
    const { mmsghdr, iovec } = this.#platform;
    const at = this.#sendHeader + j * (mmsghdr.size >> 2);
    const words = this.#words;
    words[at] = this.#ownAddress[2 * j] as number;
    words[at + 1] = this.#ownAddress[2 * j + 1] as number;
    words[at + (mmsghdr.nameLength >> 2)] = size;
    words[this.#sendPart + ((j * iovec.size + iovec.length) >> 2)] = length;
  }
}
