import type { AssessmentAnswers, CategoryId } from '../../country/index.ts';
import type { Outcome } from '../schema.ts';
import { CROSSWALK } from './crosswalk-table.ts';
import {
  type DsaCategory,
  type DsaKeyword,
  type FileAnnotation,
  type ICCAM,
  INCIDENT_TYPES,
  type INDUSTRY_LEVELS,
  type IncidentType,
  type IWF_LEVELS,
  type ReportAnnotation,
  type XARF_AGES,
  type XARF_CSAM,
  type XARF_CSEM,
} from './vocabularies.ts';

/** A judgement, as far as other vocabularies care. */
export interface Decision {
  category: CategoryId;
  outcome: Outcome;
  answers: AssessmentAnswers;
}

/** A vocabulary has no word for it, and why. Never an empty field: who sends it must know that nothing was forgotten. */
export const NONE_REASONS = ['not-its-subject', 'not-illegal', 'no-word', 'not-answered', 'not-real'] as const;
export interface None {
  none: (typeof NONE_REASONS)[number];
}
export const isNone = (v: object | string): v is None => typeof v === 'object' && 'none' in v;
const none = (why: None['none']): None => ({ none: why });

export interface Iccam {
  classification: keyof typeof ICCAM.classification;
  age: keyof typeof ICCAM.age;
  gender: keyof typeof ICCAM.gender;
  commerciality: keyof typeof ICCAM.commerciality;
  siteType: keyof typeof ICCAM.siteType;
  virtual: boolean;
  selfGenerated: boolean;
  /** Of "ignore" only: why nothing was done. */
  reason: keyof typeof ICCAM.reason | null;
}

export interface Article {
  id: string;
  verified: boolean;
}

export interface Crosswalk {
  iccam: Iccam | None;
  iwf: (typeof IWF_LEVELS)[number] | None;
  industry: (typeof INDUSTRY_LEVELS)[number] | None;
  /** `incidentType` is the wire value; `incident` is ours, which people read. */
  cyberTipline:
    | {
        incident: IncidentType;
        incidentType: string;
        reportAnnotations: ReportAnnotation[];
        fileAnnotations: FileAnnotation[];
      }
    | None;
  dsa: { category: DsaCategory; keywords: DsaKeyword[] } | None;
  xarf:
    | { type: 'csam'; classification: (typeof XARF_CSAM)[number] }
    | {
        type: 'csem';
        exploitationType: (typeof XARF_CSEM)[number];
        victimAgeRange: (typeof XARF_AGES)[number];
      }
    | None;
  lanzarote: string[] | None;
  budapest: string[] | None;
  /** Articles of the country for this category; a row that nobody confirmed says so. */
  national: Article[] | None;
}

/** Sexual answers about a child: what others call abuse material, under whatever category it was filed. Pure. */
export function isAbuseMaterial({ category, outcome, answers }: Decision): boolean {
  if (outcome !== 'illegal') return false;
  if (category === 'csam') return true;
  const sexual = answers.classification !== undefined && answers.classification !== 'not-sexual';
  const stage = answers.stage !== undefined && answers.stage !== 'unclear';
  const young = answers.ageBand !== undefined && answers.ageBand !== 'adult' && answers.ageBand !== 'unknown';
  return sexual && (stage || young) && answers.ageBand !== 'adult';
}

const isReal = (a: AssessmentAnswers) => a.content !== 'drawn' && a.content !== 'generated' && a.content !== 'text';

/**
 * INTERPOL's baseline is the worst, alike everywhere: a real child before puberty in sexual activity. What only may be
 * it (posing, an unclear age) stays "national": too low is corrected by a colleague abroad, too high is not.
 */
function isBaseline(decision: Decision): boolean {
  const { answers: a } = decision;
  const act = a.classification === 'extreme-activity' || a.classification === 'sexual-activity';
  const before = a.stage === 'infant' || a.stage === 'pre-pubescent';
  return isAbuseMaterial(decision) && isReal(a) && a.content !== undefined && act && before;
}

const REASONS: Record<NonNullable<AssessmentAnswers['reason']>, keyof typeof ICCAM.reason> = {
  'not-found': 'not-found',
  'no-access': 'no-access',
  adult: 'adult',
  'nudity-only': 'nudism',
  'below-threshold': 'threshold',
  drawn: 'virtual',
  'only-links': 'linking',
  'age-unclear': 'age-unclear',
  'not-substantiated': 'other',
  other: 'other',
};

const SITES: Record<NonNullable<AssessmentAnswers['siteType']>, keyof typeof ICCAM.siteType> = {
  website: 'website',
  'file-host': 'file-host',
  'image-host': 'image-host',
  'image-store': 'image-store',
  board: 'board',
  forum: 'forum',
  social: 'social',
  messaging: 'not-applicable',
  blog: 'blog',
  'link-list': 'link-list',
  banner: 'banner',
  redirector: 'redirector',
  archive: 'archive',
  search: 'search',
  game: 'not-applicable',
  other: 'not-applicable',
};

