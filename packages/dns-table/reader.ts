import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { NamesFile } from './confirm.ts';
import { hashSuffixes, suffixHashes } from './hash.ts';
import { type Names, ROW, readHeader, type Sections, sections } from './layout.ts';
import { OverlayIndex, type OverlayName, REMOVED, ruleSlot } from './overlay.ts';
import { ALLOW, type CategoryMask, EXACT, precedence, type Rule } from './rule.ts';

/** What a publisher sends to its readers: which base and which overlay count. All shared, nothing copied. */
export interface TableState {
  readonly generation: number;
  readonly base: SharedArrayBuffer;
  readonly file: number;
  readonly overlay: SharedArrayBuffer;
  readonly names?: Names | undefined;
}

/** What a thread needs to read the table; pass it as `workerData` with `port` in the transfer list. */
export interface ReaderLink {
  readonly slot: number;
  /** Generation, then the generation that each reader uses. */
  readonly control: SharedArrayBuffer;
  readonly port: MessagePort;
  readonly state: TableState;
}

/** What the table says about a name: the rule that decides. */
export interface Match extends Rule {
  /** Labels of the rule's name: 0 for the root, 2 for `example.ma`. */
  readonly labels: number;
  readonly from: 'base' | 'overlay';
  /**
   * False only when the names on disk could not be read: the rule stands on its 64-bit hash alone, so that a failing disk
   * does not open the national list (see `TableReader.trouble`).
   */
  readonly confirmed: boolean;
}

export interface ReaderOptions {
  /** Confirmed names kept in memory, between this number and twice as many, about 150 bytes each. Default 8192. */
  readonly names?: number;
}

/** More rules than this for one name are never compared: a name of 127 labels under 8 rules each. */
const CANDIDATES = 1024;
/** Names that no rule is about, kept by their hash: a power of two, eight bytes each. */
const UNLISTED = 32_768;

/** Reads the table in one thread. Look-ups are synchronous and see every change that was published before they began. */
export class TableReader {
  private readonly link: ReaderLink;
  private readonly control: Int32Array;
  private readonly options: ReaderOptions;
  private state: TableState;
  private s!: Sections;
  private names!: NamesFile;
  private rows: Uint32Array | undefined;
  private overlay!: OverlayIndex;
  private key0 = 0;
  private key1 = 0;
  private keep2 = 0;
  private keep1 = 0;
  private shift = 0;
  private rootInBase = false;
  private readonly hashes = suffixHashes();
  private readonly rank = new Int32Array(CANDIDATES);
  /** Position in the base, or -1 - depth for the overlay. */
  private readonly position = new Int32Array(CANDIDATES);
  private readonly flags = new Uint8Array(CANDIDATES);
  private readonly category = new Uint8Array(CANDIDATES);
  private candidates = 0;
  /** A rule was found, whether the mask let it count or not. */
  private found = false;
  /**
   * Both lanes of names that no rule is about, so that what is asked again and again is looked for once. Emptied with every
   * change. A listed name would pass for one of them only if all 64 bits of a keyed hash met.
   */
  private readonly unlisted = new Uint32Array(2 * UNLISTED);
  private unlistedAt = -1;
  /** Hits of the hash whose name was another one: collisions that blocked nobody. */
  refuted = 0;
  /** The last error when reading names from disk, for the caller's monitoring. */
  trouble: unknown;

  constructor(link: ReaderLink, options: ReaderOptions = {}) {
    this.link = link;
    this.control = new Int32Array(link.control);
    this.options = options;
    this.state = link.state;
    this.attach(link.state);
    this.follow();
  }

  /** The generation of the table in use. */
  get generation(): number {
    return this.state.generation;
  }

  /** Reads from disk of the base in use. */
  get reads(): number {
    return this.names.reads;
  }

  private attach(state: TableState): void {
    const header = readHeader(state.base, 'the base table');
    this.s = sections(state.base, header.rules, header.bucketBits);
    this.names = new NamesFile(state.file, state.base.byteLength, this.s, this.options.names ?? 8192, state.names);
    this.rows = state.names && new Uint32Array(state.names.rows);
    [this.key0, this.key1] = header.key;
    [this.keep2, this.keep1] = header.keep;
    this.shift = header.bucketBits === 0 ? -1 : 32 - header.bucketBits;
    this.overlay = new OverlayIndex(state.overlay, header.key);
    this.state = state;
    this.unlistedAt = -1;
    const root = Uint8Array.of(0);
    hashSuffixes(root, 0, this.key0, this.key1, this.hashes, 0);
    this.candidates = 0;
    this.probe(0, true, undefined, undefined);
    this.rootInBase = this.candidates > 0;
    Atomics.store(this.control, 1 + this.link.slot, state.generation);
  }

  /** Takes the newest published state. Works in a thread that never returns to its event loop. */
  private follow(): void {
    const generation = Atomics.load(this.control, 0);
    if (generation !== this.state.generation) {
      let newest: TableState | undefined;
      for (let m = receiveMessageOnPort(this.link.port); m; m = receiveMessageOnPort(this.link.port))
        newest = m.message;
      if (newest) this.attach(newest);
    }
    this.overlay.follow();
  }

