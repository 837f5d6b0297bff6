import { uuidv7 } from '../../platform/ids.ts';
import type { CategoryId } from '../country/index.ts';
import type { Takedown } from './index.ts';
import { type NoticeRow, type ProviderKind, tables } from './schema.ts';

/** Made up, and labelled as such: nobody may take them for real. */
const LABEL = '[démonstration]';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Sample {
  name: string;
  kind: ProviderKind;
  domain: string;
  network: number;
  country: string;
  notices: number;
  /** Hours to the first answer, and to the disappearance; each notice a little later than the one before. */
  answers: number;
  removes: number;
  /** Every so many-th never disappears. */
  leaves: number;
  comment?: string;
}

// Networks kept for documentation (RFC 5398) that nothing of the small Internet lies in: nobody writes to these.
const SAMPLES: readonly Sample[] = [
  {
    ...{ name: 'Sample Photos', kind: 'host', domain: 'demo-photos.example', network: 65536, country: 'MA' },
    ...{
      notices: 42,
      answers: 1,
      removes: 9,
      leaves: 8,
      comment: 'Notre équipe répond tous les jours, fêtes comprises.',
    },
  },
  {
    ...{ name: 'Sample Video', kind: 'platform', domain: 'demo-video.example', network: 65537, country: 'IE' },
    ...{ notices: 34, answers: 6, removes: 30, leaves: 5 },
  },
  {
    ...{ name: 'Sample Forums', kind: 'host', domain: 'demo-forums.example', network: 65538, country: 'NL' },
    ...{ notices: 27, answers: 40, removes: 70, leaves: 3 },
  },
  {
    ...{ name: 'Sample Games', kind: 'app-store', domain: 'demo-games.example', network: 65539, country: 'US' },
    ...{ notices: 8, answers: 12, removes: 60, leaves: 4 },
  },
];
const CATEGORIES: readonly CategoryId[] = ['harassment', 'privacy', 'fraud-impersonation'];

/**
 * Fills an empty demonstration with providers and what came of notices to them in the last months, so that cards and the
 * public table have something to show. All of them are closed: nothing is sent, looked at or escalated. Runs once.
 */
export async function seedProviders(takedown: Takedown, account: string): Promise<void> {
  const { platform, providers, comments } = takedown;
  const { clock, random, db } = platform;
  if ((await providers.list({ text: LABEL })).length > 0) return;
  const now = clock.now().getTime();
  for (const sample of SAMPLES) {
    const provider = await providers.save(account, {
      name: `${sample.name} ${LABEL}`,
      kind: sample.kind,
      domains: [sample.domain],
      language: 'fr',
      channel: 'mail',
      address: `abuse@${sample.domain}`,
      note: LABEL,
      networks: [`AS${sample.network}`],
      countries: [sample.country],
    });
    if (sample.comment) await comments.set(account, provider, `${LABEL} ${sample.comment}`, 'fr');
    const rows = Array.from({ length: sample.notices }, (_, i): NoticeRow => {
      const sent = new Date(now - 5 * DAY - i * 6 * DAY);
      const after = (hours: number) => new Date(sent.getTime() + hours * HOUR);
      const gone = (i + 1) % sample.leaves === 0 ? null : after(sample.removes + (i % 9) * 2);
      const id = uuidv7(clock, random);
      return {
        ...{ id, item: uuidv7(clock, random), round: 1, state: 'closed', legal_articles: [] },
        category: CATEGORIES[i % CATEGORIES.length] as CategoryId,
        ...{ url: `http://${sample.domain}/${i}`, host: sample.domain, platform: null, assessed_at: sent },
        ...{ assessed_by: account, language: 'fr', provider_name: `${sample.name} ${LABEL}`, provider },
        ...{ contact: `abuse@${sample.domain}`, channel: 'mail', source: 'own-table', confidence: 0.95, trace: null },
        ...{ message_id: `<${id}@demonstration.example>`, attempts: 1, next_try_at: null, lease_until: null },
        ...{ last_error: null, created_at: sent, created_by: 'system', changed_at: gone ?? sent, sent_at: sent },
        answered_at: i % 4 === 3 ? null : after(sample.answers + (i % 5)),
        removed_at: gone && i % 3 > 0 ? after(sample.removes - 1) : null,
        ...{ dispute_decision: null, decided_at: null, decided_by: null, data_key: null, answer: null },
        ...{ decision_reason: null, purpose: 'removal', reach: 'provider', network: sample.network },
        ...{ hosted_in: sample.country, letter: null, counter_letter: null, more_time_until: null, gone_at: gone },
        ...{
          back_at: null,
          contradicted_at: null,
          addressed: 0,
          kind: 'ask',
          reminder_of: null,
          first_sent_at: null,
          seen_at: null,
        },
      };
    });
    await tables(db).insertInto('takedown.notice').values(rows).execute();
  }
}
