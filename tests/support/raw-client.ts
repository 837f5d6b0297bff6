import { type IncomingHttpHeaders, request } from 'node:http';
import { DomUtils, parseDocument } from 'htmlparser2';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** As it came over the wire, encoded or not. */
  body: Buffer;
  text: string;
}

/** A client below any browser: keeps cookies, follows nothing, comes from the address it is told to. */
export class RawClient {
  readonly #origin: string;
  readonly #localAddress: string | undefined;
  readonly #headers: Record<string, string>;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string, options: { localAddress?: string; headers?: Record<string, string> } = {}) {
    this.#origin = origin;
    this.#localAddress = options.localAddress;
    this.#headers = options.headers ?? {};
  }

  send(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const url = new URL(path, this.#origin);
    return new Promise((resolve, reject) => {
      const req = request(
        {
          // The server listens on the IPv4 loopback; "localhost" may mean the other one.
          host: '127.0.0.1',
          port: url.port,
          path: url.pathname + url.search,
          method,
          localAddress: this.#localAddress,
          headers: {
            host: url.host,
            ...this.#headers,
            ...(cookie ? { cookie } : {}),
            ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
            ...headers,
          },
        },
        (res) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('error', reject);
          res.on('end', () => {
            for (const line of res.headers['set-cookie'] ?? []) {
              const [pair = ''] = line.split(';');
              const cut = pair.indexOf('=');
              this.#cookies.set(pair.slice(0, cut), pair.slice(cut + 1));
            }
            const all = Buffer.concat(chunks);
            resolve({ status: res.statusCode ?? 0, headers: res.headers, body: all, text: all.toString('utf8') });
          });
        },
      );
      req.on('error', reject);
      req.end(body);
    });
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  /** Sends a form of the page at `from` as a browser would, with the page's hidden token. */
  async post(from: string, action: string, fields: Record<string, string>): Promise<Answer> {
    const page = await this.get(from);
    const token = DomUtils.findOne((e) => e.attribs.name === '_csrf', parseDocument(page.text).children)?.attribs.value;
    if (!token) throw new Error(`no form at ${from} (${page.status})`);
    const body = new URLSearchParams({ _csrf: token, ...fields }).toString();
    return this.send('POST', action, body, { 'content-type': 'application/x-www-form-urlencoded' });
  }
}
