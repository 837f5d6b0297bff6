import { createHash } from 'node:crypto';
import { type Db, isConnectionError, transaction } from '../../platform/db.ts';
import type { Lang } from '../../platform/i18n/index.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Answers, answersSchema, type SealedAnswers, sealedSchema } from './answers.ts';
import { detectDanger } from './danger/index.ts';
import { raiseDanger } from './danger-paging.ts';
import { DRAFT_GONE } from './errors.ts';
import { wordsOfAddress } from './intake.ts';
import type { DraftState, ReportingTables } from './schema.ts';

export interface Draft {
  id: string;
  language: Lang;
  state: DraftState;
  answers: Answers;
  sealed: SealedAnswers;
  startedAt: Date;
  touchedAt: Date;
}

/** A draft nobody touched for this long is abandoned: narrative and contact go. */
export const ABANDON_AFTER_MS = 30 * 60_000;
const DAY_MS = 24 * 3600_000;
/** What is left of an abandoned draft, and of one that was sent, goes after this long. */
const FORGET_AFTER_MS = [
  ['unfinished', 30 * DAY_MS],
  ['sent', DAY_MS],
] as const;

const hashToken = (token: string) => createHash('sha256').update(token).digest();
const context = (id: string) => `reporting.draft:${id}`;

/** Kinds of danger in the texts of a draft. */
function kindsIn(answers: Answers, sealed: SealedAnswers): string[] {
  const contact = sealed.contact
    ? [sealed.contact.value, sealed.contact.when, sealed.contact.sharedWith, sealed.contact.codeWord ?? '']
    : [];
  const texts = [
    sealed.narrative,
    sealed.whereabouts,
    ...contact,
    ...answers.links.map(wordsOfAddress),
    ...sealed.accounts.map((a) => a.name),
  ];
  const kinds = new Set(texts.flatMap((t) => (t ? detectDanger(t).map((s) => s.kind as string) : [])));
  return [...kinds].sort();
}

