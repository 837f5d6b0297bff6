import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Db, isConnectionError, transaction } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import type { Country, RetentionRuleId } from '../country/index.ts';
import { ALREADY_PURGED, HOLD_INVALID, HOLD_UNKNOWN, RECORD_UNKNOWN } from './errors.ts';
import { holdEnded } from './events.ts';
import { after, dueBefore, type HoldEvent, type HoldKind, stops } from './hold.ts';
import { type HoldRow, type PurgeRow, type Subject, tables } from './schema.ts';

export { holdEnded } from './events.ts';
export type { HoldKind } from './hold.ts';
export { retentionRoutes } from './retention.routes.tsx';
export type { Subject } from './schema.ts';

const BATCH = 200;
const MAX_TEXT = 200;
const MAX_REASON = 2000;

/** A record whose time is over, and everything that a hold may lie on for it. */
export interface Candidate {
  id: string;
  related: readonly Subject[];
}

/** What a module knows about one rule of the country pack: whom it concerns, and how they are destroyed. */
export interface RetentionHandler {
  rule: RetentionRuleId;
  /** `<schema>.<table>` of the records. */
  recordType: string;
  /** Records that came to their end before `before`, in the order of their ids, after `cursor`. */
  due(tx: Db, before: Date, limit: number, cursor: string | undefined): Promise<Candidate[]>;
  /**
   * Destroys what the rule says, if it is still due. Answers the wrapped data keys that went; undefined when nothing was
   * destroyed because something happened to the record meanwhile.
   */
  purge(tx: Db, id: string, before: Date): Promise<readonly Buffer[] | undefined>;
}

export interface NewHold {
  subject: Subject;
  kind: HoldKind;
  authority: string;
  reference: string;
  reason: string;
  /** The day on which a preservation request runs out; null for a legal hold without an end. */
  until: Date | null;
}

export interface HoldView extends Omit<HoldRow, 'data_key' | 'reason' | 'end_reason'> {
  reason: string;
  endReason: string;
}

