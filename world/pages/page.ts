import type { Html } from '../html.ts';

export type PageLang = 'ar' | 'fr' | 'en';

/** One page as its site keeps it, before the layout. `media` are the paths of the pictures that go when it goes. */
export interface Page {
  lang: PageLang;
  title: string;
  body: Html;
  media?: readonly string[];
}

export interface StaticFile {
  type: string;
  body: string | Buffer;
  /** Who comes again with it is told that nothing changed. */
  etag?: string;
}

/** `ok` or one way to fail: what a client meets on port 443. */
export type TlsManner = 'ok' | 'expired' | 'wrong-name' | 'self-signed';

export interface Site {
  host: string;
  /** The address in 127/8 the name server gives. */
  address: string;
  name: string;
  lang: PageLang;
  accent: string;
  tls: TlsManner;
  /** Nothing listens at `address`: connections are refused. */
  dark?: boolean;
  files: ReadonlyMap<string, StaticFile>;
  page(path: string): Page | undefined;
  /** The picture at a path; pictures are drawn when asked for. */
  picture(path: string): Buffer | undefined;
  /** The page a picture belongs to, whose state it shares. */
  ownerOf(mediaPath: string): string | undefined;
}

export interface SiteDraft {
  host: string;
  address: string;
  name: string;
  lang: PageLang;
  accent?: string;
  tls?: TlsManner;
  dark?: boolean;
  pages?: Readonly<Record<string, Page>>;
  files?: Readonly<Record<string, StaticFile>>;
  robots?: string;
  page?: Site['page'];
  picture?: Site['picture'];
  ownerOf?: Site['ownerOf'];
}

export const ROBOTS = 'User-agent: *\nDisallow: /admin/\nCrawl-delay: 1\n';

/** Fills in what most sites have in common. */
export function site(draft: SiteDraft): Site {
  const pages = new Map(Object.entries(draft.pages ?? {}));
  const owners = new Map<string, string>();
  for (const [path, page] of pages) for (const media of page.media ?? []) owners.set(media, path);
  return {
    host: draft.host,
    address: draft.address,
    name: draft.name,
    lang: draft.lang,
    accent: draft.accent ?? '#0B5D52',
    tls: draft.tls ?? 'ok',
    dark: draft.dark ?? false,
    files: new Map([
      ['/robots.txt', { type: 'text/plain; charset=utf-8', body: draft.robots ?? ROBOTS }],
      ...Object.entries(draft.files ?? {}),
    ]),
    page: (path) => pages.get(path) ?? draft.page?.(path),
    picture: (path) => draft.picture?.(path),
    ownerOf: (path) => owners.get(path) ?? draft.ownerOf?.(path),
  };
}
