import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { normaliseUrl } from '../../../../packages/web-address/index.ts';
import { html, startWorld, type World } from '../../../../world/index.ts';
import { createTestPlatform, type TestPlatform } from '../../../platform/testkit/index.ts';
import { createDeskModules, createDeskServer, type DeskModules } from '../../casework/testing/desk-fixture.ts';
import type { DemoAccount, RecordRef, Role } from '../../identity/index.ts';
import { Browser, pathOf } from '../../identity/testing/desk.ts';
import type { CaptureRow } from '../archive/schema.ts';
import type { CaptureState } from '../archive/state.ts';
import { hasNamespaces } from '../here.fixture.ts';
import { type Archive, createArchive, createEvidence, evidencePanel, evidenceRoutes } from '../index.ts';
import { type Authority, startAuthority } from './authority.ts';

export const ALBUM = 'https://photos.sample-host.example/evidence-album';
/** A PNG of one pixel. */
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
/** Words that stand on the page and may stand nowhere on our side. */
export const PLANTED = 'Zitronenfalterwanderung';

/** Evidence with everything around it real: the world, a browser, a time-stamping authority, a database. */
export interface Scene extends DeskModules {
  platform: TestPlatform;
  world: World;
  authority: Authority;
  archive: Archive;
  app: FastifyInstance;
  filesDir: string;
  /** What the referral module would say was sent; empty at first. */
  referrals: { item: string; record: RecordRef }[];
  account(role: Role): Promise<string>;
  signedIn(role: Role): Promise<Browser>;
  signInUrl(role: Role): string;
  item(url: string, category?: 'harassment' | 'csam'): Promise<string>;
  judge(item: string): Promise<void>;
  /** The capture once it is in one of these states. */
  until(id: string, ...states: CaptureState[]): Promise<CaptureRow>;
  close(): Promise<void>;
}

export async function openScene(env: Record<string, string> = {}, port?: number): Promise<Scene> {
  const world = await startWorld({ abuseDeskDelayMs: 60_000 });
  const authority = await startAuthority();
  const state = mkdtempSync(path.join(tmpdir(), 'salama-evidence-'));
  const platform = await createTestPlatform({
    env: {
      SALAMA_DEMO: '1',
      SALAMA_ALLOW_PRIVATE: '1',
      SALAMA_STATE: state,
      SALAMA_EGRESS: JSON.stringify(world.egress),
      SALAMA_TSA_URL: authority.url,
      ...(port ? { PUBLIC_ORIGIN: `http://localhost:${port}` } : {}),
      ...env,
    },
  });
  const standing = platform.clock.now.bind(platform.clock);
  platform.clock.now = () => {
    platform.clock.advance(1);
    return standing();
  };
  const modules = await createDeskModules(platform);
  const { casework, country, identity, reporting } = modules;
  const evidence = createEvidence(platform, {
    capturePort: 0,
    unsafeNoSandbox: !hasNamespaces,
    deadlineMs: 90_000,
    // A busy machine is not what is tested.
    times: { answer: 40_000, load: 20_000, settle: 1_000, picture: 40_000 },
  });
  const role = await evidence.startCaptureServer();
  const archive = createArchive(platform, { casework, country, identity, camera: evidence.camera });
  const referrals: Scene['referrals'] = [];
  const desk = {
    platform,
    archive,
    casework,
    identity,
    referred: {
      ofItem: async (item: string) => referrals.filter((r) => r.item === item).map((r) => r.record),
      toOrganisation: async (organisation: string) => referrals.filter((r) => r.record.organisationId === organisation),
    },
  };
  const app = await createDeskServer(modules, { evidencePanel: (item, req) => evidencePanel(desk, item, req) });
  await app.register(evidenceRoutes(desk));
  if (port) await app.listen({ host: '127.0.0.1', port });
  else await app.ready();
  await platform.jobs.start(platform.pool, 2);
  world.sites.add(ALBUM, {
    lang: 'en',
    title: 'Album',
    body: html`<h1>${PLANTED}</h1><p>An album of walks.</p><img src="${PIXEL}" width="200" height="100" alt="">`,
  });
  const staff = await identity.createDemoAccounts();
  const person = (r: Role): DemoAccount => {
    const found = staff.find((a) => a.role === r);
    if (!found) throw new Error(`nobody is ${r}`);
    return found;
  };
  const accounts = new Map((await identity.listAccounts()).map((a) => [a.email, a.id]));
  const account = async (r: Role) => accounts.get(person(r).email) as string;
  let submissions = 0;
  return {
    ...modules,
    platform,
    world,
    authority,
    archive,
    app,
    filesDir: path.join(state, 'files'),
    referrals,
    account,
    signInUrl: (r) => person(r).url,
    async signedIn(r) {
      const browser = new Browser(app);
      await browser.get(pathOf(person(r).url));
      await browser.post(pathOf(person(r).url));
      return browser;
    },
    async item(url, category = 'harassment') {
      const link = normaliseUrl(url, { fragmentHosts: new Set() });
      if (!link.ok) throw new Error(url);
      const { id } = await reporting.submit({
        submissionKey: `evidence-${++submissions}`,
        channel: 'web',
        language: 'fr',
        reporter: 'witness',
        category,
        danger: false,
        links: [{ url: link.url, key: link.key, original: link.original }],
        accounts: [],
        narrative: '',
        visibility: 'public',
        ageBand: 'unknown',
        occurred: 'unknown',
      });
      await platform.ticks.run('casework.link');
      const [item] = await casework.itemsOfReport(id);
      return item?.id as string;
    },
    async judge(item) {
      const category = 'harassment';
      await casework.assess(item, await account('analyst'), {
        outcome: 'harmful',
        category,
        severity: 'serious',
        ageBand: 'unknown',
        sex: 'unknown',
        legalArticles: [],
        note: '',
      });
    },
    async until(id, ...states) {
      for (let tries = 0; tries < 2_400; tries++) {
        const row = await archive.get(id);
        if (states.includes(row.state)) return row;
        if (row.state === 'failed' || row.state === 'sealed-untimed')
          throw new Error(`${row.state}: ${row.reason ?? row.stamp_error}`);
        await sleep(50);
      }
      throw new Error(`the capture is still ${(await archive.get(id)).state}`);
    },
    async close() {
      await app.close();
      await platform.jobs.stop();
      await role.stop();
      await reporting.close();
      await authority.stop();
      await world.stop();
      await platform.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
