import { type Db, transaction } from '../../../platform/db.ts';
import { createTranslator, type Lang } from '../../../platform/i18n/index.ts';
import { isUuid, uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { recordAudit } from '../../audit/index.ts';
import type { Country } from '../../country/index.ts';
import type { Alerts } from '../alert.handler.ts';
import type { Decisions } from '../entry/decisions.ts';
import { requireUninvolved } from '../entry/entry.ts';
import type { EvidenceOf } from '../entry/evidence.ts';
import { words } from '../entry/proposals.ts';
import type { EntryStore } from '../entry/store.ts';
import { asciiName } from '../entry/target.ts';
import { APPEAL_DECIDED, APPEAL_INVALID, APPEAL_UNKNOWN, ENTRY_UNKNOWN, TRANSITION } from '../errors.ts';
import type { PublicLog } from '../log/public-log.ts';
import { type AppealRow, type EntryRow, tables } from '../schema.ts';
import { type AppealDecision, type AppealWho, decisionsFor, tellable } from './appeal.ts';
import { tellAppeal } from './tell-appeal.job.ts';

const DAY = 86_400_000;
const TOKEN = 'blocking-appeal';
const LISTED = 100;
export const MAX_CONTACT = 254;
export const MAX_ADDRESS = 2000;

export interface NewAppeal {
  address: string;
  who: AppealWho;
  words: string;
  /** Mail address to answer to; empty when nobody wants an answer. */
  contact: string;
  lang: Lang;
}

export interface AppealView extends Omit<AppealRow, 'data_key' | 'address' | 'words' | 'contact' | 'proof' | 'reason'> {
  address: string;
  words: string;
  hasContact: boolean;
  proof: string;
  reason: string;
  entries: EntryRow[];
}

export interface AppealNeeds {
  country: Country;
  store: EntryStore;
  evidence: EvidenceOf;
  decisions: Decisions;
  log: PublicLog;
  alert: Alerts;
}

/** The name in what somebody typed: an address or a name, in any script. */
function nameIn(typed: string): string | undefined {
  const text = typed.trim();
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return asciiName(URL.canParse(url) ? new URL(url).hostname : text);
}

const MAIL = /^[^\s@<>"',;]{1,64}@[^\s@<>"',;]{1,189}$/;

/** Whoever says that a block is wrong, and the answer. What they wrote is sealed. */
export function createAppeals(platform: Platform, needs: AppealNeeds) {
  const { db, clock, random, keys, jobs, mail, i18n, config, ticks } = platform;
  const { country, store, evidence, decisions, log, alert } = needs;
  const context = (id: string) => `blocking.appeal:${id}`;

  const audit = (tx: Db, actor: string, id: string, what: string, detail: Record<string, string> = {}) =>
    recordAudit(tx, {
      id: uuidv7(clock, random),
      at: clock.now(),
      actor,
      action: `blocking.appeal.${what}`,
      subject: `blocking.appeal:${id}`,
      detail,
    });

  async function entriesOf(tx: Db, appeal: string): Promise<EntryRow[]> {
    return tables(tx)
      .selectFrom('blocking.entry as e')
      .innerJoin('blocking.appeal_entry as a', 'a.entry', 'e.id')
      .selectAll('e')
      .where('a.appeal', '=', appeal)
      .orderBy('e.id')
      .execute();
  }

  async function view(tx: Db, row: AppealRow): Promise<AppealView> {
    const { data_key, address, words: text, contact, proof, reason, ...rest } = row;
    const key = data_key ? keys.openRecordKey(data_key, context(row.id)) : undefined;
    const open = (box: Buffer | null, name: string) => (key && box ? key.openText(box, name) : '');
    return {
      ...rest,
      address: open(address, 'address'),
      words: open(text, 'words'),
      proof: open(proof, 'proof'),
      reason: open(reason, 'reason'),
      hasContact: contact !== null,
      entries: await entriesOf(tx, row.id),
    };
  }

  async function locked(tx: Db, id: string): Promise<AppealRow> {
    const row = await tables(tx)
      .selectFrom('blocking.appeal')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw APPEAL_UNKNOWN();
    return row;
  }

  /** The same work and the same answer whether or not anything is blocked. */
  async function file(given: NewAppeal, link: EntryRow | undefined): Promise<void> {
    const text = given.words.trim();
    const contact = given.contact.trim();
    const name = nameIn(given.address);
    if (!text || text.length > 4000 || (!link && name === undefined) || given.address.length > MAX_ADDRESS)
      throw APPEAL_INVALID();
    if (contact && (contact.length > MAX_CONTACT || !MAIL.test(contact))) throw APPEAL_INVALID();
    await transaction(db, async (tx) => {
      const concerned = link ? [link] : await store.covering(tx, name as string, ['released', 'suspended']);
      const id = uuidv7(clock, random);
      const { wrapped, key } = keys.newRecordKey(context(id));
      const now = clock.now();
      await tables(tx)
        .insertInto('blocking.appeal')
        .values({
          id,
          via: link ? 'link' : 'form',
          proven: link !== undefined,
          proven_by: null,
          state: 'waiting',
          lang: given.lang,
          data_key: wrapped,
          address: key.seal(link?.target ?? given.address.trim(), 'address'),
          who: link ? 'owner' : given.who,
          words: key.seal(text, 'words'),
          contact: contact ? key.seal(contact, 'contact') : null,
          proof: null,
          created_at: now,
          due_at: new Date(now.getTime() + country.blocking().appealDays * DAY),
          alarmed_at: null,
          decision: null,
          decided_by: null,
          decided_at: null,
          reason: null,
        })
        .execute();
      for (const entry of concerned)
        await tables(tx).insertInto('blocking.appeal_entry').values({ appeal: id, entry: entry.id }).execute();
      await audit(tx, 'visitor', id, 'received', { via: link ? 'link' : 'form' });
    });
  }

  /** Everybody who had a hand in one of the entries. */
  async function requireOutsider(tx: Db, entries: readonly EntryRow[], account: string): Promise<void> {
    for (const row of entries)
      requireUninvolved(await evidence.people(tx, row, await store.itemsOf(tx, row.id)), 'appeal', account);
  }

  jobs.handle(tellAppeal, async ({ appeal }) => {
    const row = await tables(db).selectFrom('blocking.appeal').selectAll().where('id', '=', appeal).executeTakeFirst();
    if (row?.state !== 'decided' || !row.data_key || !row.contact || !row.decision) return;
    const key = keys.openRecordKey(row.data_key, context(row.id));
    const tr = createTranslator(i18n, row.lang, country.pack().pack.zone);
    const what =
      tellable(row) === 'heard'
        ? tr.t('blocking.mail.heard')
        : tr.t('blocking.mail.decided', {
            decision: tr.t(`blocking.mail.${row.decision}`),
            reason: row.reason ? key.openText(row.reason, 'reason') : '',
          });
    await mail.send({
      to: key.openText(row.contact, 'contact'),
      subject: tr.t('blocking.mail.subject'),
      text: tr.t('blocking.mail.body', { what, at: tr.date(row.created_at, 'day'), origin: config.publicOrigin }),
      messageId: `<${row.id}@${new URL(config.publicOrigin).hostname}>`,
      headers: { 'Content-Language': row.lang, 'Auto-Submitted': 'auto-generated' },
    });
  });

  ticks.every('blocking.appeals', 60_000, async (now) => {
    await transaction(db, async (tx) => {
      const late = await tables(tx)
        .updateTable('blocking.appeal')
        .set({ alarmed_at: now })
        .where('state', '=', 'waiting')
        .where('due_at', '<=', now)
        .where('alarmed_at', 'is', null)
        .returning('id')
        .execute();
      for (const { id } of late) await audit(tx, 'system', id, 'overdue');
      await alert(tx, 'appeal', late.length);
    });
  });

  return {
    /** From the public form. @throws BLOCKING_APPEAL_INVALID */
    file: (given: NewAppeal): Promise<void> => file(given, undefined),

    /** The link for whoever answers for the address of an entry; it proves that they got our letter. */
    linkOf: (entry: string): string => `${config.publicOrigin}/blocked/appeal/${entry}.${keys.token(TOKEN, entry)}`,

    /** The entry that a link belongs to. @throws BLOCKING_ENTRY_UNKNOWN for a wrong link as for none */
    async entryOfToken(token: string): Promise<EntryRow> {
      const [id = '', mac = '', ...rest] = token.split('.');
      if (rest.length > 0 || !isUuid(id) || !keys.verifyToken(TOKEN, id, mac)) throw ENTRY_UNKNOWN();
      return store.get(db, id);
    },

    /** From the link. @throws BLOCKING_APPEAL_INVALID, BLOCKING_ENTRY_UNKNOWN */
    async fileByLink(token: string, given: NewAppeal): Promise<void> {
      await file(given, await this.entryOfToken(token));
    },

    async get(id: string): Promise<AppealView> {
      const row = await tables(db).selectFrom('blocking.appeal').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) throw APPEAL_UNKNOWN();
      return view(db, row);
    },

    /** What waits, the most urgent first, then what was decided. */
    async list(): Promise<AppealView[]> {
      const q = tables(db).selectFrom('blocking.appeal').selectAll();
      const waiting = await q.where('state', '=', 'waiting').orderBy('due_at').limit(LISTED).execute();
      const decided = await q.where('state', '=', 'decided').orderBy('decided_at', 'desc').limit(LISTED).execute();
      return Promise.all([...waiting, ...decided].map((row) => view(db, row)));
    },

    ofEntry: async (entry: string): Promise<string[]> =>
      (
        await tables(db)
          .selectFrom('blocking.appeal_entry')
          .select('appeal')
          .where('entry', '=', entry)
          .orderBy('appeal')
          .execute()
      ).map((r) => r.appeal),

    /** Accounts that may not hear it. */
    async barred(id: string): Promise<string[]> {
      const found = new Set<string>();
      for (const row of await entriesOf(db, id)) {
        const people = await evidence.people(db, row, await store.itemsOf(db, row.id));
        for (const account of [
          people.proposedBy,
          people.approvedBy,
          people.releasedBy,
          ...people.judges,
          ...people.decided,
        ])
          if (account !== null) found.add(account);
      }
      return [...found];
    },

    /** Somebody checked that the writer controls the address, and says how. @throws BLOCKING_APPEAL_DECIDED */
    prove: (id: string, account: string, how: string): Promise<void> =>
      transaction(db, async (tx) => {
        const row = await locked(tx, id);
        if (row.state !== 'waiting' || !row.data_key) throw APPEAL_DECIDED();
        const proof = keys.openRecordKey(row.data_key, context(id)).seal(words(how), 'proof');
        await tables(tx)
          .updateTable('blocking.appeal')
          .set({ proven: true, proven_by: account, proof })
          .where('id', '=', id)
          .execute();
        await audit(tx, `account:${account}`, id, 'control-proven');
      }),

    /**
     * Heard by somebody who had no hand in any of the entries. @throws BLOCKING_INVOLVED, BLOCKING_APPEAL_DECIDED,
     *   BLOCKING_TRANSITION for a decision that does not fit, BLOCKING_REASON_MISSING
     */
    decide: (id: string, account: string, decision: AppealDecision, reason: string): Promise<void> =>
      transaction(db, async (tx) => {
        const row = await locked(tx, id);
        if (row.state !== 'waiting' || !row.data_key) throw APPEAL_DECIDED();
        const ids = (await entriesOf(tx, id)).map((e) => e.id);
        if (ids.length > 0) await decisions.holdList(tx);
        const entries = await store.locked(tx, ids);
        await requireOutsider(tx, entries, account);
        if (!decisionsFor(entries.length).includes(decision)) throw TRANSITION({ state: row.state, event: decision });
        const text = words(reason);
        const actor = `account:${account}`;
        const logged = decision === 'nothing-blocked' ? 'rejected' : decision;
        let took = false;
        for (const entry of entries) {
          const listed = entry.state === 'released' || entry.state === 'suspended';
          if (decision === 'upheld' && listed) {
            took = true;
            await decisions.move(tx, entry, 'remove', actor, {
              patch: { ended_at: clock.now(), end_reason: 'appeal' },
              why: 'appeal',
              logged: 'appeal-upheld',
            });
          } else if (decision === 'upheld-in-part' && entry.state === 'released') {
            took = true;
            await decisions.move(tx, entry, 'suspend', actor, {
              patch: { suspend_reason: 'appeal' },
              why: 'appeal',
              logged: 'appeal-upheld-in-part',
            });
          } else await store.note(tx, entry, actor, `appeal-${logged}`);
        }
        // One line for each decided appeal, the same whether the name is listed or not.
        if (!took) await log.appendAppeal(tx, `appeal-${logged}`);
        await tables(tx)
          .updateTable('blocking.appeal')
          .set({
            state: 'decided',
            decision,
            decided_by: account,
            decided_at: clock.now(),
            reason: keys.openRecordKey(row.data_key, context(id)).seal(text, 'reason'),
          })
          .where('id', '=', id)
          .execute();
        await audit(tx, actor, id, 'decided', { decision });
        if (row.contact) await jobs.enqueue(tx, tellAppeal, { appeal: id });
      }),
  };
}
