import type { FastifyInstance } from 'fastify';
import swagger from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { sql } from 'kysely';
import { buildServer } from './platform/http/index.ts';
import type { Lang } from './platform/i18n/index.ts';
import { LANGS } from './platform/i18n/index.ts';
import type { Platform } from './platform/platform.ts';
import { galleryRoutes } from './platform/ui/gallery.routes.tsx';
import { languageRoutes } from './platform/ui/language.routes.ts';
import { createAudit } from './modules/audit/index.ts';
import { createCasework } from './modules/casework/index.ts';
import { createCountry } from './modules/country/index.ts';
import { createIdentity } from './modules/identity/index.ts';
import { createReporting, type Duty } from './modules/reporting/index.ts';
import { apiRoutes } from './modules/reporting/api.routes.ts';
import { receiptRoutes } from './modules/reporting/receipt.routes.tsx';
import { reportRoutes } from './modules/reporting/report.routes.tsx';
import { siteRoutes } from './modules/site/index.tsx';

export interface Composed {
  server: FastifyInstance;
  /** What a start prints. */
  firstLines(): Promise<string[]>;
  seedDemonstration(): Promise<{ lines: string[]; json: Record<string, unknown> }>;
  startCapture(): Promise<string[]>;
  close(): Promise<void>;
}

export type Modules = Awaited<ReturnType<typeof createModules>>;

/** Every module, wired: the only place that knows them all. */
export async function createModules(platform: Platform) {
  const audit = createAudit(platform);
  const country = createCountry(platform);
  await country.start();
  const identity = createIdentity(platform);

  const duty = async (now: Date): Promise<Duty> => {
    const onDuty = await identity.onDuty(now);
    const people = [...(await identity.accountsWithRole('on-call')), ...(await identity.accountsWithRole('supervisor'))];
    const active = people.filter((p) => p.state === 'active');
    return { ...onDuty, everybody: [...new Map(active.map((p) => [p.id, p])).values()] };
  };
  const zone = country.pack().pack.zone;
  const reporting = createReporting(platform, {
    duty,
    zone,
    categoryName: (id, lang) => country.category(id).name[lang],
  });
  const casework = createCasework(platform, { reporting, country });
  return { platform, audit, country, identity, duty, zone, reporting, casework };
}

/** The web server with every module's routes on it. */
export async function createServer(m: Modules): Promise<FastifyInstance> {
  const { platform, country, identity, reporting, duty, zone } = m;
  const server = await buildServer(platform, {
    zone,
    fallbackLang: country.pack().pack.languages[0] as Lang,
    shellData: async (req) => ({
      helpLines: country.barLines().map((l) => ({ id: l.id, label: l.name[req.lang], tel: l.tel ?? '' })),
      user: req.actor.kind === 'staff' ? { name: req.actor.name } : undefined,
      demo: platform.config.demo,
    }),
    beforeRoutes: (app) => identity.hooks(app),
  });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'e-Salama', version: '1', description: 'Machine intake of reports. Errors are RFC 9457 problem documents.' },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An organisation’s API key.' } } },
    },
    transform: jsonSchemaTransform,
    hideUntagged: true,
  });
  server.get('/healthz', async (_req, reply) => reply.type('text/plain').send('ok'));
  server.get('/readyz', async (_req, reply) => {
    await sql`select 1`.execute(platform.db);
    return reply.type('text/plain').send('ready');
  });
  server.get('/api/openapi.json', async () => server.swagger());
  await server.register(languageRoutes);
  await server.register(galleryRoutes(platform, zone));
  await server.register(siteRoutes({ platform, country, onDuty: async (now) => (await duty(now)).first !== undefined }));
  const report = reportRoutes({ platform, reporting, country, duty });
  const receipt = receiptRoutes({ platform, reporting, country, proofPath: (entry) => `/audit/proof/${entry}.json` });
  for (const lang of LANGS) {
    await server.register(report, { prefix: `/${lang}` });
    await server.register(receipt, { prefix: `/${lang}` });
  }
  await server.register(
    apiRoutes({
      platform,
      reporting,
      authenticate: (header) => identity.authenticateApiKey(header),
    }),
  );
  return server;
}

export async function compose(platform: Platform): Promise<Composed> {
  const m = await createModules(platform);
  const server = await createServer(m);
  return {
    server,
    async firstLines() {
      const lines = [`e-Salama   ${platform.config.publicOrigin}`];
      const link = platform.config.demo ? undefined : await m.identity.ensureAdministratorLink();
      if (link) lines.push(`Administrator’s one-time set-up link (24 h): ${link}`);
      return lines;
    },
    async seedDemonstration() {
      const accounts = await m.identity.createDemoAccounts();
      return { lines: accounts.map((a) => `  ${a.role.padEnd(18)} ${a.url}`), json: { accounts } };
    },
    startCapture: async () => [],
    async close() {
      m.country.stop();
      await m.reporting.close();
    },
  };
}
