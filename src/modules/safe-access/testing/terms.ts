import type { PactTerms } from '../family/pact.ts';

export type { PactTerms } from '../family/pact.ts';

/** A pact with a teenager. */
export const preset13: PactTerms = {
  closed: ['adult', 'gambling'],
  windows: [],
  safeSearch: true,
  youtube: 'moderate',
  keeps: 'nothing',
  noPunishmentForTelling: true,
  parentPromises: [],
  childPromises: [],
};
