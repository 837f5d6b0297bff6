import { type Db, transaction } from '../../platform/db.ts';
import { isUuid, uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Casework } from '../casework/index.ts';
import type { CategoryId, Country, ReceivingBody } from '../country/index.ts';
import type { Disclosure } from '../disclosure/index.ts';
import { auditName, authorize, type StaffActor } from '../identity/index.ts';
import {
  BODY_UNKNOWN,
  BODY_UNREACHABLE,
  DISCLOSURE_OPEN,
  INVALID,
  NOT_COMPLETED,
  REASON_MISSING,
  TRANSITION,
  WARNING_NEEDED,
} from './errors.ts';
import type { Mails } from './mails.ts';
import type { Gathering } from './package/gather.ts';
import { BEFORE_GOING, EDITABLE, type UrgencyLevel } from './referral.ts';
import { type ReferralRow, tables } from './schema.ts';
import { sealReferral } from './seal-referral.job.ts';
import type { Store } from './store.ts';
import { newCode } from './tracking-code.ts';
import type { WarningChoice, Warnings } from './warning.ts';

export const MAX_WORDS = 4000;

export interface ReferralInput {
  body: string;
  category: CategoryId;
  urgency: UrgencyLevel;
  urgencyReason: string;
  note: string;
  /** Code of a province or region; empty: not known. */
  place: string;
  hold: boolean;
  sensitive: boolean;
  tellReporter: boolean;
  withWords: boolean;
  withAccounts: boolean;
  withPlace: boolean;
  /** What was decided about telling the reporter first; needed before a referral that the law may oblige to goes. */
  warning?: WarningChoice;
}

export interface DraftingNeeds {
  casework: Casework;
  country: Country;
  store: Store;
  gathering: Gathering;
  mails: Mails;
  disclosure: Disclosure;
  warnings: Warnings;
}

/** Reports carry no place: the policy lets only staff for the whole country near them. */
const RECORD = { territory: null };

