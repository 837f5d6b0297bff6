import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type Transferable, Worker } from 'node:worker_threads';
import { type HeldDoor, holdDoor } from '../../udp-batch/index.ts';
import { sharedRate } from '../answer/rate.ts';
import type { Endpoint } from '../listen/udp.ts';
import type { LaneCommand, LaneDoor, LaneEndpoint, LaneOrder, LaneReport, Numbers, SharedSettings } from './orders.ts';

export interface LaneGroupSettings {
  /** Threads; each has a core with a cache and rate limits of its own, and the same doors. */
  readonly count: number;
  readonly listen: readonly Endpoint[];
  /** Doors opened before for so many threads at these places; closed with the group. Always batches, then. */
  readonly doors?: LaneDoors;
  /** A module whose default export is a `PolicyFactory`. */
  readonly policy: {
    readonly module: URL;
    /** For each start of a thread: what the factory is given (a `ReaderLink` of each table), and what of it moves there. */
    link(): { readonly value: unknown; readonly transfer?: readonly Transferable[]; release?(): void };
  };
  readonly core: SharedSettings;
  readonly proxies?: readonly string[];
  /** Plain sockets even where batches would work, or nothing else than batches. */
  readonly force?: 'plain' | 'batch';
  /**
   * Told when a thread ended by itself; another one is started. @param failures how often it could not even be started
   * since it last was
   */
  readonly onTrouble?: (error: unknown, failures: number) => void;
  /** File of the thread; default: found beside this one, unbuilt or in the bundle (`dns-lane.js`). */
  readonly entry?: URL;
  /** Milliseconds before a thread that ended is started again; doubled each time up to half a minute. Default 500. */
  readonly restartMs?: number;
}

const DAY = 86_400_000;
const LONGEST_REST = 30_000;
/** How long a thread may take to tell its numbers. */
const STATS_MS = 2000;

/** A thread of this package as sources have it, or as the build makes it, beside the bundle or above its shared chunks. */
function threadFile(): URL {
  if (import.meta.url.endsWith('.ts')) return new URL('./thread.ts', import.meta.url);
  const places = ['./dns-lane.js', '../dns-lane.js'].map((place) => new URL(place, import.meta.url));
  return places.find((place) => existsSync(place)) ?? (places[0] as URL);
}

class Member {
  readonly index: number;
  worker: Worker | undefined;
  failures = 0;
  ready = false;
  timer: NodeJS.Timeout | undefined;

  constructor(index: number) {
    this.index = index;
  }
}

/**
 * Doors for lanes, open before there are any: a process that will give up its rights binds its ports first, and a thread that
 * is started again later finds them open. What arrives while a thread is away waits for it.
 */
export class LaneDoors {
  readonly #held: HeldDoor[][] = [];

  /** @returns an error where there are no batches @throws when an address cannot be had; nothing stays open then */
  static async open(listen: readonly Endpoint[], count: number): Promise<LaneDoors | Error> {
    const doors = new LaneDoors();
    try {
      for (let i = 0; i < count; i++) {
        const own: HeldDoor[] = [];
        doors.#held.push(own);
        for (const [k, { address, port }] of listen.entries()) {
          // The first one finds the port out.
          const door = await holdDoor({ address, port: doors.of(0, k)?.port ?? port, reusePort: count > 1 });
          if (door instanceof Error) return door;
          own.push(door);
        }
      }
    } catch (error) {
      doors.close();
      throw error;
    }
    return doors;
  }

  /** @param thread counted from 0 @param at place in `listen` */
  of(thread: number, at: number): HeldDoor | undefined {
    return this.#held[thread]?.[at];
  }

  close(): void {
    for (const door of this.#held.flat()) door.close();
  }
}

/** Threads that answer over UDP at the same doors; the kernel shares senders out among them. */
export class LaneGroup {
  /** In the order of `listen`. */
  readonly doors: readonly LaneDoor[] = [];
  /** Threads that ended by themselves so far. */
  restarts = 0;
  #settings: LaneGroupSettings;
  #members: Member[];
  #secrets: readonly Uint8Array[];
  #roll: NodeJS.Timeout | undefined;
  #core: SharedSettings;
  #waiting = new Map<number, (stats: Numbers) => void>();
  #number = 0;
  #closed: Promise<void> | undefined;

