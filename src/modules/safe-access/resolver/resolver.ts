import path from 'node:path';
import type { Client, Policy } from '../../../../packages/dns-proxy/policy.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Feed } from '../../blocking/index.ts';
import { type Country, offsetAt } from '../../country/index.ts';
import { createBlocked } from '../family/blocked.ts';
import { createRows } from '../family/rows.ts';
import { WallClock } from '../profile/wall-clock.ts';
import { notingChecks } from './check-word.ts';
import { checkWriter } from './checks.ts';
import { Counter } from './counter.ts';
import { DiskLog } from './disk-log.ts';
import { createFactsReader } from './facts.ts';
import { Follower } from './follower.ts';
import { helpNames, tableOfHelp } from './help.ts';
import type { SuffixMap } from './names.ts';
import { CategoryTable, NationalList } from './national.ts';
import { createPolicy } from './policy.ts';
import { Registry } from './registry.ts';
import { SHIPPED_REWRITES } from './rewrite-data.ts';
import { compileRewrites, type RewriteData } from './rewrites.ts';
import { sentencesOf } from './sentences.ts';
import { Verdicts, type Why } from './verdicts.ts';

export interface ResolverDeps {
  /** The pack as it is; its overlay comes with the database (see `also`). */
  readonly country: Pick<Country, 'pack'>;
  readonly feed: Pick<Feed, 'serial' | 'since' | 'snapshot'>;
  /** Search engines and ways around, from the lists' data. */
  readonly rewrites?: RewriteData;
  /** Only one process writes the snapshot: the role `dns`. All others read it at their start. */
  readonly write: boolean;
  /** With each look at the database. */
  readonly also?: () => Promise<void>;
  /** After each step of a look, for threads that decide too. */
  readonly onStep?: () => void;
}

type Needs = Pick<Platform, 'config' | 'log' | 'clock' | 'db' | 'keys' | 'i18n'>;

/** The folder of the state in which the resolver keeps what it serves without the database. */
export const resolverFolder = (stateDir: string): string => path.join(stateDir, 'dns');

/**
 * What decides about names, in this process: opened from disk at once, kept at what the database says from `start` on.
 * The database's address may be missing, or nobody may answer there: it serves what it has.
 */
export function createResolver(platform: Needs, deps: ResolverDeps) {
  const { config, log, clock, db, i18n } = platform;
  const folder = resolverFolder(config.stateDir);
  const zone = deps.country.pack().pack.zone;
  const wall = new WallClock((instant) => offsetAt(instant, zone));
  const national = new NationalList(folder, { write: deps.write });
  const categories = new CategoryTable(folder);
  const registry = new Registry(wall);
  const rows = createRows(platform);
  const follower = new Follower({
    databaseUrl: config.databaseUrl,
    feed: deps.feed,
    facts: createFactsReader(db, rows),
    national,
    categories,
    registry,
    disk: new DiskLog(path.join(folder, 'profiles'), { write: deps.write }),
    clock,
    log,
    ...(deps.also ? { also: deps.also } : {}),
    ...(deps.onStep ? { onStep: deps.onStep } : {}),
  });
  const verdicts = new Verdicts({
    sentences: sentencesOf(i18n),
    publicOrigin: config.publicOrigin,
    blockAddress: config.dns.blockAddress,
    lang: deps.country.pack().pack.languages[0] ?? 'ar',
  });
  const counter = new Counter(createBlocked(platform, rows), wall, (err) =>
    log.warn({ err }, 'counts of what was blocked could not be written'),
  );

  // The pack changes with its overlay: whoever is added to those who help is helped at once.
  let helpOf: unknown;
  let names: readonly string[] = [];
  let help: SuffixMap<true> | undefined;
  const own = [new URL(config.publicOrigin).hostname, config.dns.name];
  const helpNow = (): SuffixMap<true> => {
    const pack = deps.country.pack();
    if (help === undefined || helpOf !== pack) {
      names = helpNames(pack, own);
      help = tableOfHelp(names);
      helpOf = pack;
    }
    return help;
  };

  const policy = createPolicy({
    get help() {
      return helpNow();
    },
    national,
    categories,
    freed: () => follower.freed,
    registry,
    rewrites: compileRewrites(deps.rewrites ?? SHIPPED_REWRITES),
    verdicts,
    noting: counter,
    onTrouble: (err) => log.error({ err }, 'a question could not be decided and was refused'),
  });

  const checked = checkWriter({ db, clock }, (err) =>
    log.warn({ err }, 'that a device asked could not be written for its test page'),
  );
  let following = false;
  return {
    policy: notingChecks(policy as Policy, {
      dnsName: config.dns.name,
      known: (device) => registry.device(device) !== undefined,
      asked: checked,
    }),
    checked,
    helpNames(): readonly string[] {
      helpNow();
      return names;
    },
    registry,
    national,
    categories,
    verdicts,
    follower,
    counter,

    /** Follows the database from now on, and counts what families asked to keep. */
    start(): void {
      following = true;
      follower.start();
      counter.start();
    },
    async stop(): Promise<void> {
      await follower.stop();
      await counter.stop();
      national.close();
      categories.close();
    },

    /** The decision about a name, asked without a query; by what the database says now. */
    async explain(client: Client, name: string): Promise<Why> {
      if (!following) await follower.once();
      return policy.explain(client, name, clock.now().getTime());
    },
  };
}
export type Resolver = ReturnType<typeof createResolver>;
