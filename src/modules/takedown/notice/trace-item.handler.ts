import { type Db, transaction } from '../../../platform/db.ts';
import type { Vantage } from '../../../platform/egress/index.ts';
import { isLang, type Lang } from '../../../platform/i18n/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type NoticeChannel, type NoticePurpose, type NoticeRow, tables } from '../schema.ts';
import { type Contact, type NetworkTable, rankContacts, type TraceAnswer, trace } from '../tracing/index.ts';
import { avoidsSite } from './notice.ts';
import type { NoticeStore } from './notice-store.ts';
import type { Providers } from './providers.ts';

export interface TraceNeeds {
  providers: Providers;
  networks: NetworkTable;
  vantage: Vantage;
}

interface Traced {
  answers: TraceAnswer[];
  contacts: Contact[];
  attribution: string;
}

/** Language of the letter when nothing tells. */
const ANYBODY: Lang = 'en';

export function contactFields(
  contact: Contact,
): Pick<
  NoticeRow,
  'contact' | 'channel' | 'source' | 'confidence' | 'language' | 'provider_name' | 'provider' | 'reach'
> {
  const language = contact.language ?? '';
  return {
    contact: contact.contact,
    channel: contact.channel === 'email' ? 'mail' : contact.channel,
    source: contact.source,
    confidence: contact.confidence,
    language: isLang(language) ? language : ANYBODY,
    provider_name: contact.name ?? null,
    provider: contact.provider ?? null,
    reach: contact.reach,
  };
}

/** Network and country of the first address that answered. */
export function hosting(answers: readonly TraceAnswer[]): Pick<NoticeRow, 'network' | 'hosted_in'> {
  const found = answers.find((a) => a.source === 'network' && a.outcome === 'found');
  const [first] = found?.source === 'network' && found.outcome === 'found' ? found.data : [];
  return { network: first?.asn ?? null, hosted_in: first?.country ?? null };
}

/** Only whose terms they are hears of them: no host, no registrar is bothered with what is lawful. */
const mayHear = (purpose: NoticePurpose, contact: Contact) =>
  purpose === 'removal' || contact.reach === 'provider' || contact.reach === 'site';

/** The event that a contact of this channel means, and what goes with it. */
export const chosen = (channel: NoticeChannel, now: Date) =>
  channel === 'form'
    ? ({ event: 'form-chosen', patch: { next_try_at: null } } as const)
    : ({ event: `${channel}-chosen`, patch: { next_try_at: now, attempts: 0, last_error: null } } as const);

/** Asks who can act and keeps what was said. */
export function createTracing(platform: Platform, needs: TraceNeeds) {
  const { clock, random, config } = platform;
  const { providers } = needs;

  async function ask(notice: NoticeRow, avoidSite = avoidsSite(notice.category)): Promise<Traced> {
    if (notice.url) {
      const found = await trace(
        notice.url,
        {
          egress: needs.vantage.egress,
          clock,
          networks: needs.networks,
          findProvider: providers.findForHosts,
          rdap: { url: config.egress.rdapUrl },
        },
        { avoidSite },
      );
      return { answers: found.answers, contacts: found.contacts, attribution: found.notice };
    }
    // An account lives on a platform that we know or do not know; there is nothing to resolve.
    const base = { source: 'own-table', at: clock.now(), via: notice.platform ?? '' } as const;
    const known = notice.platform ? await providers.findForPlatform(notice.platform) : undefined;
    const answer: TraceAnswer = known
      ? { ...base, outcome: 'found', data: known }
      : { ...base, outcome: 'none', reason: 'unknown' };
    return { answers: [answer], contacts: rankContacts([answer]), attribution: '' };
  }

  async function keep(tx: Db, notice: NoticeRow, traced: Traced, startedAt: Date): Promise<string> {
    const id = uuidv7(clock, random);
    await tables(tx)
      .insertInto('takedown.trace')
      .values({
        id,
        item: notice.item,
        at: startedAt,
        duration_ms: clock.now().getTime() - startedAt.getTime(),
        answers: JSON.stringify(traced.answers),
        contacts: JSON.stringify(traced.contacts),
        attribution: traced.attribution,
      })
      .execute();
    return id;
  }

  return { ask, keep };
}
export type Tracing = ReturnType<typeof createTracing>;

export function createTracer(platform: Platform, needs: { store: NoticeStore; tracing: Tracing }) {
  const { db, clock } = platform;
  const { store } = needs;
  const { ask, keep } = needs.tracing;

  /** Asks every source, keeps what they said, and chooses whom to write to. Does nothing if no longer wanted. */
  return async ({ notice: id }: { notice: string }): Promise<void> => {
    const before = await store.get(db, id);
    if (before.state !== 'tracing') return;
    const startedAt = clock.now();
    const traced = await ask(before);
    await transaction(db, async (tx) => {
      const notice = await store.locked(tx, id);
      if (notice.state !== 'tracing') return;
      const kept = await keep(tx, notice, traced, startedAt);
      const best = traced.contacts.find((c) => mayHear(notice.purpose, c));
      const where = hosting(traced.answers);
      if (!best) {
        await store.move(tx, id, 'nobody-found', 'system', { trace: kept, ...where });
        return;
      }
      const fields = contactFields(best);
      const { event, patch } = chosen(fields.channel ?? 'mail', clock.now());
      const detail = { source: best.source, reach: best.reach, confidence: best.confidence };
      await store.move(tx, id, event, 'system', { ...patch, ...fields, ...where, trace: kept }, detail);
    });
  };
}
