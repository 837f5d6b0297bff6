import { writeSocketAddress } from './address.ts';
import { LANE_DEFAULTS, type LaneOptions } from './lane.ts';
import { loadNative, type Native } from './native.ts';

/**
 * A door that stays open while lanes at it come and go: bound before a process gives up its rights, so that a thread that
 * is started again later needs none, and what arrives meanwhile waits for it in the kernel's queue.
 */
export interface HeldDoor {
  /** For `LaneOptions.held`, in any thread of this process. */
  readonly fd: number;
  readonly port: number;
  close(): void;
}

/**
 * Opens a door without listening at it. @returns an error where there are no batches: a held door is of no use to a plain
 * socket @throws when the address cannot be had
 */
export async function holdDoor(options: LaneOptions): Promise<HeldDoor | Error> {
  const native = await loadNative();
  if (native instanceof Error) return native;
  const { AF_INET, AF_INET6 } = native.platform;
  const { fd, port } = bound(native, options.address.includes(':') ? AF_INET6 : AF_INET, options);
  let open = true;
  return {
    fd,
    port,
    close() {
      if (open) native.close(fd);
      open = false;
    },
  };
}

/** A descriptor of one's own for a held door, and its port. @throws when there is no such door */
export function copyOf(native: Native, held: number, at: LaneOptions): { fd: number; port: number } {
  const fd = native.fcntl(held, native.platform.F_DUPFD_CLOEXEC, 0);
  if (fd < 0) failed(native, 'fcntl', at);
  const port = portOf(native, fd);
  if (port !== undefined) return { fd, port };
  native.close(fd);
  return failed(native, 'getsockname', at);
}

function portOf(native: Native, fd: number): number | undefined {
  const { sockaddr } = native.platform;
  const name = new Uint8Array(new ArrayBuffer(4096));
  const length = new Uint8Array(new ArrayBuffer(4096));
  length[0] = sockaddr.stride;
  if (native.getsockname(fd, name, length) !== 0) return undefined;
  return ((name[sockaddr.port] as number) << 8) | (name[sockaddr.port + 1] as number);
}

function failed(native: Native, call: string, { address, port }: LaneOptions): never {
  const code = native.errno();
  const name = code === 98 ? 'EADDRINUSE' : code === 99 ? 'EADDRNOTAVAIL' : code === 13 ? 'EACCES' : `errno ${code}`;
  throw Object.assign(new Error(`${call} ${name} ${address}:${port}`), { code: name, syscall: call, address, port });
}

export function setOption(
  native: Native,
  fd: number,
  option: number,
  value: number,
  level: number = native.platform.SOL_SOCKET,
): boolean {
  const bytes = new Uint8Array(new ArrayBuffer(4096));
  new DataView(bytes.buffer).setInt32(0, value, true);
  return native.setsockopt(fd, level, option, bytes, 4) === 0;
}

/** A bound socket, and the port that it got. @throws when the address cannot be had */
export function bound(native: Native, family: number, options: LaneOptions): { fd: number; port: number } {
  const { platform: p } = native;
  const { address, port, reusePort, ipv6Only = false } = options;
  const { receiveBuffer, sendBuffer } = { ...LANE_DEFAULTS, ...options };
  const fail = (call: string): never => failed(native, call, options);
  const name = new Uint8Array(new ArrayBuffer(4096));
  const size = writeSocketAddress(p, family, address, port, name, 0);
  if (size === 0 || !(port >= 0 && port <= 65_535)) throw new RangeError(`no address to listen at: ${address}:${port}`);
  const fd = native.socket(family, p.SOCK_DGRAM | p.SOCK_CLOEXEC | p.SOCK_NONBLOCK, 0);
  if (fd < 0) fail('socket');
  try {
    if (reusePort && !setOption(native, fd, p.SO_REUSEPORT, 1)) fail('setsockopt');
    if (family === p.AF_INET6) setOption(native, fd, p.IPV6_V6ONLY, ipv6Only ? 1 : 0, p.IPPROTO_IPV6);
    // Root may have more than the system allows to everybody.
    if (!setOption(native, fd, p.SO_RCVBUFFORCE, receiveBuffer)) setOption(native, fd, p.SO_RCVBUF, receiveBuffer);
    if (!setOption(native, fd, p.SO_SNDBUFFORCE, sendBuffer)) setOption(native, fd, p.SO_SNDBUF, sendBuffer);
    if (native.bind(fd, name, size) !== 0) fail('bind');
    return { fd, port: portOf(native, fd) ?? fail('getsockname') };
  } catch (error) {
    native.close(fd);
    throw error;
  }
}
