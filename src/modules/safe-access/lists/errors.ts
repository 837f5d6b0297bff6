import { defineError } from '../../../platform/errors.ts';

export const LIST_UNKNOWN = defineError('safe-access', 'LIST_UNKNOWN', 404);
export const LIST_INVALID = defineError('safe-access', 'LIST_INVALID', 400);
export const LIST_EXISTS = defineError('safe-access', 'LIST_EXISTS', 409);
export const LIST_FILE_MISSING = defineError('safe-access', 'LIST_FILE_MISSING', 400);
/** Somebody else decided about this version, or a newer one came. */
export const LIST_DECIDED = defineError('safe-access', 'LIST_DECIDED', 409);
