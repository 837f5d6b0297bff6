import type { Pattern } from './pattern.ts';

/**
 * Patterns over words, run as one position automaton (Glushkov 1961): a state is a word set somewhere in a pattern, and
 * a text is read once from left to right. The states that can be alive are bounded by the lexicon, so the time is
 * linear in the number of words whatever the text.
 */
export interface Match {
  pattern: number;
  /** Token indexes, both included. */
  first: number;
  last: number;
}

const ANY = -1;

interface Word {
  sets: ReadonlySet<number>;
  starts: readonly number[];
}

interface Place {
  set: number;
  follow: number[];
}

/** Gives every distinct list of words one number. `pattern` is the whole pattern the words stand in. */
export type SetNumber = (words: readonly string[], exact: boolean, pattern: Pattern) => number;
type Numbering = (words: readonly string[], exact: boolean) => number;

export class Automaton {
  private readonly places: Place[] = [];
  private readonly starts: { place: number; pattern: number }[][] = [];
  private readonly required: number[][] = [];
  /** Kept from text to text: made anew and cleared for each, they would cost more than most texts do. */
  private reachedAt = new Int32Array(0);
  private startOf = new Int32Array(0);
  /** Rounds of all texts so far: a place reached in an earlier text was not reached in this one. */
  private round = 1;

  constructor(patterns: readonly Pattern[], setNumber: SetNumber) {
    patterns.forEach((pattern, index) => {
      const accept = -(index + 1);
      const numbering: Numbering = (words, exact) => setNumber(words, exact, pattern);
      const first = this.build(pattern, [accept], numbering);
      if (first.includes(accept)) throw new Error('lexicon: a pattern may match nothing at all');
      for (const place of first) {
        const set = this.places[place]?.set ?? ANY;
        if (set === ANY) throw new Error('lexicon: a pattern may not begin with a gap');
        const list = this.starts[set] ?? [];
        list.push({ place, pattern: index });
        this.starts[set] = list;
      }
      this.required.push([...requiredSets(pattern, numbering)]);
    });
  }

  get size(): number {
    return this.places.length;
  }

  private build(pattern: Pattern, follow: number[], setNumber: Numbering): number[] {
    switch (pattern.type) {
      case 'words':
        return [this.places.push({ set: setNumber(pattern.words, pattern.exact), follow }) - 1];
      case 'sequence':
        return pattern.items.reduceRight((next, item) => this.build(item, next, setNumber), follow);
      case 'choice':
        return pattern.options.flatMap((option) => this.build(option, follow, setNumber));
      case 'optional':
        return [...this.build(pattern.item, follow, setNumber), ...follow];
      case 'gap': {
        let next = follow;
        for (let i = 0; i < pattern.max; i += 1) next = [this.places.push({ set: ANY, follow: next }) - 1, ...follow];
        return next;
      }
    }
  }

  /**
   * Finds the matches in a text given as the word sets of each token (equal words share one array; `stops[i]`: a
   * sentence ended before token `i`, and no match reaches over it). `steps` counts the units of work.
   */
  run(tokens: readonly (readonly number[])[], stops: readonly boolean[]): { matches: Match[]; steps: number } {
    const words = this.wordsOf(tokens);
    const matches: Match[] = [];
    // Most texts hold no word that begins a pattern of which they hold every word.
    if (words === undefined) return { matches, steps: 0 };
    const firstRound = this.roundsFor(tokens.length);
    const { reachedAt, startOf } = this;
    let alive: number[] = [];
    let steps = 0;

    const advance = (index: number, start: number, token: number, next: number[]): void => {
      for (const target of this.places[index]?.follow ?? []) {
        steps += 1;
        if (target < 0) matches.push({ pattern: -target - 1, first: start, last: token });
        else if (reachedAt[target] === firstRound + token) {
          // Two ways into one place: the later start gives the tighter passage.
          if (start > (startOf[target] ?? 0)) startOf[target] = start;
        } else {
          reachedAt[target] = firstRound + token;
          startOf[target] = start;
          next.push(target);
        }
      }
    };

    for (let token = 0; token < tokens.length; token += 1) {
      const word = words.get(tokens[token] ?? []);
      if (stops[token]) alive = [];
      const next: number[] = [];
      // Starts are read before the round writes new ones for the same places.
      const begun = alive.map((index) => startOf[index] ?? 0);
      for (let k = 0; k < alive.length; k += 1) {
        const index = alive[k] ?? 0;
        const set = this.places[index]?.set ?? ANY;
        steps += 1;
        if (set === ANY || word?.sets.has(set)) advance(index, begun[k] ?? 0, token, next);
      }
      for (const index of word?.starts ?? []) {
        steps += 1;
        advance(index, token, token, next);
      }
      alive = next;
    }
    return { matches, steps };
  }

  /** The number of the first of `count` rounds that no text has had. */
  private roundsFor(count: number): number {
    if (this.reachedAt.length !== this.places.length || this.round + count >= 2 ** 31) {
      this.reachedAt = new Int32Array(this.places.length);
      this.startOf = new Int32Array(this.places.length);
      this.round = 1;
    }
    const first = this.round;
    this.round += count;
    return first;
  }

  /**
   * What each different word can do in this text: patterns that lack one of their words elsewhere do not start. Undefined
   * when none does.
   */
  private wordsOf(tokens: readonly (readonly number[])[]): Map<readonly number[], Word> | undefined {
    const different = new Set<readonly number[]>();
    for (const sets of tokens) if (sets.length > 0) different.add(sets);
    if (different.size === 0) return undefined;
    const present = new Set<number>();
    for (const sets of different) for (const set of sets) present.add(set);
    // Asked only of patterns that one of these words begins.
    const enabled = new Map<number, boolean>();
    const isEnabled = (pattern: number): boolean => {
      let answer = enabled.get(pattern);
      if (answer === undefined) {
        answer = this.required[pattern]?.every((set) => present.has(set)) ?? false;
        enabled.set(pattern, answer);
      }
      return answer;
    };
    const words = new Map<readonly number[], Word>();
    let begins = false;
    for (const sets of different) {
      const starts = new Set<number>();
      for (const set of sets) {
        for (const start of this.starts[set] ?? []) if (isEnabled(start.pattern)) starts.add(start.place);
      }
      if (starts.size > 0) begins = true;
      words.set(sets, { sets: new Set(sets), starts: [...starts] });
    }
    return begins ? words : undefined;
  }
}

/** The word sets no match of the pattern can do without; a text that lacks one of them skips the pattern. */
function requiredSets(pattern: Pattern, setNumber: Numbering): Set<number> {
  switch (pattern.type) {
    case 'words':
      return new Set([setNumber(pattern.words, pattern.exact)]);
    case 'sequence':
      return new Set(pattern.items.flatMap((item) => [...requiredSets(item, setNumber)]));
    case 'choice': {
      const [first, ...others] = pattern.options.map((option) => requiredSets(option, setNumber));
      return new Set([...(first ?? [])].filter((set) => others.every((other) => other.has(set))));
    }
    case 'optional':
    case 'gap':
      return new Set();
  }
}
