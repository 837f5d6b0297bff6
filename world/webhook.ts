import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Hook {
  receivedAt: Date;
  headers: Record<string, string>;
  body: unknown;
}

export interface WebhookSink {
  /** Oldest first. */
  received: Hook[];
  /** Answers every call with this status from now on; `null` ends it. */
  refuse(status: 500 | 503 | null): void;
  handle(req: IncomingMessage, res: ServerResponse): void;
}

const SIZE_LIMIT = 256 * 1024;
const KEPT = 10_000;

/** Takes JSON by POST and keeps it: what a duty officer's paging service would get. */
export function createWebhookSink(now: () => Date): WebhookSink {
  const received: Hook[] = [];
  let refusal: number | null = null;

  const end = (res: ServerResponse, status: number, headers: Record<string, string> = {}) =>
    void res.writeHead(status, { 'content-length': '0', ...headers }).end();

  return {
    received,
    refuse(status) {
      refusal = status;
    },
    handle(req, res) {
      if (req.method !== 'POST') return end(res, 405, { allow: 'POST' });
      if (refusal !== null) return end(res, refusal);
      if (!/^application\/([a-z.+-]+\+)?json\b/i.test(req.headers['content-type'] ?? '')) return end(res, 415);
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
          received.push({ receivedAt: now(), headers, body });
          if (received.length > KEPT) received.shift();
          end(res, 204);
        } catch {
          end(res, 400);
        }
      });
    },
  };
}
