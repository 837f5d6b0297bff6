import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { sameAddress } from './address-policy.ts';
import { readBody, saveBody } from './body.ts';
import type { Target } from './guard.ts';
import { trusting } from './trust.ts';

export interface ExchangeRequest {
  target: Target;
  /** The judged address and the real port. */
  address: string;
  port: number;
  method: 'GET' | 'HEAD' | 'POST';
  body?: string | undefined;
  headers: Record<string, string>;
  maxBytes: number;
  /** Where the body of an answer 200 is written instead of being kept in memory. */
  into?: string | undefined;
  /** Time to the first byte of a connection; the caller's signal bounds the whole. */
  connectTimeoutMs: number;
  signal: AbortSignal;
  ca?: readonly string[] | undefined;
  localAddress?: string | undefined;
}

export type Exchanged =
  | {
      kind: 'response';
      status: number;
      headers: Record<string, string>;
      body: Buffer;
      truncated: boolean;
      saved?: number;
      remoteAddress: string;
    }
  | { kind: 'network'; code: string /** Nothing was sent: another address may be tried. */; beforeRequest: boolean }
  | { kind: 'tls'; code: string; detail: string };

/** More than any browser needs; a longer header block is an attack or a fault. */
const MAX_HEADER_BYTES = 32_768;

const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_|CRL_|EPROTO|PATH_LENGTH)/;

function failure(error: NodeJS.ErrnoException, connected: boolean, signal: AbortSignal): Exchanged {
  const code = signal.aborted ? 'TIMEOUT' : (error.code ?? 'ERROR');
  if (TLS_CODE.test(code)) return { kind: 'tls', code, detail: error.message.slice(0, 300) };
  return { kind: 'network', code, beforeRequest: !connected };
}

function flatten(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (name === 'set-cookie' || value === undefined) continue;
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/**
 * One request to one judged address. The connection is opened to the address itself, so no second resolution can
 * happen; the Host header, SNI and certificate check use the name of the URL. No connection is reused.
 */
export function exchange(request: ExchangeRequest): Promise<Exchanged> {
  const { target, address, port, signal } = request;
  const secure = target.url.protocol === 'https:';
  return new Promise((resolve) => {
    let connected = false;
    const outgoing = (secure ? https : http).request({
      host: address,
      port,
      path: `${target.url.pathname}${target.url.search}`,
      method: request.method,
      headers: { ...request.headers, host: target.url.host, connection: 'close' },
      setHost: false,
      agent: false,
      signal,
      maxHeaderSize: MAX_HEADER_BYTES,
      ...(request.localAddress ? { localAddress: request.localAddress } : {}),
      ...(secure
        ? {
            // Names in URLs may be IP addresses, for which SNI is not allowed (RFC 6066 §3).
            servername: isIP(target.host) ? '' : target.host,
            ...(request.ca ? { secureContext: trusting(request.ca) } : {}),
          }
        : {}),
    });
    const connectTimer = setTimeout(() => {
      outgoing.destroy(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' }));
    }, request.connectTimeoutMs);
    outgoing.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        clearTimeout(connectTimer);
        // The last line of defence: what we are connected to is what was judged.
        if (socket.remoteAddress && sameAddress(socket.remoteAddress, address)) connected = true;
        else outgoing.destroy(Object.assign(new Error('connected elsewhere'), { code: 'EPINNED' }));
      });
    });
    outgoing.on('error', (error) => {
      clearTimeout(connectTimer);
      resolve(failure(error, connected, signal));
    });
    outgoing.on('upgrade', (_response, socket) => socket.destroy());
    outgoing.on('response', (response) => {
      const { statusCode = 0 } = response;
      const remoteAddress = response.socket.remoteAddress ?? address;
      const read =
        request.into !== undefined && statusCode === 200
          ? saveBody(response, request.maxBytes, request.into)
          : readBody(response, request.method === 'HEAD' ? 0 : request.maxBytes);
      read.then(
        ({ bytes, truncated, saved }) =>
          resolve({
            kind: 'response',
            status: statusCode,
            headers: flatten(response),
            body: bytes,
            truncated,
            ...(saved === undefined ? {} : { saved }),
            remoteAddress,
          }),
        (error: NodeJS.ErrnoException) => resolve(failure(error, true, signal)),
      );
    });
    outgoing.end(request.body);
  });
}
