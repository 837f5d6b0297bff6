import path from 'node:path';
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { sql } from 'kysely';
import { seedReferral, seedReports } from './demonstration.ts';
import { createAudit } from './modules/audit/index.ts';
import { routes as auditRoutes } from './modules/audit/routes.tsx';
import {
  deskRoutes as blockingDeskRoutes,
  createBlocking,
  feedRoutes,
  publicRoutes as publicBlockingRoutes,
} from './modules/blocking/index.ts';
import { deskNav, deskRoutes } from './modules/casework/desk.routes.tsx';
import { createCasework } from './modules/casework/index.ts';
import { countryAdminRoutes } from './modules/country/admin.routes.tsx';
import { createCountry } from './modules/country/index.ts';
import { createDisclosure, identityRoutes } from './modules/disclosure/index.ts';
import { createArchive, createEvidence, evidencePanel, evidenceRoutes } from './modules/evidence/index.ts';
import { createHelpline, helplineRoutes } from './modules/helpline/index.ts';
import { auditName, createIdentity, mayEver } from './modules/identity/index.ts';
import { figuresRoutes } from './modules/observatory/figures.routes.tsx';
import { createObservatory, leagueRoutes } from './modules/observatory/index.ts';
import { createReferral, referralRoutes } from './modules/referral/index.ts';
import { apiRoutes } from './modules/reporting/api.routes.ts';
import { createReporting, type Duty } from './modules/reporting/index.ts';
import { createMailIntake, mailboxRoutes } from './modules/reporting/mail-intake/index.ts';
import { receiptRoutes } from './modules/reporting/receipt.routes.tsx';
import { reportRoutes } from './modules/reporting/report.routes.tsx';
import { createRetention, retentionRoutes } from './modules/retention/index.ts';
import { familyPages, foreignHosts, readSigner } from './modules/safe-access/http/index.ts';
import { createSafeAccess, dohRoutes, seedFamilies } from './modules/safe-access/index.ts';
import { createLists, listsRoutes, seedLists } from './modules/safe-access/lists/index.ts';
import { toolsRoutes } from './modules/safe-access/tools/index.tsx';
import { apiDocRoutes } from './modules/site/api-doc.routes.tsx';
import { siteRoutes } from './modules/site/index.tsx';
import {
  contactRoutes,
  createTakedown,
  providerRoutes,
  seedProviders,
  deskRoutes as takedownDeskRoutes,
} from './modules/takedown/index.ts';
import { buildServer } from './platform/http/index.ts';
import { LANGS, type Lang } from './platform/i18n/index.ts';
import type { Platform } from './platform/platform.ts';
import { galleryRoutes } from './platform/ui/gallery.routes.tsx';
import type { ShellData } from './platform/ui/index.ts';
import { languageRoutes } from './platform/ui/language.routes.ts';

export interface Composed {
  server: FastifyInstance;
  modules: Modules;
  /** What a start prints. */
  firstLines(): Promise<string[]>;
  seedDemonstration(): Promise<{ lines: string[]; json: Record<string, unknown> }>;
  startCapture(): Promise<string[]>;
  /** What decides about names on the web port follows families and the national list from now on. */
  startResolver(): void;
  close(): Promise<void>;
}

export type Modules = Awaited<ReturnType<typeof createModules>>;

