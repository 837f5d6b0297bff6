import { setImmediate as rest } from 'node:timers/promises';
import type { Category } from '../../profile/rules.ts';
import {
  type Format,
  type Listed,
  MAX_NAMES,
  MAX_UNPACKED,
  type ProtectedName,
  type Protects,
  type Skipped,
  type SkipReason,
  type Taken,
} from '../source.ts';
import { LINE_READERS, type LineReader } from './line-formats.ts';
import { linesOf, unpacked } from './lines.ts';
import { nameOf } from './name.ts';
import { rpzReader } from './rpz-zone.ts';
import { SeenNames } from './seen-names.ts';
import { tarEntries } from './tar.ts';

export interface ReadOptions {
  readonly format: Format;
  /** Of every name; in mixed lists, of those that bring no word of their own. */
  readonly category: Category | undefined;
  /** A mixed list's words to ours, both in lower case. What is not in it is not taken. */
  readonly categories: Readonly<Record<string, Category>>;
  /** A hosts file names each host; with this, each name stands for what is below it too. */
  readonly below: boolean;
  readonly protects: Protects;
  readonly maxNames?: number;
  readonly maxBytes?: number;
}

export interface ReadResult {
  taken: number;
  skipped: Skipped;
  byCategory: Partial<Record<Category, number>>;
  /** The first names that were left out because they are never blocked. */
  protected: ProtectedName[];
}

/** So many protected names are told by name; all are counted. */
const PROTECTED_TOLD = 200;

/**
 * Kinds of service rather than of harm: a family may close a big platform for a while, as no list may call it harmful. What
 * else is protected stays open in every kind.
 */
const SERVICES: ReadonlySet<Category> = new Set(['social', 'chat', 'games', 'video', 'shopping', 'dating']);

/**
 * Reads a list, whatever its size, in the memory of a chunk and 16 bytes a name; lets others work after each chunk.
 * `take` is given each name once. Lines that nobody understands are counted, never an error.
 * @throws TooLarge, Broken
 */
export async function readList(
  file: AsyncIterable<Uint8Array>,
  options: ReadOptions,
  take: (taken: Taken) => void | Promise<void>,
): Promise<ReadResult> {
  const result: ReadResult = { taken: 0, skipped: {}, byCategory: {}, protected: [] };
  const seen = new SeenNames();
  const words = new Map(Object.entries(options.categories));
  const skip = (why: SkipReason) => {
    result.skipped[why] = (result.skipped[why] ?? 0) + 1;
  };

  function judge(listed: Listed, own: Category | undefined): Taken | SkipReason {
    const category = listed.category === undefined ? own : words.get(listed.category);
    if (category === undefined) return 'category-unknown';
    const named = nameOf(listed.name);
    if (!named.ok) return named.why;
    const { name } = named;
    const scope = options.below && options.format === 'hosts' ? 'subtree' : listed.scope;
    if (listed.action === 'block') {
      const hurt = options.protects(name, scope === 'subtree');
      if (hurt && !(hurt.protection === 'platform' && SERVICES.has(category))) {
        if (result.protected.length < PROTECTED_TOLD) result.protected.push({ name, protection: hurt.protection });
        return 'protected';
      }
    }
    if (!seen.add(`${category} ${scope} ${listed.action} ${name}`)) return 'repeated';
    if (result.taken >= (options.maxNames ?? MAX_NAMES)) return 'too-many';
    return { name, scope, action: listed.action, category };
  }

  async function line(text: string | undefined, reader: LineReader, own: Category | undefined): Promise<void> {
    const read = text === undefined ? 'line-too-long' : reader(text);
    if (read === undefined) return;
    if (typeof read === 'string') return skip(read);
    for (const listed of read) {
      const taken = judge(listed, own);
      if (typeof taken === 'string') skip(taken);
      else {
        result.taken++;
        result.byCategory[taken.category] = (result.byCategory[taken.category] ?? 0) + 1;
        await take(taken);
      }
    }
  }

  async function text(chunks: AsyncIterable<Uint8Array>, reader: LineReader, own: Category | undefined): Promise<void> {
    for await (const lines of linesOf(chunks)) {
      for (const one of lines) await line(one, reader, own);
      await rest();
    }
  }

  const bytes = unpacked(file, options.maxBytes ?? MAX_UNPACKED);
  if (options.format === 'ut1') {
    for await (const entry of tarEntries(bytes)) {
      const [base, folder = ''] = entry.name.split('/').reverse();
      const own = words.get(folder.toLowerCase());
      if (base !== 'domains') skip('other-file');
      else if (own === undefined) skip('category-unknown');
      else await text(entry.content, LINE_READERS.plain(), own);
    }
  } else {
    const reader = options.format === 'rpz' ? rpzReader() : LINE_READERS[options.format]();
    await text(bytes, reader, options.category);
  }
  return result;
}
