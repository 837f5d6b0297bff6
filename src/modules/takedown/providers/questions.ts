import { type Db, transaction } from '../../../platform/db.ts';
import { createTranslator, type Lang } from '../../../platform/i18n/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Mail } from '../../../platform/mail.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import { CONTACT_ASKED, CONTACT_UNKNOWN } from '../errors.ts';
import { MAX_ATTEMPTS, mailFailure, retryDelay } from '../notice/notice.ts';
import { LEASE_MS } from '../notice/outbox.ts';
import { type ContactQuestionRow, tables } from '../schema.ts';
import { contactMail } from './contact-mail.tsx';
import { contactMay, isBadAddress } from './contact-state.ts';
import type { Contacts, ProviderContact } from './contacts.ts';
import { mailAddress } from './provider-input.ts';
import { DAY_MS, type ProviderRules } from './rule.ts';

const TOKEN_PURPOSE = 'contact';
const PER_TICK = 20;
const MAX_ERROR = 300;

export interface QuestionNeeds {
  country: Country;
  contacts: Contacts;
  rules: ProviderRules;
}

/** The round trip that verifies an address: a mail with a signed link, and what its reader answers there. */
export function createQuestions(platform: Platform, needs: QuestionNeeds) {
  const { db, clock, random, mail, keys, config, i18n } = platform;
  const { country, contacts, rules } = needs;
  const mailHost = new URL(config.publicOrigin).hostname;
  const tokenOf = (id: string) => `${id}.${keys.token(TOKEN_PURPOSE, id)}`;

  async function nameOf(tx: Db, provider: string | null): Promise<string | undefined> {
    if (!provider) return undefined;
    const row = await tables(tx)
      .selectFrom('takedown.provider')
      .select('name')
      .where('id', '=', provider)
      .executeTakeFirst();
    return row?.name;
  }

  /** Queues the question; nothing, when one is under way. */
  async function enqueue(
    tx: Db,
    to: { address: string; provider: string | null; language: Lang },
    actor: string,
  ): Promise<boolean> {
    const id = uuidv7(clock, random);
    const now = clock.now();
    const done = await tables(tx)
      .insertInto('takedown.contact_question')
      .values({
        id,
        ...to,
        state: 'queued',
        message_id: `<${id}@${mailHost}>`,
        asked_at: now,
        asked_by: actor,
        attempts: 0,
        next_try_at: now,
        lease_until: null,
        last_error: null,
        sent_at: null,
        ended_at: null,
        instead: null,
      })
      .onConflict((c) => c.doNothing())
      .executeTakeFirst();
    return Number(done.numInsertedOrUpdatedRows ?? 0) > 0;
  }

  async function mailOf(question: ContactQuestionRow): Promise<Mail> {
    const tr = createTranslator(i18n, question.language, country.pack().pack.zone);
    const letter = contactMail(
      {
        link: `${config.publicOrigin}/contact/${tokenOf(question.id)}`,
        origin: config.publicOrigin,
        country: tr.text(country.pack().pack.name),
        address: question.address,
        provider: await nameOf(db, question.provider),
        answerDays: (await rules.current()).answerDays,
      },
      tr,
    );
    return {
      ...letter,
      to: question.address,
      messageId: question.message_id,
      headers: { 'Content-Language': question.language, 'X-Auto-Response-Suppress': 'All' },
    };
  }

  async function claim(now: Date): Promise<ContactQuestionRow | undefined> {
    return tables(db)
      .updateTable('takedown.contact_question')
      .set({ lease_until: new Date(now.getTime() + LEASE_MS) })
      .where('id', '=', (q) =>
        q
          .selectFrom('takedown.contact_question as c')
          .select('c.id')
          .where('c.state', '=', 'queued')
          .where('c.next_try_at', '<=', now)
          .where((e) => e.or([e('c.lease_until', 'is', null), e('c.lease_until', '<=', now)]))
          .orderBy('c.next_try_at')
          .limit(1)
          .forUpdate()
          .skipLocked(),
      )
      .returningAll()
      .executeTakeFirst();
  }

  const patch = (tx: Db, id: string, fields: Partial<ContactQuestionRow>) =>
    tables(tx).updateTable('takedown.contact_question').set(fields).where('id', '=', id).execute();

  async function failed(question: ContactQuestionRow, error: unknown): Promise<void> {
    const words = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, MAX_ERROR);
    const attempts = question.attempts + 1;
    const now = clock.now();
    await transaction(db, async (tx) => {
      if (mailFailure(error) !== 'never' && attempts < MAX_ATTEMPTS) {
        const delay = retryDelay(attempts);
        const next = new Date(now.getTime() + delay + random.int(Math.floor(delay / 5) + 1));
        await patch(tx, question.id, { attempts, last_error: words, next_try_at: next, lease_until: null });
        return;
      }
      const ended = { state: 'refused', ended_at: now, next_try_at: null, lease_until: null } as const;
      await patch(tx, question.id, { attempts, last_error: words, ...ended });
      const [row] = [...(await contacts.rowsOf([question.address], tx)).values()];
      // A refusal that is not about the mailbox says nothing about it.
      if (row && isBadAddress(words) && contactMay(row.state, 'bounced'))
        await contacts.apply(tx, question.address, 'bounced', 'system', { channel: 'mail' });
    });
  }

  async function send(question: ContactQuestionRow): Promise<void> {
    const letter = await mailOf(question);
    const refused = await mail.send(letter).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (refused) return failed(question, refused.error);
    const sent = {
      state: 'sent',
      sent_at: clock.now(),
      next_try_at: null,
      lease_until: null,
      last_error: null,
    } as const;
    await tables(db)
      .updateTable('takedown.contact_question')
      .set({ ...sent, attempts: question.attempts + 1 })
      .where('id', '=', question.id)
      .where('state', '=', 'queued')
      .execute();
  }

  async function get(id: string, tx: Db = db): Promise<ContactQuestionRow> {
    const row = await tables(tx)
      .selectFrom('takedown.contact_question')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw CONTACT_UNKNOWN();
    return row;
  }

  return {
    tokenOf,

    /** The question a link belongs to. A wrong link and an unknown question look the same. */
    async ofToken(token: string): Promise<ContactQuestionRow> {
      const [id = '', mac = '', ...rest] = token.split('.');
      if (rest.length > 0 || !keys.verifyToken(TOKEN_PURPOSE, id, mac)) throw CONTACT_UNKNOWN();
      return get(id);
    },

    providerName: (question: ContactQuestionRow) => nameOf(db, question.provider),

    /** Newest first. */
    ofAddresses: (addresses: readonly string[]): Promise<ContactQuestionRow[]> =>
      addresses.length === 0
        ? Promise.resolve([])
        : tables(db)
            .selectFrom('takedown.contact_question')
            .selectAll()
            .where('address', 'in', [...addresses])
            .orderBy('asked_at', 'desc')
            .limit(100)
            .execute(),

    /** Somebody at the desk wants to know. @throws TAKEDOWN_CONTACT_ASKED while a question is under way */
    async ask(account: string, contact: ProviderContact): Promise<void> {
      if (contact.channel !== 'mail') throw CONTACT_UNKNOWN();
      await transaction(db, async (tx) => {
        const to = {
          address: contact.standing.address,
          provider: contact.provider,
          language: contact.languages[0] ?? 'en',
        } as const;
        if (!(await enqueue(tx, to, `account:${account}`))) throw CONTACT_ASKED();
        await contacts.remember(tx, contact.provider, `account:${account}`, 'contact-asked', {
          address: contact.standing.address,
        });
      });
    },

    /**
     * Its reader answers on the signed page. Saying the same twice changes nothing; "not us" may follow "yes", as people
     * leave; what was said not to be theirs is brought back only by a person here.
     */
    async answer(id: string, answer: 'confirmed' | 'not-us', typedInstead: string): Promise<ContactQuestionRow> {
      return transaction(db, async (tx) => {
        const before = await tables(tx)
          .selectFrom('takedown.contact_question')
          .selectAll()
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirstOrThrow();
        const instead = answer === 'not-us' ? mailAddress.safeParse(typedInstead.trim()) : undefined;
        const row = await contacts.ensure(tx, before.address, 'mail', 'reader');
        const repeated = before.state === answer && row.why === answer;
        if (!repeated && contactMay(row.state, answer)) {
          await contacts.apply(tx, before.address, answer, 'reader', { channel: 'mail' });
          await patch(tx, id, {
            state: answer,
            ended_at: clock.now(),
            next_try_at: null,
            lease_until: null,
            ...(instead?.success ? { instead: instead.data } : {}),
          });
        }
        return get(id, tx);
      });
    },

    /** One round: expiry, questions that are due, questions that nobody answered. */
    async run(): Promise<void> {
      const now = clock.now();
      const rule = await rules.current();
      const expired = await tables(db)
        .selectFrom('takedown.contact')
        .select('address')
        .where('state', '=', 'verified')
        .where('verified_until', '<=', now)
        .orderBy('verified_until')
        .limit(PER_TICK)
        .execute();
      for (const { address } of expired)
        await transaction(db, async (tx) => {
          const row = await contacts.ensure(tx, address, 'mail', 'system');
          if (row.state !== 'verified' || !row.verified_until || row.verified_until > now) return;
          await contacts.apply(tx, address, 'expired', 'system', { channel: row.channel });
          if (row.channel !== 'mail') return;
          const owner = await tables(tx)
            .selectFrom('takedown.provider_contact')
            .select(['provider', 'languages'])
            .where((e) => e(e.fn<string>('lower', ['address']), '=', address))
            .limit(1)
            .executeTakeFirst();
          const to = { address, provider: owner?.provider ?? null, language: owner?.languages[0] ?? 'en' } as const;
          await enqueue(tx, to, 'system');
        });

      for (let n = 0; n < PER_TICK; n++) {
        const question = await claim(clock.now());
        if (!question) break;
        await send(question);
      }

      const late = await tables(db)
        .selectFrom('takedown.contact_question')
        .select(['id', 'address'])
        .where('state', '=', 'sent')
        .where('sent_at', '<=', new Date(now.getTime() - rule.answerDays * DAY_MS))
        .limit(PER_TICK)
        .execute();
      for (const { id, address } of late)
        await transaction(db, async (tx) => {
          const row = await contacts.ensure(tx, address, 'mail', 'system');
          if ((await get(id, tx)).state !== 'sent') return;
          await patch(tx, id, { state: 'no-answer', ended_at: now });
          if (contactMay(row.state, 'no-answer'))
            await contacts.apply(tx, address, 'no-answer', 'system', { channel: 'mail' });
        });
    },
  };
}
