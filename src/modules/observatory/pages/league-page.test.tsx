import { describe, expect, it } from 'vitest';
import { LANGS } from '../../../platform/i18n/index.ts';
import { render } from '../../../platform/ui/render.testkit.tsx';
import { publishLeague } from '../league.ts';
import { LeaguePage } from './league-page.tsx';

const facts = { provider: 'p', name: 'P', notices: 60, inTime: 50, late: 5, reacted: 55 };
const medians = { reactionMedian: 3_600_000, withdrawalMedian: 7_200_000 };
const page = async (lang: (typeof LANGS)[number], settlingDays?: number) => {
  const period = { from: '2026-07', to: '2026-09', ...(settlingDays ? { settlingDays } : {}) };
  const league = await publishLeague(
    [{ ...facts, ...medians }],
    { notices: 0, inTime: 0, late: 0 },
    ...([period, 20] as const),
  );
  const snapshot = { id: 's', takenAt: new Date('2026-11-01T03:00:00Z'), running: false, league };
  return render(<LeaguePage snapshot={snapshot} replies={[]} />, { lang });
};

describe('the public page of providers', () => {
  it.each(LANGS)('says its fixed period and its margin: %s', async (lang) => {
    const html = await page(lang, 31);
    const words = {
      en: 'Period: July 2026 to September 2026. Published once, 31 days after its end; no two periods overlap.',
      fr: 'Période : de juillet 2026 à septembre 2026. Publiée une seule fois, 31 jours après sa fin',
      ar: '31 يوما؛ ولا تتداخل فترتان أبدا',
      zgh: '31 ⵡⵓⵙⵙⴰⵏ ⴷⴼⴼⵉⵔ ⵏ ⵜⴳⵉⵔⴰ ⵏⵏⵙ; ⵓⵔ ⵎⵢⴰⴽⵛⴰⵎⵏⵜ',
    }[lang];
    // Numbers and names may be isolated for their direction.
    const bare = (s: string) => s.replace(/[\u2066-\u2069\u200e\u200f]/g, '').replace(/[\u00a0\u202f]/g, ' ');
    expect(bare(html)).toContain(words);
  });

  it('shows a table of before as what it was', async () => {
    const html = await page('en');
    expect(html).not.toContain('no two periods overlap');
    expect(html).toContain('as it stood at the end of that time');
  });
});
