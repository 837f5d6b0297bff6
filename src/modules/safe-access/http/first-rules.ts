import type { Category, Rules } from '../profile/rules.ts';

/** What matters to a parent, as the third question of the set-up asks it. */
export const MATTERS = ['dangers', 'search', 'night', 'homework', 'social', 'around'] as const;
export type Matter = (typeof MATTERS)[number];

export const DANGERS = [
  'adult',
  'self-harm',
  'violence',
  'hate',
  'drugs',
  'gambling',
  'dating',
  'malware',
  'phishing',
] as const satisfies readonly Category[];
export const PASTIMES = ['social', 'chat', 'games', 'video', 'shopping'] as const satisfies readonly Category[];

const NIGHT = { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], to: '07:00', closes: 'everything' } as const;
const HOMEWORK = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '17:00', to: '19:00' } as const;

/** Which answers the preset of an age already gives: they are ticked when the question is shown. Pure. */
export function mattersOf(rules: Rules): Matter[] {
  const { closed } = rules;
  return MATTERS.filter((matter) => {
    if (matter === 'dangers') return DANGERS.some((kind) => closed.includes(kind));
    if (matter === 'search') return rules.safeSearch;
    if (matter === 'night') return rules.windows.some((w) => w.closes === 'everything');
    if (matter === 'homework') return rules.windows.some((w) => w.closes !== 'everything');
    if (matter === 'social') return closed.includes('social');
    return rules.noWaysAround;
  });
}

/**
 * The preset of an age, changed by what was ticked and what was not. Malware and fraud stay closed whatever is ticked:
 * nobody is asked whether they want those. Pure.
 */
export function firstRules(preset: Rules, matters: readonly Matter[]): Rules {
  const wants = (matter: Matter) => matters.includes(matter);
  const before = mattersOf(preset);
  const closed = new Set<Category>(preset.closed);
  if (wants('dangers')) for (const kind of DANGERS) closed.add(kind);
  else for (const kind of DANGERS) closed.delete(kind);
  for (const kind of ['malware', 'phishing'] as const) closed.add(kind);
  for (const kind of ['social', 'chat'] as const)
    if (wants('social')) closed.add(kind);
    else closed.delete(kind);
  if (!wants('search')) closed.delete('unsafe-search');
  // A teenager's night begins later.
  const night = { ...NIGHT, days: [...NIGHT.days], from: preset.band === 'under-9' ? '20:00' : '22:00' };
  const homework = { ...HOMEWORK, days: [...HOMEWORK.days], closes: [...PASTIMES] };
  return {
    ...preset,
    closed: [...closed],
    safeSearch: wants('search'),
    youtube: wants('search') ? (preset.youtube === 'open' ? 'moderate' : preset.youtube) : 'open',
    noWaysAround: wants('around'),
    windows: [
      ...preset.windows.filter((w) => (w.closes === 'everything' ? wants('night') : wants('homework'))),
      ...(wants('night') && !before.includes('night') ? [night] : []),
      ...(wants('homework') && !before.includes('homework') ? [homework] : []),
    ],
  };
}
