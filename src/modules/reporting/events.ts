import { defineEvent } from '../../platform/events.ts';

/** Reports have been stored; in the same transaction. Ids only: details come from `reporting.details(ids)`. */
export const reportsReceived = defineEvent<{ reports: { id: string }[]; at: Date }>('reporting.reports-received');

/** The reporter added links to a report that exists. */
export const linksAdded = defineEvent<{ report: string; at: Date }>('reporting.links-added');

/** The reporter wrote; staff should see it. */
export const reporterWrote = defineEvent<{ report: string; message: string; at: Date }>('reporting.reporter-wrote');

/**
 * Staff wrote to the reporter. `answers`: messages of the reporter that were there to be read when it was written; one
 * that came in the same moment is not among them.
 */
export const staffWrote = defineEvent<{
  report: string;
  message: string;
  account: string;
  answers: readonly string[];
  at: Date;
}>('reporting.staff-wrote');

/** Words in a message or a later statement raised a report's urgency. */
export const dangerRaised = defineEvent<{ report: string; kinds: string[]; at: Date }>('reporting.danger-raised');

/** The reporter was asked whether this item is still there, and answered. */
export const reporterLooked = defineEvent<{ report: string; item: string; answer: 'gone' | 'there'; at: Date }>(
  'reporting.reporter-looked',
);
