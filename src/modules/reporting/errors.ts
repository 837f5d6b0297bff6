import { defineError } from '../../platform/errors.ts';

export const INVALID = defineError('reporting', 'INVALID', 400);
export const IDEMPOTENCY_CONFLICT = defineError('reporting', 'IDEMPOTENCY_CONFLICT', 409);
/** Its words were destroyed by the retention rules; nothing can be added to it. */
export const REPORT_PURGED = defineError('reporting', 'REPORT_PURGED', 410);
export const REPORT_UNKNOWN = defineError('reporting', 'REPORT_UNKNOWN', 404);
export const DRAFT_GONE = defineError('reporting', 'DRAFT_GONE', 410);
/** Somebody is still writing it. */
export const DRAFT_OPEN = defineError('reporting', 'DRAFT_OPEN', 409);
export const TOO_MANY = defineError('reporting', 'TOO_MANY', 429);
export const PAGE_UNKNOWN = defineError('reporting', 'PAGE_UNKNOWN', 404);
/** No mail of the ledger that could not be read. */
export const MAIL_UNKNOWN = defineError('reporting', 'MAIL_UNKNOWN', 404);
export const OVERLOADED = defineError('reporting', 'OVERLOADED', 503);
