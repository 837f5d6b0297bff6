/**
 * What the C library and the kernel of 64-bit Linux call what: the same numbers on x64 and arm64, with glibc and musl alike
 * (musl's narrower `iovlen` and `controllen` are padded, so that a small number written over the whole word is the same).
 * `native.ts` compares sizes and offsets with what the declarations give before anything is sent.
 */
export const LINUX_64 = {
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_DGRAM: 2,
  SOCK_CLOEXEC: 0o2000000,
  SOCK_NONBLOCK: 0o4000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_REUSEPORT: 15,
  SO_SNDBUFFORCE: 32,
  SO_RCVBUFFORCE: 33,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 26,
  F_DUPFD_CLOEXEC: 1030,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  POLLOUT: 4,
  EINTR: 4,
  EAGAIN: 11,
  ENOBUFS: 105,
  ECONNREFUSED: 111,
  /** struct mmsghdr */
  mmsghdr: { size: 64, name: 0, nameLength: 8, iov: 16, iovLength: 24, control: 32, flags: 48, length: 56 },
  iovec: { size: 16, base: 0, length: 8 },
  /** Space for one address, sockaddr_in6 being the larger; a multiple of 8. */
  sockaddr: { stride: 32, in: 16, in6: 28, port: 2, v4: 4, v6: 8, scope: 24 },
  pollfd: { size: 8, events: 4 },
} as const;

export type Platform = typeof LINUX_64;

/** Undefined where nothing is known: there plain sockets serve. */
export function platformHere(platform: string = process.platform, arch: string = process.arch): Platform | undefined {
  return platform === 'linux' && (arch === 'x64' || arch === 'arm64') ? LINUX_64 : undefined;
}
