import type { CategoryId } from '../../country/index.ts';
import type {
  DsaCategory,
  DsaKeyword,
  FamilyCategory,
  IncidentType,
  ReportAnnotation,
  XARF_CSEM,
} from './vocabularies.ts';

/**
 * What a category means to others when it was found illegal. `null` is a decision too: that vocabulary has no word for it.
 * Treaty articles are ids of the country's `law.json`; their numbers are to be verified with counsel, as its rows say.
 */
export interface CategoryCrosswalk {
  incident: IncidentType | null;
  annotations: readonly ReportAnnotation[];
  csem: (typeof XARF_CSEM)[number] | null;
  dsa: { category: DsaCategory; keywords: readonly DsaKeyword[] };
  lanzarote: readonly string[] | null;
  budapest: readonly string[] | null;
  /** Where a home's filter files it when it is harmful and lawful; null: nothing that a filter could keep away. */
  family: FamilyCategory | null;
  /** Nobody is told off: a child in it is a victim, and care comes before anything else. */
  careFirst: boolean;
  /** Content that the police need whatever the site does. */
  police: boolean;
}

const minors = 'STATEMENT_CATEGORY_PROTECTION_OF_MINORS';
const violence = 'STATEMENT_CATEGORY_CYBER_VIOLENCE';
const NONE = { incident: null, annotations: [], csem: null, lanzarote: null, budapest: null } as const;

export const CROSSWALK: Record<CategoryId, CategoryCrosswalk> = {
  sextortion: {
    incident: 'enticement',
    annotations: ['sextortion'],
    csem: 'sextortion',
    dsa: { category: minors, keywords: ['KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS'] },
    lanzarote: ['lanzarote-23', 'lanzarote-22'],
    budapest: null,
    family: 'contact-risk',
    careFirst: true,
    police: true,
  },
  'image-abuse': {
    ...NONE,
    dsa: { category: violence, keywords: ['KEYWORD_NON_CONSENSUAL_IMAGE_SHARING'] },
    family: 'sexual',
    careFirst: true,
    police: false,
  },
  grooming: {
    incident: 'enticement',
    annotations: [],
    csem: 'grooming',
    dsa: { category: minors, keywords: ['KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS'] },
    lanzarote: ['lanzarote-23', 'lanzarote-22'],
    budapest: null,
    family: 'contact-risk',
    careFirst: true,
    police: true,
  },
  trafficking: {
    incident: 'trafficking',
    annotations: [],
    csem: 'trafficking',
    dsa: { category: 'STATEMENT_CATEGORY_VIOLENCE', keywords: ['KEYWORD_HUMAN_TRAFFICKING'] },
    lanzarote: ['lanzarote-19', 'lanzarote-21'],
    budapest: null,
    family: 'contact-risk',
    careFirst: true,
    police: true,
  },
  harassment: {
    ...NONE,
    dsa: { category: violence, keywords: ['KEYWORD_CYBER_BULLYING_INTIMIDATION'] },
    family: 'bullying',
    careFirst: false,
    police: false,
  },
  csam: {
    incident: 'csam',
    annotations: [],
    csem: null,
    dsa: { category: minors, keywords: ['KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL'] },
    lanzarote: ['lanzarote-20'],
    budapest: ['budapest-9'],
    family: 'sexual',
    careFirst: false,
    police: true,
  },
  pornography: {
    incident: 'unsolicited',
    annotations: [],
    csem: null,
    dsa: { category: minors, keywords: ['KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS'] },
    lanzarote: ['lanzarote-22'],
    budapest: null,
    family: 'sexual',
    careFirst: false,
    police: false,
  },
  'hate-extremism': {
    ...NONE,
    dsa: { category: 'STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH', keywords: ['KEYWORD_HATE_SPEECH'] },
    family: 'hate',
    careFirst: false,
    police: true,
  },
  'extremist-recruitment': {
    ...NONE,
    dsa: { category: 'STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY', keywords: ['KEYWORD_TERRORIST_CONTENT'] },
    family: 'hate',
    careFirst: true,
    police: true,
  },
  'violent-content': {
    ...NONE,
    dsa: { category: 'STATEMENT_CATEGORY_VIOLENCE', keywords: ['KEYWORD_INCITEMENT_VIOLENCE_HATRED'] },
    family: 'violence',
    careFirst: false,
    police: false,
  },
  'self-harm': {
    ...NONE,
    dsa: { category: 'STATEMENT_CATEGORY_SELF_HARM', keywords: ['KEYWORD_SELF_MUTILATION'] },
    family: 'self-harm',
    careFirst: true,
    police: false,
  },
  'dangerous-challenge': {
    ...NONE,
    dsa: { category: minors, keywords: ['KEYWORD_UNSAFE_CHALLENGES'] },
    family: 'dangerous',
    careFirst: false,
    police: false,
  },
  'fraud-impersonation': {
    ...NONE,
    dsa: { category: 'STATEMENT_CATEGORY_SCAMS_AND_FRAUD', keywords: ['KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING'] },
    family: 'deception',
    careFirst: false,
    police: false,
  },
  privacy: {
    ...NONE,
    dsa: {
      category: 'STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS',
      keywords: ['KEYWORD_MISSING_PROCESSING_GROUND'],
    },
    family: 'privacy',
    careFirst: false,
    police: false,
  },
  'disinformation-deepfake': {
    ...NONE,
    dsa: {
      category: 'STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS',
      keywords: ['KEYWORD_MISINFORMATION_DISINFORMATION'],
    },
    family: 'deception',
    careFirst: false,
    police: false,
  },
  'excessive-use': {
    ...NONE,
    dsa: { category: minors, keywords: ['KEYWORD_OTHER'] },
    family: null,
    careFirst: false,
    police: false,
  },
  'advertising-gambling': {
    ...NONE,
    dsa: { category: 'STATEMENT_CATEGORY_CONSUMER_INFORMATION', keywords: ['KEYWORD_HIDDEN_ADVERTISEMENT'] },
    family: 'gambling-advertising',
    careFirst: false,
    police: false,
  },
  relationships: {
    ...NONE,
    dsa: { category: minors, keywords: ['KEYWORD_OTHER'] },
    family: null,
    careFirst: false,
    police: false,
  },
  technical: {
    ...NONE,
    dsa: { category: 'STATEMENT_CATEGORY_OTHER_VIOLATION_TC', keywords: ['KEYWORD_OTHER'] },
    family: null,
    careFirst: false,
    police: false,
  },
  other: {
    ...NONE,
    dsa: { category: 'STATEMENT_CATEGORY_OTHER_VIOLATION_TC', keywords: ['KEYWORD_OTHER'] },
    family: null,
    careFirst: false,
    police: false,
  },
};