function iccamOf(decision: Decision): Iccam | None {
  const { category, outcome, answers: a } = decision;
  const material = isAbuseMaterial(decision);
  if (!material && category !== 'csam') return none('not-its-subject');
  return {
    classification: !material ? 'ignore' : isBaseline(decision) ? 'baseline' : 'national',
    age: a.stage === undefined || a.stage === 'unclear' ? 'not-known' : a.stage,
    gender: a.sex === 'girl' ? 'female' : a.sex === 'boy' ? 'male' : a.sex === 'both' ? 'both' : 'not-known',
    commerciality: a.commerciality === undefined || a.commerciality === 'unknown' ? 'not-known' : a.commerciality,
    siteType: a.siteType === undefined ? 'not-applicable' : SITES[a.siteType],
    virtual: a.content === 'drawn' || a.content === 'generated',
    selfGenerated: a.content === 'self-produced',
    reason: outcome === 'not-actionable' ? REASONS[a.reason ?? 'other'] : outcome === 'harmful' ? 'threshold' : null,
  };
}

function iwfOf(decision: Decision): Crosswalk['iwf'] {
  if (decision.outcome !== 'illegal') return none('not-illegal');
  if (!isAbuseMaterial(decision)) return none('not-its-subject');
  switch (decision.answers.classification) {
    case 'extreme-activity':
      return 'A';
    case 'sexual-activity':
      return 'B';
    case 'posing':
      return 'C';
    case 'not-sexual':
      return none('no-word');
    case undefined:
      return none('not-answered');
  }
}

/** A before puberty, B in puberty; 1 a sexual act, 2 lascivious posing. Of real pictures only. */
function industryOf(decision: Decision): Crosswalk['industry'] {
  const level = iwfOf(decision);
  if (isNone(level)) return level;
  if (!isReal(decision.answers)) return none('not-real');
  const { stage } = decision.answers;
  if (stage === undefined || stage === 'unclear') return none('not-answered');
  const letter = stage === 'pubescent' ? 'B' : 'A';
  return level === 'C' ? `${letter}2` : `${letter}1`;
}

function cyberTiplineOf(decision: Decision): Crosswalk['cyberTipline'] {
  if (decision.outcome !== 'illegal') return none('not-illegal');
  const { incident, annotations } = CROSSWALK[decision.category];
  const material = isAbuseMaterial(decision);
  const type = incident && incident !== 'unsolicited' ? incident : material ? 'csam' : incident;
  if (!type) return none('no-word');
  const { answers: a } = decision;
  const file: FileAnnotation[] = [];
  if (material) {
    if (a.content === 'drawn') file.push('animeDrawingVirtualHentai');
    if (a.content === 'generated') file.push('generativeAi');
    if (a.content === 'self-produced') file.push('possibleSelfProduction');
    if (a.stage === 'infant') file.push('infant');
  }
  const report: ReportAnnotation[] = [...annotations];
  if (a.doneBy === 'child') report.push('minorToMinorInteraction');
  return { incident: type, incidentType: INCIDENT_TYPES[type], reportAnnotations: report, fileAnnotations: file };
}

function dsaOf(decision: Decision): Crosswalk['dsa'] {
  // Harmful and lawful content breaks terms of service: the same categories say which.
  if (decision.outcome === 'not-actionable') return none('not-illegal');
  if (!isAbuseMaterial(decision)) {
    const { category, keywords } = CROSSWALK[decision.category].dsa;
    // "Abuse material" is a word for crimes; what is lawful is not called that.
    if (decision.category === 'csam' && decision.outcome === 'harmful')
      return { category, keywords: ['KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS'] };
    return { category, keywords: [...keywords] };
  }
  return {
    category: 'STATEMENT_CATEGORY_PROTECTION_OF_MINORS',
    keywords: [
      decision.answers.content === 'generated'
        ? 'KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE'
        : 'KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL',
    ],
  };
}

function xarfOf(decision: Decision): Crosswalk['xarf'] {
  if (decision.outcome !== 'illegal') return none('not-illegal');
  const { csem } = CROSSWALK[decision.category];
  const { stage } = decision.answers;
  const victimAgeRange =
    stage === undefined || stage === 'unclear' ? 'unknown' : stage === 'pre-pubescent' ? 'prepubescent' : stage;
  if (csem) return { type: 'csem', exploitationType: csem, victimAgeRange };
  if (!isAbuseMaterial(decision)) return none('no-word');
  if (isBaseline(decision)) return { type: 'csam', classification: 'baseline' };
  const level = industryOf(decision);
  if (!isNone(level)) return { type: 'csam', classification: level };
  // Its `csam` has no word for an unclear age or a drawing; `csem` says what was done with it.
  return { type: 'csem', exploitationType: 'distribution', victimAgeRange };
}

function treaties(decision: Decision, treaty: 'lanzarote' | 'budapest'): string[] | None {
  if (decision.outcome !== 'illegal') return none('not-illegal');
  const own = CROSSWALK[decision.category][treaty] ?? [];
  const material = isAbuseMaterial(decision) ? (CROSSWALK.csam[treaty] ?? []) : [];
  const all = [...new Set([...own, ...material])];
  return all.length > 0 ? all : none('no-word');
}

/**
 * One judgement in every vocabulary. Pure and total: what has no word says so.
 * @param national the country's articles for the category, from its pack
 */
export function crosswalk(decision: Decision, national: readonly Article[]): Crosswalk {
  return {
    iccam: iccamOf(decision),
    iwf: iwfOf(decision),
    industry: industryOf(decision),
    cyberTipline: cyberTiplineOf(decision),
    dsa: dsaOf(decision),
    xarf: xarfOf(decision),
    lanzarote: treaties(decision, 'lanzarote'),
    budapest: treaties(decision, 'budapest'),
    national:
      decision.outcome !== 'illegal' ? none('not-illegal') : national.length > 0 ? [...national] : none('no-word'),
  };
}
