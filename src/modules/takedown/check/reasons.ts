/** Reasons in words, for people: what a code of `classify` is called. */
export const REASON_WORDS = [
  'says-removed',
  'says-not-found',
  'says-legal',
  'says-parked',
  'says-suspended',
  'random-path',
  'media-gone',
  'text-stays',
  'other-title',
  'other-text',
  'other-bytes',
  'other-type',
  'other-path',
  'other-site',
  'sent-on',
  'dead-end',
  'parking',
  'path',
  'status',
  'sign',
] as const;
export type ReasonWord = (typeof REASON_WORDS)[number];

const PATTERNS: readonly [RegExp, ReasonWord][] = [
  [/^same-as-random-path$/, 'random-path'],
  [/^other-(bytes|picture)$/, 'other-bytes'],
  [/^(shorter-path|query-dropped|other-path)$/, 'other-path'],
  [/^(refresh|script)-to-/, 'sent-on'],
  [/^leads-to-/, 'dead-end'],
  [/^(parking-|suspended-path$)/, 'parking'],
  [/^(removed|missing)-path$/, 'path'],
  [/^(http|json)-\d/, 'status'],
  [/^(noindex|canonical-away|excuse|shrunk)$/, 'sign'],
];

/** The word for a code; undefined for what only experts read. */
export function reasonWord(code: string): ReasonWord | undefined {
  const name = code.replace(/:.*$/, '');
  return REASON_WORDS.find((w) => w === name) ?? PATTERNS.find(([pattern]) => pattern.test(code))?.[1];
}
