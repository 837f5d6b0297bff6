import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { normaliseUrl } from '../../../../packages/web-address/index.ts';
import { startWorld, type World } from '../../../../world/index.ts';
import { createEgress, type Vantage, vantageOptions } from '../../../platform/egress/index.ts';
import { buildServer } from '../../../platform/http/index.ts';
import { createTestPlatform, type TestPlatform } from '../../../platform/testkit/index.ts';
import { type AssessmentInput, type Casework, createCasework } from '../../casework/index.ts';
import { type CategoryId, createCountry } from '../../country/index.ts';
import { createDisclosure } from '../../disclosure/index.ts';
import { createIdentity, type DemoAccount, type Identity, type Role } from '../../identity/index.ts';
import { Browser, pathOf } from '../../identity/testing/desk.ts';
import { createReferral, type Referral } from '../../referral/index.ts';
import { createReporting, type ReportInput, type Reporting } from '../../reporting/index.ts';
import { createRetention } from '../../retention/index.ts';
import type { CheckRule } from '../check/index.ts';
import { contactRoutes, createTakedown, deskRoutes, providerRoutes, type Takedown } from '../index.ts';
import type { LetterRule } from '../letter/letter.ts';
import type { NoticeState } from '../notice/notice.ts';
import type { NoticeRow } from '../schema.ts';
import type { NetworkTable } from '../tracing/index.ts';

export const PHOTO = 'http://photos.sample-host.example/p/7';

/** Seconds instead of days; chance adds nothing, so that a test can count. */
export const QUICK: CheckRule = {
  minChecks: 3,
  minSpanMs: 60_000,
  minVantages: 2,
  intervalMs: 30_000,
  maxIntervalMs: 60_000,
  afterClosingMs: [60_000, 120_000, 180_000],
  jitter: 0,
};

/** Every notice at once, in a letter of its own. */
export const AT_ONCE: LetterRule = {
  urgent: ['danger', 'urgent'],
  window: 'always',
  grouping: { urgent: 0, newContact: 0, knownContact: 0, takenBack: 0, api: 0, maxNotices: 1 },
};

export interface SceneOptions {
  seed?: number;
  rule?: CheckRule;
  letterRule?: LetterRule;
  /** Names of the ways out. */
  vantages?: readonly string[];
  /** The address that each of them looks from, and that letters to interfaces leave from; that of the machine unless told. */
  addresses?: Readonly<Record<string, string>>;
  /** Whose an address is, when not by the packaged data. */
  networks?: NetworkTable;
  /** Zone of abuse contacts; none is asked unless told. */
  abuseZone?: string;
}

