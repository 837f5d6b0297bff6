import { sql } from 'kysely';
import type { Db } from '../../../platform/db.ts';
import { createTranslator } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type Casework, type Crosswalk, crosswalk } from '../../casework/index.ts';
import type { AssessmentAnswers, CategoryId, Country } from '../../country/index.ts';
import type { Facts } from '../notice/facts.ts';
import { answersOf, type LetterRow, type NoticePurpose, type NoticeRow, tables } from '../schema.ts';
import type { AddressFacts } from '../tracing/index.ts';

const DAY_MS = 86_400_000;
const toDay = (at: Date) => new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS);

/** What a machine gets of one notice. As with {@link NoticeFacts}, nothing that came with a report has a field here. */
export interface LetterLine {
  reference: string;
  /** Absent for accounts: whose name is on the notice's page only. */
  url: string | undefined;
  host: string | undefined;
  ip: string | undefined;
  /** Autonomous system. */
  network: number | undefined;
  hostedIn: string | undefined;
  /** When a person judged it; when a look saw it last. */
  firstSeen: Date;
  lastSeen: Date;
  category: CategoryId;
  categoryName: string;
  articles: string[];
  /** Absent where nothing is demanded. */
  deadline: Date | undefined;
  /** Where to answer. */
  link: string;
  purpose: NoticePurpose;
  xarf: Crosswalk['xarf'];
}

const HOUR_MS = 3_600_000;

/** Reads what the table and the machine-readable files of a letter say. */
export function createLines(platform: Platform, needs: { country: Country; casework: Casework; facts: Facts }) {
  const { i18n } = platform;
  const { country, casework, facts } = needs;

  /** The address that answered when it was traced. */
  async function addressOf(tx: Db, trace: string | null): Promise<AddressFacts | undefined> {
    if (!trace) return undefined;
    const row = await tables(tx)
      .selectFrom('takedown.trace')
      .select('answers')
      .where('id', '=', trace)
      .executeTakeFirst();
    const found = row && answersOf(row).find((a) => a.source === 'network' && a.outcome === 'found');
    return (found?.data as AddressFacts[] | undefined)?.[0];
  }

  async function lastSeen(tx: Db, item: string, until: Date): Promise<Date | undefined> {
    const { rows } = await sql<{ at: Date | null }>`
      select max(at) as at from takedown."check"
      where item = ${item} and at <= ${until} and state in ('up-same', 'moved-host', 'geo-blocked')`.execute(tx);
    return rows[0]?.at ?? undefined;
  }

  async function xarfOf(tx: Db, notice: NoticeRow): Promise<Crosswalk['xarf']> {
    const judged = await casework.latestAssessment(notice.item, tx);
    const answers: AssessmentAnswers = judged
      ? { ...(judged.answers as AssessmentAnswers), ageBand: judged.age_band, sex: judged.sex }
      : {};
    const outcome = notice.purpose === 'removal' ? 'illegal' : 'harmful';
    return crosswalk({ category: notice.category, outcome, answers }, []).xarf;
  }

  return {
    /** In the order of the letter; the same at every try of it. */
    async of(tx: Db, letter: LetterRow, notices: readonly NoticeRow[]): Promise<LetterLine[]> {
      const { text } = createTranslator(i18n, letter.language, country.pack().pack.zone);
      const at = letter.tried_at ?? platform.clock.now();
      const lines: LetterLine[] = [];
      for (const notice of notices) {
        const told = facts.factsOf(notice);
        const address = await addressOf(tx, notice.trace);
        lines.push({
          reference: notice.id,
          url: notice.url ?? undefined,
          host: notice.host ?? undefined,
          ip: address?.address,
          network: notice.network ?? address?.asn ?? undefined,
          hostedIn: notice.hosted_in ?? undefined,
          firstSeen: notice.assessed_at,
          // To the day: a second would tell whoever keeps a log which of its visitors we are.
          lastSeen: toDay((await lastSeen(tx, notice.item, at)) ?? notice.assessed_at),
          category: notice.category,
          categoryName: text(told.category),
          articles: told.articles.map((a) => `${text(a.instrument)} ${a.number}`),
          deadline: notice.purpose === 'removal' ? new Date(at.getTime() + told.deadlineHours * HOUR_MS) : undefined,
          link: told.link,
          purpose: notice.purpose,
          xarf: await xarfOf(tx, notice),
        });
      }
      return lines;
    },
  };
}
export type Lines = ReturnType<typeof createLines>;
