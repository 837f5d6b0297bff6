import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRoot } from '../../../platform/root.ts';
import { ASSESSMENT_VALUES, type AssessmentAnswers, CATEGORY_IDS, type CategoryId } from '../../country/index.ts';
import { OUTCOMES, type Outcome } from '../schema.ts';
import { type Crosswalk, crosswalk, type Decision, isAbuseMaterial, isNone, NONE_REASONS } from './crosswalk.ts';
import { CROSSWALK } from './crosswalk-table.ts';
import { ROUTES, routesOf } from './routes-of.ts';
import {
  DSA,
  FAMILY_CATEGORIES,
  FILE_ANNOTATIONS,
  ICCAM,
  INCIDENT_TYPES,
  INDUSTRY_LEVELS,
  IWF_LEVELS,
  REPORT_ANNOTATIONS,
  XARF_AGES,
  XARF_CSAM,
  XARF_CSEM,
} from './vocabularies.ts';

const law = JSON.parse(readFileSync(path.join(findRoot(), 'country/ma/law.json'), 'utf8')) as {
  instruments: { id: string; kind: 'national' | 'treaty' }[];
  articles: { id: string; instrument: string; verified: boolean }[];
};
const pack = JSON.parse(readFileSync(path.join(findRoot(), 'country/ma/risk-categories.json'), 'utf8')) as {
  categories: { id: CategoryId; legalArticles: string[]; policeHold: boolean }[];
};
const national = new Set(law.instruments.filter((i) => i.kind === 'national').map((i) => i.id));
const articlesOf = (id: CategoryId) =>
  (pack.categories.find((c) => c.id === id)?.legalArticles ?? []).flatMap((a) =>
    law.articles
      .filter((row) => row.id === a && national.has(row.instrument))
      .map((row) => ({ id: a, verified: row.verified })),
  );
const holdOf = (id: CategoryId) => pack.categories.find((c) => c.id === id)?.policeHold ?? false;

const maybe = <T>(values: readonly T[]): (T | undefined)[] => [undefined, ...values];
const V = ASSESSMENT_VALUES;

/** Every category and outcome, with every answer that a vocabulary looks at; the others one by one. */
function* everything(): Generator<Decision> {
  for (const category of CATEGORY_IDS)
    for (const outcome of OUTCOMES) {
      for (const classification of maybe(V.classification))
        for (const stage of maybe(V.stage))
          for (const content of maybe(V.content))
            for (const ageBand of [undefined, '0-5', '12-14', 'adult', 'unknown'] as const)
              for (const doneBy of maybe(V.doneBy))
                yield decision(category, outcome, { classification, stage, content, ageBand, doneBy });
      for (const field of ['sex', 'siteType', 'commerciality', 'reason', 'children', 'severity'] as const)
        for (const value of V[field]) yield decision(category, outcome, { [field]: value });
    }
}
const decision = (
  category: CategoryId,
  outcome: Outcome,
  answers: { [F in keyof AssessmentAnswers]: AssessmentAnswers[F] | undefined } = {},
): Decision => ({
  category,
  outcome,
  answers: Object.fromEntries(Object.entries(answers).filter(([, v]) => v !== undefined)) as AssessmentAnswers,
});

/** What is not a "none" must be words of that vocabulary. */
const WORDS: { [V in keyof Crosswalk]: (word: never) => boolean } = {
  iccam: (w: Exclude<Crosswalk['iccam'], { none: unknown }>) =>
    w.classification in ICCAM.classification &&
    w.age in ICCAM.age &&
    w.gender in ICCAM.gender &&
    w.siteType in ICCAM.siteType &&
    w.commerciality in ICCAM.commerciality &&
    (w.classification === 'ignore') === (w.reason !== null),
  iwf: (w: string) => (IWF_LEVELS as readonly string[]).includes(w),
  industry: (w: string) => (INDUSTRY_LEVELS as readonly string[]).includes(w),
  cyberTipline: (w: Exclude<Crosswalk['cyberTipline'], { none: unknown }>) =>
    (Object.values(INCIDENT_TYPES) as string[]).includes(w.incidentType) &&
    w.reportAnnotations.every((a) => REPORT_ANNOTATIONS.includes(a)) &&
    w.fileAnnotations.every((a) => FILE_ANNOTATIONS.includes(a)),
  dsa: (w: Exclude<Crosswalk['dsa'], { none: unknown }>) =>
    w.keywords.length > 0 && w.keywords.every((k) => (DSA[w.category] as readonly string[]).includes(k)),
  xarf: (w: Exclude<Crosswalk['xarf'], { none: unknown }>) =>
    w.type === 'csam'
      ? XARF_CSAM.includes(w.classification)
      : XARF_CSEM.includes(w.exploitationType) && XARF_AGES.includes(w.victimAgeRange),
  lanzarote: (w: string[]) =>
    w.every((a) => law.articles.some((row) => row.id === a && row.instrument === 'lanzarote')),
  budapest: (w: string[]) => w.every((a) => law.articles.some((row) => row.id === a && row.instrument === 'budapest')),
  national: (w: { id: string; verified: boolean }[]) => w.every((a) => law.articles.some((row) => row.id === a.id)),
};

