import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../platform/errors.ts';
import { field, sendPage } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import type { Explanation } from '../index.ts';
import { BlockedPage, CLOSED_WHY, decidedBy } from '../pages/blocked-page.tsx';
import { attempt, backTo, type FamilyDeps } from './deps.ts';
import { mineOf } from './mine.routes.tsx';

const DEVICE_ID = /^[a-z2-7]{12}$/;
/** Explanations that one process gives in a minute, and questions that it passes on: the page is open to everybody. */
const PER_MINUTE = 240;
const ASKS_PER_MINUTE = 60;

/** At most `max` a minute, for everybody together: we know nobody's address. */
function perMinute(now: () => Date, max: number): () => boolean {
  let window = { minute: 0, n: 0 };
  return () => {
    const minute = Math.floor(now().getTime() / 60_000);
    if (window.minute !== minute) window = { minute, n: 0 };
    return ++window.n <= max;
  };
}

/** `/{lang}/blocked`: why something did not open. `n` is the name, `d` the device; both may be missing or wrong. */
export function blockedRoutes(deps: FamilyDeps) {
  const { safeAccess, platform } = deps;
  const now = () => platform.clock.now();
  const mayExplain = perMinute(now, PER_MINUTE);
  const mayAsk = perMinute(now, ASKS_PER_MINUTE);
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 300) : '');

  /** The device, if there is one of that id. */
  async function deviceOf(value: unknown): Promise<string | undefined> {
    const id = text(value);
    return DEVICE_ID.test(id) && (await safeAccess.devices.known(id)) ? id : undefined;
  }

  /** By the rules of the child whose page this browser knows; nothing where they say nothing, for it may be another's device. */
  async function explainAsChild(token: string, name: string): Promise<Explanation | undefined> {
    try {
      const found = await safeAccess.children.explain(token, name);
      return decidedBy(found) === 'open' && found.why.kind !== 'allow' ? undefined : found;
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return undefined;
      throw error;
    }
  }
  const minePath = (req: FastifyRequest) => {
    const token = mineOf(req);
    return token && `/${req.lang}/mine/${token}`;
  };

  async function page(req: FastifyRequest, reply: FastifyReply) {
    const { n, d, asked } = req.query as Record<string, unknown>;
    const name = safeAccess.siteName(text(n));
    const device = await deviceOf(d);
    // The browser that the block address sent here has a name and no device; the child's own link may have been opened in it.
    const mine = device ? undefined : mineOf(req);
    const asChild = mine && name && mayExplain() ? await explainAsChild(mine, name) : undefined;
    const found = asChild ?? (name && mayExplain() ? await safeAccess.explain(device, name) : undefined);
    // Without its device nobody knows whose rules they are: open for everybody does not mean open there.
    const by = found && !device && !asChild && found.why.kind !== 'national' ? 'unknown' : decidedBy(found);
    return sendPage(req, reply, {
      title: req.tr.t('safe-access.family.block.tab'),
      shell: 'public',
      path: '/blocked',
      body: (
        <BlockedPage
          by={by}
          found={found}
          device={device}
          asked={asked === '1'}
          mine={minePath(req)}
          asChild={asChild !== undefined}
        />
      ),
      // What a cache or a monitor sees is that this is not the site (RFC 7725 for what the law closes).
      status: by === 'national' ? 451 : by === 'family' ? 403 : 200,
    });
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.get('/blocked', (req, reply) => {
      const query = req.url.includes('?') ? req.url.slice(req.url.indexOf('?')) : '';
      return reply.header('vary', 'accept-language, cookie').redirect(`/${req.lang}/blocked${query}`, 302);
    });
    for (const lang of LANGS) {
      app.get(`/${lang}/blocked`, page);
      // Where the resolver's answers lead (`closedPath`): the device and why, without a name.
      app.get(`/${lang}/closed`, async (req, reply) => {
        const { why: said, device: id } = req.query as Record<string, unknown>;
        const why = CLOSED_WHY.find((word) => word === said);
        const device = await deviceOf(id);
        const body = (
          <BlockedPage
            by={why ? 'family' : 'unknown'}
            found={undefined}
            why={why}
            device={device}
            asked={false}
            mine={minePath(req)}
          />
        );
        return sendPage(req, reply, {
          title: req.tr.t('safe-access.family.block.tab'),
          shell: 'public',
          path: '/blocked',
          body,
          status: why ? 403 : 200,
        });
      });
      app.post(`/${lang}/blocked/ask`, async (req, reply) => {
        const [device, name] = [field(req, 'd'), safeAccess.siteName(field(req, 'n'))];
        // The same answer whether the device is known, the name was asked for already, or too many wait.
        const mine = DEVICE_ID.test(device) ? undefined : mineOf(req);
        if (mine && name && mayAsk()) {
          const sent = await attempt(req, () => safeAccess.children.ask(mine, name)).catch(() => undefined);
          // The answer will be on the child's page; a link that ended meanwhile leads to what is said to everybody.
          if (sent) return backTo(reply, minePath(req) as string, 'error' in sent ? undefined : 'sent');
        }
        if (DEVICE_ID.test(device) && name && mayAsk())
          await safeAccess.children.askFromDevice(device, name).catch((error: unknown) => {
            if (!(error instanceof AppError) || error.status >= 500) throw error;
          });
        const query = new URLSearchParams({ d: DEVICE_ID.test(device) ? device : '', n: name ?? '', asked: '1' });
        return backTo(reply, `/${lang}/blocked?${query}`);
      });
    }
  };
}

/**
 * Answers requests for names that are not ours: browsers that the resolver sent to the block page's address. They are sent
 * on to our own origin: a page of ours must never run under a blocked site's name, where it would share that site's
 * cookies and storage. Only for DNS_BLOCK_ADDRESS; call on the root instance before any routes.
 */
export function foreignHosts(
  app: FastifyInstance,
  deps: Pick<FamilyDeps, 'platform' | 'safeAccess' | 'dnsName'>,
): void {
  const { publicOrigin } = deps.platform.config;
  const own = new Set([new URL(publicOrigin).hostname, 'localhost', deps.dnsName]);
  const isOwn = (host: string) =>
    own.has(host) ||
    host.endsWith(`.${deps.dnsName}`) ||
    host.endsWith('.localhost') ||
    isIP(host.replace(/[[\]]/g, '')) !== 0;
  /** The name that was asked for, when it is not ours. */
  const foreign = (req: FastifyRequest): string | undefined => {
    const host = (req.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    return host === '' || isOwn(host) ? undefined : host;
  };
  // Nobody's cookie belongs under such a name.
  app.addHook('onSend', async (req, reply, payload) => {
    if (foreign(req) !== undefined) reply.removeHeader('set-cookie');
    return payload;
  });
  app.addHook('onRequest', async (req, reply) => {
    const host = foreign(req);
    if (host === undefined) return;
    const name = deps.safeAccess.siteName(host);
    void reply.header('cache-control', 'no-store');
    return reply.redirect(`${publicOrigin}/${req.lang}/blocked${name ? `?n=${encodeURIComponent(name)}` : ''}`, 302);
  });
}
