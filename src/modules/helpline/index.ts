import type { Platform } from '../../platform/platform.ts';
import type { Casework } from '../casework/index.ts';
import type { Country } from '../country/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Reporting } from '../reporting/index.ts';
import type { Retention } from '../retention/index.ts';
import { createCare } from './care/plans.ts';
import { createConversations } from './conversations.ts';
import { createCrises } from './crisis.ts';
import { createQuality } from './quality.ts';
import { registerRetention } from './retention.ts';

export { helplineRoutes } from './http/helpline.routes.tsx';

export interface HelplineDeps {
  reporting: Reporting;
  casework: Casework;
  country: Country;
  identity: Identity;
  retention?: Retention;
}

/** The people who answer: what waits in the mailboxes, crises, how soon and how well we answer, care plans. */
export function createHelpline(platform: Platform, deps: HelplineDeps) {
  const { reporting, casework, country, identity, retention } = deps;
  const mayAnswer = async (id: string) => (await identity.accountsThatMay('helpline.answer')).some((a) => a.id === id);
  const conversations = createConversations(platform, reporting, mayAnswer);
  const crises = createCrises(platform, { country, reporting, conversations });
  const quality = createQuality(platform, { country, reporting });
  const care = createCare(platform, { country, reporting, conversations });
  if (retention) registerRetention(retention);
  return { platform, reporting, casework, country, identity, conversations, crises, quality, care };
}
export type Helpline = ReturnType<typeof createHelpline>;
