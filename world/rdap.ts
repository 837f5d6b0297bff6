import { createServer } from 'node:http';
import { REGISTRY_ADDRESS } from './actors.ts';
import { close, listen } from './listen.ts';
import { bootstrap, fault, lookUp } from './rdap-objects.ts';

export interface Registry {
  port: number;
  /** Base URL, ending in a slash: append `domain/…`, `ip/…` or `autnum/…`. */
  url: string;
  /** Paths asked for, oldest first. */
  queries: string[];
  /** While true every query is answered 503. */
  setDown(down: boolean): void;
  stop(): Promise<void>;
}

const LOG_LIMIT = 10_000;

/** An RDAP server (RFC 7480, 9082, 9083) for the domains, networks and AS numbers of the world. */
export async function startRegistry(options: { port: number }): Promise<Registry> {
  const queries: string[] = [];
  let down = false;
  let base = '';
  const server = createServer({ requestTimeout: 10_000, keepAliveTimeout: 1_000 }, (req, res) => {
    const path = (req.url ?? '/').split('?')[0]?.replace(/^\/+/, '') ?? '';
    queries.push(path);
    if (queries.length > LOG_LIMIT) queries.shift();
    req.resume();
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    const found = down ? 503 : isRead ? (bootstrap(path, base) ?? lookUp(path, base)) : 405;
    const failed = typeof found === 'number';
    const body = JSON.stringify(failed ? fault(found) : found);
    res.writeHead(failed ? found : 200, {
      'content-type': 'application/rdap+json',
      'content-length': Buffer.byteLength(body),
      'access-control-allow-origin': '*',
      ...(failed && found === 405 ? { allow: 'GET, HEAD' } : {}),
      ...(failed && found === 503 ? { 'retry-after': '60' } : {}),
    });
    res.end(req.method === 'HEAD' ? undefined : body);
  });
  const port = await listen(server, options.port, REGISTRY_ADDRESS);
  base = `http://${REGISTRY_ADDRESS}:${port}/`;
  return {
    port,
    url: base,
    queries,
    setDown(value) {
      down = value;
    },
    async stop() {
      server.closeAllConnections();
      await close(server);
    },
  };
}