/** Deletion by rule, and what stops it. Modules register what they keep; nobody else deletes a person's words. */
export function createRetention(platform: Platform, deps: { country: Country }) {
  const { db, clock, random, keys, log, ticks } = platform;
  const handlers = new Map<RetentionRuleId, RetentionHandler>();
  /** Answers whether somebody still works with one of these: as good as a hold, without anybody opening one. */
  const users: ((tx: Db, subjects: readonly Subject[]) => Promise<boolean>)[] = [];
  /** Answers whether a record exists; a hold on nothing would be a false promise. */
  const finders = new Map<string, (tx: Db, id: string) => Promise<boolean>>();

  /** Whoever holds and whoever deletes one record wait for each other, in one order. */
  async function lock(tx: Db, subjects: readonly Subject[]): Promise<void> {
    const names = [...new Set(subjects.map((s) => `retention:${s.type}:${s.id}`))].sort();
    for (const name of names) await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx);
  }

  async function audit(
    tx: Db,
    actor: string,
    action: string,
    subject: string,
    detail: Record<string, string | number>,
  ) {
    await recordAudit(tx, { id: uuidv7(clock, random), at: clock.now(), actor, action, subject, detail });
  }

  const held = async (tx: Db, subjects: readonly Subject[], now: Date): Promise<boolean> => {
    const rows = await tables(tx)
      .selectFrom('retention.hold')
      .select(['state', 'until'])
      .where('state', '=', 'open')
      .where(
        sql<boolean>`(subject_type, subject) in (select * from unnest(${subjects.map((s) => s.type)}::text[], ${subjects.map((s) => s.id)}::uuid[]))`,
      )
      .execute();
    return rows.some((row) => stops(row, now));
  };

  async function locked(tx: Db, id: string): Promise<HoldRow> {
    const row = await tables(tx)
      .selectFrom('retention.hold')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw HOLD_UNKNOWN();
    return row;
  }

  const context = (id: string) => `retention.hold:${id}`;
  const opened = (row: HoldRow, field: 'reason' | 'end_reason'): string => {
    const box = row[field];
    return box && row.data_key ? keys.openRecordKey(row.data_key, context(row.id)).openText(box, field) : '';
  };
  const view = (row: HoldRow): HoldView => {
    const { data_key: _key, reason: _reason, end_reason: _end, ...rest } = row;
    return { ...rest, reason: opened(row, 'reason'), endReason: opened(row, 'end_reason') };
  };

  const words = (text: string, max: number): string => {
    const trimmed = text.trim();
    if (!trimmed || trimmed.length > max) throw HOLD_INVALID({ max });
    return trimmed;
  };

  /** Moves a hold by its state machine. @throws RETENTION_HOLD_TRANSITION */
  async function move(tx: Db, id: string, event: HoldEvent, actor: string, patch: Partial<HoldRow>): Promise<void> {
    const row = await locked(tx, id);
    const state = after(row.state, event);
    const ended = state === 'open' ? {} : { ended_at: clock.now(), ended_by: actor };
    await tables(tx)
      .updateTable('retention.hold')
      .set({ ...patch, ...ended, state })
      .where('id', '=', id)
      .execute();
    await audit(tx, actor, `retention.hold.${event}`, context(id), { record: `${row.subject_type}:${row.subject}` });
    if (state !== 'open') await platform.events.emit(tx, holdEnded, { hold: id, actor, at: clock.now() });
  }

  /** Destroys one record, unless somebody holds it. True when it is destroyed. */
  async function purgeOne(handler: RetentionHandler, candidate: Candidate, months: number, before: Date) {
    const subject = { type: handler.recordType, id: candidate.id };
    return transaction(db, async (tx) => {
      await lock(tx, [subject, ...candidate.related]);
      const subjects = [subject, ...candidate.related];
      if (await held(tx, subjects, clock.now())) return false;
      for (const inUse of users) if (await inUse(tx, subjects)) return false;
      const destroyed = await handler.purge(tx, candidate.id, before);
      if (!destroyed) return false;
      const row: PurgeRow = {
        id: uuidv7(clock, random),
        rule: handler.rule,
        record_type: handler.recordType,
        record: candidate.id,
        months,
        key_digests: destroyed.map((key) => createHash('sha256').update(key).digest('hex')),
        at: clock.now(),
      };
      await tables(tx).insertInto('retention.purge').values(row).execute();
      await audit(tx, 'system', 'retention.purged', `${handler.recordType}:${candidate.id}`, {
        rule: handler.rule,
        months,
        keys: row.key_digests.join(' '),
      });
      return true;
    });
  }

  /** Destroys everything whose time is over. Answers how many records went. */
  async function purgeDue(now: Date): Promise<number> {
    let gone = 0;
    for (const rule of deps.country.retentionRules()) {
      const handler = handlers.get(rule.id);
      if (!handler) continue;
      const before = dueBefore(now, rule.months);
      let cursor: string | undefined;
      for (;;) {
        const candidates = await handler.due(db, before, BATCH, cursor);
        for (const candidate of candidates) {
          const ok = await purgeOne(handler, candidate, rule.months, before).catch((err: unknown) => {
            if (isConnectionError(err)) throw err;
            // One record at fault must not keep all others for ever.
            log.error({ err, rule: rule.id, record: candidate.id }, 'a record could not be destroyed; it stays due');
            return false;
          });
          if (ok) gone += 1;
        }
        if (candidates.length < BATCH) break;
        cursor = candidates.at(-1)?.id;
      }
    }
    return gone;
  }

  /** Requests that ran out are said to have done so; they stopped nothing from that moment on anyway. */
  async function sweepHolds(now: Date): Promise<void> {
    const over = await tables(db)
      .selectFrom('retention.hold')
      .select('id')
      .where('state', '=', 'open')
      .where('until', '<=', now)
      .limit(BATCH)
      .execute();
    for (const { id } of over)
      await transaction(db, async (tx) => {
        const row = await locked(tx, id);
        if (row.state === 'open' && !stops(row, clock.now())) await move(tx, id, 'ran-out', 'system', {});
      });
  }

  ticks.every('retention.sweep', 600_000, async (now) => {
    await sweepHolds(now);
    await purgeDue(now);
  });

  return {
    platform,
    country: deps.country,

    /** Declares what a module keeps under a rule of the pack. Once per rule. */
    register(handler: RetentionHandler): void {
      if (handlers.has(handler.rule)) throw new Error(`retention rule ${handler.rule} is registered twice`);
      handlers.set(handler.rule, handler);
    },
    /** Declares who may still need a record that others think is over. */
    registerUser(inUse: (tx: Db, subjects: readonly Subject[]) => Promise<boolean>): void {
      users.push(inUse);
    },
    /** Declares records that can be held. */
    registerSubject(type: string, exists: (tx: Db, id: string) => Promise<boolean>): void {
      finders.set(type, exists);
    },
    subjectTypes: () => [...finders.keys()],
    /** Kinds of records that holds and proofs speak of. */
    recordTypes: () => [...new Set([...finders.keys(), ...[...handlers.values()].map((h) => h.recordType)])],
    /** Rules of the pack that no module acts on: said at the start and on the page, never passed over. */
    unhandled: () => deps.country.retentionRules().filter((rule) => !handlers.has(rule.id)),

    purgeDue,

    /**
     * Stops the clock of a record, in the caller's transaction.
     * @throws RETENTION_HOLD_INVALID, RETENTION_RECORD_UNKNOWN, RETENTION_ALREADY_PURGED
     */
    async hold(tx: Db, given: NewHold, actor: string): Promise<string> {
      const authority = words(given.authority, MAX_TEXT);
      const reference = words(given.reference, MAX_TEXT);
      const reason = words(given.reason, MAX_REASON);
      const now = clock.now();
      if (given.kind === 'preservation' && !given.until) throw HOLD_INVALID({ max: MAX_REASON });
      if (given.until && given.until <= now) throw HOLD_INVALID({ max: MAX_REASON });
      await lock(tx, [given.subject]);
      const exists = finders.get(given.subject.type);
      if (!exists || !(await exists(tx, given.subject.id))) throw RECORD_UNKNOWN();
      const purged = await tables(tx)
        .selectFrom('retention.purge')
        .select('id')
        .where('record', '=', given.subject.id)
        .where('record_type', '=', given.subject.type)
        .limit(1)
        .executeTakeFirst();
      if (purged) throw ALREADY_PURGED();
      const id = uuidv7(clock, random);
      const { wrapped, key } = keys.newRecordKey(context(id));
      const row: HoldRow = {
        id,
        subject_type: given.subject.type,
        subject: given.subject.id,
        kind: given.kind,
        authority,
        reference,
        state: 'open',
        until: given.until,
        opened_at: now,
        opened_by: actor,
        ended_at: null,
        ended_by: null,
        data_key: wrapped,
        reason: key.seal(reason, 'reason'),
        end_reason: null,
      };
      await tables(tx).insertInto('retention.hold').values(row).execute();
      await audit(tx, actor, 'retention.hold.opened', context(id), {
        kind: given.kind,
        record: `${given.subject.type}:${given.subject.id}`,
      });
      return id;
    },

    /** Asks for longer: later than now, and later than before. @throws RETENTION_HOLD_INVALID, RETENTION_HOLD_TRANSITION */
    async extend(tx: Db, id: string, until: Date, actor: string): Promise<void> {
      const row = await locked(tx, id);
      if (until <= clock.now() || (row.until && until <= row.until)) throw HOLD_INVALID({ max: MAX_REASON });
      await move(tx, id, 'extended', actor, { until });
    },

    /** Ends a hold; the clock goes on from where the record came to its end. @throws RETENTION_HOLD_TRANSITION */
    async release(tx: Db, id: string, typed: string, actor: string): Promise<void> {
      const reason = words(typed, MAX_REASON);
      const row = await locked(tx, id);
      if (!row.data_key) throw HOLD_UNKNOWN();
      const key = keys.openRecordKey(row.data_key, context(id));
      await move(tx, id, 'released', actor, { end_reason: key.seal(reason, 'end_reason') });
    },

    /** Whether any of these is held now. */
    isHeld: (tx: Db, subjects: readonly Subject[]) => held(tx, subjects, clock.now()),

    /** Open ones first, newest first. */
    async holds(limit = 100): Promise<HoldView[]> {
      const rows = await tables(db)
        .selectFrom('retention.hold')
        .selectAll()
        .orderBy(sql`state <> 'open'`)
        .orderBy('opened_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(view);
    },

    /** Proofs of deletion, newest first. */
    purges: (limit = 50) =>
      tables(db)
        .selectFrom('retention.purge')
        .selectAll()
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),

    /** What a rule would destroy now if nobody held it, at most `limit`. */
    async dueCount(rule: RetentionRuleId, months: number, limit = BATCH): Promise<number> {
      const handler = handlers.get(rule);
      return handler ? (await handler.due(db, dueBefore(clock.now(), months), limit, undefined)).length : 0;
    },
  };
}
export type Retention = ReturnType<typeof createRetention>;
