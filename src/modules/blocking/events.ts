import { defineEvent } from '../../platform/events.ts';

/** The list changed: every feed may read on from its own serial. Within the transaction of the change. */
export const feedChanged = defineEvent<{ serial: number; at: Date }>('blocking.feed-changed');
