import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

interface Asset {
  type: string;
  plain: Buffer;
  br?: Buffer;
  gzip?: Buffer;
}

/** Everything built, below half a megabyte: read once, before the process gives up the right to read the checkout. */
function readAssets(dir: string): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  if (!existsSync(dir)) return assets;
  const read = (name: string) => (existsSync(path.join(dir, name)) ? readFileSync(path.join(dir, name)) : undefined);
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const type = TYPES[path.extname(name)];
    if (!type) continue;
    const [plain, br, gzip] = [read(name), read(`${name}.br`), read(`${name}.gz`)];
    if (plain) assets.set(name, { type, plain, ...(br ? { br } : {}), ...(gzip ? { gzip } : {}) });
  }
  return assets;
}

/** `/assets/*`: our stylesheet, fonts and islands. Names carry a hash of the content, so they may be kept for ever. */
export function registerAssets(app: FastifyInstance, dir: string): void {
  const assets = readAssets(dir);
  app.get<{ Params: { '*': string } }>('/assets/*', (req, reply) => {
    const asset = assets.get(req.params['*']);
    if (!asset) return reply.callNotFound();
    const accepted = req.headers['accept-encoding'] ?? '';
    const encoding =
      asset.br && /\bbr\b/.test(accepted) ? 'br' : asset.gzip && /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
    if (encoding) void reply.header('content-encoding', encoding);
    return reply
      .header('vary', 'accept-encoding')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type(asset.type)
      .send(encoding ? asset[encoding] : asset.plain);
  });
}
