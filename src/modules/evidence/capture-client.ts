import { type CameraPort, captureRefusal, decodeCaptured } from './capture/parts.ts';
import { pngSize, type RenderingPort, type RenderingResult, type UnavailableReason } from './rendering.ts';

export interface RenderingClientOptions {
  /** Origin of the capture server, such as `http://127.0.0.1:9465`; asked for each time. */
  origin(): string;
  token: string;
  /** Everything, waiting for a place included, in milliseconds. Default 60,000. */
  timeoutMs?: number;
}

/** A picture of 1280 × 4000 pixels of noise has 20 MB. */
const MAX_BYTES = 32 * 1024 * 1024;
/** What the gate lets through at most, the picture, and room for what is written about it. */
const MAX_CAPTURE = 160 * 1024 * 1024;

async function readAll(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const headerText = (response: Response, name: string) => decodeURIComponent(response.headers.get(name) ?? '');

/**
 * Renderings and captures by the capture role, over its server. Never throws: `not-running` when nobody answers there, `timeout` when
 * it takes too long or `signal` ends it.
 */
export function createCaptureClient(options: RenderingClientOptions): RenderingPort & CameraPort {
  const post = (path: string, body: unknown, signal: AbortSignal) =>
    fetch(`${options.origin()}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal,
    });

  async function picture(url: string, signal: AbortSignal): Promise<RenderingResult> {
    const response = await post('/render', { url }, signal);
    const body = await readAll(response.body, MAX_BYTES);
    if (response.status === 422) return captureRefusal.parse(JSON.parse(body?.toString('utf8') ?? ''));
    // Whatever else answers on that port is not our capture role.
    if (response.status !== 200) return { unavailable: 'not-running' };
    if (!body || !pngSize(body)) return { unavailable: 'failed' };
    return { png: body, title: headerText(response, 'x-title'), finalHost: headerText(response, 'x-final-host') };
  }

  async function within<T>(
    signal: AbortSignal | undefined,
    ask: (limit: AbortSignal) => Promise<T>,
  ): Promise<T | { unavailable: UnavailableReason }> {
    const limit = AbortSignal.any([AbortSignal.timeout(options.timeoutMs ?? 60_000), ...(signal ? [signal] : [])]);
    try {
      return await ask(limit);
    } catch {
      return { unavailable: limit.aborted ? 'timeout' : 'not-running' };
    }
  }

  return {
    render: (url, signal) => within(signal, (limit) => picture(url, limit)),
    capture: (order, signal) =>
      within(signal, async (limit) => {
        const response = await post('/capture', order, limit);
        const body = await readAll(response.body, MAX_CAPTURE);
        if (response.status === 422) return captureRefusal.parse(JSON.parse(body?.toString('utf8') ?? ''));
        if (response.status !== 200) return { unavailable: 'not-running' as const };
        return body ? decodeCaptured(body) : { unavailable: 'failed' as const };
      }),
  };
}
