import { setImmediate as turn } from 'node:timers/promises';
import { RpzError, WireError } from '../errors.ts';
import { type Delta, MemoryStore, type ZoneStore } from '../journal/store.ts';
import { canonicalName, wireName } from '../wire/name.ts';
import { type Companions, companionChanges, companionsOn, type Step, stepOf } from './companions.ts';
import { DeltaLog } from './deltas.ts';
import { changesBetween, isWanted } from './derived.ts';
import { type ApexSettings, bodyStart, type Chunk, ChunkWriter, nsTails, soaTail } from './encode.ts';
import { type Breath, type Change, inOrder, mergeChanges, type Page, PageBuilder, pageOf } from './pages.ts';
import { checkName, type Entry, entryOf, keyOf, type NameFault, type Rule, reversed, ruleOf } from './rule.ts';
import { isNewer, isSerial } from './serial.ts';
import { sortChanges } from './sort.ts';

export interface ZoneSettings {
  /** Name of the zone: "hot.rpz.example". */
  origin: string;
  /** What the zone is for, for the board: 'hot', 'base', 'allow', a legal basis. */
  basis?: string;
  /** Seconds that resolvers keep what a rule made them say; small, or unblocking takes as long. */
  ttl?: number;
  mname?: string;
  rname?: string;
  refresh?: number;
  retry?: number;
  /** Seconds that a secondary goes on without us: long, because the list must outlive our outage. */
  expire?: number;
  nameservers?: readonly string[];
  store?: ZoneStore;
  /** Changed rules that IXFR can go back. */
  journalLimit?: number;
  /** Told when the store could not begin anew from a snapshot: nothing is lost, but the file goes on growing. */
  onFault?: (error: unknown) => void;
}

export interface Changes {
  add?: readonly Rule[];
  /** Names and networks; those that are not there don't matter. */
  remove?: readonly string[];
}

export interface Applied {
  serial: number;
  added: number;
  removed: number;
  /** Names that can't stand in this zone, and why. The others were applied all the same. */
  refused: { name: string; fault: NameFault }[];
}

/** A transfer as shared bodies: the same objects for all who ask at the same serial, but for messages with companions in them. */
export interface TransferBody {
  kind: 'axfr' | 'ixfr' | 'current';
  serial: number;
  chunks: Iterable<Chunk>;
}

const SNAPSHOT_PART = 10_000;

/** What changed since a serial, with the body of those who have no companions in it. */
interface Difference {
  delta: Delta;
  body: TransferBody;
  step: Step;
}

/**
 * A response policy zone: rules, their serial, and how they go over the wire. Changes are applied one after the other; each is
 * durable (as far as the store is) before anybody can see it.
 */
export class Zone {
  readonly origin: string;
  readonly basis: string;
  readonly apex: ApexSettings;
  readonly #store: ZoneStore;
  readonly #start: number;
  readonly #originLength: number;
  readonly #deltas: DeltaLog;
  readonly #onFault: (error: unknown) => void;
  #serial = 0;
  #pages: readonly Page[] = [];
  #size = 0;
  #ixfr = new Map<number, Difference | undefined>();
  #queue: Promise<unknown> = Promise.resolve();
  #listeners = new Set<(zone: Zone) => void>();

  private constructor(settings: ZoneSettings) {
    const { origin, ttl = 60, refresh = 300, retry = 60, expire = 30 * 86_400, basis = '' } = settings;
    try {
      this.origin = canonicalName(origin);
      const mname = canonicalName(settings.mname ?? 'localhost');
      const rname = canonicalName(settings.rname ?? 'hostmaster.localhost');
      const nameservers = (settings.nameservers ?? ['localhost']).map(canonicalName);
      this.apex = { ttl, mname, rname, refresh, retry, expire, minimum: ttl, nameservers };
    } catch (error) {
      if (error instanceof WireError) throw new RpzError('settings-invalid', error.message);
      throw error;
    }
    if (this.origin === '.' || wireName(this.origin).length > 128 || this.apex.nameservers.length === 0) {
      throw new RpzError('settings-invalid', 'a zone has a name of at most 128 bytes, and a name server');
    }
    this.basis = basis;
    this.#onFault = settings.onFault ?? ((error) => process.emitWarning(String(error)));
    this.#store = settings.store ?? new MemoryStore();
    this.#originLength = wireName(this.origin).length;
    this.#start = bodyStart(this.origin);
    this.#deltas = new DeltaLog(settings.journalLimit ?? 100_000);
  }

  /** Opens the zone with what its store has. @throws {RpzError} journal-damaged, settings-invalid */
  static async open(settings: ZoneSettings): Promise<Zone> {
    const zone = new Zone(settings);
    try {
      await zone.#load();
    } catch (error) {
      await zone.#store.close();
      throw error;
    }
    return zone;
  }