/** Every module, wired: the only place that knows them all. */
export async function createModules(platform: Platform) {
  const audit = createAudit(platform);
  const country = createCountry(platform);
  await country.start();
  const zone = country.pack().pack.zone;
  const identity = createIdentity(platform, { zone });

  const duty = async (now: Date): Promise<Duty> => {
    const onDuty = await identity.onDuty(now);
    const supervisors = (await identity.accountsWithRole('supervisor')).filter((p) => p.state === 'active');
    const people = [...(await identity.accountsWithRole('on-call')), ...supervisors];
    const active = people.filter((p) => p.state === 'active');
    return { ...onDuty, everybody: [...new Map(active.map((p) => [p.id, p])).values()], supervisors };
  };
  const retention = createRetention(platform, { country });
  const reporting = createReporting(platform, {
    duty,
    zone,
    categoryName: (id, lang) => country.category(id).name[lang],
  });
  const mailIntake = createMailIntake(platform, { addresses: reporting.addresses, country, retention });
  const casework = createCasework(platform, {
    reporting,
    country,
    retention,
    supervisors: async () => (await identity.accountsWithRole('supervisor')).filter((a) => a.state === 'active'),
    onShift: async (now) => {
      const { first, second } = await identity.onDuty(now);
      return [first, second].flatMap((p) => (p ? [p.id] : []));
    },
  });
  const disclosure = createDisclosure(platform, { reporting, retention });
  const helpline = createHelpline(platform, { reporting, casework, country, identity, retention });
  const evidence = createEvidence(platform, { capturePort: platform.config.capturePort });
  const archive = createArchive(platform, { casework, country, identity, retention, camera: evidence.camera });
  const referral = createReferral(platform, {
    casework,
    reporting,
    country,
    disclosure,
    identity,
    retention,
    printing: evidence.printing,
    evidence: {
      async capturesOf(_tx, item) {
        const kept = (await archive.ofItem(item)).filter((c) => c.package_sha256 && c.sealed_at);
        return kept.map((c) => ({
          id: c.id,
          kind: 'page',
          url: c.url,
          capturedAt: c.begun_at ?? c.requested_at,
          sha256: (c.package_sha256 as Buffer).toString('hex'),
          stampedAt: c.stamped_at,
        }));
      },
    },
  });
  const takedown = createTakedown(platform, { casework, reporting, country, identity, retention, referral });
  await takedown.start();
  const blocking = createBlocking(platform, { audit, casework, country, identity, takedown, retention });
  const safeAccess = createSafeAccess(platform, { country, identity, blocking, retention });
  const lists = createLists(platform, {
    protects: () => blocking.evidence.never().hurt,
    protection: () => {
      const { neverBlock, helpLines, bodies, platforms, providers } = country.pack();
      return [platform.config.publicOrigin, neverBlock, helpLines, bodies, platforms, providers];
    },
    repository: path.join(platform.rootDir, 'country', platform.config.country, 'lists'),
  });
  const observatory = createObservatory(platform, { reporting, casework, country, takedown });
  for (const rule of retention.unhandled())
    platform.log.warn({ rule: rule.id }, 'nothing acts on this retention rule of the country pack');
  return {
    platform,
    audit,
    country,
    identity,
    retention,
    duty,
    zone,
    reporting,
    mailIntake,
    casework,
    disclosure,
    helpline,
    evidence,
    archive,
    referral,
    takedown,
    blocking,
    safeAccess,
    lists,
    observatory,
  };
}

async function shellData(m: Modules, req: FastifyRequest): Promise<ShellData> {
  const { country, casework } = m;
  const shell: ShellData = {
    helpLines: country.barLines().map((l) => ({ id: l.id, label: l.name[req.lang], tel: l.tel ?? '' })),
    user: undefined,
    demo: m.platform.config.demo,
  };
  const { actor } = req;
  // Who is a parent and nothing else has no desk: nothing of it is counted for them.
  const parent = mayEver(actor, 'family.create') && !mayEver(actor, 'desk.open');
  if (actor.kind !== 'staff' || parent) return shell;
  const looks = mayEver(actor, 'item.view-rendering');
  const exposure = looks
    ? { usedMs: await casework.exposureToday(actor.accountId), budgetMs: country.wellbeing().shift.seconds * 1000 }
    : undefined;
  return {
    ...shell,
    user: { name: actor.name, ...(exposure ? { exposure } : {}) },
    deskNav: deskNav(req.tr, actor, {
      ...(await casework.navCounts()),
      notices: await m.takedown.waitingCount(),
      ...(mayEver(actor, 'block.read') ? { blocking: await m.blocking.waitingCount() } : {}),
      ...(mayEver(actor, 'referral.read') ? { referrals: await m.referral.waitingCount() } : {}),
      helpline: await m.helpline.conversations.waitingCount(),
      ...(mayEver(actor, 'filter-list.read') ? { lists: await m.lists.waitingCount() } : {}),
      ...(mayEver(actor, 'mailbox.read') ? { mailbox: await m.mailIntake.waitingCount() } : {}),
    }),
  };
}