  private constructor(settings: LaneGroupSettings) {
    this.#settings = settings;
    this.#members = Array.from({ length: settings.count }, (_, i) => new Member(i));
    const { core } = settings;
    // A network's packets come to all threads: they count them together.
    this.#core = core.rate?.shared ? core : { ...core, rate: { ...core.rate, shared: sharedRate() } };
    const given = settings.core.cookies?.secrets;
    this.#secrets = given?.length ? given : [randomBytes(16)];
    if (!given?.length) {
      // A client's next question may come to another thread: all sign with the same secret.
      this.#roll = setInterval(
        () => this.setCookieSecrets([randomBytes(16), this.#secrets[0] as Uint8Array]),
        settings.core.cookies?.rollMs ?? DAY,
      );
      this.#roll.unref();
    }
  }

  /** @throws when an address cannot be had or the policy cannot be made; nothing stays open then */
  static async start(settings: LaneGroupSettings): Promise<LaneGroup> {
    if (!(settings.count >= 1)) throw new RangeError(`no number of lanes: ${settings.count}`);
    const group = new LaneGroup(settings);
    try {
      // The first one finds the ports out.
      const [first, ...rest] = group.#members;
      (group.doors as LaneDoor[]).push(...(await group.#open(first as Member)));
      await Promise.all(rest.map((member) => group.#open(member)));
    } catch (error) {
      await group.close(0);
      throw error;
    }
    return group;
  }

  /** Threads that answer now. */
  get running(): number {
    return this.#members.filter(({ ready }) => ready).length;
  }

  get ports(): readonly number[] {
    return this.doors.map((door) => door.port);
  }

  #open(member: Member): Promise<readonly LaneDoor[]> {
    const { policy, proxies = [], force, entry = threadFile() } = this.#settings;
    const { value, transfer = [], release } = policy.link();
    const order: LaneOrder = {
      listen: this.#places(member),
      core: { ...this.#core, cookies: { ...this.#core.cookies, secrets: this.#secrets } },
      proxies,
      policy: { module: policy.module.href, link: value },
      force,
    };
    return new Promise((resolve, reject) => {
      const worker = new Worker(entry, {
        workerData: order,
        transferList: [...transfer],
        execArgv: [],
        name: 'dns-lane',
      });
      member.worker = worker;
      let ready = false;
      let trouble: unknown;
      worker.on('message', (report: LaneReport) => {
        if (report.kind === 'stats') this.#waiting.get(report.number)?.(report.stats);
        else if (report.kind === 'failed') trouble = report.error;
        else {
          ready = true;
          member.ready = true;
          member.failures = 0;
          resolve(report.doors);
        }
      });
      worker.on('error', (error) => {
        trouble = error;
      });
      worker.on('exit', (code) => {
        member.worker = undefined;
        member.ready = false;
        release?.();
        const error = trouble ?? new Error(`a lane ended with ${code}`);
        if (!ready) reject(error);
        else if (!this.#closed) this.#again(member, error, 0);
      });
    });
  }

  #places(member: Member): LaneEndpoint[] {
    const { listen, count, doors } = this.#settings;
    return listen.map(({ address, port }, i) => ({
      address,
      port: this.doors[i]?.port ?? port,
      reusePort: count > 1,
      held: doors?.of(member.index, i)?.fd,
    }));
  }

  #again(member: Member, error: unknown, failures: number): void {
    const { onTrouble, restartMs = 500 } = this.#settings;
    this.restarts += 1;
    onTrouble?.(error, failures);
    const rest = Math.min(LONGEST_REST, restartMs * 2 ** member.failures);
    member.failures += 1;
    member.timer = setTimeout(() => {
      if (!this.#closed) {
        this.#open(member).catch((next: unknown) => !this.#closed && this.#again(member, next, member.failures));
      }
    }, rest);
  }

  #tell(command: LaneCommand): number {
    let told = 0;
    for (const { worker } of this.#members) {
      if (!worker) continue;
      worker.postMessage(command);
      told += 1;
    }
    return told;
  }

  /** Secrets of 16 bytes for cookies, the one to sign with first. */
  setCookieSecrets(secrets: readonly Uint8Array[]): void {
    this.#secrets = secrets;
    this.#tell({ kind: 'secrets', secrets });
  }

  /** Sums over all threads (names of `Stats`; `lane…` of the sockets); a thread that says nothing for two seconds is left out. */
  stats(): Promise<Numbers> {
    const number = ++this.#number;
    const sum: Record<string, number> = { lanes: 0 };
    let left = this.#tell({ kind: 'stats', number });
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(number);
        resolve(sum);
      };
      const timer = setTimeout(done, STATS_MS);
      this.#waiting.set(number, (stats) => {
        sum.lanes = (sum.lanes as number) + 1;
        for (const [name, value] of Object.entries(stats)) sum[name] = (sum[name] ?? 0) + value;
        left -= 1;
        if (left === 0) done();
      });
      if (left === 0) done();
    });
  }

  /** Answers what is on its way for so long, then closes. @param graceMs default 2,000 */
  close(graceMs = 2000): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  async #close(graceMs: number): Promise<void> {
    clearInterval(this.#roll);
    const ends = this.#members.map(({ worker, timer }) => {
      clearTimeout(timer);
      return worker && new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    });
    this.#tell({ kind: 'close', graceMs });
    // A policy with a timer of its own would hold its thread.
    const late = setTimeout(() => {
      for (const { worker } of this.#members) void worker?.terminate();
    }, graceMs + 1000);
    await Promise.all(ends);
    clearTimeout(late);
    this.#settings.doors?.close();
  }
}
