import type { Db } from '../../../platform/db.ts';
import type { Lang, LocalText } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import type { Country } from '../../country/index.ts';
import { namesSender } from '../letter/letter.ts';
import type { NoticePurpose, NoticeRow } from '../schema.ts';

/**
 * All that a notice says to the outside. There is no field for anything that came with a report, so that no template
 * can let it out.
 */
export interface NoticeFacts {
  id: string;
  round: number;
  /** Signed; the exact location is behind it. */
  link: string;
  origin: string;
  country: LocalText;
  providerName: string | undefined;
  /** Host of the address, or the platform that an account is on. */
  place: { kind: 'host'; host: string } | { kind: 'account'; platform: LocalText };
  category: LocalText;
  articles: readonly { instrument: LocalText; number: string; title: LocalText; summary: LocalText }[];
  deadlineHours: number;
  assessedAt: Date;
  purpose: NoticePurpose;
  /** What the category means, in plain words. */
  why: LocalText;
  /** Whether the sender's mail address is given: not for offences against children. */
  named: boolean;
  /** This asks again, or says that what was said to be removed is still there. */
  follows?: { kind: 'reminder' | 'contradiction'; firstSentAt: Date; seenAt: Date } | undefined;
  /** A reverse proxy, which is asked for the origin host as well. */
  asksOrigin?: boolean;
}

/** Where exactly; for the signed page and for forms that a person fills in, never for mail. */
export type ExactLocation = { kind: 'url'; url: string } | { kind: 'account'; platform: LocalText; name: string };

const TOKEN_PURPOSE = 'notice';

const everywhere = (text: string): LocalText => ({ ar: text, fr: text, en: text, zgh: text });

export function createFacts(platform: Platform, needs: { country: Country; casework: Casework }) {
  const { keys, config } = platform;
  const { country, casework } = needs;

  const platformName = (id: string | null): LocalText =>
    country.platforms().find((p) => p.id === id)?.name ?? everywhere(id ?? '');

  /** What is signed; as ever for a notice that was never addressed to somebody else. */
  const signed = (notice: string, addressed: number) => (addressed === 0 ? notice : `${notice}.${addressed}`);
  const tokenOf = (notice: string, addressed = 0) =>
    `${signed(notice, addressed)}.${keys.token(TOKEN_PURPOSE, signed(notice, addressed))}`;
  const linkOf = (notice: Pick<NoticeRow, 'id' | 'addressed'>) =>
    `${config.publicOrigin}/notice/${tokenOf(notice.id, notice.addressed)}`;

  return {
    tokenOf,
    linkOf,

    /** The notice that a link belongs to, and how often it had been addressed by then; undefined for one that is not ours. */
    noticeOfToken(token: string): { id: string; addressed: number } | undefined {
      const parts = token.split('.');
      const [id = '', count = ''] = parts;
      if (parts.length > 3 || (parts.length === 3 && !/^[1-9]\d{0,5}$/.test(count))) return undefined;
      const addressed = parts.length === 3 ? Number(count) : 0;
      return keys.verifyToken(TOKEN_PURPOSE, signed(id, addressed), parts.at(-1) ?? '') ? { id, addressed } : undefined;
    },

    factsOf(notice: NoticeRow): NoticeFacts {
      const instruments = new Map(country.pack().law.instruments.map((i) => [i.id, i.name]));
      const category = country.category(notice.category);
      return {
        id: notice.id,
        round: notice.round,
        // A reminder is answered on the page of what it reminds of.
        link: linkOf({ id: notice.reminder_of ?? notice.id, addressed: notice.addressed }),
        origin: config.publicOrigin,
        country: country.pack().pack.name,
        providerName: notice.provider_name ?? undefined,
        place: notice.url
          ? { kind: 'host', host: notice.host ?? new URL(notice.url).hostname }
          : { kind: 'account', platform: platformName(notice.platform) },
        category: category.name,
        // The law as it stood when the content was judged.
        articles: country.law(notice.legal_articles, country.localDate(notice.assessed_at)).map((a) => ({
          instrument: instruments.get(a.instrument) ?? everywhere(a.instrument),
          number: a.number,
          title: a.title,
          summary: a.summary,
        })),
        deadlineHours: country.deadlineHours(notice.category),
        follows:
          notice.kind !== 'ask' && notice.first_sent_at && notice.seen_at
            ? { kind: notice.kind, firstSentAt: notice.first_sent_at, seenAt: notice.seen_at }
            : undefined,
        assessedAt: notice.assessed_at,
        purpose: notice.purpose,
        why: category.wording.adult.title,
        named: namesSender(notice.category, country.notices().unnamedFor),
        asksOrigin: notice.reach === 'proxy',
      };
    },

    /** undefined when the account's name was purged. */
    async exactLocation(tx: Db, notice: NoticeRow): Promise<ExactLocation | undefined> {
      if (notice.url) return { kind: 'url', url: notice.url };
      const name = await casework.accountName(await casework.item(notice.item, tx));
      return name === undefined ? undefined : { kind: 'account', platform: platformName(notice.platform), name };
    },

    categoryName: (notice: Pick<NoticeRow, 'category'>, lang: Lang) => country.category(notice.category).name[lang],
    platformName,
  };
}
export type Facts = ReturnType<typeof createFacts>;
