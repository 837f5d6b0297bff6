import { receiveMessageOnPort } from 'node:worker_threads';
import { TableReader } from '../../../../../packages/dns-table/index.ts';
import type { Kinds } from '../../profile/windows.ts';
import { SuffixMap } from '../names.ts';
import type { Registry } from '../registry.ts';
import type { LaneChange, LaneLink, LaneMessage } from './orders.ts';

const ROOT = new Uint8Array(1);

function mapOf<T>(entries: Iterable<readonly [name: string, value: T]>): SuffixMap<T> {
  const map = new SuffixMap<T>();
  for (const [name, value] of entries) map.add(name, value);
  return map;
}

/**
 * What a thread knows, kept at what the first thread said: before each decision one number is compared, and what was sent is
 * taken then and there. Whoever missed something knows nothing any more, but the names of help: it refuses.
 */
export class LaneState {
  readonly national: { reader: TableReader | undefined } = { reader: undefined };
  readonly categories: { reader: TableReader | undefined } = { reader: undefined };
  readonly registry: Registry;
  help = new SuffixMap<true>();
  freed = new SuffixMap<Kinds>();
  readonly #port: LaneLink['port'];
  readonly #control: Int32Array;
  readonly #onLost: (error: unknown) => void;
  #taken = 0;
  #lost = false;

  /** @param onLost told once, when something was missed or could not be taken */
  constructor(
    { port, control }: Pick<LaneLink, 'port' | 'control'>,
    registry: Registry,
    onLost: (error: unknown) => void,
  ) {
    this.#port = port;
    this.#control = new Int32Array(control);
    this.registry = registry;
    this.#onLost = onLost;
  }

  /** Takes what has come. Throws nothing but what `onLost` does. */
  follow(): void {
    const sent = Atomics.load(this.#control, 0);
    if (sent !== this.#taken && !this.#lost) this.#take(sent);
  }

  /** The same, and lets old tables go, for a thread that nobody asks. */
  catchUp(): void {
    this.follow();
    for (const { reader } of [this.national, this.categories]) reader?.lookup(ROOT, 0);
  }

  #take(sent: number): void {
    try {
      for (let m = receiveMessageOnPort(this.#port); m; m = receiveMessageOnPort(this.#port)) {
        const { number, change } = m.message as LaneMessage;
        if (number !== ((this.#taken + 1) | 0)) throw new Error(`change ${number} came after ${this.#taken}`);
        this.#apply(change);
        this.#taken = number;
      }
      if (((sent - this.#taken) | 0) > 0) throw new Error(`change ${sent} did not come, the last was ${this.#taken}`);
    } catch (error) {
      this.#lost = true;
      this.national.reader = undefined;
      this.registry.ready = false;
      this.#onLost(error);
    }
  }

  #apply(change: LaneChange): void {
    const { registry } = this;
    if (change.kind === 'profiles') {
      for (const facts of change.put) registry.put(facts);
      for (const id of change.gone) registry.remove(id);
    } else if (change.kind === 'ready') registry.ready = change.ready;
    else if (change.kind === 'help') this.help = mapOf(change.names.map((name) => [name, true] as const));
    else if (change.kind === 'freed') this.freed = mapOf(change.freed);
    else this[change.kind].reader = new TableReader(change.link);
  }
}
