import { defineError } from '../../platform/errors.ts';

/** Nobody is signed in, or not completely. */
export const SIGN_IN = defineError('identity', 'SIGN_IN', 401);
export const FORBIDDEN = defineError('identity', 'FORBIDDEN', 403);
/** The account may, but not with the way it signed in. */
export const PASSKEY_NEEDED = defineError('identity', 'PASSKEY_NEEDED', 403);
/** One answer for a wrong password, an unknown address, a suspended account. */
export const SIGN_IN_REFUSED = defineError('identity', 'SIGN_IN_REFUSED', 401);
export const CODE_REFUSED = defineError('identity', 'CODE_REFUSED', 401);
export const TOO_MANY_TRIES = defineError('identity', 'TOO_MANY_TRIES', 429);
export const PASSKEY_REFUSED = defineError('identity', 'PASSKEY_REFUSED', 400);
/** A session that is only half proved tried to add a way to sign in. */
export const HALF_SESSION = defineError('identity', 'HALF_SESSION', 403);
/** The account already has a passkey: only a session proved by one may add or remove ways to sign in. */
export const PASSKEY_FIRST = defineError('identity', 'PASSKEY_FIRST', 403);
export const LAST_CREDENTIAL = defineError('identity', 'LAST_CREDENTIAL', 409);
export const PASSWORD_WEAK = defineError('identity', 'PASSWORD_WEAK', 422);
/** Unknown, used, revoked or too old: one answer for all. */
export const LINK_INVALID = defineError('identity', 'LINK_INVALID', 404);
/** Only an administrator who is not suspended can be rescued from the server. */
export const NO_RESCUE = defineError('identity', 'NO_RESCUE', 404);
/** The link of a mail was opened in another browser than the one that asked for it. */
export const LINK_OTHER_BROWSER = defineError('identity', 'LINK_OTHER_BROWSER', 403);
/** Wrong, too old, or tried too often: one answer for all. */
export const MAIL_CODE_REFUSED = defineError('identity', 'MAIL_CODE_REFUSED', 401);
export const EMAIL_TAKEN = defineError('identity', 'EMAIL_TAKEN', 409);
export const ACCOUNT_UNKNOWN = defineError('identity', 'ACCOUNT_UNKNOWN', 404);
export const ORGANISATION_UNKNOWN = defineError('identity', 'ORGANISATION_UNKNOWN', 404);
export const SHIFT_UNKNOWN = defineError('identity', 'SHIFT_UNKNOWN', 404);
export const SHIFT_OVERLAPS = defineError('identity', 'SHIFT_OVERLAPS', 409);
export const SHIFT_INVALID = defineError('identity', 'SHIFT_INVALID', 422);
export const API_KEY_INVALID = defineError('identity', 'API_KEY_INVALID', 401);
export const API_KEY_UNKNOWN = defineError('identity', 'API_KEY_UNKNOWN', 404);
export const API_KEY_BUSY = defineError('identity', 'API_KEY_BUSY', 429);
