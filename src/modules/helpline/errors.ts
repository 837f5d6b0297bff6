import { defineError } from '../../platform/errors.ts';

export const UNKNOWN = defineError('helpline', 'UNKNOWN', 404);
export const TRANSITION = defineError('helpline', 'TRANSITION', 409);
/** Somebody else has the conversation. */
export const TAKEN = defineError('helpline', 'TAKEN', 409);
/** The reporter wrote since the page was opened: what came must be read first. */
export const STALE = defineError('helpline', 'STALE', 409);
export const INVALID = defineError('helpline', 'INVALID', 400);
/** A crisis has steps that are not done, above all the call to a supervisor. */
export const CRISIS_OPEN = defineError('helpline', 'CRISIS_OPEN', 409);
export const COLLEAGUE_UNKNOWN = defineError('helpline', 'COLLEAGUE_UNKNOWN', 400);
