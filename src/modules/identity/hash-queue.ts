/** What waits for one name. */
type Waiting = (() => void)[];

interface Lane {
  names: Map<string, Waiting>;
  length: number;
}

export interface HashQueueLimits {
  /** Hashes computed at the same time. Each takes a thread of the pool that files and name look-ups use too, and 19 MiB. */
  atOnce: number;
  /** Tries that may wait in each lane. */
  waiting: number;
  /** Tries that may wait for one name. */
  perName: number;
}

/**
 * Hashing passwords is the costly part of a sign-in, and strangers can ask for it. So few are computed at once; names take
 * turns, so that a thousand tries on one account wait behind one try on another; and whoever comes from a device that
 * signed in before goes first, so that strangers, however many, hold up only strangers.
 */
export class HashQueue {
  readonly #limits: HashQueueLimits;
  readonly #known: Lane = { names: new Map(), length: 0 };
  readonly #strangers: Lane = { names: new Map(), length: 0 };
  #running = 0;

  constructor(limits: HashQueueLimits) {
    this.#limits = limits;
  }

  /** Runs `work` when its turn comes. Resolves with undefined, at once, when too many wait already. */
  async run<T>(name: string, known: boolean, work: () => Promise<T>): Promise<{ value: T } | undefined> {
    if (this.#running >= this.#limits.atOnce) {
      const turn = this.#join(known ? this.#known : this.#strangers, name);
      if (!turn) return undefined;
      await turn;
    } else this.#running += 1;
    try {
      return { value: await work() };
    } finally {
      // The place goes from hand to hand: nobody slips in between.
      const next = this.#take(this.#known) ?? this.#take(this.#strangers);
      if (next) next();
      else this.#running -= 1;
    }
  }

  #join(lane: Lane, name: string): Promise<void> | undefined {
    const own = lane.names.get(name) ?? [];
    if (lane.length >= this.#limits.waiting || own.length >= this.#limits.perName) return undefined;
    return new Promise((resolve) => {
      own.push(resolve);
      lane.names.set(name, own);
      lane.length += 1;
    });
  }

  #take(lane: Lane): (() => void) | undefined {
    const first = lane.names.entries().next().value;
    if (!first) return undefined;
    const [name, own] = first;
    const next = own.shift();
    // To the end of the row, or out of it.
    lane.names.delete(name);
    if (own.length > 0) lane.names.set(name, own);
    lane.length -= 1;
    return next;
  }
}
