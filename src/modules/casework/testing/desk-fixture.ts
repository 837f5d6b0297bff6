import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { buildServer } from '../../../platform/http/index.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import { createTestPlatform, type TestPlatform } from '../../../platform/testkit/index.ts';
import { languageRoutes } from '../../../platform/ui/language.routes.ts';
import { type AssessmentAnswers, createCountry } from '../../country/index.ts';
import { createIdentity, type Role } from '../../identity/index.ts';
import { createReporting, type Duty, type ReportInput, type Reporting } from '../../reporting/index.ts';
import { createRetention, retentionRoutes } from '../../retention/index.ts';
import { type DeskDeps, deskNav, deskRoutes } from '../desk.routes.tsx';
import { type Casework, createCasework } from '../index.ts';

/** The modules of the desk on a fresh database, wired as compose wires them. */
export async function createDeskModules(platform: TestPlatform) {
  const country = createCountry(platform);
  await country.refresh();
  const identity = createIdentity(platform);
  const duty = async (now: Date): Promise<Duty> => ({
    ...(await identity.onDuty(now)),
    everybody: await identity.accountsWithRole('on-call'),
  });
  const zone = country.pack().pack.zone;
  const reporting = createReporting(platform, { duty, zone, categoryName: (id, l) => country.category(id).name[l] });
  const retention = createRetention(platform, { country });
  const casework = createCasework(platform, {
    reporting,
    country,
    retention,
    supervisors: () => identity.accountsWithRole('supervisor'),
  });
  return { platform, country, identity, retention, reporting, casework, zone };
}
export type DeskModules = Awaited<ReturnType<typeof createDeskModules>>;

export async function createDeskServer(m: DeskModules, over: Partial<DeskDeps> = {}): Promise<FastifyInstance> {
  const { platform, country, identity, casework, zone } = m;
  const server = await buildServer(platform, {
    zone,
    fallbackLang: 'en',
    shellData: async (req) => ({
      helpLines: country.barLines().map((l) => ({ id: l.id, label: l.name[req.lang], tel: l.tel ?? '' })),
      user: req.actor.kind === 'staff' ? { name: req.actor.name } : undefined,
      deskNav: deskNav(req.tr, req.actor, await casework.navCounts()),
      demo: platform.config.demo,
    }),
    beforeRoutes: (app) => identity.hooks(app),
  });
  await server.register(languageRoutes);
  await server.register(identity.routes({ zone }));
  await server.register(deskRoutes({ ...m, ...over }));
  await server.register(retentionRoutes({ retention: m.retention, identity }));
  return server;
}

/** Everything for tests of pages: the demonstration's accounts sign in through their real doors. */
export async function createDesk(over: Partial<DeskDeps> = {}) {
  const platform = await createTestPlatform({ env: { SALAMA_DEMO: '1' } });
  const modules = await createDeskModules(platform);
  const server = await createDeskServer(modules, over);
  const accounts = await modules.identity.createDemoAccounts();
  return {
    ...modules,
    server,
    accounts,
    as: (role: Role, lang: Lang = 'en') => signIn(server, accounts.find((a) => a.role === role)?.url ?? '', lang),
    async close() {
      await server.close();
      await modules.reporting.close();
      await platform.close();
    },
  };
}
export type Desk = Awaited<ReturnType<typeof createDesk>>;

/** A browser without a script: keeps its cookies and the token of the last form that it saw. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  #csrf = '';
  readonly #server: FastifyInstance;
  constructor(server: FastifyInstance) {
    this.#server = server;
  }

  async get(url: string): Promise<LightMyRequestResponse> {
    return this.#keep(await this.#server.inject({ method: 'GET', url, headers: this.#headers() }));
  }

  async post(
    url: string,
    fields: Record<string, string | string[]> = {},
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> {
    const body = new URLSearchParams({ _csrf: this.#csrf });
    for (const [name, value] of Object.entries(fields)) for (const v of [value].flat()) body.append(name, v);
    const all = { ...this.#headers(), 'content-type': 'application/x-www-form-urlencoded', ...headers };
    return this.#keep(await this.#server.inject({ method: 'POST', url, headers: all, payload: body.toString() }));
  }

  #headers(): Record<string, string> {
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  #keep(answer: LightMyRequestResponse): LightMyRequestResponse {
    for (const c of answer.cookies) this.cookies.set(c.name, c.value);
    this.#csrf = /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? this.#csrf;
    return answer;
  }
}

export async function signIn(server: FastifyInstance, url: string, lang: Lang): Promise<Visitor> {
  const visitor = new Visitor(server);
  visitor.cookies.set('lang', lang);
  const { pathname } = new URL(url);
  await visitor.get(pathname);
  const answer = await visitor.post(pathname);
  if (answer.statusCode !== 303) throw new Error(`signing in answered ${answer.statusCode}`);
  await visitor.get('/desk');
  return visitor;
}

/** The second person agrees with what waits for one; a blind look is answered with the same judgement. */
export async function agreeOn(casework: Casework, item: string, account: string): Promise<void> {
  const open = (await casework.secondLook.ofItem(item)).find((l) => l.state === 'proposed');
  if (!open) throw new Error('nothing waits for a second person');
  const { first } = await casework.secondLook.detail(open.id);
  const same = {
    outcome: first.outcome,
    category: first.category,
    severity: first.severity,
    ageBand: first.age_band,
    sex: first.sex,
    legalArticles: first.legal_articles,
    note: '',
    answers: first.answers as AssessmentAnswers,
  };
  await casework.secondLook.look(open.id, account, open.blind ? same : 'agree');
}

let submissions = 0;

/** A report with made-up, mild content; whatever matters to a test is given. */
export function report(
  reporting: Pick<Reporting, 'addresses'>,
  given: Omit<Partial<ReportInput>, 'links'> & { links?: string[] } = {},
): ReportInput {
  const { links = [], ...rest } = given;
  return {
    submissionKey: `test:${++submissions}`,
    channel: 'web',
    language: 'en',
    reporter: 'parent',
    category: 'harassment',
    danger: false,
    accounts: [],
    narrative: 'Somebody posts unkind pictures of my daughter’s drawings.',
    visibility: 'public',
    ageBand: '12-14',
    occurred: 'week',
    ...rest,
    links: reporting.addresses.readAll(links),
  };
}