describe('one judgement in every vocabulary', () => {
  it('maps every category, outcome and answer to a word of each, or says "none" and why', () => {
    let seen = 0;
    const said = new Map<string, Set<string>>();
    for (const d of everything()) {
      seen += 1;
      const all = crosswalk(d, articlesOf(d.category));
      for (const [name, word] of Object.entries(all) as [keyof Crosswalk, Crosswalk[keyof Crosswalk]][]) {
        const good = isNone(word) ? NONE_REASONS.includes(word.none) : WORDS[name](word as never);
        if (!good) expect.unreachable(`${name} of ${JSON.stringify(d)} is ${JSON.stringify(word)}`);
        if (!said.has(name)) said.set(name, new Set());
        said.get(name)?.add(isNone(word) ? `none: ${word.none}` : JSON.stringify(word));
      }
    }
    expect(seen).toBeGreaterThan(100_000);
    // Every level is reached, or the table says less than it seems to.
    for (const level of IWF_LEVELS) expect(said.get('iwf')).toContain(JSON.stringify(level));
    for (const level of INDUSTRY_LEVELS) expect(said.get('industry')).toContain(JSON.stringify(level));
    for (const level of XARF_CSAM)
      expect(said.get('xarf')).toContain(JSON.stringify({ type: 'csam', classification: level }));
  });

  it('reads as colleagues abroad would', () => {
    const worst = crosswalk(
      decision('csam', 'illegal', {
        classification: 'sexual-activity',
        stage: 'infant',
        content: 'real',
        sex: 'girl',
        siteType: 'image-host',
        commerciality: 'not-commercial',
      }),
      articlesOf('csam'),
    );
    expect(worst).toMatchObject({
      iccam: { classification: 'baseline', age: 'infant', gender: 'female', virtual: false, siteType: 'image-host' },
      iwf: 'B',
      industry: 'A1',
      cyberTipline: { incidentType: INCIDENT_TYPES.csam, fileAnnotations: ['infant'] },
      dsa: { keywords: ['KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL'] },
      xarf: { type: 'csam', classification: 'baseline' },
      lanzarote: ['lanzarote-20'],
      budapest: ['budapest-9'],
      national: [{ id: 'penal-503-2', verified: false }],
    });
    const drawn = crosswalk(
      decision('csam', 'illegal', { classification: 'posing', stage: 'pubescent', content: 'drawn' }),
      [],
    );
    expect(drawn).toMatchObject({
      iccam: { classification: 'national', virtual: true },
      industry: { none: 'not-real' },
      cyberTipline: { fileAnnotations: ['animeDrawingVirtualHentai'] },
      xarf: { type: 'csem', exploitationType: 'distribution' },
      national: { none: 'no-word' },
    });
    const posing = crosswalk(
      decision('csam', 'illegal', { classification: 'posing', stage: 'infant', content: 'real' }),
      [],
    );
    expect(posing.iccam).toMatchObject({ classification: 'national' });
    const ignored = crosswalk(decision('csam', 'not-actionable', { reason: 'adult' }), []);
    expect(ignored.iccam).toMatchObject({ classification: 'ignore', reason: 'adult' });
    const pressed = crosswalk(decision('sextortion', 'illegal', { doneBy: 'child' }), []);
    expect(pressed).toMatchObject({
      cyberTipline: { reportAnnotations: ['sextortion', 'minorToMinorInteraction'] },
      xarf: { type: 'csem', exploitationType: 'sextortion', victimAgeRange: 'unknown' },
      iccam: { none: 'not-its-subject' },
    });
    // Pictures of a child are abuse material whatever they were filed as; of an adult they are not.
    const shared = { classification: 'posing', content: 'real' } as const;
    expect(isAbuseMaterial(decision('image-abuse', 'illegal', { ...shared, ageBand: '15-17' }))).toBe(true);
    expect(isAbuseMaterial(decision('image-abuse', 'illegal', { ...shared, ageBand: 'adult' }))).toBe(false);
  });

  it('names only treaty articles that the country knows', () => {
    const named = Object.values(CROSSWALK).flatMap((c) => [...(c.lanzarote ?? []), ...(c.budapest ?? [])]);
    for (const id of named)
      expect(
        law.articles.find((a) => a.id === id),
        id,
      ).toMatchObject({ verified: false });
  });
});

