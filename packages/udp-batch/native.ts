import { LINUX_64, type Platform, platformHere } from './layout.ts';

/** Calls of the C library that a lane needs. Buffers are passed by address and must not be small (those move with the heap). */
export interface Native {
  readonly platform: Platform;
  /** Of the memory behind a buffer. */
  address(bytes: Uint8Array): bigint;
  /** Of the last call that returned -1 in this thread. */
  errno(): number;
  socket(family: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, size: number): number;
  bind(fd: number, name: Uint8Array, size: number): number;
  getsockname(fd: number, name: Uint8Array, size: Uint8Array): number;
  close(fd: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  poll(fds: Uint8Array, count: number, ms: number): number;
  recvmmsg(fd: number, headers: bigint, count: number, flags: number, timeout: null): number;
  sendmmsg(fd: number, headers: bigint, count: number, flags: number): number;
}

let loading: Promise<Native | Error> | undefined;

/** Once for each thread. An error says why there is none: another system, koffi not installed, a layout that is not ours. */
export function loadNative(): Promise<Native | Error> {
  loading ??= load().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  return loading;
}

async function load(): Promise<Native> {
  const platform = platformHere();
  if (!platform) throw new Error(`no layouts are known for ${process.platform} on ${process.arch}`);
  const koffi = (await import('koffi')).default;
  check(koffi, platform);
  // The process itself is linked to the C library, whichever that is.
  const library = koffi.load(null);
  const declared = {
    socket: 'int socket(int, int, int)',
    setsockopt: 'int setsockopt(int, int, int, void *, unsigned int)',
    bind: 'int bind(int, void *, unsigned int)',
    getsockname: 'int getsockname(int, void *, void *)',
    close: 'int close(int)',
    // Variadic in C: on Linux, x64 and arm64, whole numbers are passed alike.
    fcntl: 'int fcntl(int, int, int)',
    poll: 'int poll(void *, unsigned long, int)',
    recvmmsg: 'int recvmmsg(int, uintptr_t, unsigned int, int, void *)',
    sendmmsg: 'int sendmmsg(int, uintptr_t, unsigned int, int)',
  };
  const calls = Object.fromEntries(Object.entries(declared).map(([name, text]) => [name, library.func(text)]));
  return {
    ...(calls as unknown as Omit<Native, 'platform' | 'address' | 'errno'>),
    platform,
    address: (bytes) => BigInt(koffi.address(bytes)),
    errno: () => koffi.errno(),
  };
}

type Koffi = typeof import('koffi').default;

/** Compares the constants with what a compiler of this machine would lay out. */
function check(koffi: Koffi, platform: Platform): void {
  const { mmsghdr: m, iovec: v, pollfd: p } = platform;
  const message = {
    name: 'void *',
    nameLength: 'unsigned int',
    iov: 'void *',
    iovLength: 'size_t',
    control: 'void *',
    controlLength: 'size_t',
    flags: 'int',
  };
  const header = koffi.struct(message);
  const whole = koffi.struct({ header, length: 'unsigned int' });
  const part = koffi.struct({ base: 'void *', length: 'size_t' });
  const poll = koffi.struct({ fd: 'int', events: 'short', revents: 'short' });
  const found = [
    koffi.sizeof(whole),
    ...(['name', 'nameLength', 'iov', 'iovLength', 'control', 'flags'] as const).map((k) => koffi.offsetof(header, k)),
    koffi.offsetof(whole, 'length'),
    koffi.sizeof(part),
    koffi.offsetof(part, 'length'),
    koffi.sizeof(poll),
    koffi.offsetof(poll, 'events'),
    new Uint8Array(Uint16Array.of(1).buffer)[0],
  ];
  const ours = [
    m.size,
    ...[m.name, m.nameLength, m.iov, m.iovLength, m.control, m.flags],
    m.length,
    v.size,
    v.length,
    p.size,
    p.events,
    1,
  ];
  if (found.join() !== ours.join())
    throw new Error(`another layout of structures: ${found.join()}, not ${ours.join()}`);
  const { errno } = koffi.os;
  for (const name of ['EINTR', 'EAGAIN', 'ENOBUFS', 'ECONNREFUSED'] as const) {
    if (errno[name] !== LINUX_64[name]) throw new Error(`another number for ${name}: ${errno[name]}`);
  }
}
