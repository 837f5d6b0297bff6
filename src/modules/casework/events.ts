import { defineEvent } from '../../platform/events.ts';
import type { Visibility } from '../reporting/index.ts';
import type { Route } from './assessment/routes-of.ts';
import type { FamilyCategory } from './assessment/vocabularies.ts';
import type { Outcome } from './schema.ts';

/**
 * A judgement of an item took effect: where a second person is needed, when that person agreed. Takedown listens.
 * `routes` say where it leads; `terms-notice` is a hint to the site about its own terms, `family` where a home's filter
 * files it. `assessment` is the judgement in force.
 */
export const itemAssessed = defineEvent<{
  item: string;
  assessment: string;
  outcome: Outcome;
  account: string;
  at: Date;
  routes: readonly Route[];
  family: FamilyCategory | null;
}>('casework.item-assessed');

/**
 * Reports joined items that were there before: whoever prepared something on what earlier reporters said looks again.
 * One event for a whole batch.
 */
export const reportsJoined = defineEvent<{ joined: { item: string; report: string; visibility: Visibility }[] }>(
  'casework.reports-joined',
);

/** An item that was gone was reported again, or its urgency rose. */
export const itemReopened = defineEvent<{ item: string; at: Date }>('casework.item-reopened');

/**
 * The security forces were told of these items. Emitted by the module that tells them, in its transaction; the clock of
 * each is met by it. That module also calls `casework.clocks.measureTold()` when it is created.
 */
export const securityForcesTold = defineEvent<{ items: readonly string[]; at: Date }>('casework.security-forces-told');
