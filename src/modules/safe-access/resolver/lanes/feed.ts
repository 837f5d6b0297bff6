import { MessageChannel, type MessagePort, receiveMessageOnPort, type Transferable } from 'node:worker_threads';
import type { LaneGroupSettings } from '../../../../../packages/dns-proxy/index.ts';
import type { ReaderLink, TablePublisher } from '../../../../../packages/dns-table/index.ts';
import type { Kinds } from '../../profile/windows.ts';
import type { Counter } from '../counter.ts';
import type { ProfileFacts, Registry } from '../registry.ts';
import type { LaneChange, LaneLink, LaneMessage, LaneSettings, LaneWord } from './orders.ts';

/** Profiles in one message. */
const AT_ONCE = 500;
const TABLES = ['national', 'categories'] as const;
type Table = (typeof TABLES)[number];

/** What the first thread follows the database with. */
export interface LaneSource {
  readonly registry: Registry;
  readonly national: { readonly publisher: TablePublisher | undefined };
  readonly categories: { readonly publisher: TablePublisher | undefined };
  readonly follower: { readonly freedNames: readonly (readonly [string, Kinds])[] };
  /** Never blocked; another list when it changed. */
  helpNames(): readonly string[];
  readonly counter: Counter;
  /** A device asked for a word of its test page. */
  checked(device: string, word: string): void;
}

interface Joined {
  readonly publisher: TablePublisher;
  readonly link: ReaderLink;
}

/** One thread as the first one sees it. */
class Member {
  readonly port: MessagePort;
  readonly control = new SharedArrayBuffer(4);
  readonly tables: Partial<Record<Table, Joined>> = {};
  readonly #control = new Int32Array(this.control);
  readonly #onTrouble: (error: unknown) => void;
  #number = 0;

  constructor(port: MessagePort, onTrouble: (error: unknown) => void) {
    this.port = port;
    this.#onTrouble = onTrouble;
  }

  /** What could not be sent is missed by the thread: its number is out, and it will refuse and be replaced. */
  tell(change: LaneChange, transfer: Transferable[] = []): void {
    this.#number = (this.#number + 1) | 0;
    try {
      this.port.postMessage({ number: this.#number, change } satisfies LaneMessage, transfer);
    } catch (error) {
      this.#onTrouble(error);
    } finally {
      // After the message: who reads the number finds it.
      Atomics.store(this.#control, 0, this.#number);
    }
  }

  /** The table in shared memory, once there is one, and from then on all that changes in it. */
  join(table: Table, publisher: TablePublisher | undefined): void {
    const joined = this.tables[table];
    if (publisher === undefined || joined?.publisher === publisher) return;
    joined?.publisher.disconnect(joined.link);
    const link = publisher.connect();
    this.tables[table] = { publisher, link };
    this.tell({ kind: table, link }, [link.port]);
  }

  leave(): void {
    this.port.close();
    for (const { publisher, link } of Object.values(this.tables)) publisher.disconnect(link);
  }
}

/**
 * Keeps the threads at what the first one knows, and brings home what they counted. Tables are shared; profiles are copied, and
 * only those that a lane can be asked for: without load balancers that name devices, those of networks.
 */
export class LaneFeed {
  readonly #settings: LaneSettings;
  readonly #devices: boolean;
  readonly #onTrouble: (error: unknown) => void;
  readonly #members = new Set<Member>();
  #source: LaneSource | undefined;
  /** Profiles that lanes know, and what is to be told next. */
  readonly #known = new Set<string>();
  #changed = new Map<string, ProfileFacts | undefined>();
  #waiting = false;
  #ready = false;
  #freed: readonly (readonly [string, Kinds])[] = [];
  #help: readonly string[] = [];

  /** @param options.devices whether lanes are told which device asks */
  constructor(settings: LaneSettings, options: { devices: boolean; onTrouble(error: unknown): void }) {
    this.#settings = settings;
    this.#devices = options.devices;
    this.#onTrouble = options.onTrouble;
  }

  /** From now on the threads know what `source` knows; before they refuse. */
  attach(source: LaneSource): void {
    this.#source = source;
    source.registry.watch = (id, facts) => this.#profile(id, facts);
    for (const [id, facts] of source.registry.facts()) this.#profile(id, facts);
    this.look();
  }

  /** Tells what changed but for profiles and inside of tables, which tell of themselves. */
  look(): void {
    const source = this.#source;
    if (!source) return;
    this.#flush();
    for (const member of this.#members) for (const table of TABLES) member.join(table, source[table].publisher);
    if (source.follower.freedNames !== this.#freed) {
      this.#freed = source.follower.freedNames;
      this.#tell({ kind: 'freed', freed: this.#freed });
    }
    const help = source.helpNames();
    if (help !== this.#help) {
      this.#help = help;
      this.#tell({ kind: 'help', names: help });
    }
    if (source.registry.ready === this.#ready) return;
    this.#ready = source.registry.ready;
    this.#tell({ kind: 'ready', ready: this.#ready });
  }

  #tell(change: LaneChange): void {
    for (const member of this.#members) member.tell(change);
  }

  #profile(id: string, facts: ProfileFacts | undefined): void {
    const wanted = facts !== undefined && (this.#devices || facts.networks.length > 0);
    if (!wanted && !this.#known.has(id)) return;
    if (wanted) this.#known.add(id);
    else this.#known.delete(id);
    this.#changed.set(id, wanted ? facts : undefined);
    if (this.#waiting) return;
    this.#waiting = true;
    // With all that the same step changes.
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#waiting = false;
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed];
    this.#changed = new Map();
    for (let i = 0; i < changed.length; i += AT_ONCE) {
      const part = changed.slice(i, i + AT_ONCE);
      this.#tell({
        kind: 'profiles',
        put: part.flatMap(([, facts]) => facts ?? []),
        gone: part.flatMap(([id, facts]) => (facts ? [] : [id])),
      });
    }
  }

  /** For each start of a thread: all that is known now, and the way on which the rest comes. */
  link(): ReturnType<LaneGroupSettings['policy']['link']> {
    const { port1, port2 } = new MessageChannel();
    const member = new Member(port1, this.#onTrouble);
    port1.on('message', (word: LaneWord) => this.#home(word));
    port1.unref();
    const source = this.#source;
    if (source) {
      this.#flush();
      const known = [...this.#known].flatMap((id) => source.registry.facts().get(id) ?? []);
      for (let i = 0; i < known.length; i += AT_ONCE)
        member.tell({ kind: 'profiles', put: known.slice(i, i + AT_ONCE), gone: [] });
      member.tell({ kind: 'help', names: this.#help });
      member.tell({ kind: 'freed', freed: this.#freed });
      for (const table of TABLES) member.join(table, source[table].publisher);
      member.tell({ kind: 'ready', ready: this.#ready });
    }
    this.#members.add(member);
    const value: LaneLink = { settings: this.#settings, port: port2, control: member.control };
    return {
      value,
      transfer: [port2],
      release: () => {
        this.#members.delete(member);
        for (let m = receiveMessageOnPort(port1); m; m = receiveMessageOnPort(port1)) this.#home(m.message);
        member.leave();
      },
    };
  }

  #home(word: LaneWord): void {
    const source = this.#source;
    if (word.kind === 'trouble') this.#onTrouble(word.error);
    else if (!source) return;
    else if (word.kind === 'check') source.checked(word.device, word.word);
    else if (word.kind === 'seen') for (const device of word.devices) source.counter.seen(device, word.at);
    else for (const { profile, what, name, n } of word.lines) source.counter.blocked(profile, what, name, word.at, n);
  }
}
