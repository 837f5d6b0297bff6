import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Logger } from '../../platform/log.ts';
import type { RenderingPort, RenderingResult } from './rendering.ts';

export interface CaptureServerOptions {
  rendering: RenderingPort;
  /** Checks the bearer token in constant time. */
  authorise(token: string): boolean;
  log: Pick<Logger, 'info' | 'warn'>;
  /** 0 takes any free port. */
  port: number;
}

export interface CaptureServer {
  port: number;
  stop(): Promise<void>;
}

const MAX_BODY = 16_384;
const order = z.strictObject({ url: z.string().max(8_192) });

/** The body as text, or undefined if it is longer than we read. */
async function bodyOf(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseOrder(text: string | undefined): z.infer<typeof order> | undefined {
  try {
    return order.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

function answer(res: ServerResponse, status: number, type: string, body: Buffer, headers: Record<string, string> = {}) {
  res.writeHead(status, {
    'content-type': type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  res.end(body);
}

const answerJson = (res: ServerResponse, status: number, value: unknown) =>
  answer(res, status, 'application/json', Buffer.from(JSON.stringify(value)));

/**
 * The door of the capture role, on 127.0.0.1 only: `POST /render` with `{"url"}` and a bearer token answers `image/png`
 * with `x-title` and `x-final-host` (percent-encoded), or 422 `{"unavailable": reason}`. Pictures are only in memory,
 * and whoever hangs up ends the look. Addresses are not logged.
 */
export async function startCaptureServer(options: CaptureServerOptions): Promise<CaptureServer> {
  const { rendering, log } = options;

  async function render(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const token = /^Bearer ([\w-]{1,200})$/.exec(req.headers.authorization ?? '')?.[1];
    if (!token || !options.authorise(token)) return answerJson(res, 401, { error: 'token' });
    if (req.method !== 'POST' || req.url !== '/render') return answerJson(res, 404, { error: 'path' });
    const asked = parseOrder(await bodyOf(req));
    if (!asked) return answerJson(res, 400, { error: 'body' });
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const began = performance.now();
    const result: RenderingResult = await rendering.render(asked.url, gone.signal);
    const ms = Math.round(performance.now() - began);
    if ('unavailable' in result) {
      log.info({ ms, unavailable: result.unavailable }, 'no rendering');
      return answerJson(res, 422, result);
    }
    log.info({ ms, bytes: result.png.length }, 'rendered');
    answer(res, 200, 'image/png', result.png, {
      'x-title': encodeURIComponent(result.title),
      'x-final-host': encodeURIComponent(result.finalHost),
    });
  }

  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000, maxHeaderSize: 8_192 }, (req, res) => {
    render(req, res).catch((error: unknown) => {
      log.warn({ err: error }, 'a look failed');
      res.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