  get serial(): number {
    return this.#serial;
  }

  /** How many rules. */
  get size(): number {
    return this.#size;
  }

  /** The rule under exactly this name. */
  get(name: string): Rule | undefined {
    const checked = checkName(name, this.#originLength);
    if (!checked.ok) return undefined;
    const key = keyOf(checked.name);
    const entry = this.#pages[pageOf(this.#pages, key)]?.find(key);
    return entry && isWanted(entry.treatment) ? ruleOf(entry) : undefined;
  }

  /** Rules in order (labels from the right, networks as "rpz-ip"), of the moment it was asked for. @param under only names below this one */
  *rules(under?: string): Iterable<Rule> {
    const pages = this.#pages;
    const prefix = under === undefined ? '' : `${reversed(under)}.`;
    for (let i = prefix === '' ? 0 : pageOf(pages, prefix); i < pages.length; i++) {
      for (const entry of (pages[i] as Page).entries()) {
        if (entry.key.startsWith(prefix)) {
          if (isWanted(entry.treatment)) yield ruleOf(entry);
        } else if (entry.key > prefix) return;
      }
    }
  }

  /** Called after each change that secondaries should know of. The answer takes the listener away again. */
  onChange(listener: (zone: Zone) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Removes, then adds (a name in both is there afterwards), and moves on to the serial. Large changes give the processor
   * back in between. Resolved when the change is durable and visible.
   * @throws {RpzError} serial-invalid, serial-not-newer (compare `serial` before feeding again), policy-invalid
   */
  apply(changes: Changes, serial: number): Promise<Applied> {
    return this.#exclusively(() => this.#apply(changes, serial));
  }

  /** Current SOA record behind its owner. */
  soa(): Buffer {
    return soaTail(this.apex, this.#serial);
  }

  nameservers(): Buffer[] {
    return nsTails(this.apex);
  }

  /** The whole zone. @param companions of who asks: pages that none of them stands on are shared with everybody */
  axfr(companions?: Companions): TransferBody {
    const serial = this.#serial;
    const pages = this.#pages;
    const { apex } = this;
    const start = this.#start;
    const own = companions && companionsOn(pages, companions, this.#place);
    const chunks = function* (): Iterable<Chunk> {
      // SOA and NS in the first message: a lone SOA would say "you are current" to who asked for IXFR.
      const head = new ChunkWriter(apex.ttl, start);
      head.apex(soaTail(apex, serial));
      for (const tail of nsTails(apex)) head.apex(tail);
      yield* head.finish();
      for (const [i, page] of pages.entries()) {
        const here = own?.get(i);
        yield* here ? page.wireWith(here, apex.ttl, start) : page.wire(apex.ttl, start);
      }
      const end = new ChunkWriter(apex.ttl, start);
      end.apex(soaTail(apex, serial));
      yield* end.finish();
    };
    return { kind: 'axfr', serial, chunks: { [Symbol.iterator]: () => chunks()[Symbol.iterator]() } };
  }

  /** What changed since that serial; the whole zone if that is unknown or would be shorter. @param companions of who asks */
  ixfr(from: number, companions?: Companions): TransferBody {
    if (from === this.#serial || isNewer(from, this.#serial)) return this.current();
    if (!this.#ixfr.has(from)) this.#ixfr.set(from, this.#difference(from));
    const known = this.#ixfr.get(from);
    if (!known) return this.axfr(companions);
    const own = companions && companionChanges(known.step, companions, this.#place);
    if (!own || own.removed.length + own.added.length === 0) return known.body;
    const { delta } = known;
    return this.#encodeDifference(from, {
      removed: inOrder([...delta.removed, ...own.removed]),
      added: inOrder([...delta.added, ...own.added]),
    });
  }

  /** A lone SOA: "you have what I have" (RFC 1995 section 2). */
  current(): TransferBody {
    const writer = new ChunkWriter(this.apex.ttl, this.#start);
    writer.apex(this.soa());
    return { kind: 'current', serial: this.#serial, chunks: writer.finish() };
  }

  /** Waits for what is under way and closes the store. */
  close(): Promise<void> {
    return this.#exclusively(() => this.#store.close());
  }

  get #place() {
    return { origin: this.origin, originLength: this.#originLength };
  }

  #difference(from: number): Difference | undefined {
    const delta = this.#deltas.condensed(from);
    if (!delta || delta.removed.length + delta.added.length > this.#size) return undefined;
    return { delta, body: this.#encodeDifference(from, delta), step: stepOf(delta, this.#pages) };
  }

  #encodeDifference(from: number, { removed, added }: Pick<Delta, 'removed' | 'added'>): TransferBody {
    // A rule that only came to be accompanied, or no longer is, is the same for who reads it.
    const came = new Map(added.map((e) => [e.key, e.treatment.wire]));
    const same = new Set(removed.filter((e) => came.get(e.key) === e.treatment.wire).map((e) => e.key));
    const writer = new ChunkWriter(this.apex.ttl, this.#start);
    const now = this.soa();
    writer.apex(now);
    writer.apex(soaTail(this.apex, from));
    for (const { key, treatment } of removed) if (!same.has(key)) writer.entry(key, treatment);
    writer.apex(now);
    for (const { key, treatment } of added) if (!same.has(key)) writer.entry(key, treatment);
    writer.apex(now);
    return { kind: 'ixfr', serial: this.#serial, chunks: writer.finish() };
  }

  async #apply({ add = [], remove = [] }: Changes, serial: number): Promise<Applied> {
    if (!isSerial(serial)) throw new RpzError('serial-invalid', `${serial} is no serial`);
    if (!isNewer(serial, this.#serial)) {
      throw new RpzError('serial-not-newer', `${serial} does not come after ${this.#serial}`);
    }
    const breath = breather();
    const refused: Applied['refused'] = [];
    const changes: Change[] = [];
    const note = (name: string, make: (name: string) => Change) => {
      const checked = checkName(name, this.#originLength);
      if (checked.ok) changes.push(make(checked.name));
      else refused.push({ name, fault: checked.fault });
    };
    for (const name of remove) {
      note(name, (n) => ({ key: keyOf(n), treatment: undefined }));
      const pause = breath();
      if (pause) await pause;
    }
    for (const rule of add) {
      note(rule.name, (n) => entryOf(n, rule));
      const pause = breath();
      if (pause) await pause;
    }
    const sorted = await sortChanges(changes, breath);
    const between = await changesBetween(this.#pages, sorted, breath);
    const all = between.length > 0 ? await sortChanges([...sorted, ...between], breath) : sorted;
    const { pages, removed, added } = await mergeChanges(this.#pages, all, this.#start, breath);
    const delta: Delta = { from: this.#serial, to: serial, removed, added };
    await this.#store.append(delta);
    this.#pages = pages;
    this.#serial = serial;
    const [came, went] = [count(added), count(removed)];
    this.#size += came - went;
    this.#deltas.push(delta);
    this.#ixfr.clear();
    for (const listener of this.#listeners) listener(this);
    if (this.#store.wantsSnapshot()) void this.#exclusively(() => this.#snapshot()).catch(this.#onFault);
    return { serial, added: came, removed: went, refused };
  }

  async #snapshot(): Promise<void> {
    await this.#store.replace(this.#serial, parts(this.#pages), this.#deltas.deltas);
  }

  async #load(): Promise<void> {
    const builder = new PageBuilder(this.#start);
    let pages: readonly Page[] | undefined;
    const broken = (what: string) => new RpzError('journal-damaged', `${this.origin}: ${what}`);
    let last = '';
    for await (const part of this.#store.load()) {
      if (part.kind === 'snapshot') {
        if (pages) throw broken('a snapshot behind steps');
        this.#serial = part.serial;
        for (const entry of part.entries) {
          if (entry.key <= last) throw broken('names out of order');
          last = entry.key;
          builder.add(entry);
        }
        continue;
      }
      pages ??= builder.finish();
      if (part.kind === 'history') {
        this.#deltas.push(part.delta);
        continue;
      }
      const { delta } = part;
      if (delta.from !== this.#serial) throw broken(`a step from ${delta.from} at serial ${this.#serial}`);
      const changes: Change[] = [
        ...delta.removed.map(({ key }) => ({ key, treatment: undefined })),
        ...delta.added.map(({ key, treatment }): Change => ({ key, treatment })),
      ];
      const breath = breather();
      pages = (await mergeChanges(pages, await sortChanges(changes, breath), this.#start, breath)).pages;
      this.#serial = delta.to;
      this.#deltas.push(delta);
    }
    this.#pages = pages ?? builder.finish();
    this.#size = this.#pages.reduce((sum, page) => sum + count(page.entries()), 0);
  }

  /** One after the other, whatever became of the one before. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => {});
    return result;
  }
}

/** How many of them somebody wanted. */
function count(entries: readonly Entry[]): number {
  let n = 0;
  for (const { treatment } of entries) if (isWanted(treatment)) n++;
  return n;
}

function* parts(pages: readonly Page[]): Iterable<readonly Entry[]> {
  let part: Entry[] = [];
  for (const page of pages) {
    part.push(...page.entries());
    if (part.length < SNAPSHOT_PART) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

/** Gives the processor back when 10 ms have gone by. */
function breather(): Breath {
  let since = performance.now();
  let calls = 0;
  return (long = false) => {
    // Asking for the time costs more than what most callers do in between.
    if ((++calls % 64 !== 0 && !long) || performance.now() - since < 10) return undefined;
    return turn().then(() => {
      since = performance.now();
    });
  };
}
