/**
 * What makes a referral usable to those who receive it. Investigators told Stanford's observatory (2024) that they can't
 * choose among reports that lack identifiers, times and a reason for urgency: so each is counted, and what is missing is
 * named to the sender before and to the receiver after.
 */
export const PARTS = {
  'urgency-reason': 20,
  links: 15,
  identifiers: 15,
  time: 15,
  assessment: 10,
  'legal-basis': 5,
  territory: 5,
  'age-band': 5,
  words: 5,
  evidence: 5,
} as const;
export type Part = keyof typeof PARTS;
export const PART_IDS = Object.keys(PARTS) as Part[];

export interface Completeness {
  /** 0 to 100. */
  score: number;
  missing: Part[];
}

/** Pure. `have`: whether each part is there. */
export function completeness(have: Readonly<Record<Part, boolean>>): Completeness {
  const missing = PART_IDS.filter((part) => !have[part]);
  const score = PART_IDS.reduce((sum, part) => sum + (have[part] ? PARTS[part] : 0), 0);
  return { score, missing };
}
