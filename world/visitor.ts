export interface Visit {
  /** Where the redirects ended. */
  url: string;
  status: number;
  body: string;
}

const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 15_000;
const SIZE_LIMIT = 2 * 1024 * 1024;
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) SampleHostingDesk/1.0';

/** What somebody at the abuse desk opens links with: keeps cookies, follows redirects, sends forms as a browser does. */
export class Visitor {
  private readonly cookies = new Map<string, string>();

  get(url: string): Promise<Visit> {
    return this.go(url, 'GET');
  }

  post(url: string, body: URLSearchParams, from: string): Promise<Visit> {
    return this.go(url, 'POST', body, from);
  }

  private async go(start: string, startMethod: 'GET' | 'POST', form?: URLSearchParams, from?: string): Promise<Visit> {
    let url = start;
    let method = startMethod;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const { origin } = new URL(url);
      const cookie = [...this.cookies].flatMap(([k, v]) =>
        k.startsWith(`${origin} `) ? [`${k.split(' ')[1]}=${v}`] : [],
      );
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          'user-agent': USER_AGENT,
          accept: 'text/html',
          'accept-language': 'fr, ar;q=0.8, en;q=0.6',
          ...(cookie.length > 0 ? { cookie: cookie.join('; ') } : {}),
          ...(method === 'POST'
            ? {
                'content-type': 'application/x-www-form-urlencoded',
                origin: new URL(from ?? url).origin,
                referer: from ?? url,
              }
            : {}),
        },
        ...(method === 'POST' ? { body: form?.toString() ?? '' } : {}),
      });
      for (const line of response.headers.getSetCookie()) this.keep(origin, line);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null)
        return { url, status: response.status, body: (await response.text()).slice(0, SIZE_LIMIT) };
      await response.body?.cancel();
      url = new URL(location, url).href;
      if (response.status !== 307 && response.status !== 308) method = 'GET';
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects from ${start}`);
  }

  private keep(origin: string, line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const equals = pair.indexOf('=');
    const name = `${origin} ${pair.slice(0, equals).trim()}`;
    if (attributes.some((a) => /^\s*max-age=\s*0\s*$/i.test(a))) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(equals + 1).trim());
  }
}