describe('where a judgement leads', () => {
  it('never puts what is lawful on the national list, nor asks the site to remove it as illegal', () => {
    for (const d of everything()) {
      const { routes, family } = routesOf(d, holdOf(d.category));
      expect(routes.every((r) => ROUTES.includes(r))).toBe(true);
      if (d.outcome !== 'illegal' && (routes.includes('national-list') || routes.includes('notice')))
        expect.unreachable(JSON.stringify(d));
      if (routes.includes('national-list') && !isAbuseMaterial(d)) expect.unreachable(JSON.stringify(d));
      if (d.outcome === 'harmful' && !routes.includes('terms-notice')) expect.unreachable(JSON.stringify(d));
      if (family !== null && (d.outcome !== 'harmful' || !FAMILY_CATEGORIES.includes(family)))
        expect.unreachable(JSON.stringify(d));
      // A child who did it gets care, whatever was judged.
      if (d.answers.doneBy === 'child' && routes[0] !== 'care') expect.unreachable(JSON.stringify(d));
      if (routes.includes('police-first') && routes.includes('police')) expect.unreachable(JSON.stringify(d));
    }
  });

  it('sends a recruited child to care first, and what recruits to the police', () => {
    expect(routesOf(decision('extremist-recruitment', 'illegal'), false).routes).toEqual(['care', 'police', 'notice']);
    expect(routesOf(decision('extremist-recruitment', 'harmful'), false)).toEqual({
      routes: ['care', 'police', 'terms-notice', 'family-filter'],
      family: 'hate',
    });
  });

  it('lets the police see abuse material before the site hears of it', () => {
    expect(routesOf(decision('csam', 'illegal'), true).routes).toEqual([
      'police-first',
      'notice',
      'foreign-hotline',
      'national-list',
    ]);
    expect(routesOf(decision('harassment', 'illegal', { doneBy: 'child' }), false).routes).toEqual(['care', 'notice']);
  });
});

// Beside the repository, or beside the one that this is a worktree of.
const spec = (file: string) =>
  ['../shared/spec', '../../shared/spec'].map((at) => path.join(findRoot(), at, file)).find((f) => existsSync(f));
const xsd = spec('cybertipline/cyber_tipline.xsd');
const csam = spec('xarf/schemas_v4_types_content-csam.json');
const csem = spec('xarf/schemas_v4_types_content-csem.json');

describe('the enumerations of others, where their schemas are at hand', () => {
  it.skipIf(!xsd)('CyberTipline: every incident type and annotation is in the schema', () => {
    const text = readFileSync(xsd ?? '', 'utf8');
    for (const wire of Object.values(INCIDENT_TYPES)) expect(text).toContain(`"${wire}"`);
    for (const name of [...REPORT_ANNOTATIONS, ...FILE_ANNOTATIONS]) expect(text).toMatch(new RegExp(`name="${name}"`));
  });

  it.skipIf(!csam || !csem)('XARF: the levels, kinds and ages are those of the schemas', () => {
    const enumOf = (file: string | undefined, name: string) => {
      const schema = JSON.parse(readFileSync(file ?? '', 'utf8')) as {
        allOf: { properties?: Record<string, { enum?: string[] }> }[];
      };
      return schema.allOf.flatMap((part) => part.properties?.[name]?.enum ?? []);
    };
    expect(enumOf(csam, 'classification')).toEqual([...XARF_CSAM]);
    expect(enumOf(csem, 'exploitation_type')).toEqual([...XARF_CSEM]);
    expect(enumOf(csem, 'victim_age_range')).toEqual([...XARF_AGES]);
  });
});