/** Everything on our side until a package goes. Policy is asked here: no way leads past it. */
export function createDrafting(platform: Platform, needs: DraftingNeeds) {
  const { db, clock, random, keys, jobs } = platform;
  const { casework, country, store, gathering, mails, disclosure, warnings } = needs;

  /** Whom something like this can go to. */
  const fits = (b: ReceivingBody, category: CategoryId, urgency: UrgencyLevel) =>
    b.active && (b.categories === 'all' || b.categories.includes(category)) && b.urgencies.includes(urgency);

  function words(text: string, required: boolean): string {
    const trimmed = text.trim();
    if (required && !trimmed) throw REASON_MISSING();
    if (trimmed.length > MAX_WORDS) throw INVALID({ max: MAX_WORDS });
    return trimmed;
  }

  function territoryOf(place: string): string[] | null {
    if (!place) return null;
    const province = country.provinces().find((p) => p.code === place);
    if (province) return [province.code, province.region.code];
    if (country.provinces().some((p) => p.region.code === place)) return [place];
    throw INVALID({ max: MAX_WORDS });
  }

  /** May this person put this in? What is opened for the package is opened by their decision. */
  function authorizeInput(actor: StaffActor, input: ReferralInput, danger: boolean): void {
    authorize(actor, danger ? 'danger.refer' : 'referral.prepare', RECORD);
    if (input.withWords || input.withAccounts) authorize(actor, 'narrative.read', RECORD);
    if (input.withPlace) authorize(actor, 'whereabouts.open');
  }

  async function fieldsOf(tx: Db, item: string, input: ReferralInput) {
    const body = country.bodies().find((b) => b.id === input.body);
    if (!body || !fits(body, input.category, input.urgency)) throw BODY_UNKNOWN();
    const urgencyReason = words(input.urgencyReason, true);
    const note = words(input.note, false);
    const territory = territoryOf(input.place);
    const asked = {
      item,
      category: input.category,
      territory,
      urgency: input.urgency,
      with_words: input.withWords,
      with_accounts: input.withAccounts,
      with_place: input.withPlace,
    };
    const { score, missing } = await gathering.assess({ ...asked, urgencyReason }, tx);
    return {
      body,
      urgencyReason,
      note,
      row: {
        ...asked,
        kind: body.kind,
        body: body.id,
        sensitive: input.sensitive,
        needs_review: body.review || input.sensitive || country.pack().bodies.reviewCategories.includes(input.category),
        hold: input.hold && body.mayHold,
        tell_reporter: input.tellReporter,
        score,
        missing,
      },
    };
  }

  async function sendIn(tx: Db, id: string, actor: string): Promise<void> {
    const row = await store.locked(tx, id);
    if (row.proposed) throw NOT_COMPLETED();
    const body = store.body(row.body);
    if (body.ageKeys.length === 0 && !body.organisation) throw BODY_UNREACHABLE();
    if ((await disclosure.ofReferral(id, tx))[0]?.state === 'asked') throw DISCLOSURE_OPEN();
    if (!(await warnings.done(tx, row))) throw WARNING_NEEDED();
    await store.move(tx, id, 'send', actor, {}, { body: body.id });
    await jobs.enqueue(tx, sealReferral, { referral: id }, { key: `referral.seal:${id}` });
  }

  async function insert(tx: Db, row: ReferralRow): Promise<boolean> {
    const { numInsertedOrUpdatedRows: n } = await tables(tx)
      .insertInto('referral.referral')
      .values(row)
      .onConflict((c) => c.column('code').doNothing())
      .executeTakeFirst();
    return n !== 0n;
  }

  return {
    fits,

    /** Bodies that this can go to, in order. */
    bodiesFor: (category: CategoryId, urgency: UrgencyLevel) =>
      country.bodies().filter((b) => fits(b, category, urgency)),

    /**
     * A new referral of an item, and away with it when `send`. With `dangerPage`, from a danger row.
     * @throws REFERRAL_BODY_UNKNOWN, REFERRAL_REASON_MISSING, REFERRAL_REVIEW_NEEDED, REFERRAL_BODY_UNREACHABLE
     */
    async create(
      actor: StaffActor,
      given: { item: string; dangerPage?: string; send: boolean },
      input: ReferralInput,
    ): Promise<string> {
      authorizeInput(actor, input, given.dangerPage !== undefined);
      return transaction(db, async (tx) => {
        await casework.item(given.item, tx);
        const fields = await fieldsOf(tx, given.item, input);
        const id = uuidv7(clock, random);
        const { wrapped, key } = keys.newRecordKey(`referral.referral:${id}`);
        const at = clock.now();
        const row: ReferralRow = {
          ...fields.row,
          id,
          code: '',
          state: 'draft',
          organisation: null,
          danger_page: given.dangerPage && isUuid(given.dangerPage) ? given.dangerPage : null,
          hold_until: null,
          proceed_at: null,
          proceed_by: null,
          round: 0,
          due_at: null,
          next_reminder_at: null,
          reminders: 0,
          hold_reminded: false,
          reason_code: null,
          outcome: null,
          created_at: at,
          created_by: actor.accountId,
          changed_at: at,
          sent_at: null,
          received_at: null,
          data_key: wrapped,
          urgency_reason: key.seal(fields.urgencyReason, 'urgency_reason'),
          note: fields.note ? key.seal(fields.note, 'note') : null,
          proposed: false,
        };
        do row.code = newCode(country.localDate(at).slice(0, 4), random);
        while (!(await insert(tx, row)));
        // What is to be opened for the package is this person's recorded decision.
        await store.audit(tx, auditName(actor), 'created', id, {
          code: row.code,
          item: given.item,
          body: row.body,
          urgency: row.urgency,
          words: row.with_words,
          accounts: row.with_accounts,
          place: row.with_place,
        });
        if (input.warning) await warnings.record(tx, actor, row, input.warning);
        if (given.send) await sendIn(tx, id, auditName(actor));
        return id;
      });
    },

    /**
     * A draft that the programme makes of what it knows, for a person to complete: it holds nobody's words, names and
     * place, and can't be sent before somebody has gone through it. The body may not be active yet.
     * @param by whose judgement it follows from
     */
    async propose(
      tx: Db,
      given: { item: string; body: string; category: CategoryId; urgency: UrgencyLevel; why: string; by: string },
    ): Promise<string> {
      const body = store.body(given.body);
      const asked = {
        item: given.item,
        category: given.category,
        territory: null,
        urgency: given.urgency,
        with_words: false,
        with_accounts: false,
        with_place: false,
      };
      const { score, missing } = await gathering.assess({ ...asked, urgencyReason: given.why }, tx);
      const id = uuidv7(clock, random);
      const { wrapped, key } = keys.newRecordKey(`referral.referral:${id}`);
      const at = clock.now();
      const row: ReferralRow = {
        ...asked,
        id,
        code: '',
        state: 'draft',
        kind: body.kind,
        body: body.id,
        organisation: null,
        danger_page: null,
        sensitive: false,
        needs_review: body.review || country.pack().bodies.reviewCategories.includes(given.category),
        hold: false,
        hold_until: null,
        proceed_at: null,
        proceed_by: null,
        tell_reporter: false,
        score,
        missing,
        round: 0,
        due_at: null,
        next_reminder_at: null,
        reminders: 0,
        hold_reminded: false,
        reason_code: null,
        outcome: null,
        created_at: at,
        created_by: given.by,
        changed_at: at,
        sent_at: null,
        received_at: null,
        data_key: wrapped,
        urgency_reason: key.seal(given.why, 'urgency_reason'),
        note: null,
        proposed: true,
      };
      do row.code = newCode(country.localDate(at).slice(0, 4), random);
      while (!(await insert(tx, row)));
      await store.audit(tx, 'system', 'proposed', id, { code: row.code, item: given.item, body: body.id });
      return id;
    },

    /** Changes what has not gone, or was given back; what counsel read is a draft again. */
    async change(actor: StaffActor, id: string, input: ReferralInput): Promise<void> {
      authorizeInput(actor, input, false);
      await transaction(db, async (tx) => {
        const before = await store.locked(tx, id);
        const fields = await fieldsOf(tx, before.item, input);
        if (!before.data_key) throw TRANSITION({ state: before.state, event: 'changed' });
        const key = keys.openRecordKey(before.data_key, `referral.referral:${id}`);
        await store.move(
          tx,
          id,
          'changed',
          auditName(actor),
          {
            ...fields.row,
            proposed: false,
            urgency_reason: key.seal(fields.urgencyReason, 'urgency_reason'),
            note: fields.note ? key.seal(fields.note, 'note') : null,
          },
          { words: input.withWords, accounts: input.withAccounts, place: input.withPlace },
        );
      });
    },

    /**
     * The step before a referral that the law may oblige to: who is told as it goes, or why that is not safe, is
     * kept. Only before it goes, and once.
     * @throws REFERRAL_TRANSITION, REFERRAL_WARNED_ALREADY, REFERRAL_REASON_MISSING, REFERRAL_WARNING_NOBODY
     */
    async warn(actor: StaffActor, id: string, choice: WarningChoice): Promise<void> {
      authorize(actor, 'referral.prepare', RECORD);
      await transaction(db, async (tx) => {
        const row = await store.locked(tx, id);
        if (!BEFORE_GOING.includes(row.state)) throw TRANSITION({ state: row.state, event: 'warned' });
        await warnings.record(tx, actor, row, choice);
      });
    },

    /** @throws REFERRAL_REVIEW_NEEDED, REFERRAL_BODY_UNREACHABLE, REFERRAL_DISCLOSURE_OPEN, REFERRAL_WARNING_NEEDED */
    async send(actor: StaffActor, id: string): Promise<void> {
      authorize(actor, 'referral.prepare', RECORD);
      await transaction(db, (tx) => sendIn(tx, id, auditName(actor)));
    },

    async askReview(actor: StaffActor, id: string): Promise<void> {
      authorize(actor, 'referral.prepare', RECORD);
      await transaction(db, (tx) => store.move(tx, id, 'review-asked', auditName(actor)));
    },

    /** Counsel's word, by somebody who did not write it. */
    async review(actor: StaffActor, id: string, passed: boolean, said: string): Promise<void> {
      const reason = words(said, !passed);
      await transaction(db, async (tx) => {
        const row = await store.locked(tx, id);
        authorize(actor, 'referral.review', { doneBy: [row.created_by] });
        const event = passed ? 'review-passed' : 'review-refused';
        await store.move(tx, id, event, auditName(actor));
        await store.say(tx, id, { event, side: 'sender', account: actor.accountId, code: null, words: reason });
      });
    },

    /** Asks the custodian to let the referral name its reporter; decided where all such requests are. */
    async askDisclosure(actor: StaffActor, id: string, why: string): Promise<void> {
      authorize(actor, 'referral.prepare', RECORD);
      const reason = words(why, true);
      await transaction(db, async (tx) => {
        const row = await store.locked(tx, id);
        if (!EDITABLE.includes(row.state)) throw TRANSITION({ state: row.state, event: 'disclosure' });
        const request = await disclosure.ask(
          { referral: id, account: actor.accountId, fields: ['contact'], reason },
          tx,
        );
        await store.audit(tx, auditName(actor), 'disclosure.asked', id, { disclosure: request });
      });
    },

    /** The referral shall not name its reporter after all: whether that waits or was approved. */
    async dropDisclosure(actor: StaffActor, id: string): Promise<void> {
      authorize(actor, 'referral.prepare', RECORD);
      await transaction(db, async (tx) => {
        const { state } = await store.locked(tx, id);
        if (!(await disclosure.dropOf(id, actor.accountId, tx))) throw TRANSITION({ state, event: 'disclosure' });
        await store.audit(tx, auditName(actor), 'disclosure.dropped', id);
      });
    },

    /** Takes back what the body has not received. */
    async withdraw(actor: StaffActor, id: string, why: string): Promise<void> {
      authorize(actor, 'referral.prepare', RECORD);
      const reason = words(why, true);
      await transaction(db, async (tx) => {
        await store.move(tx, id, 'withdrawn', auditName(actor));
        const said = { event: 'withdrawn', side: 'sender', account: actor.accountId, code: null } as const;
        await store.say(tx, id, { ...said, words: reason });
        await mails.drop(tx, id);
        // Nobody is left to whom the custodian's answer would matter.
        await disclosure.dropOf(id, actor.accountId, tx);
      });
    },
  };
}
