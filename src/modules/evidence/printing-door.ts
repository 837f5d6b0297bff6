import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { PrintingPort } from './printing.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const PDF = Buffer.from('%PDF-');

async function read(from: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of from) {
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `POST /print` of the capture role: HTML in, `application/pdf` out, 503 when it can't be done. */
export async function servePrint(printing: PrintingPort, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const html = await read(req as AsyncIterable<Buffer>);
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const pdf = html && (await printing.print(html.toString('utf8'), gone.signal));
  res.writeHead(pdf ? 200 : html ? 503 : 413, { 'content-type': 'application/pdf', 'cache-control': 'no-store' });
  res.end(pdf);
}

/** Printing by the capture role, wherever on this machine it runs. Never throws. */
export function createPrintingClient(options: { origin(): string; token: string; timeoutMs?: number }): PrintingPort {
  return {
    async print(html, signal) {
      const limit = AbortSignal.any([AbortSignal.timeout(options.timeoutMs ?? 60_000), ...(signal ? [signal] : [])]);
      try {
        const response = await fetch(`${options.origin()}/print`, {
          method: 'POST',
          headers: { authorization: `Bearer ${options.token}`, 'content-type': 'text/html; charset=utf-8' },
          body: html,
          redirect: 'error',
          signal: limit,
        });
        if (response.status !== 200 || !response.body) return undefined;
        const pdf = await buffer(response.body);
        return pdf.subarray(0, PDF.length).equals(PDF) ? pdf : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
