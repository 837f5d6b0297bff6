import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Logger } from '../../platform/log.ts';
import { type CameraPort, captureOrder, encodeCaptured } from './capture/parts.ts';
import type { PrintingPort } from './printing.ts';
import { servePrint } from './printing-door.ts';
import type { RenderingPort, RenderingResult } from './rendering.ts';

export interface CaptureServerOptions {
  rendering: RenderingPort;
  /** Without it `/capture` is not answered. */
  camera?: CameraPort;
  /** Prints documents of our own. */
  printing?: PrintingPort;
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

function parse<S extends z.ZodType>(schema: S, text: string | undefined): z.output<S> | undefined {
  try {
    return schema.parse(JSON.parse(text ?? ''));
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
 * and whoever hangs up ends the look. `POST /capture` takes evidence and answers its parts (`capture/parts.ts`), in
 * memory as well. Addresses are not logged.
 */
export async function startCaptureServer(options: CaptureServerOptions): Promise<CaptureServer> {
  const { rendering, log } = options;

  async function take(text: string | undefined, camera: CameraPort, signal: AbortSignal, res: ServerResponse) {
    const asked = parse(captureOrder, text);
    if (!asked) return answerJson(res, 400, { error: 'body' });
    const began = performance.now();
    const result = await camera.capture(asked, signal);
    const ms = Math.round(performance.now() - began);
    if ('unavailable' in result) {
      log.info({ ms, unavailable: result.unavailable }, 'no capture');
      return answerJson(res, 422, result);
    }
    log.info({ ms, bytes: result.facts.bytes, requests: result.facts.requests }, 'captured');
    answer(res, 200, 'application/octet-stream', encodeCaptured(result));
  }

  async function render(text: string | undefined, signal: AbortSignal, res: ServerResponse): Promise<void> {
    const asked = parse(order, text);
    if (!asked) return answerJson(res, 400, { error: 'body' });
    const began = performance.now();
    const result: RenderingResult = await rendering.render(asked.url, signal);
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

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const token = /^Bearer ([\w-]{1,200})$/.exec(req.headers.authorization ?? '')?.[1];
    if (!token || !options.authorise(token)) return answerJson(res, 401, { error: 'token' });
    const { camera, printing } = options;
    if (req.method === 'POST' && req.url === '/print' && printing) return servePrint(printing, req, res);
    const known = req.url === '/render' || (req.url === '/capture' && camera);
    if (req.method !== 'POST' || !known) return answerJson(res, 404, { error: 'path' });
    const text = await bodyOf(req);
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    if (req.url === '/capture' && camera) return take(text, camera, gone.signal, res);
    return render(text, gone.signal, res);
  }

  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000, maxHeaderSize: 8_192 }, (req, res) => {
    handle(req, res).catch((error: unknown) => {
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
