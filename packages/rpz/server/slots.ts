import type { Clock } from '../clock.ts';

interface Waiting {
  owner: string;
  start: () => void;
}

/** So many transfers at a time, and of one secondary so many: the others wait their turn, for a while. */
export class Slots {
  #most: number;
  #mostOfOne: number;
  #clock: Clock;
  #busy = new Map<string, number>();
  #total = 0;
  #waiting: Waiting[] = [];

  constructor(most: number, mostOfOne: number, clock: Clock) {
    this.#most = most;
    this.#mostOfOne = mostOfOne;
    this.#clock = clock;
  }

  /** Undefined when it took too long. Who got one must call it when done. */
  async take(owner: string, waitMs: number): Promise<(() => void) | undefined> {
    if (!this.#free(owner)) {
      const began = await new Promise<boolean>((resolve) => {
        const entry: Waiting = {
          owner,
          start: () => {
            cancel();
            resolve(true);
          },
        };
        const cancel = this.#clock.after(waitMs, () => {
          this.#waiting = this.#waiting.filter((w) => w !== entry);
          resolve(false);
        });
        this.#waiting.push(entry);
      });
      if (!began) return undefined;
    } else this.#occupy(owner);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#release(owner);
    };
  }

  #free(owner: string): boolean {
    return this.#total < this.#most && (this.#busy.get(owner) ?? 0) < this.#mostOfOne;
  }

  #occupy(owner: string): void {
    this.#total += 1;
    this.#busy.set(owner, (this.#busy.get(owner) ?? 0) + 1);
  }

  #release(owner: string): void {
    this.#total -= 1;
    const left = (this.#busy.get(owner) ?? 1) - 1;
    if (left > 0) this.#busy.set(owner, left);
    else this.#busy.delete(owner);
    const next = this.#waiting.findIndex((w) => this.#free(w.owner));
    if (next < 0) return;
    const [entry] = this.#waiting.splice(next, 1);
    // Occupied here, not by who wakes up: nobody slips in between.
    this.#occupy((entry as Waiting).owner);
    (entry as Waiting).start();
  }
}
