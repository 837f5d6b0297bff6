import http from 'node:http';
import http2, { type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { Connection, Connections } from './connections.ts';
import { type Doh, type DohReply, TOO_MANY } from './doh.ts';
import { DEVICE_ID, MOST_REQUEST } from './request.ts';

export interface Certificate {
  /** PEM, the whole chain. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** First label of a server name below ours: the id of a device. */
export function idOfServerName(
  servername: string | false | null | undefined,
  name: string | undefined,
): string | undefined {
  if (!servername || !name) return undefined;
  const asked = servername.toLowerCase().replace(/\.$/, '');
  const suffix = `.${name.toLowerCase().replace(/\.$/, '')}`;
  if (!asked.endsWith(suffix)) return undefined;
  const id = asked.slice(0, -suffix.length);
  return DEVICE_ID.test(id) ? id : undefined;
}

/** A TLS server whose raw connections are counted before the handshake. `serve` gets what has come through. */
export function tlsServer(
  certificate: Certificate,
  alpn: string[],
  handshakeMs: number,
  admit: (socket: Socket) => Connection | undefined,
  serve: (socket: TLSSocket, connection: Connection) => void,
): tls.Server {
  const server = tls.createServer({
    ...certificate,
    minVersion: 'TLSv1.2',
    ALPNProtocols: alpn,
    handshakeTimeout: handshakeMs,
  });
  // The listener of TLS itself stands behind ours, so that who is refused costs no handshake.
  const own = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  // TLS makes a socket of its own; both know who is on the other side.
  const raw = new Map<string, Connection>();
  const peer = (socket: Socket) => `${socket.remoteAddress} ${socket.remotePort}`;
  server.on('connection', (socket: Socket) => {
    const connection = admit(socket);
    if (!connection) return;
    const key = peer(socket);
    raw.set(key, connection);
    socket.on('close', () => raw.delete(key));
    for (const listener of own) listener.call(server, socket);
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    const connection = raw.get(peer(socket));
    if (!connection) {
      socket.destroy();
      return;
    }
    connection.socket = socket;
    serve(socket, connection);
  });
  return server;
}

interface DohParts {
  readonly doh: Doh;
  readonly name: string | undefined;
  readonly connections: Connections;
  readonly now: () => number;
}

/** Speaks HTTP/2, or HTTP/1.1 with who cannot, on connections that came through TLS. */
export function dohServer({
  doh,
  name,
  connections: all,
  now,
}: DohParts): (socket: TLSSocket, connection: Connection) => void {
  const old = http.createServer({ maxHeaderSize: 16_384, keepAliveTimeout: 0, requestTimeout: 0 });
  const connections = new WeakMap<object, Connection>();
  old.on('request', (request, response) => {
    const connection = connections.get(request.socket);
    if (!connection) return void request.socket.destroy();
    void serveRequest({
      doh,
      connection,
      now,
      method: request.method ?? '',
      url: request.url ?? '',
      contentType: request.headers['content-type'],
      id: idOfServerName((request.socket as TLSSocket).servername, name),
      body: request,
      all,
      send: ({ status, headers, body }) => {
        if (response.destroyed) return;
        // The rest of a body that nobody wanted would hold the connection. (A request without one is not complete yet either.)
        const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
        if (!request.complete && (length !== '0' || coding !== undefined)) response.setHeader('connection', 'close');
        response.sendDate = false;
        response.writeHead(status, { ...headers }).end(body);
      },
    });
  });
  old.on('clientError', (_error, socket) => socket.destroy());

  return (socket, connection) => {
    connections.set(socket, connection);
    if (socket.alpnProtocol !== 'h2') {
      old.emit('connection', socket);
      return;
    }
    const session = http2.performServerHandshake(socket, {
      maxSessionMemory: 2,
      maxSendHeaderBlockLength: 16_384,
      maxReservedRemoteStreams: 0,
      settings: { maxConcurrentStreams: 128, initialWindowSize: 65_535, maxHeaderListSize: 16_384, enablePush: false },
    } as Parameters<typeof http2.performServerHandshake>[1]);
    connection.finish = () => session.close();
    const id = idOfServerName(socket.servername, name);
    session.on('error', () => session.destroy());
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      stream.on('error', () => stream.destroy());
      void serveRequest({
        doh,
        connection,
        now,
        method: headers[':method'] ?? '',
        url: headers[':path'] ?? '',
        contentType: headers['content-type'],
        id,
        body: stream,
        all,
        send: ({ status, headers: more, body }) => {
          if (stream.destroyed || stream.closed || session.destroyed) return;
          stream.respond({ ':status': status, ...more }, { sendDate: false, endStream: body.length === 0 } as object);
          if (body.length > 0) stream.end(body);
          // Whose body nobody wants need not send the rest of it.
          if (!stream.endAfterHeaders && !stream.readableEnded) stream.close(http2.constants.NGHTTP2_NO_ERROR);
        },
      });
    });
  };
}

interface Request {
  readonly doh: Doh;
  readonly connection: Connection;
  readonly now: () => number;
  readonly method: string;
  readonly url: string;
  readonly contentType: string | undefined;
  readonly id: string | undefined;
  readonly body: NodeJS.ReadableStream & { destroyed?: boolean };
  readonly all: Connections;
  readonly send: (reply: DohReply) => void;
}

async function serveRequest(request: Request): Promise<void> {
  const { doh, connection, method, url, contentType, id, now, send, all } = request;
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  connection.last = now();
  connection.waiting += 1;
  try {
    const refused = all.allows(connection) ? doh.refuse({ method, path, contentType }) : TOO_MANY;
    if (refused) {
      send(refused);
      return;
    }
    const body = method === 'POST' ? await readBody(request) : undefined;
    if (method === 'POST' && !body) return;
    const query = cut < 0 ? '' : url.slice(cut + 1);
    const replied = doh.answer({ method, path, query, contentType, body, address: connection.address, id });
    send(replied instanceof Promise ? await replied : replied);
  } catch {
    // The client has gone.
  } finally {
    connection.waiting -= 1;
    connection.last = now();
  }
}

/** At most one byte more than a question may have; undefined when it did not come to its end in time. */
function readBody({ body, all }: Request): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    let finished = false;
    const timer = setTimeout(() => finish(undefined), all.limits.stallMs);
    const finish = (whole: Buffer | undefined) => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      resolve(whole);
      if (!whole) (body as unknown as { destroy(): void }).destroy();
    };
    body.on('data', (data: Buffer) => {
      size += data.length;
      if (size <= MOST_REQUEST) parts.push(data);
      else {
        body.pause();
        finish(Buffer.alloc(MOST_REQUEST + 1));
      }
    });
    body.on('end', () => finish(Buffer.concat(parts)));
    body.on('error', () => finish(undefined));
    (body as unknown as NodeJS.EventEmitter).on('close', () => finish(undefined));
  });
}
