import { defineError } from '../../platform/errors.ts';

/** Nothing of that id that whoever asks may know of. */
export const UNKNOWN = defineError('safe-access', 'UNKNOWN', 404);
export const INVALID = defineError('safe-access', 'INVALID', 400);
export const NAME_INVALID = defineError('safe-access', 'NAME_INVALID', 400);
/** Somebody else changed the rules meanwhile. */
export const STALE = defineError('safe-access', 'STALE', 409);
export const TOO_MANY = defineError('safe-access', 'TOO_MANY', 409);
export const LINK_SPENT = defineError('safe-access', 'LINK_SPENT', 410);
export const LINK_UNKNOWN = defineError('safe-access', 'LINK_UNKNOWN', 404);
export const LAST_PARENT = defineError('safe-access', 'LAST_PARENT', 409);
export const REQUEST_STATE = defineError('safe-access', 'REQUEST_STATE', 409);
export const REQUESTS_MANY = defineError('safe-access', 'REQUESTS_MANY', 429);
export const PACT_STALE = defineError('safe-access', 'PACT_STALE', 409);
export const CONTEST_STATE = defineError('safe-access', 'CONTEST_STATE', 409);
export const CONTESTS_MANY = defineError('safe-access', 'CONTESTS_MANY', 429);
/** Another school's line, or a part of one; or another class's network. */
export const NETWORK_TAKEN = defineError('safe-access', 'NETWORK_TAKEN', 409);
/** No network that a school can have: no address, too large, private or shared by many. */
export const NETWORK_WRONG = defineError('safe-access', 'NETWORK_WRONG', 400);
/** Within no line of the school. */
export const NETWORK_OUTSIDE = defineError('safe-access', 'NETWORK_OUTSIDE', 409);
