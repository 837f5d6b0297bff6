import type { Delta } from '../journal/store.ts';
import type { Treatment } from './policy.ts';
import type { Entry } from './rule.ts';

/** The last steps of a zone, as far back as they are few enough. */
export class DeltaLog {
  #deltas: Delta[] = [];
  #changes = 0;
  #most: number;

  /** @param most changed rules that are kept, together */
  constructor(most: number) {
    this.#most = most;
  }

  get deltas(): readonly Delta[] {
    return this.#deltas;
  }

  push(delta: Delta): void {
    this.#deltas.push(delta);
    this.#changes += weight(delta);
    let drop = 0;
    while (this.#changes > this.#most && drop < this.#deltas.length) {
      this.#changes -= weight(this.#deltas[drop] as Delta);
      drop++;
    }
    if (drop > 0) this.#deltas.splice(0, drop);
  }

  /**
   * Everything between that serial and now as one step: what was added and removed again does not appear.
   * Undefined when we don't remember that serial.
   */
  condensed(from: number): Delta | undefined {
    const index = this.#deltas.findLastIndex((d) => d.from === from);
    if (index < 0) return undefined;
    const net = new Map<string, { was: Treatment | undefined; is: Treatment | undefined }>();
    for (const { removed, added } of this.#deltas.slice(index)) {
      for (const { key, treatment } of removed) {
        const known = net.get(key);
        if (known) known.is = undefined;
        else net.set(key, { was: treatment, is: undefined });
      }
      for (const { key, treatment } of added) {
        const known = net.get(key);
        if (known) known.is = treatment;
        else net.set(key, { was: undefined, is: treatment });
      }
    }
    const gone: Entry[] = [];
    const come: Entry[] = [];
    for (const [key, { was, is }] of net) {
      if (was?.key === is?.key) continue;
      if (was) gone.push({ key, treatment: was });
      if (is) come.push({ key, treatment: is });
    }
    return { from, to: (this.#deltas.at(-1) as Delta).to, removed: gone, added: come };
  }
}

/** A step without a change weighs too, or they would be kept for ever. */
function weight({ removed, added }: Delta): number {
  return 1 + removed.length + added.length;
}
