import { hash as digest, randomBytes } from 'node:crypto';

/**
 * Which names were there before, in 8 bytes each: open addressing over 64 bits of a hash with a key of its own, so that
 * nobody can write a list whose names collide. Two names of several million meet with a chance of about one in a million;
 * the second would then be left out.
 */
export class SeenNames {
  private readonly key = randomBytes(16).toString('latin1');
  private slots: BigUint64Array;
  private count = 0;

  constructor(expected = 1024) {
    this.slots = new BigUint64Array(2 ** Math.ceil(Math.log2(Math.max(16, expected * 2))));
  }

  get size(): number {
    return this.count;
  }

  /** Whether it is new; it is known from now on. */
  add(text: string): boolean {
    if (this.count * 2 >= this.slots.length) this.grow();
    // 0 marks an empty slot.
    const hash = digest('sha256', this.key + text, 'buffer').readBigUInt64LE() || 1n;
    return this.place(hash);
  }

  private place(hash: bigint): boolean {
    const mask = this.slots.length - 1;
    for (let at = Number(hash & 0xffff_ffffn) & mask; ; at = (at + 1) & mask) {
      const there = this.slots[at];
      if (there === hash) return false;
      if (there === 0n) {
        this.slots[at] = hash;
        this.count++;
        return true;
      }
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new BigUint64Array(old.length * 2);
    this.count = 0;
    for (const hash of old) if (hash !== 0n) this.place(hash);
  }
}
