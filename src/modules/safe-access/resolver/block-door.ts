import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { siteName } from '../profile/site-name.ts';

/** Bytes of headers, milliseconds for them, and browsers at once: the door is open to everybody. */
const MAX_HEADERS = 16 * 1024;
const PATIENCE_MS = 5_000;
const AT_ONCE = 2_000;

export interface BlockDoor {
  readonly port: number;
  close(): Promise<void>;
}

/** Where a name that somebody was kept from leads: always our own origin, whatever was asked for. Pure. */
export function blockPageFor(publicOrigin: string, host: string | undefined): string {
  const name = host === undefined ? undefined : siteName(host.slice(0, 300));
  if (name !== undefined && name === siteName(new URL(publicOrigin).hostname)) return `${publicOrigin}/`;
  return `${publicOrigin}/blocked${name === undefined ? '' : `?n=${encodeURIComponent(name)}`}`;
}

/**
 * The address that blocked names lead to (DNS_BLOCK_ADDRESS), without a proxy or a web server before it. It sends every name
 * on to the block page on our own origin and does nothing else: a page of ours must never run under a blocked site's name,
 * where it would share that site's cookies and storage. No path, no body and nobody's address is read; nothing is logged.
 * @throws when the address or the port can't be had
 */
export async function openBlockDoor(at: { address: string; port: number; publicOrigin: string }): Promise<BlockDoor> {
  const server = createServer(
    { maxHeaderSize: MAX_HEADERS, headersTimeout: PATIENCE_MS, requestTimeout: PATIENCE_MS, keepAliveTimeout: 1_000 },
    (req: IncomingMessage, res: ServerResponse) => {
      // What was posted to the site is not read, and not sent on: 303 makes it a question.
      res.writeHead(req.method === 'GET' || req.method === 'HEAD' ? 302 : 303, {
        location: blockPageFor(at.publicOrigin, req.headers.host),
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-length': 0,
        connection: 'close',
      });
      res.end();
    },
  );
  server.maxConnections = AT_ONCE;
  // A browser that goes away, or something that speaks no HTTP (https to this port).
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.address, port: at.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
