import { defineError } from '../../platform/errors.ts';

export const ENTRY_UNKNOWN = defineError('blocking', 'ENTRY_UNKNOWN', 404);
export const TRANSITION = defineError('blocking', 'TRANSITION', 409);
export const INVOLVED = defineError('blocking', 'INVOLVED', 403);
/** The rules forbid it; `reasons` says which. */
export const REFUSED = defineError('blocking', 'REFUSED', 409);
export const TARGET_INVALID = defineError('blocking', 'TARGET_INVALID', 400);
/** There is no index of hashes to put it into yet. */
export const HASH_NOT_YET = defineError('blocking', 'HASH_NOT_YET', 400);
export const ALREADY_OPEN = defineError('blocking', 'ALREADY_OPEN', 409);
export const REASON_MISSING = defineError('blocking', 'REASON_MISSING', 400);
export const DISPUTE_OPEN = defineError('blocking', 'DISPUTE_OPEN', 409);
export const ROLLBACK_EMPTY = defineError('blocking', 'ROLLBACK_EMPTY', 400);
export const APPEAL_UNKNOWN = defineError('blocking', 'APPEAL_UNKNOWN', 404);
export const APPEAL_DECIDED = defineError('blocking', 'APPEAL_DECIDED', 409);
export const APPEAL_INVALID = defineError('blocking', 'APPEAL_INVALID', 400);
export const APPEALS_TOO_MANY = defineError('blocking', 'APPEALS_TOO_MANY', 429);
export const LINE_UNKNOWN = defineError('blocking', 'LINE_UNKNOWN', 404);
export const DECISION_MISSING = defineError('blocking', 'DECISION_MISSING', 400);
export const PARTNER_UNKNOWN = defineError('blocking', 'PARTNER_UNKNOWN', 404);
/** `wrong` says which fields. */
export const PARTNER_INVALID = defineError('blocking', 'PARTNER_INVALID', 400);
export const KEY_UNKNOWN = defineError('blocking', 'KEY_UNKNOWN', 404);
export const KEYS_TOO_MANY = defineError('blocking', 'KEYS_TOO_MANY', 409);
/** This format cannot say what is no longer listed, or the number is none. */
export const FEED_SINCE = defineError('blocking', 'FEED_SINCE', 400);
export const FEED_UNKNOWN = defineError('blocking', 'FEED_UNKNOWN', 404);
/** No contract in force gives this organisation that basis. */
export const FEED_NO_CONTRACT = defineError('blocking', 'FEED_NO_CONTRACT', 403);
