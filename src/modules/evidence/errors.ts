import { defineError } from '../../platform/errors.ts';

/** There is no browser on this machine: set-up installs Debian's `chromium`. */
export const NO_BROWSER = defineError('evidence', 'NO_BROWSER', 503);
/** Chromium can't be confined here; it is never started without its sandbox instead. */
export const NO_SANDBOX = defineError('evidence', 'NO_SANDBOX', 503);

/** Nobody has a key: what nobody could open is not taken. */
export const NO_OPENER = defineError('evidence', 'NO_OPENER', 409);
export const NOT_AN_ADDRESS = defineError('evidence', 'NOT_AN_ADDRESS', 409);
/** The address may have been made for one person; somebody must say that it may be fetched. */
export const PERSONAL_LINK = defineError('evidence', 'PERSONAL_LINK', 409);
export const CAPTURE_UNKNOWN = defineError('evidence', 'CAPTURE_UNKNOWN', 404);
/** There is no package: the capture is under way, or failed. */
export const NOT_SEALED = defineError('evidence', 'NOT_SEALED', 409);
export const KEY_INVALID = defineError('evidence', 'KEY_INVALID', 400);
export const KEY_KNOWN = defineError('evidence', 'KEY_KNOWN', 409);
export const KEY_UNKNOWN = defineError('evidence', 'KEY_UNKNOWN', 404);
/** The key is not one of those this package was sealed to. */
export const KEY_DOES_NOT_OPEN = defineError('evidence', 'KEY_DOES_NOT_OPEN', 403);
export const CAPTURE_STATE = defineError('evidence', 'CAPTURE_STATE', 409);
/** A break, a full shift or a night alone: who looks is protected first. */
export const REST_FIRST = defineError('evidence', 'REST_FIRST', 409);
export const LOOK_INVALID = defineError('evidence', 'LOOK_INVALID', 400);
/** Another run of the same job is at it. */
export const CAPTURE_BUSY = defineError('evidence', 'CAPTURE_BUSY', 409);
