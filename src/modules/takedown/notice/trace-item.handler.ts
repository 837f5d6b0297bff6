import { type Db, transaction } from '../../../platform/db.ts';
import type { Vantage } from '../../../platform/egress/index.ts';
import { isLang, type Lang } from '../../../platform/i18n/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import type { Contacts } from '../providers/contacts.ts';
import type { Providers } from '../providers/providers.ts';
import {
  answersOf,
  type Moved,
  type NoticeChannel,
  type NoticePurpose,
  type NoticeRow,
  type OriginRequestRow,
  type StoredAnswer,
  type TraceRow,
  tables,
} from '../schema.ts';
import {
  type Contact,
  createRdapClient,
  type NetworkTable,
  networkIn,
  type OwnNetworkFacts,
  rankContacts,
  type TraceAnswer,
  type TraceDeps,
  trace,
} from '../tracing/index.ts';
import { movedSince } from '../tracing/moved.ts';
import { avoidsSite } from './notice.ts';
import type { NoticeStore } from './notice-store.ts';

export interface TraceNeeds {
  store: NoticeStore;
  providers: Providers;
  contacts: Contacts;
  country: Country;
  networks: NetworkTable;
  findNetwork(asn: number): Promise<OwnNetworkFacts | undefined>;
  vantage: Vantage;
}

interface Traced {
  answers: TraceAnswer[];
  contacts: Contact[];
  attribution: string;
}

/** What the sources said, and what of it differs from before. */
export interface Looked {
  traced: Traced;
  moved: readonly Moved[];
  startedAt: Date;
}

/** Language of the letter when nothing tells. */
const ANYBODY: Lang = 'en';
/** Hosting moves: what was asked longer ago is asked again before anybody else is written to. */
const FRESH_MS = 86_400_000;
/** Earlier traces in which a fact is looked for that a source did not tell this time. */
const LOOKED_BACK = 10;

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
  const { asn, country } = networkIn(answers);
  return { network: asn ?? null, hosted_in: country ?? null };
}

/** Only whose terms they are hears of them: no host, no registrar is bothered with what is lawful. */
export const mayHear = (purpose: NoticePurpose, contact: Contact) =>
  purpose === 'removal' || contact.reach === 'provider' || contact.reach === 'site';

/** The event that a contact of this channel means, and what goes with it. */
export const chosen = (channel: NoticeChannel, now: Date) =>
  channel === 'form'
    ? ({ event: 'form-chosen', patch: { next_try_at: null } } as const)
    : ({ event: `${channel}-chosen`, patch: { next_try_at: now, attempts: 0, last_error: null } } as const);

// Instants are text in what was stored; ranking reads none.
const stored = (answers: readonly StoredAnswer[]) => answers as unknown as TraceAnswer[];
const asStored = (answers: readonly TraceAnswer[]) => answers as unknown as StoredAnswer[];

