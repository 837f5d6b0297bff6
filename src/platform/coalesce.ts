import { isConnectionError } from './db.ts';

export interface CoalesceOptions<T, R> {
  /**
   * Stores a batch in one transaction and resolves after its commit, with one result per item, in order. A batch that
   * rejects must have left nothing behind.
   */
  write(batch: readonly T[]): Promise<readonly R[]>;
  /** Items in one transaction at most. */
  maxBatch?: number;
  /** How long an item waits for company while no transaction is under way, in milliseconds. */
  maxWaitMs?: number;
  /**
   * Transactions under way at the same time; each needs a connection. While one flushes the next one fills; more only make
   * batches smaller (measured: bench/intake).
   */
  writers?: number;
  /** Items waiting for a writer before further ones are refused. */
  maxWaiting?: number;
  /** The error of a refused item; status 503. */
  overloaded(waiting: number): Error;
}

/** Answers given in one turn of the event loop, and items for which another transaction beside one under way is worth it. */
const HANDFUL = 16;
/** With fewer, an item waits so many times longer for a transaction under way to end: two small ones cost more than one. */
const PATIENCE = 4;

interface Waiting<T, R> {
  item: T;
  /** Milliseconds of the process's steady clock. */
  since: number;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/**
 * Lets items that arrive at about the same time share one transaction: a durable commit costs a disk flush, whoever else
 * is in it. Every promise resolves after the commit that holds its item, never before.
 *
 * A batch that fails is halved until the item at fault is alone, so that one bad item never fails the others. When the
 * database is away there is nothing to isolate, and a commit may or may not have happened: then all items of the batch
 * are rejected, and whoever sent them may send them again under the same id.
 *
 * The answers of a batch are given a handful at a time. Whoever is answered often sends the next item at once, and making
 * one ready takes longer than storing it: all at once, they would all be made ready while the database has nothing to do,
 * and then all wait for it together. In handfuls, one batch is stored while the next is made.
 */
export class Coalescer<T, R = void> {
  readonly #options: Required<CoalesceOptions<T, R>>;
  #waiting: Waiting<T, R>[] = [];
  #busy = 0;
  /** Items that writers have taken. */
  #taken = 0;
  /** Batches that are stored and not yet answered in full. */
  #answering = 0;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  constructor(options: CoalesceOptions<T, R>) {
    this.#options = { maxBatch: 64, maxWaitMs: 2, writers: 2, maxWaiting: 2000, ...options };
  }

  /** Items that no writer has taken yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Items that are not stored yet: how hard the store is pressed. */
  get underWay(): number {
    return this.#waiting.length + this.#taken;
  }

  /**
   * Hands an item in.
   *
   * @throws what `overloaded` makes when too many items wait, or what `write` rejected with for this item alone
   */
  add(item: T): Promise<R> {
    const { maxWaiting, overloaded } = this.#options;
    if (this.#waiting.length >= maxWaiting) return Promise.reject(overloaded(this.#waiting.length));
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({ item, since: performance.now(), resolve, reject });
      this.#dispatch();
    });
  }

  /** Resolves when everything handed in so far is stored or refused. */
  async drain(): Promise<void> {
    if (this.#busy === 0 && this.#answering === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #dispatch(): void {
    const { maxBatch, maxWaitMs, writers } = this.#options;
    while (this.#waiting.length >= maxBatch && this.#busy < writers) this.#send();
    clearTimeout(this.#timer);
    const oldest = this.#waiting[0];
    // With all writers busy there is no need for a clock: the next one to finish takes what has gathered.
    if (!oldest || this.#busy >= writers) return;
    if (this.#busy > 0 && this.#waiting.length >= HANDFUL) {
      this.#send();
      return;
    }
    const waitMs = this.#busy === 0 ? maxWaitMs : maxWaitMs * PATIENCE;
    this.#timer = setTimeout(() => this.#send(), Math.max(0, oldest.since + waitMs - performance.now()));
  }

  #send(): void {
    clearTimeout(this.#timer);
    const batch = this.#waiting.splice(0, this.#options.maxBatch);
    this.#busy += 1;
    this.#taken += batch.length;
    void this.#store(batch).finally(() => {
      this.#busy -= 1;
      this.#taken -= batch.length;
      this.#goOn();
    });
  }

  async #store(batch: readonly Waiting<T, R>[]): Promise<void> {
    const reject = (error: unknown) => {
      for (const it of batch) it.reject(error);
    };
    let results: readonly R[];
    try {
      results = await this.#options.write(batch.map((it) => it.item));
    } catch (error) {
      if (batch.length === 1 || isConnectionError(error)) return reject(error);
      const middle = Math.ceil(batch.length / 2);
      await this.#store(batch.slice(0, middle));
      return this.#store(batch.slice(middle));
    }
    // It has committed, so it must not be tried again.
    if (results.length !== batch.length)
      return reject(new Error(`${results.length} results for ${batch.length} items`));
    // Not waited for: the writer is free.
    this.#answer(batch, results);
  }

  #answer(batch: readonly Waiting<T, R>[], results: readonly R[], from = 0): void {
    const to = Math.min(from + HANDFUL, batch.length);
    for (let i = from; i < to; i += 1) batch[i]?.resolve(results[i] as R);
    if (to === batch.length) return;
    this.#answering += 1;
    setImmediate(() => {
      this.#answering -= 1;
      this.#answer(batch, results, to);
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#waiting.length > 0) this.#dispatch();
    else if (this.#busy === 0 && this.#answering === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
