import { ALIASES } from './actors.ts';
import type { Page, Site, StaticFile } from './pages/page.ts';
import { allSites } from './pages/sites-of-the-world.ts';

/** What has become of a page. Everything a real check meets, one member each. */
export type PageState =
  | { kind: 'up' }
  | { kind: 'changed' }
  | { kind: 'removed'; status: 404 | 410 }
  | { kind: 'removed-notice' }
  | { kind: 'soft-404' }
  | { kind: 'parked' }
  | { kind: 'login-wall' }
  | { kind: 'bot-wall'; status: 403 | 429 }
  | { kind: 'legal-block' }
  | { kind: 'redirect'; to: string; status: 301 | 302 | 307 | 308; keepPath?: boolean }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'hang' }
  | { kind: 'reset' }
  | { kind: 'server-error'; status: 500 | 503 };

/** The states that need no detail, or have a usual one. */
export type StateName = Exclude<PageState['kind'], 'redirect'>;

const USUAL: Record<StateName, PageState> = {
  up: { kind: 'up' },
  changed: { kind: 'changed' },
  removed: { kind: 'removed', status: 410 },
  'removed-notice': { kind: 'removed-notice' },
  'soft-404': { kind: 'soft-404' },
  parked: { kind: 'parked' },
  'login-wall': { kind: 'login-wall' },
  'bot-wall': { kind: 'bot-wall', status: 403 },
  'legal-block': { kind: 'legal-block' },
  slow: { kind: 'slow', delayMs: 3000 },
  hang: { kind: 'hang' },
  reset: { kind: 'reset' },
  'server-error': { kind: 'server-error', status: 500 },
};

/** How the sites stand when the world begins; a state for a whole host covers every path. */
const FIRST_HOST_STATES: Readonly<Record<string, PageState>> = {
  'moved.example': { kind: 'redirect', to: 'http://photos.elsewhere-host.example', status: 301, keepPath: true },
  'soft404.example': USUAL['soft-404'],
  'parked.example': USUAL.parked,
  'walled.example': USUAL['bot-wall'],
  'blocked.example': USUAL['legal-block'],
  'slow.example': USUAL.slow,
  'reset.example': USUAL.reset,
};

/** What is found at an address: the page or picture, and the state that decides what a visitor gets instead. */
export interface Found {
  site: Site;
  path: string;
  state: PageState;
  page?: Page;
  picture?: Buffer;
  file?: StaticFile;
}

const key = (host: string, path: string) => `${host}${path}`;

const realName = (host: string) => ALIASES[host] ?? host;

/** An address in the one form used as key: aliases resolved, percent-encoding as WHATWG URL writes it, no query. */
function parse(address: string): { host: string; path: string } {
  const url = new URL(address);
  return { host: realName(url.hostname), path: url.pathname };
}

/** The sites of the world and what has become of each page. The web server reads it, tests and the abuse desk change it. */
export class Sites {
  private readonly byHost: Map<string, Site>;
  private readonly added = new Map<string, Page>();
  private readonly laid = new Map<string, StaticFile>();
  private readonly pageStates = new Map<string, PageState>();
  private readonly hostStates: Map<string, PageState>;
  private readonly viewCounts = new Map<string, number>();

  constructor(seed: number, now: Date) {
    this.byHost = new Map(allSites(seed, now).map((s) => [s.host, s]));
    this.hostStates = new Map(Object.entries(FIRST_HOST_STATES));
  }

  list(): Site[] {
    return [...this.byHost.values()];
  }

  /** Puts a page on a site, for tests that need one of their own. Throws if the host is unknown. */
  add(url: string, page: Page): void {
    const { host, path } = this.known(url);
    this.added.set(key(host, path), page);
  }

  /** Lays a file on a site, such as a list of names, or another in its place. Throws if the host is unknown. */
  lay(url: string, file: StaticFile): void {
    const { host, path } = this.known(url);
    this.laid.set(key(host, path), file);
  }

  /** Changes what a visitor of this page gets from now on, by http and https alike. Throws if the host is unknown. */
  set(url: string, state: StateName | PageState): void {
    const { host, path } = this.known(url);
    this.pageStates.set(key(host, path), typeof state === 'string' ? USUAL[state] : state);
  }

  /** Changes a whole host; `null` ends it. A state of a page wins over the state of its host. */
  setHost(host: string, state: StateName | PageState | null): void {
    this.known(`http://${host}/`);
    if (state === null) this.hostStates.delete(host);
    else this.hostStates.set(host, typeof state === 'string' ? USUAL[state] : state);
  }

  /** The state of a page as a visitor meets it; `undefined` where no such host exists. */
  stateOf(url: string): PageState | undefined {
    const { host, path } = parse(url);
    return this.find(host, path)?.state;
  }

  /** The site an address belongs to, by its own name or an alias. */
  siteOf(url: string): Site | undefined {
    return this.byHost.get(parse(url).host);
  }

  /** Whether a page exists here, whatever has become of it. */
  has(url: string): boolean {
    const { host, path } = parse(url);
    const found = this.find(host, path);
    return found?.page !== undefined || found?.picture !== undefined;
  }

  find(name: string, path: string): Found | undefined {
    const host = realName(name);
    const site = this.byHost.get(host);
    if (!site) return undefined;
    const file = this.laid.get(key(host, path)) ?? site.files.get(path);
    const owner = site.ownerOf(path);
    const state =
      this.pageStates.get(key(host, path)) ??
      (owner === undefined ? undefined : this.pageStates.get(key(host, owner))) ??
      this.hostStates.get(host) ??
      USUAL.up;
    return {
      site,
      path,
      state,
      file,
      page: this.added.get(key(host, path)) ?? site.page(path),
      picture: site.picture(path),
    };
  }

  /** Counts a visit and says which it is. */
  visit(host: string, path: string): number {
    const count = (this.viewCounts.get(key(host, path)) ?? 0) + 1;
    this.viewCounts.set(key(host, path), count);
    return count;
  }

  private known(url: string): { host: string; path: string } {
    const place = parse(url);
    if (!this.byHost.has(place.host)) throw new Error(`no such host in the world: ${place.host}`);
    return place;
  }
}
