import { defineError } from '../../platform/errors.ts';

export const REFERRAL_UNKNOWN = defineError('referral', 'REFERRAL_UNKNOWN', 404);
export const TRANSITION = defineError('referral', 'TRANSITION', 409);
export const REVIEW_NEEDED = defineError('referral', 'REVIEW_NEEDED', 409);
export const INVALID = defineError('referral', 'INVALID', 400);
export const REASON_MISSING = defineError('referral', 'REASON_MISSING', 400);
export const BODY_UNKNOWN = defineError('referral', 'BODY_UNKNOWN', 400);
/** Nobody there has an account here, and there is no key to seal for. */
export const BODY_UNREACHABLE = defineError('referral', 'BODY_UNREACHABLE', 409);
/** The law may oblige to it: first somebody decides about telling the reporter. */
export const WARNING_NEEDED = defineError('referral', 'WARNING_NEEDED', 409);
/** It was to be written, and nobody was chosen. */
export const WARNING_NOBODY = defineError('referral', 'WARNING_NOBODY', 400);
export const WARNED_ALREADY = defineError('referral', 'WARNED_ALREADY', 409);
export const DISCLOSURE_OPEN = defineError('referral', 'DISCLOSURE_OPEN', 409);
export const NOT_THERE_YET = defineError('referral', 'NOT_THERE_YET', 409);
export const PURGED = defineError('referral', 'PURGED', 410);
/** Made by the programme itself: somebody completes it first. */
export const NOT_COMPLETED = defineError('referral', 'NOT_COMPLETED', 409);
export const NO_HOLD = defineError('referral', 'NO_HOLD', 409);
export const PRESERVATION_UNKNOWN = defineError('referral', 'PRESERVATION_UNKNOWN', 404);
