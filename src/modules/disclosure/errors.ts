import { defineError } from '../../platform/errors.ts';

export const UNKNOWN = defineError('disclosure', 'UNKNOWN', 404);
export const TRANSITION = defineError('disclosure', 'TRANSITION', 409);
export const INVALID = defineError('disclosure', 'INVALID', 400);
/** One request of a referral at a time. */
export const ASKED = defineError('disclosure', 'ASKED', 409);
/** Not approved, run out, taken back, or somebody else's. */
export const NOT_OPEN = defineError('disclosure', 'NOT_OPEN', 403);
