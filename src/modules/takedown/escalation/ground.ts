import type { DisputeGround } from '../schema.ts';

/** Grounds that question the judgement itself; the others question only whether this provider is the one to ask. */
const OF_JUDGEMENT: ReadonlySet<DisputeGround> = new Set(['not-illegal-here', 'other']);
export const questionsJudgement = (ground: DisputeGround): boolean => OF_JUDGEMENT.has(ground);
