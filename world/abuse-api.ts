import type { IncomingMessage, ServerResponse } from 'node:http';

/** One call as it was taken. */
export interface ApiCall {
  receivedAt: Date;
  /** The caller's address. */
  from: string;
  headers: Record<string, string>;
  body: unknown;
}

/** The interface of a hosting company that takes abuse reports from machines: POST with a bearer token. */
export interface AbuseApi {
  /** Oldest first; a call repeated under its key is kept once. */
  received: ApiCall[];
  /** All that came, repetitions and refused ones too. */
  calls: number;
  /** Answers every call with this status from now on; `null` ends it. */
  refuse(status: number | null): void;
  /** Takes the next call and hangs up without an answer. */
  dropNextReply(): void;
  handle(req: IncomingMessage, res: ServerResponse): void;
}

export const ABUSE_API_HOST = 'api.sample-host.example';
export const ABUSE_API_TOKEN = 'sample-token-of-the-world';
const PATH = '/v1/reports';
const SIZE_LIMIT = 2 * 1024 * 1024;

export function createAbuseApi(now: () => Date): AbuseApi {
  const keys = new Set<string>();
  let refusal: number | null = null;
  let drop = false;

  const end = (res: ServerResponse, status: number, headers: Record<string, string> = {}) =>
    void res.writeHead(status, { 'content-length': '0', ...headers }).end();

  const api: AbuseApi = {
    received: [],
    calls: 0,
    refuse(status) {
      refusal = status;
    },
    dropNextReply() {
      drop = true;
    },
    handle(req, res) {
      api.calls++;
      const from = req.socket.remoteAddress ?? '';
      const { authorization = '', 'content-type': type = '', 'idempotency-key': key } = req.headers;
      if (req.method !== 'POST' || req.url !== PATH) return end(res, 404);
      if (refusal !== null) return end(res, refusal, refusal === 302 ? { location: 'https://elsewhere.example/' } : {});
      if (authorization !== `Bearer ${ABUSE_API_TOKEN}`) return end(res, 401);
      if (!/^application\/json\b/i.test(type)) return end(res, 415);
      const chunks: Buffer[] = [];
      let octets = 0;
      req.on('data', (chunk: Buffer) => {
        octets += chunk.length;
        if (octets <= SIZE_LIMIT) chunks.push(chunk);
      });
      req.on('error', () => res.destroy());
      req.on('end', () => {
        if (octets > SIZE_LIMIT) return end(res, 413);
        try {
          const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
          const headers = Object.fromEntries(Object.entries(req.headers).map(([k, v]) => [k, String(v)]));
          if (typeof key !== 'string' || !keys.has(key)) api.received.push({ receivedAt: now(), from, headers, body });
          if (typeof key === 'string') keys.add(key);
          if (drop) {
            drop = false;
            req.socket.destroy();
          } else end(res, 202);
        } catch {
          end(res, 400);
        }
      });
    },
  };
  return api;
}