/** Asks who can act, keeps every word with its source and time, and chooses whom to write to. */
export function createTracer(platform: Platform, needs: TraceNeeds) {
  const { db, clock, random, config } = platform;
  const { store, providers, contacts, country } = needs;
  const client = createRdapClient({ clock });

  const deps = (): TraceDeps => ({
    egress: needs.vantage.egress,
    clock,
    networks: needs.networks,
    findProvider: providers.findForHosts,
    findNetwork: needs.findNetwork,
    rdap: { url: config.egress.rdapUrl, client },
    abuseZone: config.egress.abuseZone,
  });

  /** The newest traces of an item, newest first. */
  const earlierOf = (item: string): Promise<TraceRow[]> =>
    tables(db)
      .selectFrom('takedown.trace')
      .selectAll()
      .where('item', '=', item)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(LOOKED_BACK)
      .execute();

  /** In the order to try them, by what is known of each address; whose address it is, where our table says so. */
  async function ranked(
    notice: NoticeRow,
    answers: readonly TraceAnswer[],
    avoidSite = avoidsSite(notice.category),
  ): Promise<Contact[]> {
    const options = {
      avoidSite,
      urgent: country.deadlineHours(notice.category) <= 24,
    };
    const all = rankContacts(answers, options);
    const standings = await contacts.standingOf(all.map((c) => c.contact));
    return Promise.all(
      rankContacts(answers, { ...options, standings }).map(async (contact) => {
        if (contact.provider) return contact;
        const provider = await contacts.providerOf(contact.contact);
        return provider ? { ...contact, provider } : contact;
      }),
    );
  }

  async function ask(notice: NoticeRow, earlier: readonly TraceRow[], avoidSite?: boolean): Promise<Traced> {
    if (notice.url) {
      const found = await trace(notice.url, deps());
      // What a proxy said of the host behind it stays true until somebody says otherwise.
      const behind = stored(earlier[0] ? answersOf(earlier[0]) : []).filter((a) => a.of === 'origin');
      const answers = [...found.answers, ...behind];
      return { answers, contacts: await ranked(notice, answers, avoidSite), attribution: found.notice };
    }
    // An account lives on a platform that we know or do not know; there is nothing to resolve.
    const base = { source: 'own-table', at: clock.now(), via: notice.platform ?? '' } as const;
    const known = notice.platform ? await providers.findForPlatform(notice.platform) : undefined;
    const answer: TraceAnswer = known
      ? { ...base, outcome: 'found', data: known }
      : { ...base, outcome: 'none', reason: 'unknown' };
    return { answers: [answer], contacts: await ranked(notice, [answer], avoidSite), attribution: '' };
  }

  async function keep(tx: Db, notice: NoticeRow, looked: Looked): Promise<string> {
    const { traced, moved, startedAt } = looked;
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
        moved: JSON.stringify(moved),
      })
      .execute();
    return id;
  }

  /**
   * One whole question: asked, compared with before, ready to be kept.
   * @param avoidSite leaves out what the site's owner controls; by the category when not told
   */
  async function look(notice: NoticeRow, avoidSite?: boolean): Promise<Looked> {
    const startedAt = clock.now();
    const earlier = await earlierOf(notice.item);
    const traced = await ask(notice, earlier, avoidSite);
    const moved = movedSince(earlier.map(answersOf), asStored(JSON.parse(JSON.stringify(traced.answers))));
    return { traced, moved, startedAt };
  }

  /** All notices of the round that stand on a trace read the newest one. */
  const point = (tx: Db, notice: NoticeRow, fields: Partial<NoticeRow>) =>
    tables(tx)
      .updateTable('takedown.notice')
      .set(fields)
      .where('item', '=', notice.item)
      .where('round', '=', notice.round)
      .where('trace', 'is not', null)
      .execute();

  return {
    look,
    keep,

    /** Asks every source, keeps what they said, and chooses whom to write to. Does nothing if no longer wanted. */
    async handle({ notice: id }: { notice: string }): Promise<void> {
      const before = await store.get(db, id);
      if (before.state !== 'tracing') return;
      const looked = await look(before);
      const { traced } = looked;
      await transaction(db, async (tx) => {
        const notice = await store.locked(tx, id);
        if (notice.state !== 'tracing') return;
        const kept = await keep(tx, notice, looked);
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
    },

    /**
     * The contacts as of now: to be called before somebody else is written to. What was asked less than `olderThanMs`
     * ago (a day) is not asked again, only ranked by what is known of the addresses today.
     */
    async refresh(id: string, olderThanMs = FRESH_MS): Promise<Contact[]> {
      const notice = await store.get(db, id);
      const row = notice.trace
        ? await tables(db).selectFrom('takedown.trace').selectAll().where('id', '=', notice.trace).executeTakeFirst()
        : undefined;
      if (row && clock.now().getTime() - row.at.getTime() < olderThanMs) return ranked(notice, stored(answersOf(row)));
      const looked = await look(notice);
      const { traced } = looked;
      await transaction(db, async (tx) => {
        // All of them before any: `point` writes to those of the round.
        await store.lockedAll(tx, notice.item);
        const now = await store.get(tx, id);
        const trace = await keep(tx, now, looked);
        await store.setFields(tx, id, { trace });
        await point(tx, now, { trace, ...hosting(traced.answers) });
      });
      return traced.contacts;
    },

    /** Traces the place that a reverse proxy named, and puts its contacts into the ladder of the item's notices. */
    async addOrigin(request: OriginRequestRow): Promise<void> {
      const notice = await store.get(db, request.notice);
      const startedAt = clock.now();
      const [row] = await earlierOf(notice.item);
      const before = stored(row ? answersOf(row) : []).filter((a) => a.of !== 'origin');
      const { place, contact, proxy } = request;
      const said: TraceAnswer = {
        ...{ source: 'origin', at: request.ended_at ?? startedAt, via: proxy, outcome: 'found', of: 'origin' },
        data: { proxy, ...(place ? { place } : {}), ...(contact ? { contact } : {}) },
      };
      const host = place?.includes(':') ? `[${place}]` : place;
      const found = host ? await trace(`http://${host}/`, deps(), { quiet: true }) : undefined;
      const behind = (found?.answers ?? []).map((a): TraceAnswer => ({ ...a, of: 'origin' }));
      const answers = [...before, said, ...behind];
      const traced = {
        answers,
        contacts: await ranked(notice, answers),
        attribution: found?.notice ?? row?.attribution ?? '',
      };
      await transaction(db, async (tx) => {
        await store.lockedAll(tx, notice.item);
        const now = await store.get(tx, notice.id);
        const trace = await keep(tx, now, { traced, moved: [], startedAt });
        await store.setFields(tx, now.id, { trace });
        await point(tx, now, { trace });
        await tables(tx).updateTable('takedown.origin_request').set({ trace }).where('notice', '=', now.id).execute();
        await store.wake(tx, now.item, now.round);
      });
    },

    /** Newest first, for the desk. */
    ofItem: earlierOf,
  };
}
export type Tracer = ReturnType<typeof createTracer>;
