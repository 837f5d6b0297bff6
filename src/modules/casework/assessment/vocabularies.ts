/*
 * Words of other systems, as they go over the wire; ours stand in the catalogues. "Child Pornography" is one of theirs:
 * it is never shown to people as ours.
 */

/** ICCAM API v3, as its open client sends them (AbuseIO/SCART-application `scart/classes/iccam/api3`). */
export const ICCAM = {
  classification: { baseline: 1, national: 2, ignore: 4 },
  age: { 'not-known': 1, infant: 2, 'pre-pubescent': 3, pubescent: 4 },
  gender: { 'not-known': 1, female: 2, male: 3, both: 4 },
  commerciality: { 'not-known': 1, commercial: 2, 'not-commercial': 3 },
  siteType: {
    website: 2,
    'file-host': 3,
    'image-store': 4,
    board: 5,
    forum: 6,
    banner: 7,
    'link-list': 8,
    social: 9,
    redirector: 10,
    archive: 11,
    search: 18,
    'image-host': 20,
    blog: 22,
    'not-applicable': 24,
  },
  reason: {
    other: 1,
    'not-found': 2,
    'no-access': 4,
    adult: 14,
    nudism: 15,
    threshold: 16,
    virtual: 18,
    linking: 19,
    'age-unclear': 20,
  },
} as const;

export const IWF_LEVELS = ['A', 'B', 'C'] as const;
export const INDUSTRY_LEVELS = ['A1', 'A2', 'B1', 'B2'] as const;

/** NCMEC CyberTipline `incidentType`, wire values. */
export const INCIDENT_TYPES = {
  csam: 'Child Pornography (possession, manufacture, and distribution)',
  trafficking: 'Child Sex Trafficking',
  tourism: 'Child Sex Tourism',
  molestation: 'Child Sexual Molestation',
  'misleading-domain': 'Misleading Domain Name',
  'misleading-words': 'Misleading Words or Digital Images on the Internet',
  enticement: 'Online Enticement of Children for Sexual Acts',
  unsolicited: 'Unsolicited Obscene Material Sent to a Child',
} as const;
export type IncidentType = keyof typeof INCIDENT_TYPES;
export const REPORT_ANNOTATIONS = [
  'sextortion',
  'csamSolicitation',
  'minorToMinorInteraction',
  'spam',
  'sadisticOnlineExploitation',
] as const;
export type ReportAnnotation = (typeof REPORT_ANNOTATIONS)[number];
export const FILE_ANNOTATIONS = [
  'animeDrawingVirtualHentai',
  'potentialMeme',
  'viral',
  'possibleSelfProduction',
  'physicalHarm',
  'violenceGore',
  'bestiality',
  'liveStreaming',
  'infant',
  'generativeAi',
] as const;
export type FileAnnotation = (typeof FILE_ANNOTATIONS)[number];

/** XARF v4, category `content`. */
export const XARF_CSAM = ['baseline', 'A1', 'A2', 'B1', 'B2'] as const;
export const XARF_CSEM = [
  'grooming',
  'solicitation',
  'sextortion',
  'trafficking',
  'distribution',
  'production',
  'possession',
] as const;
export const XARF_AGES = ['infant', 'toddler', 'prepubescent', 'pubescent', 'unknown'] as const;

/** DSA transparency database, second schema (2025): the categories that we use, each with the keywords it allows of ours. */
export const DSA = {
  STATEMENT_CATEGORY_PROTECTION_OF_MINORS: [
    'KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS',
    'KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL',
    'KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE',
    'KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS',
    'KEYWORD_UNSAFE_CHALLENGES',
    'KEYWORD_OTHER',
  ],
  STATEMENT_CATEGORY_CYBER_VIOLENCE: [
    'KEYWORD_CYBER_BULLYING_INTIMIDATION',
    'KEYWORD_CYBER_HARASSMENT',
    'KEYWORD_NON_CONSENSUAL_IMAGE_SHARING',
    'KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE',
  ],
  STATEMENT_CATEGORY_VIOLENCE: ['KEYWORD_HUMAN_TRAFFICKING', 'KEYWORD_INCITEMENT_VIOLENCE_HATRED', 'KEYWORD_OTHER'],
  STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH: ['KEYWORD_HATE_SPEECH', 'KEYWORD_DISCRIMINATION'],
  STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY: ['KEYWORD_TERRORIST_CONTENT', 'KEYWORD_ILLEGAL_ORGANIZATIONS'],
  STATEMENT_CATEGORY_SELF_HARM: ['KEYWORD_SELF_MUTILATION', 'KEYWORD_SUICIDE', 'KEYWORD_OTHER'],
  STATEMENT_CATEGORY_SCAMS_AND_FRAUD: ['KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING', 'KEYWORD_PHISHING'],
  STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS: ['KEYWORD_MISSING_PROCESSING_GROUND'],
  STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS: ['KEYWORD_MISINFORMATION_DISINFORMATION'],
  STATEMENT_CATEGORY_CONSUMER_INFORMATION: ['KEYWORD_HIDDEN_ADVERTISEMENT'],
  STATEMENT_CATEGORY_OTHER_VIOLATION_TC: ['KEYWORD_AGE_SPECIFIC_RESTRICTIONS', 'KEYWORD_OTHER'],
} as const;
export type DsaCategory = keyof typeof DSA;
export type DsaKeyword = (typeof DSA)[DsaCategory][number];

/** Families of content that a home's filter knows; for what is harmful and lawful. */
export const FAMILY_CATEGORIES = [
  'bullying',
  'sexual',
  'violence',
  'hate',
  'self-harm',
  'dangerous',
  'deception',
  'privacy',
  'gambling-advertising',
  'contact-risk',
] as const;
export type FamilyCategory = (typeof FAMILY_CATEGORIES)[number];
