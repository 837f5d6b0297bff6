import { z } from 'zod';
import { pngSize, type RenderingPort, type RenderingResult, UNAVAILABLE } from './rendering.ts';

export interface RenderingClientOptions {
  /** Origin of the capture server, such as `http://127.0.0.1:9465`; asked for each time. */
  origin(): string;
  token: string;
  /** Everything, waiting for a place included, in milliseconds. Default 60,000. */
  timeoutMs?: number;
}

/** A picture of 1280 × 4000 pixels of noise has 20 MB. */
const MAX_BYTES = 32 * 1024 * 1024;
const refusal = z.object({ unavailable: z.enum(UNAVAILABLE) });

async function readAll(body: ReadableStream<Uint8Array> | null): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const headerText = (response: Response, name: string) => decodeURIComponent(response.headers.get(name) ?? '');

/**
 * Renderings by the capture role, over its server. Never throws: `not-running` when nobody answers there, `timeout` when
 * it takes too long or `signal` ends it.
 */
export function createRenderingClient(options: RenderingClientOptions): RenderingPort {
  async function ask(url: string, signal: AbortSignal): Promise<RenderingResult> {
    const response = await fetch(`${options.origin()}/render`, {
      method: 'POST',
      headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url }),
      redirect: 'error',
      signal,
    });
    const body = await readAll(response.body);
    if (response.status === 422) return refusal.parse(JSON.parse(body?.toString('utf8') ?? ''));
    // Whatever else answers on that port is not our capture role.
    if (response.status !== 200) return { unavailable: 'not-running' };
    if (!body || !pngSize(body)) return { unavailable: 'failed' };
    return { png: body, title: headerText(response, 'x-title'), finalHost: headerText(response, 'x-final-host') };
  }

  return {
    async render(url, signal) {
      const limit = AbortSignal.any([AbortSignal.timeout(options.timeoutMs ?? 60_000), ...(signal ? [signal] : [])]);
      try {
        return await ask(url, limit);
      } catch {
        return { unavailable: limit.aborted ? 'timeout' : 'not-running' };
      }
    },
  };
}
