import { defineError } from '../../platform/errors.ts';

export const HOLD_UNKNOWN = defineError('retention', 'HOLD_UNKNOWN', 404);
export const HOLD_TRANSITION = defineError('retention', 'HOLD_TRANSITION', 409);
export const HOLD_INVALID = defineError('retention', 'HOLD_INVALID', 422);
export const RECORD_UNKNOWN = defineError('retention', 'RECORD_UNKNOWN', 404);
export const ALREADY_PURGED = defineError('retention', 'ALREADY_PURGED', 410);
