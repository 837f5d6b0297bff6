import { defineEvent } from '../../platform/events.ts';
import type { Outcome } from './schema.ts';

/** An item was judged. Takedown listens. */
export const itemAssessed = defineEvent<{ item: string; outcome: Outcome; account: string; at: Date }>(
  'casework.item-assessed',
);

/** An item that was gone was reported again, or its urgency rose. */
export const itemReopened = defineEvent<{ item: string; at: Date }>('casework.item-reopened');
