import { randomBytes } from 'node:crypto';
import { PASS, RateLimit } from '../answer/rate.ts';

/**
 * How many questions in a second, and twice that at once, come from one key: a device, a network, or everybody together. Only
 * numbers are kept, by a hash with a secret of its own; keys whose hashes meet share a limit. 0 = no limit.
 */
export class QuestionLimit {
  #rate: RateLimit;
  #seed = randomBytes(4).readUInt32LE();

  constructor(perSecond: number) {
    this.#rate = new RateLimit({ perNetwork: perSecond });
  }

  /** Whether one more may be asked now. @param now milliseconds since 1970 */
  allows(key: string, now: number): boolean {
    let hash = this.#seed;
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    return this.#rate.take((hash ^ (hash >>> 15)) >>> 0, now) === PASS;
  }
}
