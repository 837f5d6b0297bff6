import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Platform } from '../../../platform/platform.ts';
import type { Basis } from '../entry/refusal.ts';
import { FEED_NO_CONTRACT, FEED_SINCE } from '../errors.ts';
import { FEED_PAGE, type Feed, type FeedChange } from '../feed/feed.ts';
import { tables } from '../schema.ts';
import { changesFile, changesFor, type FeedFormat, fileOf, linesFor } from './files.ts';
import { type Evidence, hashOf, macOf, saltOf, trace } from './mark.ts';
import { traceZone, type ZoneEvidence } from './zone-trace.ts';

/** Files kept, so that a partner that asks again while nothing changed costs nothing. */
const KEPT = 32;
/** More prefixes in one question would be the whole list by another name. */
export const MOST_PREFIXES = 100;
/** Hexadecimal digits of a prefix: 4 bytes. */
export const PREFIX_DIGITS = 8;

export interface FeedFile {
  serial: number;
  body: Buffer;
  etag: string;
  sha256: string;
  /** Detached Ed25519 signature of the body, base64. */
  signature: string;
}

/**
 * Files for organisations whose systems take no zones: a court's entries in clear, marked and signed; of what shows the
 * abuse of children only salted hashes, asked for by their prefixes.
 */
export function createFeedFiles(platform: Platform, feed: Feed) {
  const { db, clock, keys } = platform;
  const mac = macOf(keys, 'feed');
  const signer = keys.signer('blocking.feed');
  const cache = new Map<string, FeedFile>();

  function signed(serial: number, text: string, key: string): FeedFile {
    const body = Buffer.from(text);
    const sha256 = createHash('sha256').update(body).digest('hex');
    const file: FeedFile = {
      serial,
      body,
      sha256,
      etag: `"${sha256.slice(0, 32)}"`,
      signature: signer.sign(body).toString('base64'),
    };
    cache.set(key, file);
    if (cache.size > KEPT) cache.delete(cache.keys().next().value as string);
    return file;
  }

  async function note(organisation: string, what: string, serial: number): Promise<void> {
    const at = clock.now();
    await tables(db)
      .insertInto('blocking.feed_fetch')
      .values({ organisation, feed: what, serial, first_at: at, at })
      .onConflict((c) => c.columns(['organisation', 'feed']).doUpdateSet({ serial, at }))
      .execute();
  }

  /**
   * A key opens the interface, a contract the list: without one that is in force and names the basis nothing goes out.
   * @throws BLOCKING_FEED_NO_CONTRACT
   */
  async function mustHaveContract(organisation: string, basis: Basis): Promise<void> {
    const now = clock.now();
    const contracts = await tables(db)
      .selectFrom('blocking.partner')
      .select(['bases'])
      .where('organisation', '=', organisation)
      .where('from_at', '<=', now)
      .where((eb) => eb.or([eb('until_at', 'is', null), eb('until_at', '>', now)]))
      .execute();
    if (!contracts.some((c) => c.bases.includes(basis))) throw FEED_NO_CONTRACT();
  }

  async function allSince(serial: number): Promise<FeedChange[]> {
    const out: FeedChange[] = [];
    for (let from = serial; ; ) {
      const page = await feed.since(from);
      out.push(...page);
      if (page.length < FEED_PAGE) return out;
      from = (page.at(-1) as FeedChange).serial;
    }
  }

  return {
    publicKeyPem: signer.publicKeyPem,

    /**
     * A court's entries as a file for one organisation. @param since only what changed after that serial; the whole, with
     * `full: true`, when that cannot be told any more. @throws BLOCKING_FEED_SINCE, BLOCKING_FEED_NO_CONTRACT
     */
    async court(organisation: string, format: FeedFormat, since?: number): Promise<FeedFile> {
      await mustHaveContract(organisation, 'court');
      if (since !== undefined && format !== 'csv' && format !== 'json') throw FEED_SINCE();
      const now = await feed.serial();
      if (since !== undefined && (!Number.isSafeInteger(since) || since < 0 || since > now)) throw FEED_SINCE();
      const key = `${organisation} ${format} ${since ?? ''} ${now}`;
      const kept = cache.get(key);
      await note(organisation, `court.${format}`, now);
      if (kept) return kept;
      const { serial, listed } = await feed.snapshot();
      const court = listed.filter((l) => l.basis === 'court');
      if (since !== undefined && (format === 'csv' || format === 'json')) {
        const changes = (await allSince(since)).filter((c) => c.basis === 'court' && c.serial <= serial);
        const told = changesFor(mac, organisation, changes, court);
        if (told) return signed(serial, changesFile(format, serial, since, told), key);
      }
      return signed(serial, fileOf(format, serial, linesFor(mac, organisation, court)), key);
    },

    /** Prefixes of all hashes of what shows abuse, with the organisation's own salt. */
    async prefixes(organisation: string): Promise<{ serial: number; salt: string; prefixes: string[] }> {
      await mustHaveContract(organisation, 'csam');
      const salt = saltOf(mac, organisation);
      const { serial, listed } = await feed.snapshot();
      const csam = listed.filter((l) => l.basis === 'csam');
      const prefixes = new Set(csam.map((l) => hashOf(salt, l).slice(0, PREFIX_DIGITS)));
      await note(organisation, 'csam.prefixes', serial);
      return { serial, salt, prefixes: [...prefixes].sort() };
    },

    /** The whole hashes behind prefixes: a prefix alone blocks nobody. */
    async hashes(organisation: string, asked: readonly string[]): Promise<{ serial: number; hashes: string[] }> {
      await mustHaveContract(organisation, 'csam');
      const salt = saltOf(mac, organisation);
      const { serial, listed } = await feed.snapshot();
      const wanted = new Set(asked);
      const hashes = listed
        .filter((l) => l.basis === 'csam')
        .map((l) => hashOf(salt, l))
        .filter((h) => wanted.has(h.slice(0, PREFIX_DIGITS)));
      return { serial, hashes: hashes.sort() };
    },
  };
}
export type FeedFiles = ReturnType<typeof createFeedFiles>;

/** What a leaked text says of whom it was made for. */
export interface Leak {
  /** By organisation. */
  files: Evidence[];
  /** By contract. */
  zones: (ZoneEvidence & { organisation: string; name: string })[];
}

/** Whose file or zone a text came from, of all who ever fetched a file or had a contract for zones. */
export async function traceLeak(
  { db, keys, markDomains }: Pick<Platform, 'db' | 'keys'> & { markDomains: readonly string[] },
  text: string,
): Promise<Leak> {
  const { rows: entries } = await sql<{ kind: string; target: string }>`
    select distinct e.kind, e.target from blocking.entry e join blocking.feed_entry f on f.entry = e.id
    where e.target is not null`.execute(db);
  const fetched = await tables(db).selectFrom('blocking.feed_fetch').select('organisation').distinct().execute();
  const partners = await tables(db).selectFrom('blocking.partner').select(['id', 'organisation', 'name']).execute();
  const files = trace(
    text,
    entries,
    fetched.map((f) => f.organisation),
    macOf(keys, 'feed'),
  );
  const own = markDomains.map((target) => ({ kind: 'domain', target }));
  const ids = partners.map((p) => p.id);
  const zones = traceZone(text, [...entries, ...own], ids, macOf(keys, 'zone')).map((e) => {
    const { organisation = '', name = '' } = partners.find((p) => p.id === e.partner) ?? {};
    return { ...e, organisation, name };
  });
  return { files, zones };
}