  /**
   * What decides about the uncompressed wire name at `offset`: the most specific rule among the categories in `mask` (all of
   * them without one), or nothing.
   * @throws DnsTableError `name`: not a well-formed name
   */
  lookup(wire: Uint8Array, offset = 0, mask?: CategoryMask): Match | undefined {
    this.follow();
    this.collect(wire, offset, mask);
    if (this.candidates === 0) return undefined;
    for (;;) {
      const best = this.takeBest();
      if (best === -1) return undefined;
      const at = this.position[best] as number;
      const depth = (this.rank[best] as number) >> 10;
      this.rank[best] = -1;
      let confirmed = true;
      if (at >= 0) {
        try {
          if (!this.names.confirm(wire, offset + (this.hashes.starts[depth] as number), at)) {
            this.refuted++;
            continue;
          }
        } catch (error) {
          this.trouble = error;
          confirmed = false;
        }
      }
      const flags = this.flags[best] as number;
      return {
        action: flags & ALLOW ? 'allow' : 'block',
        scope: flags & EXACT ? 'exact' : 'subtree',
        category: this.category[best] as number,
        labels: depth,
        from: at >= 0 ? 'base' : 'overlay',
        confirmed,
      };
    }
  }

  /** How many rules the hashes alone find for a name, without looking at names on disk: what a benchmark measures. */
  count(wire: Uint8Array, offset = 0, mask?: CategoryMask): number {
    this.follow();
    this.collect(wire, offset, mask);
    return this.candidates;
  }

  private collect(wire: Uint8Array, offset: number, mask: CategoryMask | undefined): void {
    const { hashes, overlay } = this;
    const overlaid = overlay.size > 0;
    const first = this.rootInBase || overlaid ? 0 : 1;
    const labels = hashSuffixes(wire, offset, this.key0, this.key1, hashes, first);
    this.candidates = 0;
    this.found = false;
    const { unlisted } = this;
    if (this.unlistedAt !== overlay.end) {
      unlisted.fill(0);
      this.unlistedAt = overlay.end;
    }
    const whole1 = hashes.lanes[2 * labels] as number;
    const whole2 = hashes.lanes[2 * labels + 1] as number;
    const memo = 2 * (whole2 & (UNLISTED - 1));
    if (unlisted[memo] === whole1 && unlisted[memo + 1] === whole2 && whole2 !== 0) return;
    for (let depth = first; depth <= labels; depth++) {
      let entry: OverlayName | undefined;
      if (overlaid) {
        entry = overlay.find(hashes.lanes[2 * depth] as number, wire, offset + (hashes.starts[depth] as number));
        if (entry) this.fromOverlay(depth, depth === labels, entry, mask);
      }
      this.probe(depth, depth === labels, entry, mask);
    }
    if (this.found) return;
    unlisted[memo] = whole1;
    unlisted[memo + 1] = whole2;
  }

  /** What the overlay says (`entry`) about the same name, scope and category replaces what the base says. */
  private probe(depth: number, whole: boolean, entry: OverlayName | undefined, mask: CategoryMask | undefined): void {
    const { rows } = this;
    const { starts, lane1, lane2 } = this.s;
    const lane = this.hashes.lanes[2 * depth] as number;
    const bucket = this.shift < 0 ? 0 : lane >>> this.shift;
    const high = ((this.hashes.lanes[2 * depth + 1] as number) & this.keep2) >>> 0;
    const low = lane & this.keep1;
    const end = starts[bucket + 1] as number;
    if (rows) {
      for (let at = starts[bucket] as number; at < end; at++) {
        if (rows[ROW * at] !== high) continue;
        const word = rows[ROW * at + 1] as number;
        if ((word & 0xffff) !== low) continue;
        const category = (word >>> 16) & 0xff;
        const flags = word >>> 24;
        if (!entry?.rules.has(ruleSlot(flags, category))) this.push(depth, whole, flags, category, at, mask);
      }
      return;
    }
    for (let at = starts[bucket] as number; at < end; at++) {
      if (lane2[at] !== high || lane1[at] !== low) continue;
      const category = this.s.categories[at] as number;
      const flags = ((this.s.flags[at >> 2] as number) >> (2 * (at & 3))) & 3;
      if (!entry?.rules.has(ruleSlot(flags, category))) this.push(depth, whole, flags, category, at, mask);
    }
  }

  private fromOverlay(depth: number, whole: boolean, entry: OverlayName, mask: CategoryMask | undefined): void {
    for (const [slot, flags] of entry.rules) {
      if (!(flags & REMOVED)) this.push(depth, whole, flags, slot & 0xff, -1 - depth, mask);
    }
  }

  private push(
    depth: number,
    whole: boolean,
    flags: number,
    category: number,
    position: number,
    mask: CategoryMask | undefined,
  ): void {
    if (flags & EXACT && !whole) return;
    this.found = true;
    if (mask && (((mask[category >> 5] as number) >>> (category & 31)) & 1) === 0) return;
    const rank = precedence(depth, flags, category);
    let n = this.candidates;
    if (n === CANDIDATES) {
      // Only the greatest matter: the new one takes the place of the least.
      n = 0;
      for (let i = 1; i < CANDIDATES; i++) if ((this.rank[i] as number) < (this.rank[n] as number)) n = i;
      if ((this.rank[n] as number) >= rank) return;
    } else this.candidates++;
    this.rank[n] = rank;
    this.position[n] = position;
    this.flags[n] = flags;
    this.category[n] = category;
  }

  private takeBest(): number {
    let best = -1;
    let rank = -1;
    for (let i = 0; i < this.candidates; i++) {
      if ((this.rank[i] as number) > rank) {
        rank = this.rank[i] as number;
        best = i;
      }
    }
    return best;
  }
}