/** Drafts are kept on the server, sealed; the browser holds only a random token in a session cookie. */
export function createDrafts(platform: Platform) {
  const { clock, random, keys } = platform;

  function toDraft(row: ReportingTables['reporting.draft']): Draft {
    const sealed =
      row.data_key && row.sealed
        ? keys.openRecordKey(row.data_key, context(row.id)).openText(row.sealed, 'sealed')
        : '{}';
    return {
      id: row.id,
      language: row.language,
      state: row.state,
      answers: answersSchema.parse(row.answers),
      sealed: sealedSchema.parse(JSON.parse(sealed)),
      startedAt: row.created_at,
      touchedAt: row.touched_at,
    };
  }

  return {
    /** A new draft, always empty: opening the page again never shows an earlier one. */
    async create(db: Db, language: Lang): Promise<{ draft: Draft; token: string }> {
      const id = uuidv7(clock, random);
      const token = random.bytes(32).toString('base64url');
      const { wrapped, key } = keys.newRecordKey(context(id));
      const now = clock.now();
      const row: ReportingTables['reporting.draft'] = {
        id,
        token_hash: hashToken(token),
        language,
        state: 'open',
        answers: JSON.stringify(answersSchema.parse({})),
        data_key: wrapped,
        sealed: key.seal('{}', 'sealed'),
        danger: false,
        created_at: now,
        touched_at: now,
      };
      await db.withTables<ReportingTables>().insertInto('reporting.draft').values(row).execute();
      return {
        draft: {
          id,
          language,
          state: 'open',
          answers: answersSchema.parse({}),
          sealed: sealedSchema.parse({}),
          startedAt: now,
          touchedAt: now,
        },
        token,
      };
    },

    /** The draft of a browser; undefined when there is none, or when it was abandoned. */
    async find(db: Db, token: string | undefined): Promise<Draft | undefined> {
      if (!token || token.length > 100) return undefined;
      const row = await db
        .withTables<ReportingTables>()
        .selectFrom('reporting.draft')
        .selectAll()
        .where('token_hash', '=', hashToken(token))
        .executeTakeFirst();
      if (!row || row.state === 'unfinished') return undefined;
      if (row.state === 'open' && row.touched_at.getTime() + ABANDON_AFTER_MS < clock.now().getTime()) return undefined;
      return toDraft(row);
    },

    /**
     * Keeps the answers of one step. Danger, said or in any word typed, pages somebody in the same transaction:
     * it does not wait for the report to be sent.
     */
    async save(
      db: Db,
      draft: Draft,
      change: { answers?: Partial<Answers>; sealed?: Partial<SealedAnswers> },
    ): Promise<Draft> {
      const answers = { ...draft.answers, ...change.answers };
      const sealed = { ...draft.sealed, ...change.sealed };
      const kinds = [...new Set([...answers.kinds, ...kindsIn(answers, sealed)])].sort();
      const declared = answers.danger === 'yes';
      const rings =
        (declared && draft.answers.danger !== 'yes') ||
        kinds.length > draft.answers.kinds.length ||
        !!change.sealed?.whereabouts;
      const next: Draft = { ...draft, answers: { ...answers, kinds }, sealed, touchedAt: clock.now() };
      await transaction(db, async (tx) => {
        const q = tx.withTables<ReportingTables>();
        const row = await q
          .selectFrom('reporting.draft')
          .select(['data_key', 'state'])
          .where('id', '=', draft.id)
          .forUpdate()
          .executeTakeFirst();
        // Left or sent in this very moment: what was wiped must not come back.
        if (row?.state !== 'open') throw DRAFT_GONE();
        const { wrapped, key } = row.data_key
          ? { wrapped: row.data_key, key: keys.openRecordKey(row.data_key, context(draft.id)) }
          : keys.newRecordKey(context(draft.id));
        await q
          .updateTable('reporting.draft')
          .set({
            answers: JSON.stringify(next.answers),
            data_key: wrapped,
            sealed: key.seal(JSON.stringify(sealed), 'sealed'),
            danger: declared || kinds.length > 0,
            touched_at: next.touchedAt,
          })
          .where('id', '=', draft.id)
          .execute();
        if (rings)
          await raiseDanger(tx, platform, {
            subjectKind: 'draft',
            subject: draft.id,
            report: null,
            kinds,
            category: answers.category ?? null,
            declared,
          });
      });
      return next;
    },

    /** "Leave" or time ran out: address, account, category and danger stay for the hotline; the rest is destroyed. */
    async abandon(db: Db, id: string): Promise<void> {
      await transaction(db, async (tx) => {
        const q = tx.withTables<ReportingTables>();
        const row = await q
          .selectFrom('reporting.draft')
          .selectAll()
          .where('id', '=', id)
          .where('state', '=', 'open')
          .forUpdate()
          .executeTakeFirst();
        if (!row) return;
        const draft = toDraft(row);
        const { answers, sealed } = draft;
        const useful =
          row.danger || answers.links.length > 0 || sealed.accounts.length > 0 || answers.category !== undefined;
        if (!useful) {
          await q.deleteFrom('reporting.draft').where('id', '=', id).execute();
          return;
        }
        const kept = answersSchema.parse({
          category: answers.category,
          danger: answers.danger,
          kinds: answers.kinds,
          links: answers.links,
        });
        // A new data key: the old one, and with it the narrative and the contact, is gone from here and from later backups.
        const { wrapped, key } = keys.newRecordKey(context(id));
        await q
          .updateTable('reporting.draft')
          .set({
            state: 'unfinished',
            answers: JSON.stringify(kept),
            data_key: wrapped,
            // "Where I am" was given so that somebody can come: it stays while the danger does.
            sealed: key.seal(
              JSON.stringify({ accounts: sealed.accounts, whereabouts: row.danger ? sealed.whereabouts : '' }),
              'sealed',
            ),
          })
          .where('id', '=', id)
          .execute();
      });
    },

    /** Abandons what nobody touched, forgets what is old. */
    async sweep(db: Db, now: Date): Promise<void> {
      const q = db.withTables<ReportingTables>();
      const stale = await q
        .selectFrom('reporting.draft')
        .select('id')
        .where('state', '=', 'open')
        .where('touched_at', '<', new Date(now.getTime() - ABANDON_AFTER_MS))
        .limit(200)
        .execute();
      for (const { id } of stale)
        await this.abandon(db, id).catch((err: unknown) => {
          if (isConnectionError(err)) throw err;
          // One draft that can't be read must not keep what the others hold.
          platform.log.error({ err, draft: id }, 'a draft could not be abandoned');
        });
      // One state a statement: each has its own index of what is oldest, and "not open" would have none.
      for (const [state, afterMs] of FORGET_AFTER_MS)
        await q
          .deleteFrom('reporting.draft')
          .where('state', '=', state)
          .where('touched_at', '<', new Date(now.getTime() - afterMs))
          .execute();
    },

    /** Unfinished drafts for the desk, newest first. */
    async unfinished(db: Db, limit: number): Promise<(Draft & { danger: boolean })[]> {
      const rows = await db
        .withTables<ReportingTables>()
        .selectFrom('reporting.draft')
        .selectAll()
        .where('state', '=', 'unfinished')
        .orderBy('touched_at', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...toDraft(row), danger: row.danger }));
    },

    /** A draft as it stands, locked; undefined when it is forgotten. */
    async locked(tx: Db, id: string): Promise<Draft | undefined> {
      const q = tx.withTables<ReportingTables>().selectFrom('reporting.draft').selectAll().where('id', '=', id);
      const row = await q.forUpdate().executeTakeFirst();
      return row && toDraft(row);
    },

    /** "Where I am" of a draft that is still being written; only for on-call, audited by the caller. */
    async whereabouts(db: Db, id: string): Promise<string | undefined> {
      const row = await db
        .withTables<ReportingTables>()
        .selectFrom('reporting.draft')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row ? toDraft(row).sealed.whereabouts || undefined : undefined;
    },
  };
}
export type Drafts = ReturnType<typeof createDrafts>;
