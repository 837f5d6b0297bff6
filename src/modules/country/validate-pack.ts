import type { z } from 'zod';
import { CATEGORY_IDS, type CountryPack, PACK_FILES, type PackPart, type RawPack } from './pack-schema.ts';

/** A pack that cannot be used; `problems` lists every fault found, each with its address. */
export class PackError extends Error {
  readonly problems: string[];
  constructor(country: string, problems: string[]) {
    super(
      `The country pack "${country}" has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
    this.name = 'PackError';
    this.problems = problems;
  }
}

export type PackResult = { ok: true; pack: CountryPack } | { ok: false; problems: string[] };

/** Validates the shape of every part, then the references between parts. Never throws; lists every problem. */
export function validatePack(raw: RawPack): PackResult {
  const problems: string[] = [];
  const parts: Partial<Record<PackPart, unknown>> = {};
  for (const [part, [file, schema]] of Object.entries(PACK_FILES) as [PackPart, readonly [string, z.ZodType]][]) {
    const parsed = schema.safeParse(raw[part]);
    if (parsed.success) parts[part] = parsed.data;
    else problems.push(...issuesOf(parsed.error.issues, `${file}.json`, raw[part]));
  }
  if (problems.length > 0) return { ok: false, problems };
  const pack = parts as CountryPack;
  problems.push(...referenceProblems(pack));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, pack };
}

function issuesOf(issues: readonly z.core.$ZodIssue[], file: string, input: unknown): string[] {
  return issues.map((issue) => `${file}: ${addressOf(issue.path, input)}: ${issue.message}`);
}

/** `helpLines[onde-2511].tel` says more than `helpLines[4].tel`. */
function addressOf(path: readonly PropertyKey[], input: unknown): string {
  let at: unknown = input;
  let address = '';
  for (const step of path) {
    const inArray = Array.isArray(at);
    at = isRecord(at) || inArray ? (at as Record<PropertyKey, unknown>)[step] : undefined;
    const name = inArray && isRecord(at) ? (at.id ?? at.code ?? at.category ?? step) : step;
    address += inArray ? `[${String(name)}]` : `${address === '' ? '' : '.'}${String(name)}`;
  }
  return address === '' ? '(file)' : address;
}

export function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function referenceProblems(pack: CountryPack): string[] {
  const problems: string[] = [];
  const unique = (what: string, ids: readonly string[]): Set<string> => {
    const seen = new Set<string>();
    for (const id of ids) {
      if (seen.has(id)) problems.push(`${what}: "${id}" appears twice`);
      seen.add(id);
    }
    return seen;
  };
  const uniqueIds = (what: string, rows: readonly { id: string }[]): Set<string> =>
    unique(
      what,
      rows.map((row) => row.id),
    );
  const refer = (from: string, known: Set<string>, ids: readonly string[], what: string) => {
    for (const id of ids) if (!known.has(id)) problems.push(`${from}: there is no ${what} "${id}"`);
  };

  const lines = uniqueIds('help-lines.json', pack.helpLines.helpLines);
  const articles = unique(
    'law.json',
    pack.law.articles.map((a) => `${a.id}@${a.validFrom ?? ''}`),
  );
  const articleIds = new Set([...articles].map((a) => a.slice(0, a.lastIndexOf('@'))));
  const instruments = uniqueIds('law.json instruments', pack.law.instruments);
  const categories = uniqueIds('risk-categories.json', pack.categories.categories);
  const groups = uniqueIds('risk-categories.json groups', pack.categories.groups);
  const cards = unique(
    'cards.json',
    pack.cards.cards.map((c) => c.category),
  );
  const platforms = uniqueIds('platforms.json', pack.platforms.platforms);
  const provinceCodes = pack.regions.regions.flatMap((r) => r.provinces.map((p) => p.code));
  unique(
    'regions.json',
    pack.regions.regions.map((r) => r.code),
  );
  unique('regions.json provinces', provinceCodes);
  uniqueIds('providers.json', pack.providers.providers);
  unique(
    'providers.json domains',
    pack.providers.providers.flatMap((p) => p.domains),
  );
  uniqueIds('pillars.json', pack.pillars.pillars);
  uniqueIds('case-review.json verification', pack.caseReview.verification);
  uniqueIds('case-review.json sampling', pack.caseReview.sampling);
  uniqueIds('bodies.json', pack.bodies.bodies);
  uniqueIds('bodies.json outcomes', pack.bodies.outcomes);
  uniqueIds('bodies.json declineReasons', pack.bodies.declineReasons);
  if (!pack.bodies.outcomes.some((o) => o.final)) problems.push('bodies.json: no outcome ends a referral');
  const never = uniqueIds('never-block.json', pack.neverBlock.names);
  uniqueIds('tools.json', pack.tools.tools);
  const help = uniqueIds('help-names.json', pack.helpNames.names);
  refer('help-names.json: fromNeverBlock', never, pack.helpNames.fromNeverBlock, 'entry of never-block.json');
  if (help.size === 0) problems.push('help-names.json: no names of help');
  const places = new Set([...provinceCodes, ...pack.regions.regions.map((r) => r.code)]);
  for (const b of pack.bodies.bodies)
    if (b.territory !== 'all') refer(`bodies.json[${b.id}]`, places, b.territory, 'province or region');
  unique('pack.json languages', pack.pack.languages);
  unique(
    'calendar.json',
    [...pack.calendar.fixedHolidays, ...pack.calendar.religiousHolidays, ...pack.calendar.ramadan].map((h) => h.id),
  );

  for (const id of CATEGORY_IDS) {
    if (!categories.has(id)) problems.push(`risk-categories.json: the category "${id}" is missing`);
    if (!cards.has(id)) problems.push(`cards.json: the category "${id}" has no card`);
  }
  for (const a of pack.law.articles) refer(`law.json[${a.id}]`, instruments, [a.instrument], 'instrument');
  const lineOf = new Map(pack.helpLines.helpLines.map((l) => [l.id, l]));
  for (const c of pack.categories.categories) {
    const from = `risk-categories.json[${c.id}]`;
    refer(from, groups, [c.group], 'group');
    refer(from, articleIds, c.legalArticles, 'legal article');
    refer(from, lines, c.helpLines, 'help line');
    for (const id of c.helpLines) {
      const fits = lineOf.get(id)?.categories;
      if (fits && fits !== 'all' && !fits.includes(c.id))
        problems.push(`${from}: the help line "${id}" does not list it`);
    }
  }
  for (const g of pack.categories.groups) {
    const members = pack.categories.categories.filter((c) => c.group === g.id).length;
    if (members === 0) problems.push(`risk-categories.json: the group "${g.id}" is empty`);
    if (members > 1 && g.wording === null)
      problems.push(`risk-categories.json: the group "${g.id}" needs words of its own`);
  }
  const phrases = new Set(Object.keys(pack.cards.phrases));
  const used = new Set<string>();
  for (const c of pack.cards.cards) {
    const from = `cards.json[${c.category}]`;
    const ids = [c.adult, c.child].flatMap((f) => [f.lead, ...f.steps, ...f.doNot]);
    if (c.platformHint) ids.push(c.platformHint);
    refer(from, phrases, ids, 'phrase');
    refer(from, lines, c.helpLines, 'help line');
    for (const id of ids) used.add(id);
  }
  for (const id of phrases) if (!used.has(id)) problems.push(`cards.json: no card uses the phrase "${id}"`);
  const hints = new Set(Object.keys(pack.platforms.accountHints));
  for (const p of pack.platforms.platforms) refer(`platforms.json[${p.id}]`, hints, [p.accountHint], 'account hint');
  for (const p of pack.providers.providers) refer(`providers.json[${p.id}]`, platforms, p.platforms, 'platform');
  problems.push(...calendarProblems(pack), ...ladderProblems(pack, categories));
  refer('helpline.json careServices', lines, pack.helpline.careServices, 'help line');
  for (const s of pack.helpline.crisisScripts) refer(`helpline.json[${s.id}]`, categories, s.categories, 'category');
  refer('wellbeing.json night', categories, pack.wellbeing.night.categories, 'category');
  const professions = uniqueIds('mandatory-reporting.json professions', pack.duties.professions);
  for (const d of pack.duties.duties) {
    const from = `mandatory-reporting.json[${d.id}]`;
    refer(from, professions, d.professions, 'profession');
    if (d.categories !== 'all') refer(from, categories, d.categories, 'category');
    refer(from, articleIds, d.articles, 'legal article');
    refer(from, lines, d.helpLines, 'help line');
  }
  return problems;
}

/** Every category has a ladder and a deadline, and nobody is reminded before the deadline that the notice set. */
function ladderProblems(pack: CountryPack, categories: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const { deadlines, ladders } = pack.escalation;
  const fits = (list: 'all' | readonly string[], id: string) => list === 'all' || list.includes(id);
  const scopes = [...deadlines.map((d) => d.categories), ...ladders.map((l) => l.categories)];
  for (const id of new Set(scopes.flatMap((c) => (c === 'all' ? [] : c))))
    if (!categories.has(id)) problems.push(`escalation.json: there is no category "${id}"`);
  for (const id of CATEGORY_IDS) {
    const hours = deadlines.find((d) => fits(d.categories, id))?.hours;
    if (hours === undefined) problems.push(`escalation.json: no deadline fits "${id}"`);
    const own = ladders.filter((l) => fits(l.categories, id));
    if (!own.some((l) => l.severities === 'all')) problems.push(`escalation.json: no ladder fits every "${id}"`);
    for (const l of own)
      if (l.rungs.some((r) => r.remindAfter.minutes < (hours ?? 0) * 60))
        problems.push(`escalation.json[${l.id}]: reminds of "${id}" before its deadline`);
  }
  const lifted = new Set(pack.lawLab.changes.map((c) => c.id));
  if (lifted.size < pack.lawLab.changes.length) problems.push('law-lab.json: a change appears twice');
  return problems;
}

function calendarProblems(pack: CountryPack): string[] {
  const problems: string[] = [];
  const { calendar } = pack;
  if (calendar.zone !== pack.pack.zone) problems.push(`calendar.json: its zone is not the pack's (${pack.pack.zone})`);
  try {
    new Intl.DateTimeFormat('en', { timeZone: calendar.zone });
  } catch {
    problems.push(`calendar.json: this machine has no zone "${calendar.zone}"`);
  }
  for (const h of calendar.religiousHolidays)
    if (!(h.kind in calendar.religiousHolidayNames)) problems.push(`calendar.json[${h.id}]: "${h.kind}" has no name`);
  for (const r of calendar.ramadan)
    if (r.last < r.first) problems.push(`calendar.json[${r.id}]: it ends before it begins`);
  const clocks = calendar.clock.map((c) => c.from.getTime());
  if (clocks.some((t, i) => i > 0 && t <= (clocks[i - 1] ?? 0)))
    problems.push('calendar.json: clock rows are out of order');
  if (!Object.values(calendar.workingHours.ordinary).some((day) => day && day.length > 0))
    problems.push('calendar.json: nobody ever works');
  return problems;
}
