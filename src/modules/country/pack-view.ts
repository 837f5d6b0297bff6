import type { LocalText } from '../../platform/i18n/index.ts';
import type { Ladder } from './ladder-schema.ts';
import { dayNumber, localTime } from './local-time.ts';
import {
  type Audience,
  CATEGORY_IDS,
  type CategoryId,
  type CountryPack,
  type HelpLine,
  type LawArticle,
  type OnlinePlatform,
  type ProviderSeed,
  type RiskCategory,
  type Words,
} from './pack-schema.ts';

/*
 * Questions that can be asked of a pack; pure, so that a page, a test and a job get the same answer.
 */

export interface PublicGroup {
  id: string;
  icon: string;
  words: Words;
  /** In public order. One category: choosing the group chooses it. */
  categories: RiskCategory[];
}

/** The "do this now" card, ready to print. */
export interface ActionCard {
  category: CategoryId;
  audience: Audience;
  title: LocalText;
  /** One breath: the sentence that matters most. */
  lead: LocalText;
  steps: LocalText[];
  doNot: LocalText[];
  helpLines: HelpLine[];
  /** What to choose in the platform's own form; null where no platform can help. */
  platformHint: LocalText | null;
}

export interface Province {
  code: string;
  kind: 'province' | 'prefecture';
  name: LocalText;
  region: { code: string; name: LocalText };
}

const known: ReadonlySet<string> = new Set(CATEGORY_IDS);
export const isCategoryId = (id: string): id is CategoryId => known.has(id);

export function categoriesOf(pack: CountryPack): RiskCategory[] {
  return [...pack.categories.categories].sort((a, b) => a.publicOrder - b.publicOrder);
}

export function categoryOf(pack: CountryPack, id: CategoryId): RiskCategory {
  const found = pack.categories.categories.find((c) => c.id === id);
  // A validated pack has every id of the union.
  if (!found) throw new Error(`the pack has no category ${id}`);
  return found;
}

export function publicGroupsOf(pack: CountryPack, audience: Audience): PublicGroup[] {
  const categories = categoriesOf(pack);
  return [...pack.categories.groups]
    .sort((a, b) => a.order - b.order)
    .map((group) => {
      const members = categories.filter((c) => c.group === group.id);
      const wording = group.wording ?? members[0]?.wording;
      if (!wording) throw new Error(`the group ${group.id} has no words`);
      return { id: group.id, icon: group.icon, words: wording[audience], categories: members };
    });
}

const shown = (line: HelpLine, audience: Audience): boolean => line.active && line.audiences.includes(audience);
const byOrder = (a: HelpLine, b: HelpLine): number => a.order - b.order;

/** Lines for the bar on every page. */
export function barLinesOf(pack: CountryPack): HelpLine[] {
  return pack.helpLines.helpLines.filter((l) => l.bar && l.active).sort(byOrder);
}

/** Every line that fits: first those the category names, in its order, then the others in the order of the list. */
export function helpLinesOf(pack: CountryPack, category: CategoryId, audience: Audience): HelpLine[] {
  const preferred = categoryOf(pack, category).helpLines;
  const rank = (l: HelpLine): number => (preferred.includes(l.id) ? preferred.indexOf(l.id) : preferred.length);
  return pack.helpLines.helpLines
    .filter((l) => shown(l, audience) && (l.categories === 'all' || l.categories.includes(category)))
    .sort((a, b) => rank(a) - rank(b) || byOrder(a, b));
}

export function cardOf(pack: CountryPack, category: CategoryId, audience: Audience): ActionCard {
  const card = pack.cards.cards.find((c) => c.category === category);
  if (!card) throw new Error(`the pack has no card for ${category}`);
  const say = (id: string): LocalText => {
    const phrase = pack.cards.phrases[id];
    if (!phrase) throw new Error(`the pack has no phrase ${id}`);
    return 'all' in phrase ? phrase.all : phrase[audience];
  };
  const face = card[audience];
  const lines = new Map(pack.helpLines.helpLines.map((l) => [l.id, l]));
  return {
    category,
    audience,
    title: face.title,
    lead: say(face.lead),
    steps: face.steps.map(say),
    doNot: face.doNot.map(say),
    helpLines: card.helpLines.flatMap((id) => lines.get(id) ?? []).filter((l) => shown(l, audience)),
    platformHint: card.platformHint === null ? null : say(card.platformHint),
  };
}

/** The articles as they stood on a local date (YYYY-MM-DD), in the order asked for; unknown ids and later law are left out. */
export function lawOf(pack: CountryPack, ids: readonly string[], date: string): LawArticle[] {
  return ids.flatMap((id) => {
    const inForce = pack.law.articles
      .filter((a) => a.id === id && (a.validFrom ?? '') <= date && (a.validTo === null || date < a.validTo))
      .sort((a, b) => (b.validFrom ?? '').localeCompare(a.validFrom ?? ''));
    return inForce[0] ?? [];
  });
}

export function platformsOf(pack: CountryPack): OnlinePlatform[] {
  return [...pack.platforms.platforms].sort((a, b) => a.order - b.order);
}

/** The entry with the longest domain that `host` is or lies under, or undefined. */
function byDomain<T extends { domains: string[] }>(entries: readonly T[], host: string): T | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  let best: { entry: T; length: number } | undefined;
  for (const entry of entries)
    for (const domain of entry.domains)
      if ((name === domain || name.endsWith(`.${domain}`)) && domain.length > (best?.length ?? 0))
        best = { entry, length: domain.length };
  return best?.entry;
}

export const providerForHost = (pack: CountryPack, host: string): ProviderSeed | undefined =>
  byDomain(pack.providers.providers, host);
export const platformForHost = (pack: CountryPack, host: string): OnlinePlatform | undefined =>
  byDomain(pack.platforms.platforms, host);

export function provincesOf(pack: CountryPack): Province[] {
  return pack.regions.regions.flatMap((r) =>
    r.provinces.map((p) => ({ ...p, region: { code: r.code, name: r.name } })),
  );
}

/** Names of places by their codes, regions and provinces alike; an unknown code is its own name. */
export function placeNames(pack: CountryPack, codes: readonly string[]): LocalText[] {
  const names = new Map<string, LocalText>();
  for (const region of pack.regions.regions) {
    names.set(region.code, region.name);
    for (const province of region.provinces) names.set(province.code, province.name);
  }
  return codes.map((code) => names.get(code) ?? { ar: code, fr: code, en: code, zgh: code });
}

/** Days until the dated rows of the calendar run out; negative when they have. */
export function calendarDaysLeft(pack: CountryPack, now: Date): number {
  return dayNumber(pack.calendar.knownUntil) - dayNumber(localTime(now, pack.calendar.zone).date);
}

const inScope = (list: 'all' | readonly string[], id: string) => list === 'all' || list.includes(id);

/** Hours that a notice of this category gives; a valid pack has one for each. */
export function deadlineOf(pack: CountryPack, id: CategoryId): number {
  const found = pack.escalation.deadlines.find((d) => inScope(d.categories, id));
  if (!found) throw new Error(`escalation.json has no deadline for ${id}`);
  return found.hours;
}

/** The first ladder that fits; a valid pack has one for each category. */
export function ladderOf(pack: CountryPack, id: CategoryId, severity: string | undefined): Ladder {
  const found = pack.escalation.ladders.find(
    (l) =>
      inScope(l.categories, id) && (severity === undefined ? l.severities === 'all' : inScope(l.severities, severity)),
  );
  if (!found) throw new Error(`escalation.json has no ladder for ${id}`);
  return found;
}
