import { defineError } from '../../platform/errors.ts';

export const NOTICE_UNKNOWN = defineError('takedown', 'NOTICE_UNKNOWN', 404);
export const NOTICE_TRANSITION = defineError('takedown', 'NOTICE_TRANSITION', 409);
export const HOLD_UNKNOWN = defineError('takedown', 'HOLD_UNKNOWN', 404);
export const PRESERVATION_FIRST = defineError('takedown', 'PRESERVATION_FIRST', 409);
export const CONTACT_INVALID = defineError('takedown', 'CONTACT_INVALID', 400);
export const CONTACT_USED = defineError('takedown', 'CONTACT_USED', 409);
export const REASON_MISSING = defineError('takedown', 'REASON_MISSING', 400);
export const MORE_TIME_INVALID = defineError('takedown', 'MORE_TIME_INVALID', 400);
export const MORE_TIME_SPENT = defineError('takedown', 'MORE_TIME_SPENT', 409);
/** One link is answered by people, a few times. */
export const TOO_OFTEN = defineError('takedown', 'TOO_OFTEN', 429);
export const LADDER_UNKNOWN = defineError('takedown', 'LADDER_UNKNOWN', 404);
export const DISPUTE_OPEN = defineError('takedown', 'DISPUTE_OPEN', 409);
export const WATCH_UNKNOWN = defineError('takedown', 'WATCH_UNKNOWN', 404);
export const WATCH_STATE = defineError('takedown', 'WATCH_STATE', 409);
export const SECOND_PERSON = defineError('takedown', 'SECOND_PERSON', 409);
export const NOT_TO_BE_SEEN = defineError('takedown', 'NOT_TO_BE_SEEN', 409);
export const NO_LOOK = defineError('takedown', 'NO_LOOK', 409);
export const PROVIDER_INVALID = defineError('takedown', 'PROVIDER_INVALID', 400);
export const PROVIDER_UNKNOWN = defineError('takedown', 'PROVIDER_UNKNOWN', 404);
export const RULE_INVALID = defineError('takedown', 'RULE_INVALID', 400);

export const LETTER_UNKNOWN = defineError('takedown', 'LETTER_UNKNOWN', 404);
export const LETTER_TRANSITION = defineError('takedown', 'LETTER_TRANSITION', 409);
export const TOKEN_INVALID = defineError('takedown', 'TOKEN_INVALID', 400);
export const TOKEN_ADDRESS = defineError('takedown', 'TOKEN_ADDRESS', 400);
// providers and tracing
export const CONTACT_STATE = defineError('takedown', 'CONTACT_STATE', 409);
export const CONTACT_UNKNOWN = defineError('takedown', 'CONTACT_UNKNOWN', 404);
export const CONTACT_TWICE = defineError('takedown', 'CONTACT_TWICE', 409);
export const CONTACT_ASKED = defineError('takedown', 'CONTACT_ASKED', 409);
export const AGREEMENT_INVALID = defineError('takedown', 'AGREEMENT_INVALID', 400);
export const PROVIDER_RULE_INVALID = defineError('takedown', 'PROVIDER_RULE_INVALID', 400);
export const SEED_TAKEN = defineError('takedown', 'SEED_TAKEN', 409);
export const NETWORK_INVALID = defineError('takedown', 'NETWORK_INVALID', 400);
export const ORIGIN_INVALID = defineError('takedown', 'ORIGIN_INVALID', 400);
export const ORIGIN_CHANGED = defineError('takedown', 'ORIGIN_CHANGED', 409);
export const ORIGIN_ENDED = defineError('takedown', 'ORIGIN_ENDED', 409);
