import pg from 'pg';
import type { Clock } from '../../../platform/clock.ts';
import type { Logger } from '../../../platform/log.ts';
import type { Feed } from '../../blocking/index.ts';
import { CHANNEL } from '../family/store.ts';
import type { Kinds } from '../profile/windows.ts';
import type { DiskLog, Entry } from './disk-log.ts';
import type { FactsReader } from './facts.ts';
import { SuffixMap } from './names.ts';
import type { CategoryTable, NationalList } from './national.ts';
import type { ProfileFacts, Registry } from './registry.ts';

/** Channel of the feed log (blocking): the payload is a serial. */
const FEED_CHANNEL = 'blocking_feed';
const POLL_MS = 1_000;
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000];
/** Names freed by the desk are looked at again after so many polls, should a notice have been lost. */
const FREED_EVERY = 60;
const FREED_KEY = 'freed';
const profileKey = (id: string) => `p:${id}`;

export interface FollowerParts {
  readonly databaseUrl: string | undefined;
  readonly feed: Pick<Feed, 'serial' | 'since' | 'snapshot'>;
  readonly facts: FactsReader;
  readonly national: NationalList;
  readonly categories: CategoryTable;
  readonly registry: Registry;
  readonly disk: DiskLog;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** After each look at the database: what else is to be looked at. */
  readonly also?: () => Promise<void>;
  /** After each step of a look: who keeps copies looks at what changed. */
  readonly onStep?: () => void;
}

/**
 * Keeps a resolver's memory and disk at what the database says: told by NOTIFY, and looking itself every second, for a
 * notice can be lost. Without the database it goes on with what it has and tries again for ever.
 */
export class Follower {
  readonly #p: FollowerParts;
  #listener: pg.Client | undefined;
  #mark: string | undefined;
  #freed = new SuffixMap<Kinds>();
  #freedText = '';
  #freedNames: readonly (readonly [string, Kinds])[] = [];
  #polls = 0;
  #reload = false;
  #kick: (() => void) | undefined;
  #kicked = false;
  #stopped = false;
  #running: Promise<void> | undefined;
  #away = false;

  constructor(parts: FollowerParts) {
    this.#p = parts;
    this.#fromDisk();
  }

  /** Names freed of categories by the desk. */
  get freed(): SuffixMap<Kinds> {
    return this.#freed;
  }

  /** The same as a list: another one when they changed. */
  get freedNames(): readonly (readonly [string, Kinds])[] {
    return this.#freedNames;
  }

  /** Whether the database was reached at the last look. */
  get connected(): boolean {
    return this.#mark !== undefined && !this.#away;
  }

