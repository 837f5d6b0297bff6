import type { Server } from 'node:net';

/** Listens once; rejects with the system's error (EADDRINUSE, EADDRNOTAVAIL ...). */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('not a TCP address'));
      else resolve(address.port);
    });
  });
}

/** Closes a server if it is listening; never rejects. */
export function close(server: { close(done: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    try {
      server.close(() => resolve());
    } catch {
      resolve();
    }
  });
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * Opens one server per address, all on the same port, because every site has an address of its own while a client's
 * port map knows only one port. With `port` 0 the first address chooses; if another address has that port taken, the
 * whole choice is made again.
 */
export async function listenOnAll<S extends Server>(
  make: () => S,
  addresses: readonly string[],
  port: number,
): Promise<{ port: number; servers: S[] }> {
  for (let attempt = 1; ; attempt++) {
    const servers: S[] = [];
    let chosen = port;
    try {
      for (const address of addresses) {
        const server = make();
        chosen = await listen(server, chosen, address);
        servers.push(server);
      }
      return { port: chosen, servers };
    } catch (error) {
      await Promise.all(servers.map(close));
      if (port !== 0 || attempt === 20 || errorCode(error) !== 'EADDRINUSE') throw error;
    }
  }
}