/** The whole way from a report to a withdrawal, with a real world around it. */
export interface Scene {
  platform: TestPlatform;
  world: World;
  reporting: Reporting;
  casework: Casework;
  identity: Identity;
  referral: Referral;
  takedown: Takedown;
  app: FastifyInstance;
  account(role: Role): Promise<string>;
  /** A browser that is signed in. */
  signedIn(role: Role): Promise<Browser>;
  report(over?: Partial<ReportInput> & { url?: string }): Promise<{ report: string; item: string }>;
  /** Judges the item; where a second person is needed, that person agrees. */
  assess(item: string, over?: Partial<AssessmentInput> & { by?: Role }): Promise<void>;
  notices(item: string): Promise<NoticeRow[]>;
  /** The newest notice of the item, once it is in one of these states. */
  notice(item: string, ...states: NoticeState[]): Promise<NoticeRow>;
  steps(report: string): Promise<string[]>;
  /** Lets time pass and does what is due then. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const port = await freePort();
  const publicOrigin = `http://localhost:${port}`;
  let now = () => new Date('2026-11-24T09:00:00Z');
  const world = await startWorld({ abuseDeskDelayMs: 20, publicOrigin, clock: { now: () => now() } });
  const names = options.vantages ?? ['rabat', 'paris'];
  const platform = await createTestPlatform({
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    env: {
      SALAMA_DEMO: '1',
      SALAMA_ALLOW_PRIVATE: '1',
      PUBLIC_ORIGIN: publicOrigin,
      SMTP_URL: world.smtpUrl,
      MAIL_FROM: 'e-Salama <notices@e-salama.example>',
      SALAMA_EGRESS: JSON.stringify({
        ...world.egress,
        vantages: names.map((name) => ({ name, localAddress: options.addresses?.[name] })),
        ...(options.addresses?.letters ? { letters: { localAddress: options.addresses.letters } } : {}),
        ...(options.abuseZone ? { abuseZone: options.abuseZone } : {}),
      }),
    },
  });
  now = () => platform.clock.now();
  const { config, clock, random } = platform;
  // A clock that stands still gives one time to things that happened one after the other.
  const standing = clock.now.bind(clock);
  clock.now = () => {
    clock.advance(1);
    return standing();
  };
  // Everybody in the world is on one machine that minds no hurry; a second between looks would be a minute a test.
  const vantages = config.egress.vantages.map((v) => ({
    name: v.name,
    egress: createEgress({
      ...vantageOptions(config.egress, v, { clock, random }),
      minGapMs: 0,
      timeoutMs: 1_500,
    }),
  })) as [Vantage, ...Vantage[]];

  const country = createCountry(platform);
  const zone = country.pack().pack.zone;
  const identity = createIdentity(platform);
  const reporting = createReporting(platform, {
    duty: async () => ({ everybody: [] }),
    zone,
    categoryName: (id, lang) => country.category(id).name[lang],
  });
  const casework = createCasework(platform, { reporting, country });
  const retention = createRetention(platform, { country });
  const referral = createReferral(platform, {
    disclosure: createDisclosure(platform, { reporting }),
    casework,
    reporting,
    country,
    identity,
    retention,
    printing: { print: async () => undefined },
  });
  const takedown = createTakedown(platform, {
    casework,
    reporting,
    country,
    identity,
    referral,
    vantages,
    rule: options.rule ?? QUICK,
    ...(options.networks ? { networks: options.networks } : {}),
    letterRule: options.letterRule ?? AT_ONCE,
    faster: 1,
  });
  const app = await buildServer(platform, {
    zone,
    fallbackLang: 'ar',
    shellData: async (req) => ({
      helpLines: [],
      user: req.actor.kind === 'staff' ? { name: req.actor.name } : undefined,
    }),
    beforeRoutes: (instance) => identity.hooks(instance),
  });
  await app.register(identity.routes({ zone }));
  await app.register(providerRoutes(takedown));
  await app.register(contactRoutes(takedown));
  await app.register(deskRoutes(takedown));
  await app.listen({ host: '127.0.0.1', port });
  await platform.jobs.start(platform.pool, 2);

  const staff = await identity.createDemoAccounts();
  const person = (role: Role): DemoAccount => {
    const found = staff.find((a) => a.role === role);
    if (!found) throw new Error(`nobody is ${role}`);
    return found;
  };
  const accounts = new Map((await identity.listAccounts()).map((a) => [a.email, a.id]));
  const account = async (role: Role) => accounts.get(person(role).email) as string;
  let submissions = 0;

  const scene: Scene = {
    platform,
    world,
    reporting,
    casework,
    identity,
    referral,
    takedown,
    app,
    account,

    async signedIn(role) {
      const browser = new Browser(app);
      const path = pathOf(person(role).url);
      await browser.get(path);
      await browser.post(path);
      return browser;
    },

    async report(over = {}) {
      const { url = PHOTO, ...rest } = over;
      const link = normaliseUrl(url, { fragmentHosts: new Set() });
      if (!link.ok) throw new Error(`${url} is no address`);
      const accepted = await reporting.submit({
        submissionKey: `test-${++submissions}`,
        channel: 'web',
        language: 'fr',
        reporter: 'witness',
        category: 'harassment',
        danger: false,
        links: over.accounts ? [] : [{ url: link.url, key: link.key, original: link.original }],
        accounts: [],
        narrative: '',
        visibility: 'public',
        ageBand: 'unknown',
        occurred: 'unknown',
        ...rest,
      });
      await platform.ticks.run('casework.link');
      const [item] = await casework.itemsOfReport(accepted.id);
      return { report: accepted.id, item: item?.id as string };
    },

    async assess(item, over = {}) {
      const { by = 'analyst', ...rest } = over;
      const category: CategoryId = rest.category ?? 'harassment';
      const judged: AssessmentInput = {
        outcome: 'illegal',
        category,
        severity: 'serious',
        ageBand: 'unknown',
        sex: 'unknown',
        legalArticles: country.category(category).legalArticles.slice(0, 2),
        note: '',
        // What is asked about abuse material; left out by the house where it is not asked.
        answers: { classification: 'posing', stage: 'pubescent', content: 'drawn' },
        ...rest,
      };
      await casework.assess(item, await account(by), judged);
      const open = (await casework.secondLook.ofItem(item)).find((l) => l.state === 'proposed');
      if (!open || open.kind === 'sample') return;
      // Nothing leaves before a second person agrees; blind, that person judges the same.
      const second = await account(by === 'senior-analyst' ? 'analyst' : 'senior-analyst');
      await casework.secondLook.look(open.id, second, open.blind ? { ...judged, note: '' } : 'agree');
    },

    notices: (item) => takedown.store.ofItem(platform.db, item),

    async notice(item, ...states) {
      for (let tries = 0; tries < 800; tries++) {
        const [newest] = await takedown.store.ofItem(platform.db, item);
        if (newest && states.includes(newest.state)) return newest;
        await sleep(25);
      }
      const have = (await takedown.store.ofItem(platform.db, item)).map((n) => n.state).join();
      throw new Error(`no notice ${states.join(' or ')}; there are: ${have}`);
    },

    steps: async (report) => (await reporting.mailbox.view(report)).progress.map((p) => p.step),

    async pass(ms) {
      clock.advance(ms);
      await platform.ticks.run('takedown.checks');
      await platform.ticks.run('takedown.send');
    },

    async close() {
      await world.desk.idle();
      await app.close();
      await platform.jobs.stop();
      await reporting.close();
      await world.stop();
      await platform.close();
    },
  };
  return scene;
}
