import { type AddressInfo, connect as connectTo, createServer, type Server, type Socket } from 'node:net';

/** A way to the database that can be cut: what the resolver sees when the server is gone. */
export async function cableTo(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const socket = target.searchParams.get('host');
  const port = Number(target.port || 5432);
  const ends = new Set<Socket>();
  let server: Server | undefined;
  const listen = async (at: number) => {
    const made = createServer((client) => {
      const upstream = socket?.startsWith('/')
        ? connectTo(`${socket}/.s.PGSQL.${port}`)
        : connectTo(port, target.hostname);
      for (const end of [client, upstream]) {
        ends.add(end);
        end.on('error', () => {});
        end.on('close', () => {
          client.destroy();
          upstream.destroy();
          ends.delete(end);
        });
      }
      client.pipe(upstream).pipe(client);
    });
    server = made;
    await new Promise<void>((resolve) => made.listen(at, '127.0.0.1', resolve));
    return (made.address() as AddressInfo).port;
  };
  const own = await listen(0);
  const url = new URL(databaseUrl);
  url.searchParams.delete('host');
  url.host = `127.0.0.1:${own}`;
  return {
    url: url.toString(),
    async cut() {
      const closed = new Promise((resolve) => server?.close(resolve));
      for (const end of ends) end.destroy();
      await closed;
    },
    mend: () => listen(own),
    stop: async () => {
      for (const end of ends) end.destroy();
      await new Promise((resolve) => server?.close(resolve));
    },
  };
}