  #fromDisk(): void {
    const { disk, registry, log, national } = this.#p;
    if (disk.trouble) log.warn({ problem: disk.trouble }, 'profiles on disk: the newest state was not taken');
    if (national.trouble) log.warn({ problem: national.trouble }, 'national list on disk: the newest was not taken');
    if (!disk.found) return;
    for (const [key, value] of disk.found) {
      if (key === FREED_KEY) this.#takeFreed(value as [string, Kinds][]);
      else registry.put(value as ProfileFacts);
    }
    registry.ready = true;
  }

  #takeFreed(freed: readonly [string, Kinds][]): boolean {
    const text = JSON.stringify(freed);
    if (text === this.#freedText) return false;
    const map = new SuffixMap<Kinds>();
    for (const [name, kinds] of freed) map.add(name, kinds);
    this.#freed = map;
    this.#freedNames = freed;
    this.#freedText = text;
    return true;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#kick?.();
    await this.#running;
    await this.#leave();
    this.#p.disk.close();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped) {
      let wait = POLL_MS;
      try {
        await this.#listen();
        await this.once();
        if (this.#away) this.#p.log.info({ serial: this.#p.national.serial }, 'the database is back');
        this.#away = false;
        failures = 0;
      } catch (error) {
        if (!this.#away) this.#p.log.warn({ err: error }, 'the database is away: serving what is here');
        this.#away = true;
        // Whatever happened meanwhile (it may be another database, restored from yesterday): everything is read anew.
        this.#mark = undefined;
        await this.#leave();
        wait = RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] as number;
      }
      await this.#sleep(wait);
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#kick = undefined;
        this.#kicked = false;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#kick = done;
      if (this.#kicked || this.#stopped) done();
    });
  }

  async #listen(): Promise<void> {
    if (this.#listener || this.#p.databaseUrl === undefined) return;
    const client = new pg.Client({
      connectionString: this.#p.databaseUrl,
      application_name: 'e-salama resolver',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    const lost = () => {
      if (this.#listener !== client) return;
      this.#listener = undefined;
      this.#wake();
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ channel, payload }) => {
      if (channel === CHANNEL && payload === 'lists') this.#reload = true;
      this.#wake();
    });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      await client.query(`listen ${FEED_CHANNEL}`);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    this.#listener = client;
  }

  #wake(): void {
    this.#kicked = true;
    this.#kick?.();
  }

  async #leave(): Promise<void> {
    const client = this.#listener;
    this.#listener = undefined;
    await client?.end().catch(() => {});
  }

  /** One look at the database. Throws when it is away. */
  async once(): Promise<void> {
    const first = this.#mark === undefined;
    await this.#followNational(first);
    this.#p.onStep?.();
    if (first) await this.#loadAll();
    else await this.#followProfiles();
    if (first || this.#reload || ++this.#polls % FREED_EVERY === 0) {
      this.#reload = false;
      if (!first) this.#p.categories.reload();
      if (this.#takeFreed(await this.#p.facts.freed())) this.#keep([[FREED_KEY, JSON.parse(this.#freedText)]]);
    }
    this.#p.onStep?.();
    await this.#p.also?.();
    this.#p.onStep?.();
  }

  async #followNational(first: boolean): Promise<void> {
    const { national, feed } = this.#p;
    // A database that is behind us was restored: its list is the list.
    if (!national.ready || (first && (await feed.serial()) < national.serial)) return this.#beginNational();
    for (;;) {
      const changes = await feed.since(national.serial);
      if (changes.length === 0) return;
      if (!national.apply(changes)) return this.#beginNational();
    }
  }

  async #beginNational(): Promise<void> {
    const { serial, listed } = await this.#p.feed.snapshot();
    this.#p.national.begin(serial, listed);
    this.#p.log.info({ serial, listed: listed.length }, 'the national list was fetched whole');
  }

  async #loadAll(): Promise<void> {
    const { facts, registry, disk, clock } = this.#p;
    const mark = await facts.mark();
    const known = new Set<string>();
    for await (const one of facts.all(clock.now())) {
      known.add(one.id);
      // What is known already stays as it is laid out, here and in every thread.
      if (!registry.same(one)) registry.put(one);
    }
    for (const id of registry.facts().keys()) if (!known.has(id)) registry.remove(id);
    registry.ready = true;
    this.#mark = mark;
    this.#guarded(() => disk.compact(this.#entries()));
  }

  async #followProfiles(): Promise<void> {
    const { facts, registry, clock } = this.#p;
    const mark = await facts.mark();
    const changed = await facts.since(this.#mark as string, clock.now());
    this.#mark = mark;
    const entries: Entry[] = [];
    for (const { id, facts: now } of changed) {
      if (now && registry.same(now)) continue;
      if (now) registry.put(now);
      else if (registry.has(id)) registry.remove(id);
      else continue;
      entries.push([profileKey(id), now ?? null]);
    }
    this.#keep(entries);
  }

  #entries(): Map<string, unknown> {
    const entries = new Map<string, unknown>();
    for (const [id, one] of this.#p.registry.facts()) entries.set(profileKey(id), one);
    entries.set(FREED_KEY, JSON.parse(this.#freedText || '[]'));
    return entries;
  }

  /** On the disk, so that the newest change survives a restart without the database. */
  #keep(entries: readonly Entry[]): void {
    const { disk, registry } = this.#p;
    if (entries.length === 0) return;
    this.#guarded(() => {
      if (!disk.append(entries) || disk.appended > 10_000 + registry.size) disk.compact(this.#entries());
    });
  }

  /** A full disk must not stop the resolver: it serves from memory and says so. */
  #guarded(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#p.log.error({ err: error }, 'profiles could not be written to the disk');
    }
  }
}
