import { type Db, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor, ApiScope, MachineActor } from './actor.ts';
import { audit } from './audit-trail.ts';
import { newApiKey, parseApiKey, sameHash } from './credentials/tokens.ts';
import { API_KEY_BUSY, API_KEY_INVALID, API_KEY_UNKNOWN, ORGANISATION_UNKNOWN } from './errors.ts';
import { authorize } from './policy.ts';
import { tables } from './schema.ts';
import { Buckets } from './throttle.ts';

/** Milliseconds that a key is remembered: a revoked one may work so much longer on other processes. */
const CACHE_MS = 10_000;
const CACHE_ENTRIES = 1_000;
/** `last_used_at` moves at most this often (milliseconds). */
const USED_EVERY_MS = 60_000;
const DEFAULT_RATE = 600;

export interface ApiKeyInfo {
  id: string;
  organisationId: string;
  organisationName: string;
  name: string;
  /** `esk_<prefix>_…`: enough to tell keys apart. */
  prefix: string;
  scopes: readonly ApiScope[];
  ratePerMinute: number;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface NewKey {
  organisationId: string;
  name: string;
  scopes: readonly ApiScope[];
  /** Calls per minute; 600 unless given. */
  ratePerMinute?: number;
}

interface CachedKey {
  actor: MachineActor;
  hash: Buffer;
  ratePerMinute: number;
}

const NO_HASH = Buffer.alloc(32);

export function createApiKeys(platform: Platform) {
  const { clock, random, db } = platform;
  const cache = new Map<string, { key: CachedKey | undefined; until: number }>();
  const buckets = new Buckets();
  const usedAt = new Map<string, number>();

  async function load(prefix: string): Promise<CachedKey | undefined> {
    const row = await tables(db)
      .selectFrom('identity.api_key')
      .select(['id', 'organisation', 'hash', 'scopes', 'rate_per_minute'])
      .where('prefix', '=', prefix)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return (
      row && {
        actor: { kind: 'machine', keyId: row.id, organisationId: row.organisation, scopes: row.scopes },
        hash: row.hash,
        ratePerMinute: row.rate_per_minute,
      }
    );
  }

  async function lookUp(prefix: string): Promise<CachedKey | undefined> {
    const now = clock.now().getTime();
    const known = cache.get(prefix);
    if (known && known.until > now) return known.key;
    const key = await load(prefix);
    cache.delete(prefix);
    cache.set(prefix, { key, until: now + CACHE_MS });
    if (cache.size > CACHE_ENTRIES) cache.delete(cache.keys().next().value as string);
    return key;
  }

  async function touch(keyId: string): Promise<void> {
    const now = clock.now();
    if (now.getTime() - (usedAt.get(keyId) ?? Number.NEGATIVE_INFINITY) < USED_EVERY_MS) return;
    usedAt.set(keyId, now.getTime());
    await tables(db).updateTable('identity.api_key').set({ last_used_at: now }).where('id', '=', keyId).execute();
  }

  /** Makes a key in the caller's transaction; `secretText` is shown once. Throws IDENTITY_ORGANISATION_UNKNOWN. */
  async function insert(tx: Db, by: Actor | 'system', given: NewKey): Promise<{ id: string; secretText: string }> {
    const organisation = await tables(tx)
      .selectFrom('identity.organisation')
      .select('id')
      .where('id', '=', given.organisationId)
      .executeTakeFirst();
    if (!organisation) throw ORGANISATION_UNKNOWN();
    const { secretText, prefix, hash } = newApiKey(random);
    const id = uuidv7(clock, random);
    await tables(tx)
      .insertInto('identity.api_key')
      .values({
        id,
        organisation: given.organisationId,
        name: given.name.trim(),
        prefix,
        hash,
        scopes: [...given.scopes],
        rate_per_minute: given.ratePerMinute ?? DEFAULT_RATE,
        created_at: clock.now(),
        last_used_at: null,
        revoked_at: null,
      })
      .execute();
    await audit(platform, tx, by, 'api-key.created', `api-key:${id}`, {
      organisation: given.organisationId,
      scopes: [...given.scopes],
    });
    return { id, secretText };
  }

  return {
    insert,

    create(actor: Actor, given: NewKey): Promise<{ id: string; secretText: string }> {
      authorize(actor, 'apikey.manage');
      return transaction(db, (tx) => insert(tx, actor, given));
    },

    /** Throws IDENTITY_API_KEY_UNKNOWN when there is no such key that still works. */
    async revoke(actor: Actor, id: string): Promise<void> {
      authorize(actor, 'apikey.manage');
      const prefix = await transaction(db, async (tx) => {
        const row = await tables(tx)
          .updateTable('identity.api_key')
          .set({ revoked_at: clock.now() })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .returning('prefix')
          .executeTakeFirst();
        if (!row) throw API_KEY_UNKNOWN();
        await audit(platform, tx, actor, 'api-key.revoked', `api-key:${id}`);
        return row.prefix;
      });
      cache.delete(prefix);
    },

    /** All keys, those that work first, then by organisation and name. */
    async list(): Promise<ApiKeyInfo[]> {
      return tables(db)
        .selectFrom('identity.api_key as k')
        .innerJoin('identity.organisation as o', 'o.id', 'k.organisation')
        .select(['k.id', 'o.id as organisationId', 'o.name as organisationName', 'k.name', 'k.prefix', 'k.scopes'])
        .select(['k.rate_per_minute as ratePerMinute', 'k.created_at as createdAt'])
        .select(['k.last_used_at as lastUsedAt', 'k.revoked_at as revokedAt'])
        .orderBy((eb) => eb('k.revoked_at', 'is not', null))
        .orderBy('o.name')
        .orderBy('k.name')
        .orderBy('k.id')
        .execute();
    },

    /**
     * The machine behind an `Authorization` header. Throws IDENTITY_API_KEY_INVALID (missing, malformed, unknown and
     * revoked alike) and, over the key's rate, IDENTITY_API_KEY_BUSY with `seconds`.
     */
    async authenticate(header: string | undefined): Promise<MachineActor> {
      const given = parseApiKey(header);
      if (!given) throw API_KEY_INVALID();
      const key = await lookUp(given.prefix);
      if (!sameHash(key?.hash ?? NO_HASH, given.hash) || !key) throw API_KEY_INVALID();
      const waitMs = buckets.take(key.actor.keyId, key.ratePerMinute, clock.now());
      if (waitMs > 0) throw API_KEY_BUSY({ seconds: Math.ceil(waitMs / 1000) });
      await touch(key.actor.keyId);
      return key.actor;
    },
  };
}

export type ApiKeys = ReturnType<typeof createApiKeys>;
