import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { buildServer } from '../../../platform/http/index.ts';
import { createTestPlatform, type TestOptions, type TestPlatform } from '../../../platform/testkit/index.ts';
import { createIdentity, type Identity, type Role } from '../index.ts';
import { SoftwareAuthenticator } from './software-authenticator.ts';

/** A browser, as far as these tests need one: cookies, and the token of the form it is on. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #app: FastifyInstance;
  #csrf = '';

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  async #send(method: 'GET' | 'POST', url: string, payload?: string, headers: Record<string, string> = {}) {
    const cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    const answer = await this.#app.inject({
      method,
      url,
      payload,
      headers: { cookie, 'accept-language': 'en', ...headers },
    });
    for (const c of answer.cookies) {
      if (c.value === '' || (c.expires && c.expires.getTime() === 0)) this.cookies.delete(c.name);
      else this.cookies.set(c.name, c.value);
    }
    const token = /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1];
    if (token) this.#csrf = token;
    return answer;
  }

  get(url: string): Promise<LightMyRequestResponse> {
    return this.#send('GET', url);
  }

  /** Posts a form with the token of the last page, or another one. */
  post(
    url: string,
    fields: Record<string, string | string[]> = {},
    csrf = this.#csrf,
  ): Promise<LightMyRequestResponse> {
    const body = new URLSearchParams([['_csrf', csrf]]);
    for (const [name, value] of Object.entries(fields)) for (const v of [value].flat()) body.append(name, v);
    return this.#send('POST', url, body.toString(), { 'content-type': 'application/x-www-form-urlencoded' });
  }

  /** What the page's script sends. */
  json(url: string, body: unknown, csrf = this.#csrf): Promise<LightMyRequestResponse> {
    return this.#send('POST', url, JSON.stringify(body), { 'content-type': 'application/json', 'x-csrf-token': csrf });
  }
}

export interface Desk {
  platform: TestPlatform;
  identity: Identity;
  app: FastifyInstance;
  browser(): Browser;
  device(): SoftwareAuthenticator;
  close(): Promise<void>;
}

/** A whole server with identity's pages, and two guarded doors to try them on. */
export async function openDesk(options: TestOptions = {}): Promise<Desk> {
  const platform = await createTestPlatform(options);
  const identity = createIdentity(platform);
  const app = await buildServer(platform, {
    zone: 'Africa/Casablanca',
    fallbackLang: 'ar',
    shellData: async (req) => ({
      helpLines: [],
      user: req.actor.kind === 'staff' && req.actor.assurance === 'full' ? { name: req.actor.name } : undefined,
    }),
  });
  identity.hooks(app);
  await app.register(identity.routes({ zone: 'Africa/Casablanca' }));
  app.get('/desk', { preHandler: identity.requireStaff('desk.open') }, async (req) => req.actor);
  app.get('/desk/queue', { preHandler: identity.requireStaff('item.queue.read') }, async () => 'the queue');
  app.post(
    '/api/v1/try',
    { config: { csrf: 'exempt', problem: true }, preHandler: identity.requireMachine('report.intake.machine') },
    async (req) => req.actor,
  );
  await app.ready();
  return {
    platform,
    identity,
    app,
    browser: () => new Browser(app),
    device: () => new SoftwareAuthenticator(platform.config.publicOrigin),
    async close() {
      await app.close();
      await platform.close();
    },
  };
}

/** Registers a passkey from whatever session the browser has. */
export async function register(browser: Browser, device: SoftwareAuthenticator): Promise<LightMyRequestResponse> {
  const options = await browser.json('/desk/account/passkeys/options', {});
  if (options.statusCode !== 200) return options;
  return browser.json('/desk/account/passkeys', { response: device.register(options.json()), device: 'test' });
}

/** Signs in by passkey. */
export async function signIn(browser: Browser, device: SoftwareAuthenticator): Promise<LightMyRequestResponse> {
  await browser.get('/desk/sign-in');
  const options = await browser.json('/desk/sign-in/passkey/options', {});
  return browser.json('/desk/sign-in/passkey', { response: device.authenticate(options.json()) });
}

/** The path of a link that was printed or shown. */
export const pathOf = (url: string) => new URL(url).pathname;

/** An administrator by passkey, from the link of the first start. */
export async function firstAdministrator(desk: Desk): Promise<{ browser: Browser; device: SoftwareAuthenticator }> {
  const link = pathOf((await desk.identity.ensureAdministratorLink()) as string);
  const browser = desk.browser();
  const device = desk.device();
  await browser.get(link);
  await browser.post(link, { name: 'Tiziri', email: 'tiziri@programme.example' });
  await browser.get('/desk/account/passkey');
  await register(browser, device);
  return { browser, device };
}

/** Invites somebody through the administrator's page; returns the link's path. */
export async function invite(admin: Browser, name: string, roles: Role[]): Promise<string> {
  const page = await admin.get('/desk/admin/accounts');
  const organisation = /<option value="([0-9a-f-]{36})"/.exec(page.body)?.[1] as string;
  const answer = await admin.post('/desk/admin/accounts', {
    name,
    email: `${name.toLowerCase()}@hotline.example`,
    organisation,
    lang: 'fr',
    roles,
  });
  const url = /https?:\/\/[^/"]+\/desk\/setup\/[A-Za-z0-9_-]{43}/.exec(answer.body)?.[0];
  if (!url) throw new Error(`no link in the answer ${answer.statusCode}`);
  return pathOf(url);
}