/** The web server with every module's routes on it. */
export async function createServer(m: Modules): Promise<FastifyInstance> {
  const { platform, country, identity, reporting, casework, duty, zone, takedown } = m;
  const server = await buildServer(platform, {
    zone,
    fallbackLang: country.pack().pack.languages[0] as Lang,
    shellData: (req) => shellData(m, req),
    beforeRoutes(app) {
      if (platform.config.dns.blockAddress !== undefined)
        foreignHosts(app, { platform, safeAccess: m.safeAccess, dnsName: platform.config.dns.name });
      identity.hooks(app);
    },
  });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'e-Salama',
        version: '1',
        description: 'Machine intake of reports. Errors are RFC 9457 problem documents.',
      },
      components: {
        securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An organisation’s API key.' } },
      },
    },
    transform: jsonSchemaTransform,
    hideUntagged: true,
  });
  server.get('/healthz', async (_req, reply) => reply.type('text/plain').send('ok'));
  server.get('/readyz', async (_req, reply) => {
    await sql`select 1`.execute(platform.db);
    return reply.type('text/plain').send('ready');
  });
  await server.register(languageRoutes);
  await server.register(galleryRoutes(platform, zone));
  await server.register(
    siteRoutes({ platform, country, onDuty: async (now) => (await duty(now)).first !== undefined }),
  );
  await server.register(apiDocRoutes({ platform, document: () => server.swagger() }));

  const report = reportRoutes({ platform, reporting, country, duty });
  const proofPath = (entry: string, lang: Lang) => `/${lang}/audit/proof/${entry}`;
  const receipt = receiptRoutes({ platform, reporting, country, duty, proofPath });
  const figures = figuresRoutes({ observatory: m.observatory, country });
  const league = leagueRoutes({ league: m.observatory.league, comments: takedown.comments });
  for (const lang of LANGS)
    for (const routes of [report, receipt, figures, league]) await server.register(routes, { prefix: `/${lang}` });
  await server.register(apiRoutes({ platform, reporting, requireMachine: identity.requireMachine }));

  await server.register(auditRoutes({ audit: m.audit, zone, requireAuditor: identity.requireStaff('audit.read') }));
  await server.register(identity.routes({ zone }));
  await server.register(
    countryAdminRoutes({
      country,
      requireEditor: identity.requireStaff('country.overlay.edit'),
      actorOf: (req) => auditName(req.actor),
    }),
  );
  const { store: referrals } = m.referral;
  const referred = {
    ofItem: (item: string) => referrals.recordsOf(item),
    toOrganisation: (organisation: string) => referrals.itemsAt(organisation),
  };
  const evidenceDesk = { platform, archive: m.archive, casework, identity, referred };
  await server.register(evidenceRoutes(evidenceDesk));
  await server.register(
    deskRoutes({
      platform,
      casework,
      reporting,
      country,
      identity,
      rendering: m.evidence.rendering,
      takedownPanel: (item, req) => takedown.takedownPanel(item, req),
      blockingPanel: (item, req) => m.blocking.blockingPanel(item, req),
      evidencePanel: (item, req) => evidencePanel(evidenceDesk, item, req),
      referralPanel: (item, req) => m.referral.referralPanel(item, req),
    }),
  );
  await server.register(identityRoutes({ disclosure: m.disclosure, identity }));
  await server.register(mailboxRoutes({ platform, mailIntake: m.mailIntake, identity }));
  await server.register(helplineRoutes(m.helpline));
  await server.register(retentionRoutes({ retention: m.retention, identity }));
  await server.register(referralRoutes(m.referral));
  await server.register(takedownDeskRoutes(takedown));
  await server.register(providerRoutes(takedown));
  await server.register(blockingDeskRoutes(m.blocking));
  await server.register(publicBlockingRoutes(m.blocking));
  await server.register(feedRoutes({ files: m.blocking.feedFiles, identity }));
  await server.register(listsRoutes({ platform, lists: m.lists, identity }));
  await server.register(toolsRoutes({ country }));
  await server.register(
    familyPages({
      platform,
      safeAccess: m.safeAccess,
      identity,
      country,
      zone,
      dnsName: platform.config.dns.name,
      signer: readSigner(platform),
    }),
  );
  await server.register(contactRoutes(takedown));
  await server.register(dohRoutes({ config: platform.config, resolver: () => m.safeAccess.resolver() }));
  return server;
}

export async function compose(platform: Platform): Promise<Composed> {
  const modules = await createModules(platform);
  const server = await createServer(modules);
  let stopCapture: (() => Promise<void>) | undefined;
  return {
    server,
    modules,
    async firstLines() {
      const lines = [`e-Salama   ${platform.config.publicOrigin}`];
      const link = platform.config.demo ? undefined : await modules.identity.ensureAdministratorLink();
      if (link) lines.push(`Administrator’s one-time set-up link (24 h): ${link}`);
      return lines;
    },
    async seedDemonstration() {
      const accounts = await modules.identity.createDemoAccounts();
      const apiKey = await modules.identity.createDemoApiKey();
      await seedReports(modules);
      const [author] = await modules.identity.accountsWithRole('senior-analyst');
      if (author) await seedProviders(modules.takedown, author.id);
      await seedLists(modules.lists, 'system');
      const police = await seedReferral(modules);
      const family = await seedFamilies(platform, modules.safeAccess, modules.identity);
      const lines = [
        'Sign-in links of the demonstration:',
        ...accounts.map((a) => `  ${`${a.role} (${a.name})`.padEnd(26)} ${a.url}`),
        `API key: ${apiKey}`,
        `Police organisation’s age key (opens referrals): ${police.identity}`,
        ...(family
          ? [
              `The child’s own page (family of the parent above): ${family.childUrl}`,
              `Secure DNS of the child’s telephone: ${family.dohUrl}`,
              `Network of the school’s class: ${family.classNetwork}`,
            ]
          : []),
      ];
      return {
        lines,
        json: {
          origin: platform.config.publicOrigin,
          accounts,
          apiKey,
          policeAgeIdentity: police.identity,
          ...(family ? { family } : {}),
        },
      };
    },
    async startCapture() {
      const role = await modules.evidence.startCaptureServer();
      stopCapture = role.stop;
      return role.lines;
    },
    startResolver: () => modules.safeAccess.resolver().start(),
    async close() {
      await stopCapture?.();
      await modules.safeAccess.stop();
      modules.country.stop();
      await modules.reporting.close();
    },
  };
}
