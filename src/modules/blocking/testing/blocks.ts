import type { FastifyInstance } from 'fastify';
import { buildServer } from '../../../platform/http/index.ts';
import { type Audit, createAudit } from '../../audit/index.ts';
import { type Country, createCountry } from '../../country/index.ts';
import type { Role } from '../../identity/index.ts';
import { Browser, pathOf } from '../../identity/testing/desk.ts';
import { addPerson } from '../../identity/testing/people.ts';
import { createRetention, type Retention } from '../../retention/index.ts';
import { openScene, type Scene, type SceneOptions } from '../../takedown/testing/scene.ts';
import { type Blocking, createBlocking, deskRoutes, publicRoutes } from '../index.ts';

/** The way from a report to the list, with everything upstream real. */
export interface Blocks {
  scene: Scene;
  blocking: Blocking;
  audit: Audit;
  country: Country;
  retention: Retention;
  app: FastifyInstance;
  /** An account of that name with that role; made on first use. Named like its role: the demonstration's own. */
  person(name: string, role: Role): Promise<string>;
  /** A signed-in browser of {@link person}. */
  as(name: string, role: Role): Promise<Browser>;
  /** An item whose verified judgement leads to the national list. Judged by the demonstration's analyst and senior. */
  listable(url?: string): Promise<string>;
  /** Proposed by `analyst-2`, approved by `senior-2`, released by `supervisor-2`. */
  released(url?: string): Promise<{ entry: string; item: string }>;
  close(): Promise<void>;
}

export async function openBlocks(options: SceneOptions = {}): Promise<Blocks> {
  const scene = await openScene(options);
  const { platform, casework, identity, takedown } = scene;
  const audit = createAudit(platform);
  const country = createCountry(platform);
  const retention = createRetention(platform, { country });
  const blocking = createBlocking(platform, { audit, casework, country, identity, takedown, retention });
  // The runner knows the jobs that had handlers when it started.
  await platform.jobs.stop();
  await platform.jobs.start(platform.pool, 2);
  const app = await buildServer(platform, {
    zone: country.pack().pack.zone,
    fallbackLang: 'ar',
    shellData: async (req) => ({
      helpLines: [],
      user: req.actor.kind === 'staff' ? { name: req.actor.name } : undefined,
    }),
    beforeRoutes: (instance) => identity.hooks(instance),
  });
  await app.register(identity.routes({ zone: country.pack().pack.zone }));
  await app.register(deskRoutes(blocking));
  await app.register(publicRoutes(blocking));
  await app.ready();

  const people = new Map<string, { id: string; url: string }>();
  const demo = await identity.createDemoAccounts();
  let pages = 0;

  async function made(name: string, role: Role): Promise<{ id: string; url: string }> {
    const known = people.get(name);
    if (known) return known;
    const own = demo.find((a) => a.role === role);
    const found =
      name === role && own
        ? { id: await scene.account(role), url: own.url }
        : await addPerson(platform, identity, name, role);
    people.set(name, found);
    return found;
  }

  const blocks: Blocks = {
    scene,
    blocking,
    audit,
    country,
    retention,
    app,
    person: async (name, role) => (await made(name, role)).id,

    async as(name, role) {
      const { url } = await made(name, role);
      const browser = new Browser(app);
      const path = pathOf(url);
      await browser.get(path);
      await browser.post(path);
      return browser;
    },

    async listable(url = `http://photos.sample-host.example/b/${++pages}`) {
      const { item } = await scene.report({ url, category: 'csam' });
      await scene.assess(item, { category: 'csam' });
      return item;
    },

    async released(url) {
      const item = await blocks.listable(url);
      const entry = await blocking.proposals.fromItem({
        item,
        kind: 'url',
        account: await blocks.person('analyst-2', 'analyst'),
        dedicated: false,
        grounds: 'Nobody answered.',
      });
      await blocking.decisions.approve(entry, await blocks.person('senior-2', 'senior-analyst'), 'It is as said.');
      await blocking.decisions.release(entry, await blocks.person('supervisor-2', 'supervisor'), 'Looked at anew.');
      return { entry, item };
    },

    async close() {
      await app.close();
      country.stop();
      await scene.close();
    },
  };
  return blocks;
}
